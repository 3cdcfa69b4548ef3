//! Tags with their classifications, made where they are missing; and glossary terms, which never are.

use std::collections::{BTreeMap, BTreeSet};

use metahost_model::Fqn;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use super::parallel;
use super::server::{Answer, Server, encode};
use super::warnings::Warnings;
use crate::error::Error;

/// Tags of a classification that are listed at once.
const PAGE: usize = 1_000;

/// Look-ups at once.
const AT_ONCE: usize = 8;

/// A tag or a classification as the server lists it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    fully_qualified_name: String,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    mutually_exclusive: bool,
}

/// A tag that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its fully qualified name as the server quotes it.
    pub fqn: String,
    /// An entity may carry no other tag of its classification.
    pub is_exclusive: bool,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Found>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
struct Paging {
    after: Option<String>,
}

/// What is known of one classification: its tags, and whether each may be used.
#[derive(Default)]
struct Classification {
    is_unusable: bool,
    is_exclusive: bool,
    tags: BTreeMap<String, bool>,
}

/// Tags that exist or were made.
#[derive(Default)]
pub struct Tags(Mutex<BTreeMap<String, Classification>>);

impl Tags {
    /// The wanted tags that can be used, by the name they were wanted under.
    pub async fn ensure(
        &self,
        server: &Server,
        warnings: &Warnings,
        wanted: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Tag>, Error> {
        let mut usable = BTreeMap::new();
        if wanted.is_empty() {
            return Ok(usable);
        }
        // Held throughout, so that two batches do not make the same tag.
        let mut known = self.0.lock().await;
        for name in wanted {
            let parts = Fqn::parse(name).split();
            if parts.len() < 2 || parts.iter().any(String::is_empty) {
                warnings
                    .add(format!("`{name}` is no tag, which needs a classification before its name; it was left out"));
                continue;
            }
            if !known.contains_key(&parts[0]) {
                let found = classification(server, warnings, &parts[0]).await?;
                known.insert(parts[0].clone(), found);
            }
            let Some(classification) = known.get_mut(&parts[0]) else { continue };
            if let Some(fqn) = classification.ensure(server, warnings, &parts).await? {
                usable.insert(name.clone(), Tag { fqn, is_exclusive: classification.is_exclusive });
            }
        }
        Ok(usable)
    }
}

impl Classification {
    /// The fully qualified name of a tag that can be used; the tags above it are made first.
    async fn ensure(
        &mut self,
        server: &Server,
        warnings: &Warnings,
        parts: &[String],
    ) -> Result<Option<String>, Error> {
        let mut above = Fqn::of_service(&parts[0]);
        for (depth, part) in parts.iter().enumerate().skip(1) {
            let fqn = above.child(part);
            if !self.tags.contains_key(fqn.as_str()) {
                let is_made = !self.is_unusable && make(server, warnings, parts, depth, &above).await?;
                self.tags.insert(fqn.as_str().to_owned(), is_made);
            }
            above = fqn;
        }
        let is_usable = !self.is_unusable && self.tags.get(above.as_str()).copied().unwrap_or_default();
        if !is_usable {
            warnings.add(format!("the tag `{above}` can't be used and was left out"));
        }
        Ok(is_usable.then(|| above.as_str().to_owned()))
    }
}

async fn make(
    server: &Server,
    warnings: &Warnings,
    parts: &[String],
    depth: usize,
    above: &Fqn,
) -> Result<bool, Error> {
    let description = format!("The tag `{}` as its source has it.", parts[depth]);
    let mut body =
        json!({ "name": parts[depth], "classification": Fqn::of_service(&parts[0]), "description": description });
    if depth > 1 {
        body["parent"] = above.as_str().into();
    }
    Ok(is_made(&server.put("tags", &body).await?, warnings, &format!("the tag `{}`", above.child(&parts[depth]))))
}

fn is_made(answer: &Answer, warnings: &Warnings, what: &str) -> bool {
    if !answer.is_success() {
        warnings.add(format!("{what} can't be made: {}", answer.words()));
    }
    answer.is_success()
}

async fn classification(server: &Server, warnings: &Warnings, name: &str) -> Result<Classification, Error> {
    let fqn = Fqn::of_service(name);
    let found: Option<Found> = server.get(&format!("classifications/name/{}", encode(&fqn))).await?.found()?;
    if let Some(found) = found {
        let tags = list(server, &fqn).await?;
        return Ok(Classification { is_unusable: found.disabled, is_exclusive: found.mutually_exclusive, tags });
    }
    let body = json!({ "name": name, "description": format!("Tags that sources keep under `{name}`.") });
    let answer = server.put("classifications", &body).await?;
    let is_unusable = !is_made(&answer, warnings, &format!("the classification `{name}`"));
    Ok(Classification { is_unusable, ..Classification::default() })
}

async fn list(server: &Server, classification: &Fqn) -> Result<BTreeMap<String, bool>, Error> {
    let mut tags = BTreeMap::new();
    let mut after = String::new();
    loop {
        let query = format!("tags?parent={}&limit={PAGE}{after}", encode(classification));
        let page: Page = server.get(&query).await?.found()?.unwrap_or(Page { data: vec![], paging: Paging::default() });
        tags.extend(page.data.into_iter().map(|tag| (tag.fully_qualified_name, !tag.disabled)));
        match page.paging.after {
            Some(next) if !next.is_empty() => after = format!("&after={}", encode(next)),
            _ => return Ok(tags),
        }
    }
}

/// Glossary terms that were asked for, and whether they exist.
#[derive(Default)]
pub struct Terms(Mutex<BTreeMap<String, bool>>);

impl Terms {
    /// Those that exist. A glossary is people's work: what is missing is said, not made.
    pub async fn existing(
        &self,
        server: &Server,
        warnings: &Warnings,
        wanted: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut known = self.0.lock().await;
        let unknown: Vec<String> = wanted.iter().filter(|name| !known.contains_key(*name)).cloned().collect();
        let exists = |name: String| async move {
            let answer = server.get(&format!("glossaryTerms/name/{}", encode(&name))).await?;
            Ok((name, answer.is_success()))
        };
        known.extend(parallel::all(unknown, AT_ONCE, exists).await?);
        for missing in wanted.iter().filter(|name| known.get(*name) == Some(&false)) {
            warnings.add(format!(
                "the glossary term `{missing}` does not exist and was left out; add it, then run with --full"
            ));
        }
        Ok(wanted.iter().filter(|name| known.get(*name) == Some(&true)).cloned().collect())
    }
}
