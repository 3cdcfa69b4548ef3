//! metahost.toml as a whole: read, checked across its sections, and asked by name. Looks up no secret.

use std::io;
use std::path::{Path, PathBuf};

use metahost_gateway::GatewayOptions;

use crate::assemble::assemble;
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::read::{Reading, did_you_mean};
use crate::section::{
    AssetKind, AssetSection, Environment, Identity, Log, Network, Project, Run, Schedule, Source, Vault,
};

/// An asset: one kind of what a source has, as it is run, scheduled and listed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Asset {
    /// Its name.
    pub name: String,
    /// The source it reads.
    pub source: String,
    /// The plugin that reads it.
    pub plugin: String,
    /// What it brings.
    pub kind: AssetKind,
    /// The schedules it is part of.
    pub schedules: Vec<String>,
    /// Whether its source is configured, so that it can run.
    pub configured: bool,
}

/// A checked configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// `[project]`.
    pub project: Project,
    /// `[run]`.
    pub run: Run,
    /// `[log]`.
    pub log: Log,
    /// `[network]`.
    pub network: Network,
    /// `[identity]`.
    pub identity: Identity,
    /// `[vault]`.
    pub vault: Option<Vault>,
    pub(crate) file: PathBuf,
    pub(crate) environments: Vec<Environment>,
    pub(crate) sources: Vec<Source>,
    pub(crate) assets: Vec<AssetSection>,
    pub(crate) schedules: Vec<Schedule>,
}

impl Config {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| cannot_read(path, &error))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
            let problem = Problem::new(ErrorKind::Syntax, "", "this is not UTF-8").in_file(path);
            Problem { line: Some(line), column: Some(1), ..problem }.help("save the file as UTF-8")
        })?;
        Self::parse(&text, path)
    }

    /// Checks a text. `path` is where it comes from: shown in errors, and the start of relative paths.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        Reading::new(path, text).whole(|root| assemble(&root, path))
    }

    /// The file this was read from.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// A path of the file, which starts at the file's folder unless it is absolute.
    pub fn resolve(&self, path: impl AsRef<Path>) -> PathBuf {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        folder.join(path.as_ref().strip_prefix(".").unwrap_or(path.as_ref()))
    }

    /// The folders of plugins.
    pub fn plugin_folders(&self) -> Vec<PathBuf> {
        self.project.plugins.iter().map(|folder| self.resolve(folder)).collect()
    }

    /// The folder of state, catalog and cache.
    pub fn state_folder(&self) -> PathBuf {
        self.resolve(&self.project.state)
    }

    /// How the gateway is set up, but for recording and replaying.
    pub fn gateway_options(&self) -> GatewayOptions {
        let options = self.network.gateway_options();
        GatewayOptions { ca_files: options.ca_files.iter().map(|file| self.resolve(file)).collect(), ..options }
    }

    /// All environments: the built-in ones, then those added.
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    /// An environment by name; none is the project's own choice.
    pub fn environment(&self, name: Option<&str>) -> Result<&Environment> {
        let name = name.unwrap_or(&self.project.environment);
        let names = self.environments.iter().map(|environment| environment.name.as_str());
        let found = self.environments.iter().find(|environment| environment.name == name);
        found.ok_or_else(|| unknown("environment", name, names, "environments are"))
    }

    /// All configured sources, by name.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// A source by name.
    pub fn source(&self, name: &str) -> Result<&Source> {
        let names = self.sources.iter().map(|source| source.name.as_str());
        let found = self.sources.iter().find(|source| source.name == name);
        found.ok_or_else(|| unknown("source", name, names, "configured sources are"))
    }

    /// All assets: the built-in ones, then those added.
    pub fn assets(&self) -> Vec<Asset> {
        self.assets.iter().map(|section| self.describe(section)).collect()
    }

    /// An asset by name.
    pub fn asset(&self, name: &str) -> Result<Asset> {
        let names = self.assets.iter().map(|asset| asset.name.as_str());
        let found = self.assets.iter().find(|asset| asset.name == name);
        found.map(|section| self.describe(section)).ok_or_else(|| unknown("asset", name, names, "assets are"))
    }

    /// All schedules: the built-in ones, then those added.
    pub fn schedules(&self) -> &[Schedule] {
        &self.schedules
    }

    fn describe(&self, section: &AssetSection) -> Asset {
        let source = self.sources.iter().find(|source| source.name == section.source);
        let schedules = self.schedules.iter().filter(|schedule| schedule.assets.contains(&section.name));
        Asset {
            name: section.name.clone(),
            source: section.source.clone(),
            plugin: source.map_or_else(|| section.source.clone(), |source| source.plugin.clone()),
            kind: section.kind,
            schedules: schedules.map(|schedule| schedule.name.clone()).collect(),
            configured: source.is_some(),
        }
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> Error {
    let problem = if error.kind() == io::ErrorKind::NotFound {
        Problem::new(ErrorKind::ConfigMissing, "", "there is no such configuration file")
            .help("`metahost init` writes one to start from; `--config PATH` names another")
    } else {
        Problem::new(ErrorKind::Unreadable, "", format!("the configuration can't be read: {error}"))
    };
    problem.in_file(path).into()
}

fn unknown<'n>(what: &str, name: &str, names: impl Iterator<Item = &'n str> + Clone, list: &str) -> Error {
    let problem = Problem::new(ErrorKind::UnknownName, name, format!("there is no {what} `{name}`"));
    problem.help(did_you_mean(name, names, list)).into()
}
