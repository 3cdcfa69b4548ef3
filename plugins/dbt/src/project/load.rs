//! From a location to a joined project: which files belong together, which may be missing, what is told about them.

use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol};

use super::Project;
use super::naming::Naming;
use crate::artifacts::manifest::Manifest;
use crate::artifacts::parse::{Artifact, parse};
use crate::artifacts::run_results::{Newest, RunResults};
use crate::config::{Config, Globs};
use crate::location::{Bytes, Found, Location, Pattern};
use metahost_plugin_sdk::output::Output;

/// Run results in memory at once.
const AT_ONCE: usize = 8;

/// Reads the artifacts that lie around one manifest.
pub struct Loader<'a> {
    /// Where they lie.
    pub location: &'a dyn Location,
    /// How they are called.
    pub config: &'a Config,
    /// The manifest's path.
    pub manifest: &'a str,
}

/// The manifests of a location; each stands for one project.
pub fn manifests(location: &dyn Location, config: &Config) -> Result<Vec<Found>> {
    let pattern = Pattern::new("/manifest", "", &config.manifest)?;
    let found = location.find(&[pattern])?;
    if found.is_empty() {
        return Err(missing(location, &config.manifest));
    }
    Ok(found)
}

fn missing(location: &dyn Location, manifest: &str) -> Error {
    let message = format!("there is no `{manifest}` in {}: {}", location.label(), location.none_found());
    Error::Protocol(Failure { message, context: vec![("manifest".to_owned(), manifest.to_owned())] })
}

impl Loader<'_> {
    /// Everything there is about the project; run results and freshness only `with_results`.
    pub fn load(&self, with_results: bool, out: &mut dyn Output) -> Result<Project> {
        let about = self.location.about(self.manifest)?;
        if !about.fields.is_empty() {
            out.note(Level::Info, "where the artifacts are from", &about.fields);
        }
        for (what, reason) in about.left_out.iter().filter(|_| with_results) {
            out.skipped(&[what], reason);
        }
        let manifest = self.manifest(out)?;
        let catalog = self.optional("catalog", &self.config.catalog, out)?;
        let results = if with_results { self.results(out)? } else { Newest::default() };
        let freshness = if with_results { self.optional("sources", &self.config.sources, out)? } else { None };
        let project = Project::new(manifest, catalog, results, freshness, Naming::new(self.config));
        Ok(Project { job: about.job, ..project })
    }

    /// The manifest.
    pub fn manifest(&self, out: &mut dyn Output) -> Result<Manifest> {
        let bytes = self.location.read(self.manifest)?.ok_or_else(|| missing(self.location, self.manifest))?;
        self.parse(self.manifest, bytes, out)
    }

    /// An artifact that dbt writes only for some commands: the newest that matches, if any.
    pub fn optional<T: Artifact>(&self, key: &str, globs: &Globs, out: &mut dyn Output) -> Result<Option<T>> {
        let mut found = self.find(key, globs, out)?;
        found.sort_by(|a, b| (&a.modified, &a.name).cmp(&(&b.modified, &b.name)));
        while let Some(file) = found.pop() {
            if let Some(bytes) = self.location.read(&file.name)? {
                for older in &found {
                    out.note(Level::Debug, "an older artifact is not read", &[("file", older.name.clone())]);
                }
                return self.parse(&file.name, bytes, out).map(Some);
            }
        }
        if !globs.0.is_empty() {
            let fields = [("looked-for", globs.0.join(", ")), ("in", self.location.label())];
            out.note(Level::Info, &format!("there is no {} artifact", T::NAME), &fields);
        }
        Ok(None)
    }

    /// The newest result of each node out of all run results.
    pub fn results(&self, out: &mut dyn Output) -> Result<Newest> {
        let files = self.newest(self.find("run-results", &self.config.run_results, out)?, out);
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        let mut newest = Newest::default();
        let mut read = 0;
        for names in names.chunks(AT_ONCE) {
            for (name, bytes) in names.iter().zip(self.location.read_all(names)) {
                read += usize::from(self.add(name, bytes, &mut newest, out)?);
            }
        }
        let fields = [("files", read.to_string()), ("nodes", newest.len().to_string())];
        out.note(Level::Info, "run results are read", &fields);
        Ok(newest)
    }

    /// Adds one file; a broken one is left out and told, so that a run that was cut off does not hide the others.
    fn add(&self, name: &str, bytes: Result<Option<Bytes>>, newest: &mut Newest, out: &mut dyn Output) -> Result<bool> {
        let Some(bytes) = bytes? else { return Ok(false) };
        let run: RunResults = match self.parse(name, bytes, out) {
            Ok(run) => run,
            Err(Error::Protocol(failure)) => {
                out.skipped(&[name], &failure.message);
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        if let Some(command) = run.idle_command() {
            let fields = [("file", name.to_owned()), ("command", command.to_owned())];
            out.note(Level::Info, "results of a command that builds and tests nothing are not used", &fields);
            return Ok(false);
        }
        newest.add(run);
        Ok(true)
    }

    fn newest(&self, mut files: Vec<Found>, out: &mut dyn Output) -> Vec<Found> {
        if let Some(max) = self.config.max_runs.filter(|max| *max < files.len()) {
            // A name without a listing has no time; it is the root's own file and counts as the newest.
            files.sort_by_key(|file| (file.modified.is_none(), file.modified.clone(), file.name.clone()));
            let left_out = files.len() - max;
            files.drain(..left_out);
            let fields = [("left-out", left_out.to_string()), ("setting", "max-runs".to_owned())];
            out.note(Level::Info, "older run results are not read", &fields);
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }

    fn find(&self, key: &str, globs: &Globs, out: &mut dyn Output) -> Result<Vec<Found>> {
        let folder = self.manifest.rfind('/').map_or("", |at| &self.manifest[..=at]);
        let pointer = format!("/{key}");
        let patterns = globs.0.iter().map(|glob| Pattern::new(&pointer, folder, glob)).collect::<Result<Vec<_>>>()?;
        if let Some(reason) = self.location.cannot_list() {
            for pattern in patterns.iter().filter(|pattern| pattern.literal().is_none()) {
                out.note(Level::Info, reason, &[("setting", key.to_owned()), ("glob", pattern.text().to_owned())]);
            }
        }
        if patterns.is_empty() { Ok(Vec::new()) } else { self.location.find(&patterns) }
    }

    fn parse<T: Artifact>(&self, name: &str, bytes: Bytes, out: &mut dyn Output) -> Result<T> {
        let parsed = parse(name, bytes).with("location", self.location.label())?;
        if let Some(warning) = &parsed.warning {
            out.note(Level::Warn, warning, &[("file", name.to_owned())]);
        }
        Ok(parsed.artifact)
    }
}

/// Fails where a project has nothing in it, which is a sign of the wrong file.
pub fn not_empty(project: &Project, manifest: &str) -> Result<()> {
    let nodes = project.manifest.nodes.as_ref().map_or(0, |nodes| nodes.items.len() + nodes.unreadable.len());
    if nodes == 0 && project.manifest.sources.items.is_empty() {
        return Err(protocol(format!("{manifest} has neither nodes nor sources")).with("file", manifest));
    }
    Ok(())
}
