//! Where records and remarks go: the host, or a test. Never decides what is emitted.

use metahost_plugin_sdk::connector::Summary;
use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::lineage::Query;
use metahost_plugin_sdk::statistics::TableStat;
use metahost_plugin_sdk::{Emitter, Result, log, sink};

/// Takes what a split produces.
pub trait Output {
    /// An entity.
    fn entity(&mut self, entity: Entity) -> Result<()>;
    /// A query that ran.
    fn query(&mut self, query: Query) -> Result<()>;
    /// What the engine knows of a table's rows.
    fn stats(&mut self, table: &[&str], stats: TableStat) -> Result<()>;
    /// All entities of this type under this scope were emitted.
    fn complete(&mut self, scope: &[&str], entity_type: &str, listed: usize) -> Result<()>;
    /// Everything before this point need not be read again.
    fn checkpoint(&mut self, cursor: &[u8]) -> Result<()>;
    /// An item that could not be read.
    fn skipped(&mut self, path: &[&str], reason: &str);
    /// Items skipped so far.
    fn skips(&self) -> u64;
    /// How far a stage is.
    fn progress(&mut self, stage: &str, done: usize, total: usize);
    /// Something is off, the run goes on.
    fn warn(&mut self, message: &str, fields: &[(&str, &str)]);
}

/// The host.
#[derive(Default)]
pub struct Host {
    emitter: Emitter,
    skipped: u64,
}

impl Host {
    /// Sends what is left and counts.
    pub fn finish(self) -> Result<Summary> {
        Ok(Summary { emitted: self.emitter.finish()?, skipped: self.skipped })
    }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|part| (*part).to_owned()).collect()
}

impl Output for Host {
    fn entity(&mut self, entity: Entity) -> Result<()> {
        self.emitter.entity(entity)
    }

    fn query(&mut self, query: Query) -> Result<()> {
        self.emitter.query(query)
    }

    fn stats(&mut self, table: &[&str], stats: TableStat) -> Result<()> {
        sink::emit_stats(&owned(table), &stats)?;
        self.emitter.count(1);
        Ok(())
    }

    fn complete(&mut self, scope: &[&str], entity_type: &str, listed: usize) -> Result<()> {
        self.emitter.flush()?;
        sink::mark_complete(&owned(scope), entity_type, Some(listed as u64))
    }

    fn checkpoint(&mut self, cursor: &[u8]) -> Result<()> {
        self.emitter.flush()?;
        sink::checkpoint(cursor)
    }

    fn skipped(&mut self, path: &[&str], reason: &str) {
        self.skipped += 1;
        log::skipped(&owned(path), reason);
    }

    fn skips(&self) -> u64 {
        self.skipped
    }

    fn progress(&mut self, stage: &str, done: usize, total: usize) {
        log::progress(stage, done as u64, Some(total as u64));
    }

    fn warn(&mut self, message: &str, fields: &[(&str, &str)]) {
        log(log::Level::Warn, message, fields);
    }
}
