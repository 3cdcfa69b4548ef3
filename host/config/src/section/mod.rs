//! The sections of metahost.toml, one a file: each a typed value and how it is read.

mod asset;
mod aws;
mod credential;
mod environment;
mod filters;
mod grants;
mod identity;
mod limits;
mod profile;
mod project;
mod queries;
mod schedule;
mod source;
mod test;
mod vault;

pub use asset::AssetKind;
pub use aws::{AwsBase, AwsRoleSpec, AwsSpec, AwsTokenSpec};
pub use credential::CredentialSpec;
pub use environment::{Environment, OpenMetadata, Sink};
pub use filters::{FILTERED, FilterPattern, Filters};
pub use grants::{GrantedFolder, Grants};
pub use identity::Identity;
pub use limits::Limits;
pub use profile::{
    CustomMetric, Partition, PartitionValues, Profile, ProfileDepth, ProfileTables, Sample, SampleMethod, SampleSize,
};
pub use project::{Log, LogLevel, Network, Project, Run};
pub use queries::Queries;
pub use schedule::{Schedule, ScheduleStatus};
pub use source::Source;
pub use test::Test;
pub use vault::{KvVersion, Vault, VaultAuth};

pub(crate) use asset::{AssetSection, Known, asset};
pub(crate) use environment::environment;
pub(crate) use identity::identity;
pub(crate) use schedule::schedule;
pub(crate) use source::source;
pub(crate) use test::Tests;
