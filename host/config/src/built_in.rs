//! What exists without being written: three environments, twelve assets, two schedules.

use url::Url;

use crate::secret::SecretRef;
use crate::section::{AssetKind, AssetSection, Environment, OpenMetadata, Schedule, ScheduleStatus, Sink};

/// The assets, in the order they are listed.
const ASSETS: [(&str, AssetKind); 12] = [
    ("trino", AssetKind::Metadata),
    ("dbt", AssetKind::Metadata),
    ("dagster", AssetKind::Metadata),
    ("superset", AssetKind::Metadata),
    ("airbyte", AssetKind::Metadata),
    ("s3", AssetKind::Metadata),
    ("iceberg", AssetKind::Metadata),
    ("redash", AssetKind::Metadata),
    ("trino", AssetKind::Lineage),
    ("dbt", AssetKind::Lineage),
    ("trino", AssetKind::Profiling),
    ("iceberg", AssetKind::Profiling),
];

/// What must never be older than four hours.
const CRITICAL: [(&str, AssetKind); 4] = [
    ("trino", AssetKind::Metadata),
    ("dbt", AssetKind::Metadata),
    ("dbt", AssetKind::Lineage),
    ("dagster", AssetKind::Metadata),
];

/// The environments, where their servers are, and where records go if nothing is configured. dev stays on this machine:
/// a first run needs no server. Who names qa or production means the server.
const ENVIRONMENTS: [(&str, &str, Sink); 3] = [
    ("dev", "http://localhost:8585/api", Sink::Local),
    ("qa", "https://openmetadata-qa.odl.mit.edu/api", Sink::OpenMetadata),
    ("production", "https://openmetadata.odl.mit.edu/api", Sink::OpenMetadata),
];

fn asset_name((source, kind): &(&str, AssetKind)) -> String {
    format!("openmetadata__{source}__{}", kind.as_str())
}

/// The twelve assets.
pub(crate) fn assets() -> Vec<AssetSection> {
    let asset = |asset: &(&str, AssetKind)| {
        let (source, kind) = *asset;
        AssetSection { name: asset_name(asset), source: source.to_owned(), kind }
    };
    ASSETS.iter().map(asset).collect()
}

/// The two schedules. `all` are the names of all assets.
pub(crate) fn schedules(all: &[&str]) -> Vec<Schedule> {
    let schedule = |name: &str, cron: &str, assets| {
        let status = ScheduleStatus::Stopped;
        Schedule { name: name.into(), cron: cron.into(), assets, status }
    };
    vec![
        schedule("metadata_ingestion_schedule", "0 2 * * *", all.iter().map(|name| (*name).to_owned()).collect()),
        schedule("critical_metadata_schedule", "0 */4 * * *", CRITICAL.iter().map(asset_name).collect()),
    ]
}

/// The three environments.
pub(crate) fn environments() -> Vec<Environment> {
    let environment = |(name, url, sink): &(&str, &str, Sink)| {
        let openmetadata = Url::parse(url).ok().map(|url| OpenMetadata::new(url, token()));
        Environment { name: (*name).to_owned(), sink: *sink, openmetadata }
    };
    ENVIRONMENTS.iter().map(environment).collect()
}

fn token() -> SecretRef {
    let (mount, path, field) = ("secret-data", "dagster/openmetadata", "jwt_token");
    SecretRef::Vault { mount: mount.into(), path: path.into(), field: field.into() }
}
