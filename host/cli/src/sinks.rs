//! Where a run writes: the environment's server, the local catalog, or lines of JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use metahost_catalog::{Catalog, JsonLines, LocalCatalog, OpenMetadata, OpenMetadataOptions};
use metahost_config::{Environment, Secrets, Sink};
use metahost_gateway::{Access, Credential, Gateway, HttpLimits, OriginRule};

use crate::args::SinkArg;
use crate::context::Context;
use crate::exit::Misconfigured;

/// The credential slot of the server's token.
const SLOT: &str = "openmetadata";

/// What the command line says about the sink.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// The environment.
    pub environment: Option<&'a str>,
    /// Instead of what the environment says.
    pub sink: Option<SinkArg>,
    /// The file for lines of JSON.
    pub output: &'a Path,
}

/// Opens the catalog that was chosen.
pub async fn open(
    context: &Context,
    gateway: &Gateway,
    secrets: &Secrets,
    choice: Choice<'_>,
) -> Result<Arc<dyn Catalog>> {
    let environment = context.config.environment(choice.environment)?;
    let sink = match choice.sink {
        Some(SinkArg::Openmetadata) => Sink::OpenMetadata,
        Some(SinkArg::Local) => Sink::Local,
        Some(SinkArg::Jsonl) => Sink::Jsonl,
        None => environment.sink,
    };
    Ok(match sink {
        Sink::OpenMetadata => Arc::new(connect(environment, gateway, secrets).await?),
        Sink::Local => Arc::new(LocalCatalog::open(&context.catalog_file())?),
        Sink::Jsonl if choice.output == Path::new("-") => Arc::new(JsonLines::stdout()?),
        Sink::Jsonl => Arc::new(JsonLines::file(choice.output)?),
    })
}

/// Connects to an environment's server.
pub async fn connect(environment: &Environment, gateway: &Gateway, secrets: &Secrets) -> Result<OpenMetadata> {
    let name = &environment.name;
    let server = environment.openmetadata.as_ref().ok_or_else(|| {
        Misconfigured(format!("environment `{name}` has no server; add `openmetadata = {{ url = ..., token = ... }}` to [environments.{name}]"))
    })?;
    let token = secrets.resolve(&server.token).await.with_context(|| format!("the token of environment `{name}`"))?;
    let access = Access {
        settings: format!("environments.{name}.openmetadata"),
        origins: vec![OriginRule::from_url(server.url.as_str())?],
        credentials: BTreeMap::from([(SLOT.to_owned(), Credential::Bearer { token })]),
        limits: HttpLimits {
            max_in_flight: server.in_flight as usize,
            timeout: server.timeout,
            ..HttpLimits::default()
        },
        allow_private: true,
        // What a run writes is no part of what its sources said.
        recorded: false,
        ..Access::new("catalog")
    };
    let options = OpenMetadataOptions {
        credential: Some(SLOT.to_owned()),
        concurrency: server.in_flight as usize,
        ..OpenMetadataOptions::new(server.url.as_str())
    };
    Ok(OpenMetadata::connect(gateway.client(access), options).await?)
}
