//! A loaded plugin: compiled, its imports checked, linked, and asked what it is. Holds no grant and no secret.

use std::sync::Arc;

use metahost_model::ServiceKind;
use tokio_util::sync::CancellationToken;
use wasmtime::component::{Component, Linker};

use crate::bindings::SourcePre;
use crate::bindings::exports::metahost::source::connector as wit;
use crate::capability;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::imports;
use crate::instance::{HostState, Instance};
use crate::limits::Limits;
use crate::locate::Located;
use crate::manifest::Manifest;
use crate::source::Rights;

/// A place for a secret that the host keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialSlot {
    /// Named in requests and in `[sources.<name>.credentials.<slot>]`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Kinds it takes.
    pub kinds: Vec<String>,
    /// Whether the connector can do without.
    pub required: bool,
}

/// One step of the connection test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestStep {
    /// Unique.
    pub name: String,
    /// What it checks.
    pub description: String,
    /// Whether the source is unusable when it fails.
    pub mandatory: bool,
    /// Whether later steps make no sense when it fails.
    pub short_circuit: bool,
}

/// What a connector says it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptor {
    /// OpenMetadata's service type.
    pub service_type: String,
    /// OpenMetadata's service kind.
    pub service_kind: ServiceKind,
    /// What it can deliver: "entities", "lineage", "usage", "profile", "incremental", "deletes".
    pub capabilities: Vec<&'static str>,
    /// JSON Schema of the configuration.
    pub config_schema: serde_json::Value,
    /// Its credential slots.
    pub credentials: Vec<CredentialSlot>,
    /// The connection test, in order.
    pub test_steps: Vec<TestStep>,
    /// Markdown.
    pub documentation: String,
    /// Whether it answers SQL.
    pub answers_sql: bool,
}

/// A plugin that is ready to be bound to a source.
pub struct Plugin {
    manifest: Manifest,
    descriptor: Descriptor,
    pre: SourcePre<HostState>,
}

impl Plugin {
    /// Compiles (or takes from the cache), checks, links and asks it what it is.
    pub async fn load(engine: &Engine, located: &Located) -> Result<Self, Error> {
        Self::load_inner(engine, located).await.map_err(|error| error.with("plugin", located.manifest.name.clone()))
    }

    async fn load_inner(engine: &Engine, located: &Located) -> Result<Self, Error> {
        let path = located.wasm();
        let wasm = std::fs::read(&path)
            .map_err(|error| Error::new(ErrorKind::Manifest, format!("{} can't be read: {error}", path.display())))?;
        let component = engine
            .cache()
            .component(engine.inner(), &wasm)
            .map_err(|error| error.with("file", path.display().to_string()))?;
        imports::check(engine.inner(), &component, &located.manifest)?;
        let pre = link(engine, &component)?;
        let answers_sql = component.get_export_index(None, "metahost:source/sql@0.1.0").is_some();
        let descriptor = describe(&pre, &located.manifest, answers_sql).await?;
        Ok(Self { manifest: located.manifest.clone(), descriptor, pre })
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What it says it is.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    pub(crate) fn pre(&self) -> &SourcePre<HostState> {
        &self.pre
    }
}

fn link(engine: &Engine, component: &Component) -> Result<SourcePre<HostState>, Error> {
    let wrong = |error: wasmtime::Error| {
        let message = format!("the component does not fit the contract metahost:source@0.1: {error:#}");
        Error::new(ErrorKind::Contract, message)
    };
    let mut linker = Linker::new(engine.inner());
    capability::link(&mut linker).map_err(wrong)?;
    let pre = linker.instantiate_pre(component).map_err(wrong)?;
    SourcePre::new(pre).map_err(wrong)
}

/// Asks the component what it is, without any right: `describe` is pure.
async fn describe(pre: &SourcePre<HostState>, manifest: &Manifest, answers_sql: bool) -> Result<Descriptor, Error> {
    let limits = Limits { host_calls: 0, wall_s: 10, ..Limits::default() };
    let rights = Arc::new(Rights::none(&manifest.name, limits));
    let mut instance = Instance::new(pre, rights, None, CancellationToken::new()).await?;
    let said = instance.call(async |store, guest| guest.call_describe(store).await).await?;
    check(said, manifest, answers_sql).map_err(|message| Error::new(ErrorKind::Contract, message))
}

fn check(said: wit::Descriptor, manifest: &Manifest, answers_sql: bool) -> Result<Descriptor, String> {
    if said.name != manifest.name {
        return Err(format!("plugin.toml says it is `{}`, the component says `{}`", manifest.name, said.name));
    }
    let config_schema = serde_json::from_str(&said.config_schema)
        .map_err(|error| format!("its configuration schema is no JSON: {error}"))?;
    jsonschema::validator_for(&config_schema)
        .map_err(|error| format!("its configuration schema is no JSON Schema: {error}"))?;
    let service_kind = ServiceKind::parse(&said.service_kind).map_err(|error| error.to_string())?;
    if let Some(noted) = &manifest.service
        && (noted.kind, &noted.service_type) != (service_kind, &said.service_type)
    {
        let (kind, service_type) = (noted.kind.as_str(), &noted.service_type);
        let said = format!("{} `{}`", service_kind.as_str(), said.service_type);
        return Err(format!("plugin.toml says it reads a {kind} `{service_type}`, the component says a {said}"));
    }
    Ok(Descriptor {
        service_kind,
        service_type: said.service_type,
        capabilities: capabilities(said.capabilities),
        config_schema,
        credentials: said.credentials.into_iter().map(slot).collect(),
        test_steps: said.test_steps.into_iter().map(step).collect(),
        documentation: said.documentation,
        answers_sql,
    })
}

fn capabilities(said: wit::Capabilities) -> Vec<&'static str> {
    let all = [
        (wit::Capabilities::ENTITIES, "entities"),
        (wit::Capabilities::LINEAGE, "lineage"),
        (wit::Capabilities::USAGE, "usage"),
        (wit::Capabilities::PROFILE, "profile"),
        (wit::Capabilities::INCREMENTAL, "incremental"),
        (wit::Capabilities::DELETES, "deletes"),
    ];
    all.into_iter().filter(|(flag, _)| said.contains(*flag)).map(|(_, name)| name).collect()
}

fn slot(slot: wit::CredentialSlot) -> CredentialSlot {
    CredentialSlot { name: slot.name, description: slot.description, kinds: slot.kinds, required: slot.required }
}

fn step(step: wit::TestStep) -> TestStep {
    TestStep {
        name: step.name,
        description: step.description,
        mandatory: step.mandatory,
        short_circuit: step.short_circuit,
    }
}
