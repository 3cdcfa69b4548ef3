//! Where the server keeps each kind of entity and service. Data only.

use metahost_model::{EntityKind, ServiceKind};

/// What a collection can be listed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedBy {
    /// `service=`
    Service,
    /// `database=`
    Database,
    /// `databaseSchema=`
    Schema,
}

/// A collection of the API.
#[derive(Debug, Clone, Copy)]
pub struct Collection {
    /// Its path below `/api/v1`.
    pub path: &'static str,
    /// What it can be listed by.
    pub listed_by: ListedBy,
    /// Whether it takes many entities in one call, where the version does.
    pub has_bulk: bool,
}

/// The collection of a kind; none for kinds without one of their own.
pub fn of(kind: EntityKind) -> Option<Collection> {
    let collection = |path, listed_by, has_bulk| Some(Collection { path, listed_by, has_bulk });
    match kind {
        EntityKind::Database => collection("databases", ListedBy::Service, true),
        EntityKind::DatabaseSchema => collection("databaseSchemas", ListedBy::Database, true),
        EntityKind::Table => collection("tables", ListedBy::Database, true),
        EntityKind::StoredProcedure => collection("storedProcedures", ListedBy::Schema, true),
        EntityKind::Container => collection("containers", ListedBy::Service, false),
        EntityKind::Topic => collection("topics", ListedBy::Service, true),
        EntityKind::Pipeline => collection("pipelines", ListedBy::Service, false),
        EntityKind::Chart => collection("charts", ListedBy::Service, true),
        EntityKind::DashboardDataModel => collection("dashboard/datamodels", ListedBy::Service, true),
        EntityKind::Dashboard => collection("dashboards", ListedBy::Service, true),
        EntityKind::Other => None,
    }
}

/// The collection of a kind that has no case of its own in the model.
pub fn of_other(entity_type: &str) -> Option<&'static str> {
    Some(match entity_type {
        "dashboardDataModel" => "dashboard/datamodels",
        "mlmodel" => "mlmodels",
        "searchIndex" => "searchIndexes",
        "apiCollection" => "apiCollections",
        "apiEndpoint" => "apiEndpoints",
        "metric" => "metrics",
        _ => return None,
    })
}

/// The collection of a kind of service.
pub const fn of_service(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::DatabaseService => "services/databaseServices",
        ServiceKind::PipelineService => "services/pipelineServices",
        ServiceKind::DashboardService => "services/dashboardServices",
        ServiceKind::StorageService => "services/storageServices",
        ServiceKind::MessagingService => "services/messagingServices",
    }
}
