//! What most commands need: the configuration, and what is made from it when it is first asked for.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use indicatif::MultiProgress;
use metahost_config::Config;
use metahost_gateway::{CassetteMode, Gateway, GatewayOptions};
use metahost_runtime::{Engine, Located, Plugin, locate};
use metahost_store::EmbeddedStore;

use crate::exit::Misconfigured;

/// The configuration and the places it names.
pub struct Context {
    /// metahost.toml.
    pub config: Config,
    /// Where bars and log lines meet.
    pub bars: MultiProgress,
}

impl Context {
    /// The way out, recording or replaying if asked to.
    pub fn gateway(&self, cassette: CassetteMode) -> Result<Gateway> {
        Ok(Gateway::new(GatewayOptions { cassette, ..self.config.gateway_options() })?)
    }

    /// The engine with its cache of compiled plugins.
    pub fn engine(&self) -> Result<Engine> {
        Ok(Engine::new(Some(self.config.state_folder().join("cache")))?)
    }

    /// The state; only one run at a time can have it.
    pub fn store(&self) -> Result<Arc<EmbeddedStore>> {
        Ok(Arc::new(EmbeddedStore::open(&self.config.state_folder().join("state.redb"))?))
    }

    /// The local catalog's file.
    pub fn catalog_file(&self) -> PathBuf {
        self.config.state_folder().join("catalog.redb")
    }

    /// The plugins there are. What is broken, hidden or missing is warned of and left out.
    pub fn plugins(&self) -> Vec<Located> {
        let (found, broken) = locate(&self.config.plugin_folders());
        for error in broken {
            tracing::warn!(%error, "a plugin is left out");
        }
        found
    }

    /// The plugin of this name, not loaded yet.
    pub fn plugin(&self, name: &str) -> Result<Located> {
        let (found, broken) = locate(&self.config.plugin_folders());
        let folders: Vec<String> =
            self.config.plugin_folders().iter().map(|folder| folder.display().to_string()).collect();
        let here = found.iter().map(|plugin| format!("found: {}", plugin.manifest.name));
        let seen: Vec<String> = here.chain(broken.iter().map(|error| format!("left out: {error}"))).collect();
        let seen = if seen.is_empty() { "none was found".to_owned() } else { seen.join("; ") };
        let missing = Misconfigured(format!(
            "there is no plugin `{name}` in {} ({seen}); put its .wasm and plugin.toml there, or set `plugins` in [project]",
            folders.join(", ")
        ));
        found.into_iter().find(|plugin| plugin.manifest.name == name).ok_or_else(|| missing.into())
    }

    /// Warns of sources that no asset reads: under another name than a built-in asset expects, nothing would ever run.
    pub fn warn_of_unread(&self) {
        let assets = self.config.assets();
        let is_unread = |name: &str| !assets.iter().any(|asset| asset.source == name);
        for source in self.config.sources().iter().filter(|source| is_unread(&source.name)) {
            let name = &source.name;
            tracing::warn!(
                "no asset reads the source `{name}`; add one: [assets.{name}_metadata] with source = \"{name}\" and kind = \"metadata\""
            );
        }
    }

    /// Loads a plugin.
    pub async fn load(&self, engine: &Engine, name: &str) -> Result<Arc<Plugin>> {
        let located = self.plugin(name)?;
        let plugin = Plugin::load(engine, &located).await;
        Ok(Arc::new(plugin.with_context(|| format!("plugin `{name}` can't be loaded"))?))
    }
}
