//! Entities.

use metahost_model as model;
use metahost_model::{EntityKind, EntityPath, Error, FlatColumn};

use super::{extension, json, path_of};
use crate::bindings::metahost::source::entities as wit;

pub(crate) fn entity(entity: wit::Entity) -> Result<model::Entity, Error> {
    let path = common_of(&entity).path.join(".");
    convert(entity).map_err(|error| error.with("entity", path))
}

fn common_of(entity: &wit::Entity) -> &wit::Common {
    match entity {
        wit::Entity::Database(wit::Database { common }) | wit::Entity::Schema(wit::Schema { common }) => common,
        wit::Entity::Table(table) => &table.common,
        wit::Entity::Routine(routine) => &routine.common,
        wit::Entity::Topic(topic) => &topic.common,
        wit::Entity::Pipeline(pipeline) => &pipeline.common,
        wit::Entity::Dashboard(dashboard) => &dashboard.common,
        wit::Entity::Chart(chart) => &chart.common,
        wit::Entity::DashboardDataModel(model) => &model.common,
        wit::Entity::Container(container) => &container.common,
        wit::Entity::Other(other) => &other.common,
    }
}

fn convert(entity: wit::Entity) -> Result<model::Entity, Error> {
    Ok(match entity {
        wit::Entity::Database(database) => model::Entity::Database(common(database.common)?),
        wit::Entity::Schema(schema) => model::Entity::DatabaseSchema(common(schema.common)?),
        wit::Entity::Table(table) => model::Entity::Table(self::table(table)?),
        wit::Entity::Routine(routine) => model::Entity::StoredProcedure(model::Routine {
            common: common(routine.common)?,
            kind: routine_kind(routine.kind),
            language: routine.language,
            code: routine.code,
        }),
        wit::Entity::Topic(topic) => model::Entity::Topic(self::topic(topic)?),
        wit::Entity::Pipeline(pipeline) => model::Entity::Pipeline(model::Pipeline {
            common: common(pipeline.common)?,
            tasks: pipeline.tasks.into_iter().map(task).collect(),
            schedule: pipeline.schedule,
            started_at: pipeline.started_at,
        }),
        wit::Entity::Dashboard(dashboard) => model::Entity::Dashboard(model::Dashboard {
            common: common(dashboard.common)?,
            charts: paths(dashboard.charts)?,
            data_models: data_models(dashboard.data_models)?,
        }),
        wit::Entity::Chart(chart) => {
            model::Entity::Chart(model::Chart { common: common(chart.common)?, kind: chart.kind })
        }
        wit::Entity::DashboardDataModel(found) => model::Entity::DashboardDataModel(data_model(found)?),
        wit::Entity::Container(container) => model::Entity::Container(self::container(container)?),
        wit::Entity::Other(other) => model::Entity::Other(model::Other {
            common: common(other.common)?,
            body: json("body", &other.body)?,
            entity_type: other.entity_type,
        }),
    })
}

pub(super) fn paths(paths: Vec<Vec<String>>) -> Result<Vec<EntityPath>, Error> {
    paths.into_iter().map(EntityPath::new).collect()
}

fn common(common: wit::Common) -> Result<model::Common, Error> {
    Ok(model::Common {
        path: EntityPath::new(common.path)?,
        display_name: common.display_name,
        description: common.description,
        owners: common.owners,
        tags: common.tags,
        source_url: common.source_url,
        extension: extension(common.extension)?,
    })
}

fn table(table: wit::Table) -> Result<model::Table, Error> {
    Ok(model::Table {
        common: common(table.common)?,
        kind: table_kind(table.kind),
        columns: columns(table.columns)?,
        keys: table.keys.into_iter().map(key).collect::<Result<_, _>>()?,
        partitioned_by: table.partitioned_by.into_iter().map(partition).collect(),
        definition: table.definition,
        location: table.location,
        file_format: table.file_format,
        retention: table.retention,
        row_count: table.row_count,
        size_bytes: table.size_bytes,
        updated_at: table.updated_at,
    })
}

fn columns(flat: Vec<wit::Column>) -> Result<Vec<model::Column>, Error> {
    model::nest(flat.into_iter().map(column).collect())
}

