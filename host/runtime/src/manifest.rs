//! plugin.toml: what a plugin is and all it asks for. Never grants anything.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use metahost_model::ServiceKind;
use serde::Deserialize;

use crate::error::{Error, ErrorKind};

/// The contract this host speaks, as major.minor.
pub(crate) const CONTRACT: &str = "0.1";

/// Imports a plugin may ask for.
const KNOWN_IMPORTS: [&str; 7] = ["log", "state", "sink", "http", "database", "filesystem", "clock"];

/// plugin.toml.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// Unique name.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// Version of the contract it was built for.
    pub contract: String,
    /// The component's file, beside plugin.toml.
    pub wasm: PathBuf,
    /// One line for people.
    pub description: String,
    /// What its records hang below, where that is to be known before it runs. The component says the same.
    pub service: Option<ServiceNote>,
    /// All it asks for.
    #[serde(default)]
    pub requests: Requests,
    /// Limits it would like; the operator's win.
    #[serde(default)]
    pub limits: WantedLimits,
}

/// The service that a plugin reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceNote {
    /// OpenMetadata's service kind.
    pub kind: ServiceKind,
    /// OpenMetadata's service type.
    #[serde(rename = "type")]
    pub service_type: String,
}

/// All a plugin asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requests {
    /// Interfaces of the contract, "filesystem" (folders the operator grants, read-only), "clock" (the wall clock).
    #[serde(default)]
    pub imports: BTreeSet<String>,
    /// JSON pointers into the configuration whose origins it wants to reach.
    #[serde(default)]
    pub origins_from: Vec<String>,
}

/// Limits a plugin would like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WantedLimits {
    /// Linear memory.
    pub memory_mib: Option<u64>,
    /// CPU time between two host calls.
    pub cpu_ms: Option<u64>,
}

impl Manifest {
    /// Reads and checks one.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let wrong = |message: String| Error::new(ErrorKind::Manifest, message).with("file", path.display().to_string());
        let text =
            std::fs::read_to_string(path).map_err(|error| wrong(format!("plugin.toml can't be read: {error}")))?;
        let manifest: Self = toml::from_str(&text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?;
        manifest.check().map_err(wrong)?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        let name_ok = !self.name.is_empty() && self.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if !name_ok {
            return Err(format!("`name` is `{}`; letters, digits, - and _ are possible", self.name));
        }
        if self.contract != CONTRACT {
            return Err(format!("`contract` is {}, this host speaks {CONTRACT}", self.contract));
        }
        if self.wasm.components().count() != 1 || self.wasm.is_absolute() {
            return Err(format!("`wasm` is {}; the file must lie beside plugin.toml", self.wasm.display()));
        }
        match self.requests.imports.iter().find(|import| !KNOWN_IMPORTS.contains(&import.as_str())) {
            Some(import) => Err(format!("`requests.imports` names `{import}`; known are {}", KNOWN_IMPORTS.join(", "))),
            None => Ok(()),
        }
    }
}
