//! E-mail addresses by person: lists of dashboards and charts tell them, datasets only tell the person.

use std::collections::BTreeMap;

use crate::answer::Person;

/// Who is known.
#[derive(Default)]
pub struct People(BTreeMap<u64, String>);

impl People {
    /// Learns addresses.
    pub fn learn(&mut self, people: &[Person]) {
        let known = people.iter().filter_map(|person| Some((person.id, person.email.clone()?)));
        self.0.extend(known);
    }

    /// The addresses of these people, of whom one is known.
    pub fn emails(&self, people: &[Person]) -> Vec<String> {
        let email = |person: &Person| person.email.clone().or_else(|| self.0.get(&person.id).cloned());
        people.iter().filter_map(email).filter(|email| !email.is_empty()).collect()
    }
}