fn column(column: wit::Column) -> FlatColumn {
    FlatColumn {
        parent: column.parent,
        column: model::Column {
            name: column.name,
            data_type: column.data_type,
            data_type_display: column.display,
            data_length: column.length,
            precision: column.precision,
            scale: column.scale,
            array_data_type: column.element_type,
            constraint: column.constraint.map(constraint),
            default_value: column.default_value,
            description: column.description,
            tags: column.tags,
            children: Vec::new(),
        },
    }
}

pub(super) fn constraint(constraint: wit::Constraint) -> model::Constraint {
    match constraint {
        wit::Constraint::Null => model::Constraint::Null,
        wit::Constraint::NotNull => model::Constraint::NotNull,
        wit::Constraint::Unique => model::Constraint::Unique,
        wit::Constraint::PrimaryKey => model::Constraint::PrimaryKey,
    }
}

pub(super) fn key(key: wit::TableKey) -> Result<model::TableKey, Error> {
    Ok(model::TableKey {
        kind: match key.kind {
            wit::KeyKind::Primary => model::KeyKind::PrimaryKey,
            wit::KeyKind::Unique => model::KeyKind::Unique,
            wit::KeyKind::Foreign => model::KeyKind::ForeignKey,
            wit::KeyKind::Sort => model::KeyKind::SortKey,
            wit::KeyKind::Dist => model::KeyKind::DistKey,
        },
        columns: key.columns,
        refers_to: key.refers_to.map(EntityPath::new).transpose()?,
        referred_columns: key.referred_columns,
    })
}

fn partition(partition: wit::PartitionColumn) -> model::PartitionColumn {
    model::PartitionColumn {
        column: partition.column,
        interval_kind: partition.interval_kind,
        interval: partition.interval,
    }
}

fn table_kind(kind: wit::TableKind) -> model::TableKind {
    match kind {
        wit::TableKind::Regular => model::TableKind::Regular,
        wit::TableKind::External => model::TableKind::External,
        wit::TableKind::View => model::TableKind::View,
        wit::TableKind::SecureView => model::TableKind::SecureView,
        wit::TableKind::MaterializedView => model::TableKind::MaterializedView,
        wit::TableKind::Partitioned => model::TableKind::Partitioned,
        wit::TableKind::Foreign => model::TableKind::Foreign,
        wit::TableKind::Local => model::TableKind::Local,
        wit::TableKind::Transient => model::TableKind::Transient,
        wit::TableKind::Iceberg => model::TableKind::Iceberg,
        wit::TableKind::Stream => model::TableKind::Stream,
    }
}

fn routine_kind(kind: wit::RoutineKind) -> model::RoutineKind {
    match kind {
        wit::RoutineKind::Procedure => model::RoutineKind::Procedure,
        wit::RoutineKind::Function => model::RoutineKind::Function,
        wit::RoutineKind::Trigger => model::RoutineKind::Trigger,
    }
}

fn topic(topic: wit::Topic) -> Result<model::Topic, Error> {
    Ok(model::Topic {
        common: common(topic.common)?,
        partitions: topic.partitions,
        replication: topic.replication,
        schema_type: topic.schema_type,
        schema_text: topic.schema_text,
        fields: columns(topic.fields)?,
        config: topic.config.into_iter().collect(),
    })
}

fn task(task: wit::Task) -> model::Task {
    model::Task {
        name: task.name,
        kind: task.kind,
        description: task.description,
        sql: task.sql,
        after: task.after,
        source_url: task.source_url,
    }
}

fn data_models(paths: Vec<Vec<String>>) -> Result<Vec<EntityPath>, Error> {
    paths.into_iter().map(|path| path_of(EntityKind::DashboardDataModel, path)).collect()
}

fn data_model(found: wit::DashboardDataModel) -> Result<model::DashboardDataModel, Error> {
    let path = path_of(EntityKind::DashboardDataModel, found.common.path.clone())?;
    Ok(model::DashboardDataModel {
        common: model::Common { path, ..common(found.common)? },
        kind: found.kind,
        columns: columns(found.columns)?,
        sql: found.sql,
        project: found.project,
    })
}

fn container(container: wit::Container) -> Result<model::Container, Error> {
    Ok(model::Container {
        common: common(container.common)?,
        prefix: container.prefix,
        size_bytes: container.size_bytes,
        objects: container.objects,
        formats: container.formats,
        fields: columns(container.fields)?,
    })
}
