//! Where records and remarks go: the host, or a list in tests. Never decides what is emitted.

use metahost_plugin_sdk::activity::Run;
use metahost_plugin_sdk::connector::Summary;
use metahost_plugin_sdk::entities::{Entity, Pipeline};
use metahost_plugin_sdk::lineage::Edge;
use metahost_plugin_sdk::{Emitter, Result, log, sink};

/// Takes what a split produces.
pub trait Output {
    /// A pipeline.
    fn pipeline(&mut self, pipeline: Pipeline) -> Result<()>;
    /// A run of a pipeline that was given before.
    fn run(&mut self, run: Run) -> Result<()>;
    /// An edge.
    fn edge(&mut self, edge: Edge) -> Result<()>;
    /// All pipelines of the service were given.
    fn complete(&mut self, listed: usize) -> Result<()>;
    /// Everything before this point need not be read again.
    fn checkpoint(&mut self, cursor: &[u8]) -> Result<()>;
    /// Something that is left out, for the run's report.
    fn skipped(&mut self, path: &[&str], reason: &str);
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

impl Output for Host {
    fn pipeline(&mut self, pipeline: Pipeline) -> Result<()> {
        self.emitter.entity(Entity::Pipeline(pipeline))
    }

    fn run(&mut self, run: Run) -> Result<()> {
        self.emitter.run(run)
    }

    fn edge(&mut self, edge: Edge) -> Result<()> {
        self.emitter.edge(edge)
    }

    fn complete(&mut self, listed: usize) -> Result<()> {
        self.emitter.flush()?;
        sink::mark_complete(&[], "pipeline", Some(listed as u64))
    }

    fn checkpoint(&mut self, cursor: &[u8]) -> Result<()> {
        self.emitter.flush()?;
        sink::checkpoint(cursor)
    }

    fn skipped(&mut self, path: &[&str], reason: &str) {
        self.skipped += 1;
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        log::skipped(&path, reason);
    }
}
