//! Looks secrets up when they are needed and not before: a run that needs none asks nobody. What was found, or not
//! found, counts for the rest of the run.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use metahost_gateway::{Gateway, Secret};
use tokio::sync::Mutex;

use super::local::Local;
use super::vault::VaultClient;
use super::{SecretRef, Unavailable};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::section::{Environment, Source};

/// Looks secrets up. Cheap to clone; clones share what was found.
#[derive(Clone)]
pub struct Secrets(Arc<Inner>);

struct Inner {
    local: Local,
    vault: Option<VaultClient>,
    gateway: Gateway,
    known: Mutex<BTreeMap<SecretRef, Result<Secret>>>,
}

/// Whether all the secrets of something can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// They can.
    Ready,
    /// At least one cannot.
    Unavailable {
        /// Which, and why.
        why: Error,
    },
}

/// The environment of this process.
pub fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Secrets {
    /// Secrets of this configuration. `environment` looks up variables: [`process_environment`] but for tests.
    pub fn new(
        config: &Config,
        gateway: Gateway,
        environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let folder = config.file().parent().unwrap_or(Path::new("")).to_owned();
        Self(Arc::new(Inner {
            local: Local { folder, environment: Box::new(environment) },
            vault: config.vault.clone().map(|settings| VaultClient::new(settings, gateway.clone())),
            gateway,
            known: Mutex::default(),
        }))
    }

    /// The secret. The gateway masks it from now on.
    pub async fn resolve(&self, reference: &SecretRef) -> Result<Secret> {
        // Held while Vault is asked: two who need the same secret ask once.
        let mut known = self.0.known.lock().await;
        if let Some(found) = known.get(reference) {
            return found.clone();
        }
        let found = self.look_up(reference).await.map_err(|why| why.of(reference));
        known.insert(reference.clone(), found.clone());
        found
    }

    /// Whether a source's secrets can be had.
    pub async fn availability(&self, source: &Source) -> Availability {
        self.credentials(source).await.map(drop).into()
    }

    /// Whether the secrets of where an environment's records go can be had.
    pub async fn sink_availability(&self, environment: &Environment) -> Availability {
        match environment.server() {
            Some(server) => self.resolve(&server.token).await.map(drop).into(),
            None => Availability::Ready,
        }
    }

    pub(super) fn is_replaying(&self) -> bool {
        self.0.gateway.is_replaying()
    }

    /// Where relative paths start.
    pub(super) fn folder(&self) -> &Path {
        &self.0.local.folder
    }

    /// A variable of the environment that is no secret.
    pub(super) fn environment(&self, name: &str) -> Option<String> {
        (self.0.local.environment)(name)
    }

    async fn look_up(&self, reference: &SecretRef) -> Result<Secret, Unavailable> {
        let inner = &self.0;
        let secret = match (reference, &inner.vault) {
            (SecretRef::Env(name), _) => inner.local.env(name),
            (SecretRef::File(path), _) => inner.local.file(path),
            (SecretRef::Vault { mount, path, field }, Some(vault)) => {
                vault.read(&inner.local, mount, path, field).await
            }
            (SecretRef::Vault { .. }, None) => {
                let help = "add `[vault]` with `address` and `auth` to metahost.toml";
                Err(Unavailable::new("no Vault is configured", help))
            }
        }?;
        let masked = inner.gateway.learn_secret(&secret);
        masked.map_err(|error| Unavailable::new(format!("it can't be kept out of logs: {error}"), "report this"))?;
        Ok(secret)
    }
}

impl From<Result<()>> for Availability {
    fn from(result: Result<()>) -> Self {
        result.map_or_else(|why| Self::Unavailable { why }, |()| Self::Ready)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("vault", &self.0.vault.is_some()).finish_non_exhaustive()
    }
}
