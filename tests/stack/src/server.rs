//! The servers there are, by name: ports, what each needs, and which files decide what is in it. Starts nothing.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, bail};
use serde::Serialize;

/// A server of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    /// `SeaweedFS`, for its S3 gateway.
    S3,
    /// `PostgreSQL`.
    Postgres,
    /// The Iceberg REST catalog.
    Iceberg,
    /// Trino.
    Trino,
    /// `OpenBao`, which speaks Vault's API.
    OpenBao,
    /// Apache Superset, over Trino.
    Superset,
    /// Dagster's web server.
    Dagster,
}

impl Server {
    /// Every server, each after those it depends on.
    pub const ALL: [Self; 7] =
        [Self::S3, Self::Postgres, Self::OpenBao, Self::Dagster, Self::Iceberg, Self::Trino, Self::Superset];

    /// The name used on the command line and for its script, log and process id.
    pub fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Postgres => "postgres",
            Self::Iceberg => "iceberg",
            Self::Trino => "trino",
            Self::OpenBao => "openbao",
            Self::Superset => "superset",
            Self::Dagster => "dagster",
        }
    }

    /// The loopback port it listens on.
    pub fn port(self) -> u16 {
        match self {
            Self::S3 => 19000,
            Self::Postgres => 15432,
            Self::Iceberg => 18181,
            Self::Trino => 18080,
            Self::OpenBao => 18200,
            Self::Superset => 18088,
            Self::Dagster => 13070,
        }
    }

    /// Its base URL on loopback.
    pub fn url(self) -> String {
        let scheme = if self == Self::Postgres { "postgresql" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port())
    }

    /// The servers it cannot work without.
    pub fn depends_on(self) -> &'static [Self] {
        match self {
            Self::S3 | Self::Postgres | Self::OpenBao | Self::Dagster => &[],
            Self::Iceberg => &[Self::S3, Self::Postgres],
            Self::Trino => &[Self::S3, Self::Postgres, Self::Iceberg],
            Self::Superset => &[Self::S3, Self::Postgres, Self::Iceberg, Self::Trino],
        }
    }

    /// Files and folders of this package that decide what the server holds once it is loaded.
    pub(crate) fn inputs(self) -> &'static [&'static str] {
        match self {
            Self::S3 => &["servers/s3.sh", "data/s3.py", "dbt/artifacts"],
            Self::Postgres => &["servers/postgres.sh", "data/postgres.sql"],
            Self::Iceberg => &["servers/iceberg.sh", "servers/iceberg-pom.xml"],
            Self::Trino => {
                &["servers/trino.sh", "trino", "data/load.py", "data/scale.py", "data/sql", "dbt/run.sh", "dbt/models"]
            }
            Self::Dagster => &["servers/dagster.sh", "dagster"],
            Self::Superset => &["servers/superset.sh", "superset", "data/superset.py"],
            Self::OpenBao => &["servers/openbao.sh", "servers/openbao.hcl", "servers/openbao-policy.hcl"],
        }
    }

    /// The signal that ends it soon: `PostgreSQL` would wait for its clients on TERM.
    pub(crate) fn stop_signal(self) -> &'static str {
        if self == Self::Postgres { "INT" } else { "TERM" }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Server {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match Self::ALL.into_iter().find(|server| server.name() == name) {
            Some(server) => Ok(server),
            None => bail!("no server {name:?} in the stack: use one of {}", Self::ALL.map(Self::name).join(", ")),
        }
    }
}

/// The servers named and all they depend on, each after its dependencies.
pub(crate) fn with_dependencies(servers: &[Server]) -> Vec<Server> {
    Server::ALL
        .into_iter()
        .filter(|candidate| servers.iter().any(|server| server == candidate || server.depends_on().contains(candidate)))
        .collect()
}

/// The servers named and all that depend on them, each before its dependencies.
pub(crate) fn with_dependents(servers: &[Server]) -> Vec<Server> {
    let affected = |candidate: &Server| {
        servers.iter().any(|server| server == candidate || candidate.depends_on().contains(server))
    };
    Server::ALL.into_iter().rev().filter(affected).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_come_first_and_are_complete() {
        assert_eq!(with_dependencies(&[Server::Trino]), [Server::S3, Server::Postgres, Server::Iceberg, Server::Trino]);
        assert_eq!(with_dependencies(&[Server::OpenBao]), [Server::OpenBao]);
        for (position, server) in Server::ALL.iter().enumerate() {
            for needed in server.depends_on() {
                assert!(Server::ALL[..position].contains(needed), "{server} before {needed}");
                assert!(
                    needed.depends_on().iter().all(|indirect| server.depends_on().contains(indirect)),
                    "{server} lacks what {needed} needs"
                );
            }
        }
    }

    #[test]
    fn stopping_takes_dependents_along_first() {
        assert_eq!(with_dependents(&[Server::S3]), [Server::Superset, Server::Trino, Server::Iceberg, Server::S3]);
    }

    #[test]
    fn names_parse_and_a_wrong_one_lists_the_right_ones() {
        for server in Server::ALL {
            assert_eq!(server.name().parse::<Server>().unwrap(), server);
        }
        assert!(
            "minio"
                .parse::<Server>()
                .unwrap_err()
                .to_string()
                .contains("s3, postgres, openbao, dagster, iceberg, trino, superset")
        );
    }
}
