//! A plugin bound to one configured source: its configuration, grants, credentials and limits. The effective right is
//! what the manifest asks for, cut down to what the operator grants.

use std::path::PathBuf;
use std::sync::Arc;

use metahost_gateway::Client;
use metahost_store::Store;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::bindings::exports::metahost::source::connector::Guest;
use crate::bindings::metahost::source::types;
use crate::capability::ProgressListener;
use crate::convert::failed;
use crate::error::{Error, ErrorKind};
use crate::instance::{HostState, Instance, Output};
use crate::limits::Limits;
use crate::plugin::Plugin;

/// A folder a guest may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Where it is.
    pub host: PathBuf,
    /// Where the guest sees it.
    pub guest: String,
}

/// What the operator grants beyond the contract's own interfaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Folders, read-only.
    pub folders: Vec<Folder>,
    /// The wall clock.
    pub clock: bool,
}

/// Everything about a configured source.
pub struct SourceSpec {
    /// Its name in the configuration.
    pub name: String,
    /// What the plugin is configured with.
    pub config: Value,
    /// Its way out, already bound to the granted origins and credentials.
    pub client: Client,
    /// Where its state is kept.
    pub store: Arc<dyn Store>,
    /// What else it is granted.
    pub grants: Grants,
    /// What each piece of its work may use.
    pub limits: Limits,
    /// Who wants to hear of its progress.
    pub listener: Option<Arc<dyn ProgressListener>>,
}

/// What an instance may do.
pub(crate) struct Rights {
    pub(crate) source: String,
    pub(crate) plugin: String,
    pub(crate) client: Option<Client>,
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) grants: Grants,
    pub(crate) limits: Limits,
    pub(crate) listener: Option<Arc<dyn ProgressListener>>,
}

impl Rights {
    /// No right at all.
    pub(crate) fn none(plugin: &str, limits: Limits) -> Self {
        Self {
            source: String::new(),
            plugin: plugin.to_owned(),
            client: None,
            store: None,
            grants: Grants::default(),
            limits,
            listener: None,
        }
    }

    /// What a guest says, without the secrets that its source may have repeated to it.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.client.as_ref().map_or_else(|| text.to_owned(), |client| client.redact(text))
    }

    /// A guest's error as the host's, cleaned likewise.
    pub(crate) fn failed(&self, error: types::Error) -> Error {
        failed(error).map_text(|text| self.clean(text))
    }
}

/// A source that can be tested and read.
pub struct Source {
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) rights: Arc<Rights>,
    config: String,
}

impl Source {
    /// Binds a plugin; refuses a configuration that its schema refuses, and grants that its manifest does not ask for.
    pub fn bind(plugin: Arc<Plugin>, spec: SourceSpec) -> Result<Self, Error> {
        validate(&plugin, &spec)?;
        let config = spec.config.to_string();
        let rights = Rights {
            source: spec.name,
            plugin: plugin.manifest().name.clone(),
            client: Some(spec.client),
            store: Some(spec.store),
            grants: spec.grants,
            limits: spec.limits,
            listener: spec.listener,
        };
        Ok(Self { plugin, rights: Arc::new(rights), config })
    }

    /// One step of the connection test.
    pub async fn test(&self, step: &str, cancel: &CancellationToken) -> Result<String, Error> {
        let mut instance = self.open(None, cancel).await?;
        let said = instance.call(async |store, guest: &Guest| guest.call_test(store, step).await).await?;
        close(&mut instance).await?;
        said.map(|said| self.rights.clean(&said)).map_err(|error| self.rights.failed(error).with("step", step))
    }

    /// An instance with the connector open.
    pub(crate) async fn open(&self, output: Option<Output>, cancel: &CancellationToken) -> Result<Instance, Error> {
        let mut instance = Instance::new(self.plugin.pre(), Arc::clone(&self.rights), output, cancel.clone()).await?;
        instance
            .call(async |store, guest: &Guest| guest.call_open(store, &self.config).await)
            .await?
            .map_err(|error| self.rights.failed(error))?;
        Ok(instance)
    }
}

/// Lets the connector release what its source holds for it.
pub(crate) async fn close(instance: &mut Instance) -> Result<(), Error> {
    instance.call(async |store: &mut wasmtime::Store<HostState>, guest: &Guest| guest.call_close(store).await).await
}

fn validate(plugin: &Plugin, spec: &SourceSpec) -> Result<(), Error> {
    let asked = &plugin.manifest().requests.imports;
    for (granted, import) in [(!spec.grants.folders.is_empty(), "filesystem"), (spec.grants.clock, "clock")] {
        if granted && !asked.contains(import) {
            let message = format!(
                "source `{}` grants `{import}`, which plugin `{}` never asks for",
                spec.name,
                plugin.manifest().name
            );
            return Err(Error::new(ErrorKind::NotGranted, message)
                .with("remedy", format!("remove it from [sources.{}.grants]", spec.name)));
        }
    }
    let validator = jsonschema::validator_for(&plugin.descriptor().config_schema)
        .map_err(|error| Error::new(ErrorKind::Contract, error.to_string()))?;
    let problems: Vec<String> = validator.iter_errors(&spec.config).map(|error| describe(&error)).collect();
    if problems.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the configuration of source `{}` is not what plugin `{}` takes: {}",
        spec.name,
        plugin.manifest().name,
        problems.join("; ")
    );
    Err(Error::new(ErrorKind::Config, message)
        .with("setting", format!("[sources.{}.config]", spec.name))
        .with("remedy", format!("`metahost plugins show {}` lists the keys", plugin.manifest().name)))
}

fn describe(error: &jsonschema::ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    if place.is_empty() { error.to_string() } else { format!("{place}: {error}") }
}
