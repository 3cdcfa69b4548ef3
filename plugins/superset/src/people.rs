//! E-mail addresses by person: lists of dashboards and charts tell them, datasets and queries only tell the person.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::{Api, encode};
use metahost_plugin_sdk::{Error, Result};

use crate::answer::Person;

/// Rows of the list of people that are asked for at once.
const PAGE: u64 = 100;

/// Who is known.
#[derive(Default)]
pub struct People(BTreeMap<u64, String>);

impl People {
    /// Learns addresses.
    pub fn learn(&mut self, people: &[Person]) {
        let known = people.iter().filter_map(|person| Some((person.id?, address(person.email.as_ref())?)));
        self.0.extend(known);
    }

    /// Asks for the addresses of those who are not known, as far as the user may see them.
    pub fn find<'p>(
        &mut self,
        server: &dyn Api,
        people: impl Iterator<Item = &'p Person>,
        out: &mut dyn Output,
    ) -> Result<()> {
        let unknown = people.filter(|person| address(person.email.as_ref()).is_none()).filter_map(|person| person.id);
        let mut wanted: BTreeSet<u64> = unknown.filter(|id| !self.0.contains_key(id)).collect();
        let mut seen = 0;
        for page in 0.. {
            if wanted.is_empty() {
                break;
            }
            let query = encode(&format!("(page:{page},page_size:{PAGE})"));
            let answer = match server.get(&format!("/api/v1/dashboard/related/owners?q={query}")) {
                // Names must do then.
                Err(Error::Denied(_) | Error::Protocol(_)) => break,
                answer => answer?,
            };
            let rows = answer["result"].as_array().map(Vec::as_slice).unwrap_or_default();
            for row in rows {
                if let (Some(id), Some(email)) = (row["value"].as_u64(), row["extra"]["email"].as_str())
                    && wanted.remove(&id)
                {
                    self.0.insert(id, email.to_owned());
                }
            }
            seen += rows.len() as u64;
            let count = answer["count"].as_u64();
            out.progress("people", seen, count);
            if rows.is_empty() || count.is_none_or(|count| seen >= count) {
                break;
            }
        }
        Ok(())
    }

    /// Addresses of these people; names where no address is known.
    pub fn names(&self, people: &[Person]) -> Vec<String> {
        people.iter().filter_map(|person| self.name(person)).collect()
    }

    /// The address of a person, else the name.
    pub fn name(&self, person: &Person) -> Option<String> {
        let known = || self.0.get(&person.id?).cloned();
        let names = [&person.first_name, &person.last_name].into_iter().flatten().map(|name| name.trim());
        let full = names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
        let email = address(person.email.as_ref()).or_else(known);
        email.or_else(|| address(person.username.as_ref())).or_else(|| address(Some(&full)))
    }
}

fn address(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}
