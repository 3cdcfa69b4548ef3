//! Annotations.

use metahost_model as model;
use metahost_model::Error;

use super::activity::status;
use super::entities::{constraint, key, paths};
use super::{extension, path_of};
use crate::bindings::metahost::source::enrichment as wit;

pub(crate) fn annotation(annotation: wit::Annotation) -> Result<model::Annotation, Error> {
    let path = annotation.path.join(".");
    convert(annotation).map_err(|error| error.with("annotation", path))
}

fn convert(annotation: wit::Annotation) -> Result<model::Annotation, Error> {
    let kind = annotation.entity_type.parse()?;
    Ok(model::Annotation {
        service: annotation.service,
        kind,
        path: path_of(kind, annotation.path)?,
        display_name: annotation.display_name,
        description: annotation.description,
        owners: annotation.owners,
        tags: annotation.tags,
        glossary_terms: annotation.glossary_terms,
        domain: annotation.domain,
        extension: extension(annotation.extension)?,
        columns: annotation.columns.into_iter().map(column).collect(),
        keys: annotation.keys.into_iter().map(key).collect::<Result<_, _>>()?,
        data_model: annotation.data_model.map(data_model).transpose()?,
    })
}

fn column(column: wit::ColumnAnnotation) -> model::ColumnAnnotation {
    model::ColumnAnnotation {
        column: column.column,
        data_type: column.data_type,
        description: column.description,
        tags: column.tags,
        glossary_terms: column.glossary_terms,
        constraint: column.constraint.map(constraint),
    }
}

fn data_model(data_model: wit::DataModel) -> Result<model::DataModel, Error> {
    Ok(model::DataModel {
        resource_type: data_model.resource_type,
        project: data_model.project,
        file: data_model.file,
        raw_sql: data_model.raw_sql,
        compiled_sql: data_model.compiled_sql,
        upstream: paths(data_model.upstream)?,
        generated_at: data_model.generated_at,
        last_run: data_model.last_run.map(model_run),
    })
}

fn model_run(run: wit::ModelRun) -> model::ModelRun {
    model::ModelRun {
        status: status(run.status),
        status_text: run.status_text,
        started_at: run.started_at,
        ended_at: run.ended_at,
        rows: run.rows,
        message: run.message,
    }
}
