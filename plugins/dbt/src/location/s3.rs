//! Artifacts in S3 or a store that speaks its language: listing page by page, several files at once.
//! Never signs: the host does, with the credential slot.

use super::{Bytes, CREDENTIAL, Found, Location, Pattern, answer};
use crate::config;
use metahost_plugin_sdk::http::{Request, send_all};
use metahost_plugin_sdk::s3::{Endpoint, Object, Page, listing_url, object_url};
use metahost_plugin_sdk::{ErrorExt, Result, problem, protocol};

/// Files under way at once: their bodies share the guest's memory.
const AT_ONCE: usize = 8;
/// What a refusal may mean beyond a wrong key.
const HINT: &str =
    " and that it allows s3:GetObject and s3:ListBucket (without the latter S3 refuses missing files too)";

/// A prefix of a bucket.
pub struct S3 {
    /// URL of the bucket, without `/` at its end.
    bucket: String,
    /// Empty, or ends with `/`.
    prefix: String,
    uri: String,
}

impl S3 {
    /// Checks the configuration.
    pub fn open(config: &config::S3) -> Result<Self> {
        let rest = config.uri.strip_prefix("s3://").unwrap_or_default();
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if name.is_empty() {
            return Err(problem("/s3/uri", format!("`{}` is not of the form s3://bucket/prefix", config.uri)));
        }
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { bucket: bucket_url(config, name)?, prefix, uri: config.uri.clone() })
    }

    fn url(&self, name: &str) -> String {
        object_url(&self.bucket, &format!("{}{name}", self.prefix))
    }

    fn listing_url(&self, prefix: &str, token: Option<&str>) -> String {
        listing_url(&self.bucket, &format!("{}{prefix}", self.prefix), token)
    }

    fn page(&self, url: &str) -> Result<Page> {
        let response = get(url).send()?;
        let page = answer::found(response, url, HINT)?;
        let page = page.ok_or_else(|| protocol(format!("there is no bucket of {}", self.uri)))?;
        Page::parse(&String::from_utf8_lossy(&page.bytes().with("url", url)?)).with("url", url)
    }

    /// A page's files, without the prefix.
    fn files(&self, page: Page) -> impl Iterator<Item = Found> {
        page.objects().filter_map(|Object { key, size, modified }| {
            let name = key.strip_prefix(&self.prefix)?.to_owned();
            Some(Found { name, size, modified })
        })
    }

    fn list(&self, pattern: &Pattern, found: &mut Vec<Found>) -> Result<()> {
        let mut token: Option<String> = None;
        loop {
            let url = self.listing_url(pattern.prefix(), token.as_deref());
            let page = self.page(&url)?;
            token = page.next().with("url", &url)?.map(str::to_owned);
            found.extend(self.files(page).filter(|file| pattern.matches(&file.name)));
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

impl Location for S3 {
    fn label(&self) -> String {
        self.uri.clone()
    }

    fn check(&self) -> Result<String> {
        let files = self.files(self.page(&self.listing_url("", None))?).count();
        Ok(format!("{} can be listed; its first page has {files} files", self.uri))
    }

    fn find(&self, patterns: &[Pattern]) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for pattern in patterns {
            match pattern.literal() {
                Some(name) => found.push(Found { name: name.to_owned(), size: None, modified: None }),
                None => self.list(pattern, &mut found)?,
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found.dedup_by(|a, b| a.name == b.name);
        Ok(found)
    }

    fn read(&self, name: &str) -> Result<Option<Bytes>> {
        let url = self.url(name);
        let response = get(&url).send()?;
        answer::body(response, &url, HINT)
    }

    fn read_all(&self, names: &[&str]) -> Vec<Result<Option<Bytes>>> {
        let mut bodies = Vec::new();
        for names in names.chunks(AT_ONCE) {
            let requests: Vec<_> = names.iter().map(|name| get(&self.url(name))).collect();
            let answers = send_all(&requests).into_iter().zip(&requests);
            bodies.extend(answers.map(|(response, request)| answer::body(response?, &request.url, HINT)));
        }
        bodies
    }
}

fn get(url: &str) -> Request {
    Request::get(url).credential(Some(CREDENTIAL))
}

fn bucket_url(config: &config::S3, name: &str) -> Result<String> {
    let found = Endpoint::new(config.endpoint.as_deref(), &config.region, config.path_style);
    let no_url = || {
        let endpoint = config.endpoint.as_deref().unwrap_or_default();
        problem("/s3/endpoint", format!("`{endpoint}` is not an http:// or https:// URL"))
    };
    Ok(found.ok_or_else(no_url)?.bucket(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(uri: &str, endpoint: Option<&str>) -> Result<S3> {
        let endpoint = endpoint.map(str::to_owned);
        S3::open(&config::S3 { uri: uri.to_owned(), endpoint, region: "eu-west-1".to_owned(), path_style: None })
    }

    #[test]
    fn another_scheme_is_refused() {
        assert!(open("gs://lake/dbt", None).is_err());
        assert!(open("s3:///dbt", None).is_err());
        assert!(open("s3://lake", Some("store:9000")).is_err());
    }
}
