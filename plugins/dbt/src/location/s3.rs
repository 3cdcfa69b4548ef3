//! Artifacts in S3 or a store that speaks its language: listing page by page, several files at once.
//! Never signs: the host does, with the credential slot.

use metahost_plugin_sdk::http::{Request, send_all};
use metahost_plugin_sdk::{ErrorExt, Result, problem, protocol};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::listing::Page;
use super::{CREDENTIAL, Found, Location, Pattern, answer};
use crate::config;

/// What a signature counts as unreserved.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PATH: &AsciiSet = &QUERY.remove(b'/');
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
        let key = format!("{}{name}", self.prefix);
        format!("{}/{}", self.bucket, utf8_percent_encode(&key, PATH))
    }

    fn listing_url(&self, prefix: &str, token: Option<&str>) -> String {
        let prefix = format!("{}{prefix}", self.prefix);
        let token = token.map(|token| format!("continuation-token={}&", encode(token))).unwrap_or_default();
        format!("{}/?{token}encoding-type=url&list-type=2&prefix={}", self.bucket, encode(&prefix))
    }

    fn page(&self, url: &str) -> Result<Page> {
        let response = get(url).send()?;
        let body = answer::body(&response, url, HINT)?;
        let body = body.ok_or_else(|| protocol(format!("there is no bucket of {}", self.uri)))?;
        Page::parse(&String::from_utf8_lossy(&body)).with("url", url)
    }

    fn list(&self, pattern: &Pattern, found: &mut Vec<Found>) -> Result<()> {
        let mut token: Option<String> = None;
        loop {
            let url = self.listing_url(pattern.prefix(), token.as_deref());
            let page = self.page(&url)?;
            token = page.next().with("url", &url)?.map(str::to_owned);
            found.extend(page.files(&self.prefix).filter(|file| pattern.matches(&file.name)));
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
        let files = self.page(&self.listing_url("", None))?.files(&self.prefix).count();
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

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let url = self.url(name);
        let response = get(&url).send()?;
        answer::body(&response, &url, HINT)
    }

    fn read_all(&self, names: &[&str]) -> Vec<Result<Option<Vec<u8>>>> {
        let mut bodies = Vec::new();
        for names in names.chunks(AT_ONCE) {
            let requests: Vec<_> = names.iter().map(|name| get(&self.url(name))).collect();
            let answers = send_all(&requests).into_iter().zip(&requests);
            bodies.extend(answers.map(|(response, request)| answer::body(&response?, &request.url, HINT)));
        }
        bodies
    }
}

fn get(url: &str) -> Request {
    Request::get(url).credential(Some(CREDENTIAL))
}

fn encode(text: &str) -> impl core::fmt::Display {
    utf8_percent_encode(text, QUERY)
}

fn bucket_url(config: &config::S3, name: &str) -> Result<String> {
    let amazon = format!("https://s3.{}.amazonaws.com", config.region);
    let endpoint = config.endpoint.as_deref().unwrap_or(&amazon).trim_end_matches('/');
    let Some((scheme, host)) = endpoint.split_once("://") else {
        return Err(problem("/s3/endpoint", format!("`{endpoint}` is not an http:// or https:// URL")));
    };
    let in_path = config.path_style.unwrap_or(config.endpoint.is_some());
    Ok(if in_path { format!("{endpoint}/{name}") } else { format!("{scheme}://{name}.{host}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(uri: &str, endpoint: Option<&str>) -> Result<S3> {
        let endpoint = endpoint.map(str::to_owned);
        S3::open(&config::S3 { uri: uri.to_owned(), endpoint, region: "eu-west-1".to_owned(), path_style: None })
    }

    #[test]
    fn amazon_has_the_bucket_in_the_host_and_others_in_the_path() {
        let amazon = open("s3://lake/dbt/prod/", None).unwrap();
        assert_eq!(amazon.url("runs/a b/x.json"), "https://lake.s3.eu-west-1.amazonaws.com/dbt/prod/runs/a%20b/x.json");
        let other = open("s3://lake", Some("http://store:9000/")).unwrap();
        assert_eq!(other.url("manifest.json"), "http://store:9000/lake/manifest.json");
    }

    #[test]
    fn a_listing_goes_on_from_its_token() {
        let s3 = open("s3://lake/dbt", Some("http://store:9000")).unwrap();
        assert_eq!(
            s3.listing_url("runs/", Some("a=/+")),
            "http://store:9000/lake/?continuation-token=a%3D%2F%2B&encoding-type=url&list-type=2&prefix=dbt%2Fruns%2F"
        );
    }

    #[test]
    fn another_scheme_is_refused() {
        assert!(open("gs://lake/dbt", None).is_err());
        assert!(open("s3:///dbt", None).is_err());
        assert!(open("s3://lake", Some("store:9000")).is_err());
    }
}
