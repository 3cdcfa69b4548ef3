//! Entities as sources describe them: no ids, no versions, nothing a server adds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;
use crate::column::Column;
use crate::column_names::ColumnNames;
use crate::fqn::Fqn;
use crate::kind::EntityKind;
use crate::path::EntityPath;

/// What every entity has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Common {
    /// Where it lives in its service.
    pub path: EntityPath,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Owners as the source knows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// Fully qualified tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// Custom properties.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extension: BTreeMap<String, Value>,
}

/// OpenMetadata's kinds of table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are OpenMetadata's table types")]
pub enum TableKind {
    #[default]
    Regular,
    External,
    View,
    SecureView,
    MaterializedView,
    Partitioned,
    Foreign,
    Local,
    Transient,
    Iceberg,
    Stream,
}

/// Kinds of key over one or more columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are SQL's")]
pub enum KeyKind {
    PrimaryKey,
    Unique,
    ForeignKey,
    SortKey,
    DistKey,
}

/// A key over one or more columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableKey {
    /// Which kind.
    pub kind: KeyKind,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// The table a foreign key points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refers_to: Option<EntityPath>,
    /// The columns it points to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referred_columns: Vec<String>,
}

/// One part of a partitioning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionColumn {
    /// The column partitioned by.
    pub column: String,
    /// OpenMetadata's interval type.
    pub interval_kind: String,
    /// The transform or unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
}

/// A table, view or materialized view.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// What kind of table.
    pub kind: TableKind,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Keys over columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<TableKey>,
    /// Partitioning, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partitioned_by: Vec<PartitionColumn>,
    /// The SQL of a view, or the DDL of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// Where its files lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Format of its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_format: Option<String>,
    /// ISO-8601 duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// Rows, as the source counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_count: Option<u64>,
    /// Bytes stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// When its rows last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// Kinds of stored code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are SQL's")]
pub enum RoutineKind {
    Procedure,
    Function,
    Trigger,
}

/// Code stored in a database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Routine {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// What kind of code.
    pub kind: RoutineKind,
    /// Its language.
    pub language: String,
    /// Its text.
    pub code: String,
}

/// A topic of a message broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Topic {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// How many partitions.
    pub partitions: u32,
    /// How many replicas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication: Option<u32>,
    /// "Avro", "JSON", "Protobuf" or "None".
    pub schema_type: String,
    /// The schema as registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_text: Option<String>,
    /// Its fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Column>,
    /// Broker settings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
}

/// A step of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Unique in its pipeline.
    pub name: String,
    /// What kind of step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The SQL it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// Names of the tasks it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
}

/// A pipeline with its tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pipeline {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// Its steps.
    pub tasks: Vec<Task>,
    /// Cron expression or the source's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// When it first ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chart {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// OpenMetadata's chart type.
    pub kind: String,
}

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// Charts of the same service.
    pub charts: Vec<EntityPath>,
    /// Data models of the same service.
    pub data_models: Vec<EntityPath>,
}

/// A dataset of a dashboard service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DashboardDataModel {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// OpenMetadata's data model type.
    pub kind: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The SQL it is defined by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// The project or folder it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
}

/// A bucket or a prefix of a storage service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// The prefix inside its bucket.
    pub prefix: String,
    /// Bytes stored below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Objects below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<u64>,
    /// File formats found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<String>,
    /// The columns of its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Column>,
}

/// Any kind without a case of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Other {
    /// Name, description, owners, tags.
    #[serde(flatten)]
    pub common: Common,
    /// OpenMetadata's entity type.
    pub entity_type: String,
    /// Its create request.
    pub body: Value,
}

/// One entity of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "entityType", content = "entity")]
#[expect(missing_docs, reason = "each case is named as its type")]
pub enum Entity {
    Database(Common),
    DatabaseSchema(Common),
    Table(Table),
    StoredProcedure(Routine),
    Topic(Topic),
    Pipeline(Pipeline),
    Dashboard(Dashboard),
    Chart(Chart),
    DashboardDataModel(DashboardDataModel),
    Container(Container),
    Other(Other),
}

impl Entity {
    /// What kind it is.
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::Database(_) => EntityKind::Database,
            Self::DatabaseSchema(_) => EntityKind::DatabaseSchema,
            Self::Table(_) => EntityKind::Table,
            Self::StoredProcedure(_) => EntityKind::StoredProcedure,
            Self::Topic(_) => EntityKind::Topic,
            Self::Pipeline(_) => EntityKind::Pipeline,
            Self::Dashboard(_) => EntityKind::Dashboard,
            Self::Chart(_) => EntityKind::Chart,
            Self::DashboardDataModel(_) => EntityKind::DashboardDataModel,
            Self::Container(_) => EntityKind::Container,
            Self::Other(_) => EntityKind::Other,
        }
    }

    /// What it shares with every other.
    pub fn common(&self) -> &Common {
        match self {
            Self::Database(common) | Self::DatabaseSchema(common) => common,
            Self::Table(table) => &table.common,
            Self::StoredProcedure(routine) => &routine.common,
            Self::Topic(topic) => &topic.common,
            Self::Pipeline(pipeline) => &pipeline.common,
            Self::Dashboard(dashboard) => &dashboard.common,
            Self::Chart(chart) => &chart.common,
            Self::DashboardDataModel(model) => &model.common,
            Self::Container(container) => &container.common,
            Self::Other(other) => &other.common,
        }
    }

    /// Where it lives in its service.
    pub fn path(&self) -> &EntityPath {
        &self.common().path
    }

    /// Whether it belongs to no service, as metrics do.
    pub fn is_global(&self) -> bool {
        matches!(self, Self::Other(other) if other.entity_type == "metric")
    }

    /// The names of its columns, if it is a table.
    pub fn column_names(&self) -> ColumnNames {
        let Self::Table(table) = self else { return ColumnNames::default() };
        table.columns.iter().map(|column| &column.name).collect()
    }

    /// Its fully qualified name.
    pub fn fqn(&self, service: &str) -> Fqn {
        if self.is_global() { Fqn::of_service(self.path().name()) } else { Fqn::new(service, self.path()) }
    }
}
