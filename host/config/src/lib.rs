//! metahost.toml, environments, assets, schedules, and secrets by reference. Never runs anything, and never holds a
//! secret it was not asked for.

mod assemble;
mod built_in;
mod config;
mod error;
mod plugin_config;
mod read;
mod schema;
mod secret;
mod section;
mod starter;

pub use config::{Asset, Config};
pub use error::{Error, ErrorKind, Problem, Result};
pub use schema::json_schema;
pub use secret::{Availability, BadReference, SecretRef, Secrets, TextOrRef, process_environment};
pub use section::{
    AssetKind, AwsBase, AwsRoleSpec, AwsSpec, AwsTokenSpec, CredentialSpec, CustomMetric, Environment, FILTERED,
    FilterPattern, Filters, GrantedFolder, Grants, Identity, KvVersion, Limits, Log, LogLevel, Network, OpenMetadata,
    Partition, PartitionValues, Profile, ProfileDepth, ProfileTables, Project, Run, Sample, SampleMethod, SampleSize,
    Schedule, ScheduleStatus, Sink, Source, Test, Vault, VaultAuth,
};
pub use starter::starter;
