//! Rough sizes of records in memory, so that channels can be bounded in bytes. Never exact, never far off.

use crate::bindings::metahost::source::activity::{Run, TestCase, TestResult, Usage};
use crate::bindings::metahost::source::enrichment::Annotation;
use crate::bindings::metahost::source::entities::{Column, Common, Entity};
use crate::bindings::metahost::source::lineage::{Edge, Query};
use crate::bindings::metahost::source::statistics::{DataFile, FileSet, TableStat};

/// What a record weighs.
pub(crate) trait Weigh {
    /// About how many bytes it takes.
    fn weigh(&self) -> u64;
}

const RECORD: usize = 256;
const COLUMN: usize = 200;

fn text(value: Option<&String>) -> usize {
    value.map_or(0, String::len)
}

fn texts(values: &[String]) -> usize {
    values.iter().map(|value| value.len() + 24).sum()
}

fn pairs(values: &[(String, String)]) -> usize {
    values.iter().map(|(key, value)| key.len() + value.len() + 48).sum()
}

fn common(common: &Common) -> usize {
    RECORD + texts(&common.path) + text(common.description.as_ref()) + texts(&common.tags) + pairs(&common.extension)
}

fn columns(columns: &[Column]) -> usize {
    let one = |column: &Column| {
        COLUMN
            + column.name.len()
            + text(column.display.as_ref())
            + text(column.description.as_ref())
            + texts(&column.tags)
    };
    columns.iter().map(one).sum()
}

impl Weigh for Entity {
    fn weigh(&self) -> u64 {
        let bytes = match self {
            Self::Database(database) => common(&database.common),
            Self::Schema(schema) => common(&schema.common),
            Self::Table(table) => common(&table.common) + columns(&table.columns) + text(table.definition.as_ref()),
            Self::Routine(routine) => common(&routine.common) + routine.code.len(),
            Self::Topic(topic) => {
                common(&topic.common) + columns(&topic.fields) + text(topic.schema_text.as_ref()) + pairs(&topic.config)
            }
            Self::Pipeline(pipeline) => {
                let tasks: usize =
                    pipeline.tasks.iter().map(|task| COLUMN + text(task.sql.as_ref()) + texts(&task.after)).sum();
                common(&pipeline.common) + tasks
            }
            Self::Dashboard(dashboard) => {
                common(&dashboard.common) + 64 * (dashboard.charts.len() + dashboard.data_models.len())
            }
            Self::Chart(chart) => common(&chart.common),
            Self::DashboardDataModel(model) => {
                common(&model.common) + columns(&model.columns) + text(model.sql.as_ref())
            }
            Self::Container(container) => common(&container.common) + columns(&container.fields),
            Self::Other(other) => common(&other.common) + other.body.len(),
        };
        bytes as u64
    }
}

impl Weigh for Annotation {
    fn weigh(&self) -> u64 {
        let columns: usize =
            self.columns.iter().map(|column| COLUMN + text(column.description.as_ref()) + texts(&column.tags)).sum();
        let model = self.data_model.as_ref().map_or(0, |model| {
            RECORD + text(model.raw_sql.as_ref()) + text(model.compiled_sql.as_ref()) + 64 * model.upstream.len()
        });
        (RECORD + texts(&self.path) + text(self.description.as_ref()) + pairs(&self.extension) + columns + model) as u64
    }
}

impl Weigh for Edge {
    fn weigh(&self) -> u64 {
        (RECORD + text(self.sql.as_ref()) + COLUMN * self.columns.len()) as u64
    }
}

impl Weigh for Query {
    fn weigh(&self) -> u64 {
        (RECORD + self.sql.len()) as u64
    }
}

impl Weigh for Run {
    fn weigh(&self) -> u64 {
        (RECORD + COLUMN * self.tasks.len() + pairs(&self.metrics)) as u64
    }
}

impl Weigh for TestCase {
    fn weigh(&self) -> u64 {
        (RECORD + text(self.sql.as_ref()) + text(self.description.as_ref()) + pairs(&self.parameters)) as u64
    }
}

impl Weigh for TestResult {
    fn weigh(&self) -> u64 {
        (RECORD + text(self.message.as_ref()) + pairs(&self.values)) as u64
    }
}

impl Weigh for Usage {
    fn weigh(&self) -> u64 {
        (RECORD + texts(&self.users)) as u64
    }
}

impl Weigh for TableStat {
    fn weigh(&self) -> u64 {
        (RECORD + COLUMN * (self.columns.len() + self.operations.len())) as u64
    }
}

impl Weigh for FileSet {
    fn weigh(&self) -> u64 {
        let file = |file: &DataFile| COLUMN + file.location.len() + file.url.len() + COLUMN * file.deletes.len();
        (RECORD + COLUMN * self.columns.len() + self.files.iter().map(file).sum::<usize>()) as u64
    }
}
