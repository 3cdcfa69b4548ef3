//! Edges and queries.

use metahost_model as model;
use metahost_model::Error;

use super::path_of;
use crate::bindings::metahost::source::lineage as wit;

pub(crate) fn edge(edge: wit::Edge) -> Result<model::Edge, Error> {
    Ok(model::Edge {
        upstream: endpoint(edge.upstream)?,
        downstream: endpoint(edge.downstream)?,
        columns: edge.columns.into_iter().map(column_edge).collect(),
        source: source(edge.source),
        sql: edge.sql,
        pipeline: edge.pipeline.map(endpoint).transpose()?,
        executions: None,
    })
}

fn endpoint(endpoint: wit::Endpoint) -> Result<model::Endpoint, Error> {
    let kind = endpoint.entity_type.parse()?;
    Ok(model::Endpoint { service: endpoint.service, kind, path: path_of(kind, endpoint.path)? })
}

fn column_edge(edge: wit::ColumnEdge) -> model::ColumnEdge {
    model::ColumnEdge { inputs: edge.inputs, output: edge.output, function: edge.function }
}

fn source(source: wit::EdgeSource) -> model::EdgeSource {
    match source {
        wit::EdgeSource::Manual => model::EdgeSource::Manual,
        wit::EdgeSource::View => model::EdgeSource::ViewLineage,
        wit::EdgeSource::Query => model::EdgeSource::QueryLineage,
        wit::EdgeSource::Pipeline => model::EdgeSource::PipelineLineage,
        wit::EdgeSource::Dashboard => model::EdgeSource::DashboardLineage,
        wit::EdgeSource::Dbt => model::EdgeSource::DbtLineage,
        wit::EdgeSource::Spark => model::EdgeSource::SparkLineage,
        wit::EdgeSource::ExternalTable => model::EdgeSource::ExternalTableLineage,
        wit::EdgeSource::Other => model::EdgeSource::Other,
    }
}

pub(crate) fn query(query: wit::Query) -> Result<model::Query, Error> {
    Ok(model::Query {
        sql: query.sql,
        dialect: query.dialect,
        service: query.service,
        database: query.database,
        schema: query.schema,
        user: query.user,
        started_at: query.started_at,
        duration_ms: query.duration_ms,
        rows: query.rows,
        failed: query.failed,
        target: query.target.map(endpoint).transpose()?,
        executions: None,
    })
}
