//! Globs over paths with `/`: `*` stays within a folder, `**` spans folders. Never touches a file.

use glob::MatchOptions;
use metahost_plugin_sdk::{Result, problem};

const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// One glob.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    whole: glob::Pattern,
    folders: Vec<glob::Pattern>,
}

impl Pattern {
    /// A glob out of the configuration's key `pointer`. It starts at `folder`, or at the location with a leading `/`.
    pub fn new(pointer: &str, folder: &str, text: &str) -> Result<Self> {
        let text = match text.strip_prefix('/') {
            Some(rooted) => rooted.to_owned(),
            None if is_url(text) => text.to_owned(),
            None => format!("{}{text}", glob::Pattern::escape(folder)),
        };
        let compile = |part: &str| {
            glob::Pattern::new(part).map_err(|error| problem(pointer, format!("`{text}` is not a glob: {error}")))
        };
        let whole = compile(&text)?;
        let mut folders = text.split('/').map(compile).collect::<Result<Vec<_>>>()?;
        folders.pop();
        Ok(Self { text, whole, folders })
    }

    /// As it was written, from the location's root.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The one name it stands for, if it has no wildcard.
    pub fn literal(&self) -> Option<&str> {
        (!self.text.contains(['*', '?', '['])).then_some(&self.text)
    }

    /// What every match starts with.
    pub fn prefix(&self) -> &str {
        self.text.split(['*', '?', '[']).next().unwrap_or_default()
    }

    /// Whether a file matches.
    pub fn matches(&self, name: &str) -> bool {
        self.whole.matches_with(name, OPTIONS)
    }

    /// Whether a match can lie somewhere below this folder.
    pub fn reaches_into(&self, folder: &str) -> bool {
        let mut wanted = self.folders.iter();
        for part in folder.split('/') {
            match wanted.next() {
                None => return false,
                Some(spanning) if spanning.as_str() == "**" => return true,
                Some(one) if !one.matches_with(part, OPTIONS) => return false,
                Some(_) => {}
            }
        }
        true
    }
}

/// Whether an artifact is given by its whole URL.
pub fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn pattern(folder: &str, text: &str) -> Pattern {
        Pattern::new("/manifest", folder, text).unwrap()
    }

    #[test]
    fn a_star_stays_in_its_folder() {
        let runs = pattern("shop/", "runs/*/run_results.json");
        assert!(runs.matches("shop/runs/7/run_results.json"));
        assert!(!runs.matches("shop/runs/7/old/run_results.json"));
        assert!(!runs.matches("runs/7/run_results.json"));
        assert!(pattern("shop/", "/runs/*/run_results.json").matches("runs/7/run_results.json"));
        assert!(pattern("", "**/manifest.json").matches("a/b/manifest.json"));
    }

    #[test]
    fn only_folders_that_can_hold_a_match_are_walked() {
        let runs = pattern("shop/", "runs/*/run_results.json");
        assert!(runs.reaches_into("shop") && runs.reaches_into("shop/runs/7"));
        assert!(!runs.reaches_into("shop/compiled") && !runs.reaches_into("shop/runs/7/old"));
        assert!(pattern("", "**/manifest.json").reaches_into("a/b/c"));
    }

    #[test]
    fn a_folder_with_brackets_is_no_wildcard() {
        assert!(pattern("[1] shop/", "catalog.json").matches("[1] shop/catalog.json"));
    }

    #[test]
    fn a_broken_glob_names_its_setting() {
        let error = format!("{:?}", Pattern::new("/run-results", "", "runs/[").unwrap_err());
        assert!(error.contains("/run-results") && error.contains("runs/["), "{error}");
    }
}
