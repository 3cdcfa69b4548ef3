//! Artifacts in a folder that the operator granted. Never writes, never follows a link to a folder.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::UNIX_EPOCH;

use metahost_plugin_sdk::types::Failure;
use metahost_plugin_sdk::{Error, ErrorExt, Result, unavailable};

use super::{Bytes, Found, Location, Pattern};

/// A granted folder.
pub struct Folder(String);

impl Folder {
    /// A folder by its name inside the sandbox.
    pub fn open(path: &str) -> Self {
        Self(path.trim_end_matches('/').to_owned())
    }

    fn path(&self, name: &str) -> String {
        if name.is_empty() { format!("{}/", self.0) } else { format!("{}/{name}", self.0) }
    }

    fn walk(&self, folder: &str, patterns: &[Pattern], found: &mut Vec<Found>) -> Result<()> {
        let path = self.path(folder);
        for entry in fs::read_dir(&path).map_err(|error| fault(&path, &error))? {
            let entry = entry.map_err(|error| fault(&path, &error))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let kind = entry.file_type().map_err(|error| fault(&name, &error))?;
            if kind.is_dir() && patterns.iter().any(|pattern| pattern.reaches_into(&name)) {
                self.walk(&name, patterns, found)?;
            } else if !kind.is_dir() && patterns.iter().any(|pattern| pattern.matches(&name)) {
                found.extend(self.file(name));
            }
        }
        Ok(())
    }

    /// A file, or what a link points to; none when that is something else or gone.
    fn file(&self, name: String) -> Option<Found> {
        let about = fs::metadata(self.path(&name)).ok().filter(fs::Metadata::is_file)?;
        let since = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = since.map(|since| format!("{:020}.{:09}", since.as_secs(), since.subsec_nanos()));
        Some(Found { name, size: Some(about.len()), modified })
    }
}

impl Location for Folder {
    fn label(&self) -> String {
        format!("the folder {}", self.0)
    }

    fn check(&self) -> Result<String> {
        let path = self.path("");
        let entries = fs::read_dir(&path).map_err(|error| fault(&path, &error))?.count();
        Ok(format!("{} has {entries} entries", self.label()))
    }

    fn find(&self, patterns: &[Pattern]) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        self.walk("", patterns, &mut found)?;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn read(&self, name: &str) -> Result<Option<Bytes>> {
        let path = self.path(name);
        match fs::File::open(Path::new(&path)) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault(&path, &error)),
        }
    }
}

/// Outside its grants a guest sees no folder at all: both look alike from here.
fn fault(path: &str, error: &io::Error) -> Error {
    let message = match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied => {
            return Error::Denied(Failure {
                message: format!("{path} can't be read: {error}; is the folder there, and granted to this source?"),
                context: vec![("path".to_owned(), path.to_owned())],
            });
        }
        _ => format!("{path} can't be read: {error}"),
    };
    unavailable(message).with("path", path)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn lay_out(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        root
    }

    #[test]
    fn runs_are_found_beside_the_root_artifacts() {
        let files =
            ["run_results.json", "runs/b/run_results.json", "runs/a/run_results.json", "compiled/x/run_results.json"];
        let root = lay_out(&files);
        let folder = Folder::open(root.path().to_str().unwrap());
        let patterns =
            ["run_results.json", "runs/*/run_results.json"].map(|glob| Pattern::new("/run-results", "", glob).unwrap());
        let names: Vec<_> = folder.find(&patterns).unwrap().into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["run_results.json", "runs/a/run_results.json", "runs/b/run_results.json"]);
        let mut text = String::new();
        folder.read("runs/a/run_results.json").unwrap().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "runs/a/run_results.json");
        assert!(folder.read("sources.json").unwrap().is_none());
    }

    #[test]
    fn a_folder_that_is_not_granted_says_so() {
        let error = format!("{:?}", Folder::open("/not/there").find(&[]).unwrap_err());
        assert!(error.contains("granted to this source"), "{error}");
    }
}
