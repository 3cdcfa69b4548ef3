//! Domains by their fully qualified names. Never makes one: domains are people's work.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tokio::sync::Mutex;

use super::server::{Server, encode};
use super::warnings::Warnings;
use crate::error::Error;

#[derive(Deserialize)]
struct Found {
    id: String,
}

/// Domains that were asked for, and their ids.
#[derive(Default)]
pub struct Domains(Mutex<BTreeMap<String, Option<String>>>);

impl Domains {
    /// The ids of those that exist.
    pub async fn existing(
        &self,
        server: &Server,
        warnings: &Warnings,
        wanted: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, Error> {
        let mut known = self.0.lock().await;
        let mut found = BTreeMap::new();
        for name in wanted {
            if !known.contains_key(name) {
                let domain: Option<Found> = server.get(&format!("domains/name/{}", encode(name))).await?.found()?;
                known.insert(name.clone(), domain.map(|domain| domain.id));
            }
            match known.get(name).cloned().flatten() {
                Some(id) => {
                    found.insert(name.clone(), id);
                }
                None => warnings
                    .add(format!("the domain `{name}` does not exist and was left out; add it, then run with --full")),
            }
        }
        Ok(found)
    }
}
