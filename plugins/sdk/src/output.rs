//! Where a connector's records and remarks go: the host, or a list in its tests. Never decides what is emitted.

use crate::activity::{Run, TestCase, TestResult, Usage};
use crate::bindings::metahost::source::sink;
use crate::connector::Summary;
use crate::emit::Emitter;
use crate::enrichment::Annotation;
use crate::entities::Entity;
use crate::error::{Error, Result};
use crate::lineage::{Edge, Query};
use crate::log::{self, Level};
use crate::names;
use crate::statistics::{FileSet, TableStat};

/// Takes what a split produces.
pub trait Output {
    /// An entity.
    fn entity(&mut self, entity: Entity) -> Result<()>;
    /// What is known about an entity of another source.
    fn annotation(&mut self, annotation: Annotation) -> Result<()>;
    /// An edge.
    fn edge(&mut self, edge: Edge) -> Result<()>;
    /// A query.
    fn query(&mut self, query: Query) -> Result<()>;
    /// A run of a pipeline that was given before.
    fn run(&mut self, run: Run) -> Result<()>;
    /// A test case.
    fn test(&mut self, test: TestCase) -> Result<()>;
    /// A result of a test case that was given before.
    fn test_result(&mut self, result: TestResult) -> Result<()>;
    /// Reads of a day.
    fn usage(&mut self, usage: Usage) -> Result<()>;
    /// Facts that the source keeps about one table.
    fn stats(&mut self, table: &[String], stats: TableStat) -> Result<()>;
    /// The files of a table: all of them at once.
    fn files(&mut self, table: &[String], files: FileSet) -> Result<()>;
    /// Some rows of a table: one Arrow IPC stream, uncompressed, of the same schema as all others of the table.
    fn rows(&mut self, table: &[String], arrow_ipc: &[u8]) -> Result<()>;
    /// Everything of this type under `scope` was given.
    fn complete(&mut self, scope: &[String], entity_type: &str, listed: Option<u64>) -> Result<()>;
    /// Everything before this point need not be read again.
    fn checkpoint(&mut self, cursor: &[u8]) -> Result<()>;
    /// Something that is left out, for the run's report.
    fn skipped(&mut self, path: &[&str], reason: &str);
    /// A line of the log.
    fn note(&mut self, level: Level, message: &str, fields: &[(&str, String)]);
    /// How far a stage is.
    fn progress(&mut self, stage: &str, done: u64, total: Option<u64>);
}

/// One item that the source can't tell is named and left out (none); a server that is gone or refuses ends the read.
pub fn or_skip<T>(out: &mut dyn Output, path: &[&str], read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(Error::Protocol(failure)) => {
            let context: Vec<String> = failure.context.iter().map(|(key, value)| format!("{key} {value}")).collect();
            let context = if context.is_empty() { String::new() } else { format!(" ({})", context.join(", ")) };
            out.skipped(path, &format!("{}{context}", failure.message));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The host. What it could not take by its names is told and left out, so that the rest of a batch arrives.
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

    /// Whether a catalog can hold what has these names.
    fn takes(&mut self, path: &[String]) -> bool {
        let Some(reason) = names::misfit(path) else { return true };
        let shown: Vec<String> = path.iter().map(|name| names::shown(name)).collect();
        self.skipped(&shown.iter().map(String::as_str).collect::<Vec<_>>(), &reason);
        false
    }
}

fn path_of(entity: &Entity) -> &[String] {
    let common = match entity {
        Entity::Database(database) => &database.common,
        Entity::Schema(schema) => &schema.common,
        Entity::Table(table) => &table.common,
        Entity::Routine(routine) => &routine.common,
        Entity::Container(container) => &container.common,
        Entity::Pipeline(pipeline) => &pipeline.common,
        Entity::Dashboard(dashboard) => &dashboard.common,
        Entity::Chart(chart) => &chart.common,
        Entity::DashboardDataModel(model) => &model.common,
        Entity::Topic(topic) => &topic.common,
        Entity::Other(other) => &other.common,
    };
    &common.path
}

impl Output for Host {
    fn entity(&mut self, entity: Entity) -> Result<()> {
        if self.takes(path_of(&entity)) { self.emitter.entity(entity) } else { Ok(()) }
    }

    fn annotation(&mut self, annotation: Annotation) -> Result<()> {
        if self.takes(&annotation.path) { self.emitter.annotation(annotation) } else { Ok(()) }
    }

    fn edge(&mut self, edge: Edge) -> Result<()> {
        if self.takes(&edge.upstream.path) && self.takes(&edge.downstream.path) {
            self.emitter.edge(edge)
        } else {
            Ok(())
        }
    }

    fn query(&mut self, query: Query) -> Result<()> {
        self.emitter.query(query)
    }

    fn run(&mut self, run: Run) -> Result<()> {
        if self.takes(&run.pipeline) { self.emitter.run(run) } else { Ok(()) }
    }

    fn test(&mut self, test: TestCase) -> Result<()> {
        if self.takes(&test.table) { self.emitter.test(test) } else { Ok(()) }
    }

    fn test_result(&mut self, result: TestResult) -> Result<()> {
        if self.takes(&result.table) { self.emitter.test_result(result) } else { Ok(()) }
    }

    fn usage(&mut self, usage: Usage) -> Result<()> {
        if !self.takes(&usage.path) {
            return Ok(());
        }
        sink::emit_usage(&[usage])?;
        self.emitter.count(1);
        Ok(())
    }

    fn stats(&mut self, table: &[String], stats: TableStat) -> Result<()> {
        if !self.takes(table) {
            return Ok(());
        }
        sink::emit_stats(table, &stats)?;
        self.emitter.count(1);
        Ok(())
    }

    fn files(&mut self, table: &[String], files: FileSet) -> Result<()> {
        if !self.takes(table) {
            return Ok(());
        }
        sink::emit_files(table, &files)?;
        self.emitter.count(1);
        Ok(())
    }

    fn rows(&mut self, table: &[String], arrow_ipc: &[u8]) -> Result<()> {
        if !self.takes(table) {
            return Ok(());
        }
        sink::emit_columns(table, arrow_ipc)?;
        self.emitter.count(1);
        Ok(())
    }

    fn complete(&mut self, scope: &[String], entity_type: &str, listed: Option<u64>) -> Result<()> {
        self.emitter.flush()?;
        if names::misfit(scope).is_some() {
            return Ok(());
        }
        sink::mark_complete(scope, entity_type, listed)
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

    fn note(&mut self, level: Level, message: &str, fields: &[(&str, String)]) {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        log::log(level, message, &fields);
    }

    fn progress(&mut self, stage: &str, done: u64, total: Option<u64>) {
        log::progress(stage, done, total);
    }
}
