//! Finds plugins: every folder with a plugin.toml below the configured folders. Never loads one.

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::manifest::Manifest;

/// A plugin that was found.
#[derive(Debug, Clone)]
pub struct Located {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

impl Located {
    /// The component's file.
    pub fn wasm(&self) -> PathBuf {
        self.folder.join(&self.manifest.wasm)
    }
}

/// Looks into `folders` in order: a folder that has a plugin.toml itself, or whose sub-folders have one. Of two
/// plugins with one name the first wins. Broken ones are reported beside the good ones, so that one bad plugin does
/// not hide the rest.
pub fn locate(folders: &[PathBuf]) -> (Vec<Located>, Vec<Error>) {
    let (mut found, mut broken): (Vec<Located>, Vec<Error>) = (Vec::new(), Vec::new());
    for folder in folders {
        if !folder.is_dir() {
            let message = format!("the plugin folder {} does not exist", folder.display());
            broken.push(Error::new(ErrorKind::NotFound, message));
        }
        for candidate in candidates(folder) {
            match read(&candidate).and_then(|plugin| alone(plugin, &found)) {
                Ok(plugin) => found.push(plugin),
                Err(error) => broken.push(error),
            }
        }
    }
    found.sort_by(|a, b| a.manifest.name.cmp(&b.manifest.name));
    (found, broken)
}

fn candidates(folder: &Path) -> Vec<PathBuf> {
    if folder.join("plugin.toml").is_file() {
        return vec![folder.to_owned()];
    }
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.join("plugin.toml").is_file()).collect();
    folders.sort();
    folders
}

/// A second plugin of a name is told, so that nobody wonders why it is never run.
fn alone(plugin: Located, found: &[Located]) -> Result<Located, Error> {
    let Some(other) = found.iter().find(|other| other.manifest.name == plugin.manifest.name) else {
        return Ok(plugin);
    };
    let (name, first) = (&plugin.manifest.name, other.folder.display());
    let message =
        format!("there are two plugins `{name}`: the one in {first} is used, not {}", plugin.folder.display());
    Err(Error::new(ErrorKind::Manifest, message))
}

fn read(folder: &Path) -> Result<Located, Error> {
    let manifest = Manifest::read(&folder.join("plugin.toml"))?;
    let located = Located { folder: folder.to_owned(), manifest };
    if located.wasm().is_file() {
        return Ok(located);
    }
    let message =
        format!("plugin `{}` has no component: {} is missing", located.manifest.name, located.wasm().display());
    Err(Error::new(ErrorKind::Manifest, message).with("file", folder.join("plugin.toml").display().to_string()))
}
