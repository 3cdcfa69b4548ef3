//! Artifacts below an HTTP(S) base. HTTP has no listing, so only names without wildcards are read.

use metahost_plugin_sdk::http::Request;
use metahost_plugin_sdk::{Result, problem};

use super::pattern::is_url;
use super::{Bytes, CREDENTIAL, Found, Location, Pattern, answer};

/// An HTTP base.
pub struct Http(String);

impl Http {
    /// Checks the base.
    pub fn open(base: &str) -> Result<Self> {
        if !is_url(base) {
            return Err(problem("/url", format!("`{base}` is not an http:// or https:// URL")));
        }
        Ok(Self(base.trim_end_matches('/').to_owned()))
    }

    fn url(&self, name: &str) -> String {
        if is_url(name) { name.to_owned() } else { format!("{}/{name}", self.0) }
    }
}

impl Location for Http {
    fn label(&self) -> String {
        self.0.clone()
    }

    fn check(&self) -> Result<String> {
        Ok(format!("{}: HTTP has no listing, so the artifacts are asked for by name", self.0))
    }

    fn cannot_list(&self) -> Option<&'static str> {
        Some("HTTP has no listing: give names without wildcards")
    }

    fn find(&self, patterns: &[Pattern]) -> Result<Vec<Found>> {
        let names = patterns.iter().filter_map(Pattern::literal);
        Ok(names.map(|name| Found { name: name.to_owned(), size: None, modified: None }).collect())
    }

    fn read(&self, name: &str) -> Result<Option<Bytes>> {
        let url = self.url(name);
        let response = Request::get(&url).credential(Some(CREDENTIAL)).send()?;
        answer::body(response, &url, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_is_below_the_base_or_at_its_own_url() {
        let http = Http::open("https://docs.example.org/dbt/").unwrap();
        assert_eq!(http.url("manifest.json"), "https://docs.example.org/dbt/manifest.json");
        assert_eq!(http.url("https://other.example.org/m.json"), "https://other.example.org/m.json");
        assert!(Http::open("docs.example.org/dbt").is_err());
    }

    #[test]
    fn wildcards_find_nothing_without_a_listing() {
        let http = Http::open("https://docs.example.org/dbt").unwrap();
        let patterns =
            ["run_results.json", "runs/*/run_results.json"].map(|glob| Pattern::new("/run-results", "", glob).unwrap());
        let names: Vec<_> = http.find(&patterns).unwrap().into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["run_results.json"]);
    }
}
