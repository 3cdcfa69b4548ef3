//! Where artifacts lie: a granted folder, an HTTP base, an S3 prefix or dbt Cloud, behind one small trait.
//! Never looks into an artifact.

mod answer;
pub mod cloud;
mod folder;
mod http;
mod pattern;
mod s3;

use std::io::Read;

use metahost_plugin_sdk::Result;

pub use pattern::Pattern;

use crate::config::Config;

/// Credential slot that signs every request.
pub const CREDENTIAL: &str = "artifacts";

/// A file that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its path below the location, with `/`.
    pub name: String,
    /// Bytes, where the location tells.
    pub size: Option<u64>,
    /// When it was last written, in a form that sorts; where the location tells.
    pub modified: Option<String>,
}

/// What a place knows about a project beside its artifacts.
#[derive(Debug, Default)]
pub struct About {
    /// The jobs that build it.
    pub job: Option<String>,
    /// For the log: where the manifest is from.
    pub fields: Vec<(&'static str, String)>,
    /// What can't be read, and why.
    pub left_out: Vec<(String, String)>,
}

/// A file's bytes, read piece by piece.
pub type Bytes = Box<dyn Read>;

/// A place with artifacts.
pub trait Location {
    /// For messages: what an operator would recognise.
    fn label(&self) -> String;

    /// Whether it is there and may be listed; says what was found.
    fn check(&self) -> Result<String>;

    /// What to do where there is no manifest.
    fn none_found(&self) -> &'static str {
        "check the setting `manifest`"
    }

    /// Results since this moment are asked for, where there is more than can be read.
    fn since(&mut self, _since: Option<u64>) {}

    /// What it knows about the project of a manifest.
    fn about(&self, _manifest: &str) -> Result<About> {
        Ok(About::default())
    }

    /// What patterns with wildcards can't find here; none where everything can be listed.
    fn cannot_list(&self) -> Option<&'static str> {
        None
    }

    /// Files that match, by name. Where a listing costs a request, names without wildcards come back unchecked.
    fn find(&self, patterns: &[Pattern]) -> Result<Vec<Found>>;

    /// A file; none where there is no such file.
    fn read(&self, name: &str) -> Result<Option<Bytes>>;

    /// Many files, in the order of the names; several at once where that is quicker.
    fn read_all(&self, names: &[&str]) -> Vec<Result<Option<Bytes>>> {
        names.iter().map(|name| self.read(name)).collect()
    }
}

/// The location that the configuration names.
pub fn open(config: &Config) -> Result<Box<dyn Location>> {
    if let Some(cloud) = &config.cloud {
        return Ok(Box::new(cloud::Cloud::open(cloud)?));
    }
    if let Some(s3) = &config.s3 {
        return Ok(Box::new(s3::S3::open(s3)?));
    }
    if let Some(url) = &config.url {
        return Ok(Box::new(http::Http::open(url)?));
    }
    Ok(Box::new(folder::Folder::open(config.folder.as_deref().unwrap_or("/artifacts"))))
}
