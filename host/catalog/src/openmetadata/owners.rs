//! Owners by name or e-mail address. Never makes a user.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

use super::parallel;
use super::server::{Server, encode};
use crate::error::Error;

/// Look-ups at once.
const AT_ONCE: usize = 8;

/// A user or a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub id: String,
    /// Its name in the catalog.
    pub name: String,
    /// A team, not a user.
    pub is_team: bool,
}

/// What the server says of a user or team.
#[derive(Deserialize)]
struct Found {
    id: String,
    name: String,
    email: Option<String>,
}

#[derive(Deserialize)]
struct Search {
    hits: Hits,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    #[serde(rename = "_source")]
    source: Found,
}

/// Owners that were asked for, and what they are.
#[derive(Default)]
pub struct Owners(Mutex<BTreeMap<String, Option<Owner>>>);

impl Owner {
    /// As other entities refer to it.
    pub fn reference(&self) -> Value {
        json!({ "id": self.id, "type": if self.is_team { "team" } else { "user" } })
    }
}

impl Found {
    fn owner(self, is_team: bool) -> Owner {
        Owner { id: self.id, name: self.name, is_team }
    }
}

impl Owners {
    /// Those that exist.
    pub async fn resolve(&self, server: &Server, names: &BTreeSet<String>) -> Result<BTreeMap<String, Owner>, Error> {
        let unknown: Vec<String> = {
            let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            names.iter().filter(|name| !cache.contains_key(*name)).cloned().collect()
        };
        let looked_up = |name: String| async move { Ok((name.clone(), look_up(server, &name).await?)) };
        let found = parallel::all(unknown, AT_ONCE, looked_up).await?;
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.extend(found);
        let known = names.iter().filter_map(|name| Some((name.clone(), cache.get(name)?.clone()?)));
        Ok(known.collect())
    }
}

async fn look_up(server: &Server, name: &str) -> Result<Option<Owner>, Error> {
    if let Some((local, _)) = name.split_once('@') {
        if let Some(user) = by_name(server, "users", local).await?
            && user.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(name))
        {
            return Ok(Some(user.owner(false)));
        }
        return by_email(server, name).await;
    }
    // The server keeps user names in lower case.
    let user = match by_name(server, "users", name).await? {
        None if name.chars().any(char::is_uppercase) => by_name(server, "users", &name.to_lowercase()).await?,
        found => found,
    };
    if let Some(user) = user {
        return Ok(Some(user.owner(false)));
    }
    let team = by_name(server, "teams", name).await?;
    Ok(team.map(|team| team.owner(true)))
}

async fn by_name(server: &Server, collection: &str, name: &str) -> Result<Option<Found>, Error> {
    let quoted = metahost_model::Fqn::of_service(name);
    let answer = server.get(&format!("{collection}/name/{}", encode(quoted))).await?;
    // A name that the server can't even look for belongs to nobody.
    if answer.status == 400 { Ok(None) } else { answer.found() }
}

/// The search index may be down or behind: then nobody is found, which is said like any other unknown owner.
async fn by_email(server: &Server, email: &str) -> Result<Option<Owner>, Error> {
    let query = encode(format!("email.keyword:\"{email}\""));
    let answer = server.get(&format!("search/query?q={query}&index=user_search_index&from=0&size=5")).await?;
    if !answer.is_success() {
        return Ok(None);
    }
    let found: Search = answer.json()?;
    let same = |hit: &Hit| hit.source.email.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(email));
    Ok(found.hits.hits.into_iter().find(same).map(|hit| hit.source.owner(false)))
}
