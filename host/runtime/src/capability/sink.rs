//! Where guests emit: records are checked, turned into the model's and sent on, waiting for room. What can't be a
//! record is refused as a whole batch, with the reason.

use metahost_model::{Complete, EntityPath, Record};

use crate::bindings::metahost::source::sink::{
    Annotation, Edge, Entity, Error, FileSet, Host, Path, Query, Run, TableStat, TestCase, TestResult, Usage,
};
use crate::convert::{self, Weigh, garbage};
use crate::instance::HostState;

type Emitted = wasmtime::Result<Result<(), Error>>;

impl HostState {
    async fn batch<T: Weigh>(
        &mut self,
        batch: Vec<T>,
        to_record: fn(T) -> Result<Record, metahost_model::Error>,
    ) -> Emitted {
        self.enter()?;
        let bytes = batch.iter().map(Weigh::weigh).sum();
        let records: Result<Vec<Record>, _> = batch.into_iter().map(to_record).collect();
        self.accept(records, bytes).await
    }

    async fn one(&mut self, record: Result<Record, metahost_model::Error>, bytes: u64) -> Emitted {
        self.enter()?;
        self.accept(record.map(|record| vec![record]), bytes).await
    }

    async fn accept(&mut self, records: Result<Vec<Record>, metahost_model::Error>, bytes: u64) -> Emitted {
        match records {
            Ok(records) => Ok(self.emit(records, bytes).await?.ok_or(Error::Cancelled)),
            Err(error) => Err(garbage(&error).into()),
        }
    }
}

impl Host for HostState {
    async fn emit_entities(&mut self, batch: Vec<Entity>) -> Emitted {
        self.batch(batch, |entity| convert::entity(entity).map(|entity| Record::Entity(Box::new(entity)))).await
    }

    async fn emit_annotations(&mut self, batch: Vec<Annotation>) -> Emitted {
        self.batch(batch, |value| convert::annotation(value).map(|value| Record::Annotation(Box::new(value)))).await
    }

    async fn emit_edges(&mut self, batch: Vec<Edge>) -> Emitted {
        self.batch(batch, |value| convert::edge(value).map(|value| Record::Edge(Box::new(value)))).await
    }

    async fn emit_queries(&mut self, batch: Vec<Query>) -> Emitted {
        self.batch(batch, |value| convert::query(value).map(|value| Record::Query(Box::new(value)))).await
    }

    async fn emit_runs(&mut self, batch: Vec<Run>) -> Emitted {
        self.batch(batch, |value| convert::run(value).map(|value| Record::Run(Box::new(value)))).await
    }

    async fn emit_tests(&mut self, tests: Vec<TestCase>, results: Vec<TestResult>) -> Emitted {
        if let refused @ (Ok(Err(_)) | Err(_)) =
            self.batch(tests, |value| convert::test_case(value).map(|value| Record::TestCase(Box::new(value)))).await
        {
            return refused;
        }
        self.batch(results, |value| convert::test_result(value).map(|value| Record::TestResult(Box::new(value)))).await
    }

    async fn emit_usage(&mut self, batch: Vec<Usage>) -> Emitted {
        self.batch(batch, |value| convert::usage(value).map(|value| Record::Usage(Box::new(value)))).await
    }

    async fn emit_stats(&mut self, table: Path, stats: TableStat) -> Emitted {
        let bytes = stats.weigh();
        let record = EntityPath::new(table).map(|table| Record::Stats(table, Box::new(convert::table_stat(stats))));
        self.one(record, bytes).await
    }

    async fn emit_files(&mut self, table: Path, files: FileSet) -> Emitted {
        let bytes = files.weigh();
        let record = EntityPath::new(table).map(|table| Record::Files(table, Box::new(convert::file_set(files))));
        self.one(record, bytes).await
    }

    async fn emit_columns(&mut self, table: Path, arrow_ipc: Vec<u8>) -> Emitted {
        let bytes = arrow_ipc.len() as u64;
        self.one(EntityPath::new(table).map(|table| Record::Rows(table, arrow_ipc)), bytes).await
    }

    async fn mark_complete(&mut self, scope: Path, entity_type: String, listed: Option<u64>) -> Emitted {
        let complete =
            convert::scope(scope).and_then(|scope| Ok(Complete { scope, kind: entity_type.parse()?, listed }));
        self.one(complete.map(Record::Complete), 64).await
    }

    async fn checkpoint(&mut self, cursor: Vec<u8>) -> Emitted {
        let bytes = cursor.len() as u64;
        self.one(Ok(Record::Checkpoint(cursor)), bytes).await
    }
}
