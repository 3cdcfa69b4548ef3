//! A service: the root of everything one source emits.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::fqn::Fqn;

/// OpenMetadata's kinds of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are OpenMetadata's service kinds")]
pub enum ServiceKind {
    DatabaseService,
    PipelineService,
    DashboardService,
    StorageService,
    MessagingService,
}

impl ServiceKind {
    /// OpenMetadata's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DatabaseService => "databaseService",
            Self::PipelineService => "pipelineService",
            Self::DashboardService => "dashboardService",
            Self::StorageService => "storageService",
            Self::MessagingService => "messagingService",
        }
    }

    /// Reads OpenMetadata's name.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let all = [
            Self::DatabaseService,
            Self::PipelineService,
            Self::DashboardService,
            Self::StorageService,
            Self::MessagingService,
        ];
        all.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let names: Vec<_> = all.iter().map(|kind| kind.as_str()).collect();
            Error::new(ErrorKind::Value, format!("`{text}` is no service kind; known are {}", names.join(", ")))
        })
    }
}

/// The service that a source writes below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its name, the first part of every fully qualified name below it.
    pub name: String,
    /// What kind of service.
    pub kind: ServiceKind,
    /// OpenMetadata's service type, such as "Trino".
    pub service_type: String,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// True when another source owns it and this one only adds to what is there: never created, never changed.
    #[serde(default)]
    pub borrowed: bool,
}

impl Service {
    /// Its fully qualified name.
    pub fn fqn(&self) -> Fqn {
        Fqn::of_service(&self.name)
    }
}
