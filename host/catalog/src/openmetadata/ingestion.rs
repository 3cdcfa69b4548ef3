//! How a run stands, on the server's page for the service. A nicety: what fails here is logged, and the run goes on.

use metahost_model::{Service, ServiceKind};
use serde_json::{Value, json};

use super::OpenMetadata;
use super::body::{Body, set};
use super::server::encode;
use crate::error::{Error, ErrorKind};
use crate::{RunReport, RunState};

const PIPELINES: &str = "services/ingestionPipelines";

impl OpenMetadata {
    pub(super) async fn report_run(&self, service: &Service, report: &RunReport) {
        if let Err(error) = self.try_report(service, report).await {
            self.warnings.add(format!("the run's state can't be shown in OpenMetadata: {error}"));
        }
    }

    /// Only a server that does not know the pipeline yet needs to be asked for more than the status.
    async fn try_report(&self, service: &Service, report: &RunReport) -> Result<(), Error> {
        let path = format!("{PIPELINES}/{}/pipelineStatus", encode(service.fqn().child(&report.asset)));
        let mut answer = self.server.put(&path, &status_body(report)).await?;
        if answer.status == 404 {
            self.make_pipeline(service, report).await?;
            answer = self.server.put(&path, &status_body(report)).await?;
        }
        if answer.is_success() { Ok(()) } else { Err(answer.failure()) }
    }

    async fn make_pipeline(&self, service: &Service, report: &RunReport) -> Result<(), Error> {
        let id = self.service_id(&service.name).ok_or_else(|| {
            Error::new(ErrorKind::NoService, format!("the service `{}` was not looked up", service.name))
        })?;
        let answer = self.server.put(PIPELINES, &pipeline_body(service, report, &id)).await?;
        if answer.is_success() { Ok(()) } else { Err(answer.failure()) }
    }
}

fn pipeline_body(service: &Service, report: &RunReport, service_id: &str) -> Value {
    let (pipeline_type, config_type) = types(service.kind, &report.kind);
    json!({
        "name": report.asset,
        "description": "Run by metahost; this page shows how its runs ended.",
        "pipelineType": pipeline_type,
        "sourceConfig": { "config": { "type": config_type } },
        "airflowConfig": {},
        "service": { "id": service_id, "type": service.kind.as_str() },
    })
}

/// The server's words for a kind of run.
fn types(service: ServiceKind, kind: &str) -> (&'static str, &'static str) {
    match (service, kind) {
        (ServiceKind::DatabaseService, "lineage") => ("lineage", "DatabaseLineage"),
        (ServiceKind::DatabaseService, "usage") => ("usage", "DatabaseUsage"),
        (ServiceKind::DatabaseService, "profiling") => ("profiler", "Profiler"),
        (ServiceKind::DatabaseService, _) => ("metadata", "DatabaseMetadata"),
        (ServiceKind::PipelineService, _) => ("metadata", "PipelineMetadata"),
        (ServiceKind::DashboardService, _) => ("metadata", "DashboardMetadata"),
        (ServiceKind::StorageService, _) => ("metadata", "StorageMetadata"),
        (ServiceKind::MessagingService, _) => ("metadata", "MessagingMetadata"),
    }
}

fn status_body(report: &RunReport) -> Value {
    let state = match report.state {
        RunState::Running => "running",
        RunState::Success => "success",
        RunState::PartialSuccess => "partialSuccess",
        RunState::Failed => "failed",
    };
    let failures: Vec<Value> =
        report.errors.iter().map(|(name, error)| json!({ "name": name, "error": error })).collect();
    let mut body = Body::new();
    set(&mut body, "runId", report.id.as_str());
    set(&mut body, "pipelineState", state);
    set(&mut body, "startDate", report.started_at);
    set(&mut body, "timestamp", report.started_at);
    if let Some(ended) = report.ended_at {
        set(&mut body, "endDate", ended);
        let step = json!({
            "name": "metahost", "records": report.records, "updated_records": report.written,
            "warnings": report.warnings, "errors": report.error_count, "filtered": report.filtered, "failures": failures,
        });
        set(&mut body, "status", vec![step]);
    }
    Value::Object(body)
}
