//! How often something ran, when, and by whom: what many rows of a query log say together.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::lineage::Query;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Executions {
    /// How often.
    pub count: u64,
    /// When first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// When last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// By whom: the first by name, at most [`Executions::MOST_USERS`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub users: BTreeSet<String>,
    /// Of how many the time is known.
    #[serde(default)]
    pub timed: u64,
    /// How long these took together, in milliseconds.
    #[serde(default)]
    pub total_ms: u64,
}

impl Executions {
    /// So many users are kept by name.
    pub const MOST_USERS: usize = 100;

    /// The one that a row of a log tells of; none where the query only might run.
    pub fn of(query: &Query) -> Option<Self> {
        let started = query.started_at?;
        Some(Self {
            count: 1,
            first_at: Some(started),
            last_at: Some(started),
            users: query.user.iter().cloned().collect(),
            timed: u64::from(query.duration_ms.is_some()),
            total_ms: query.duration_ms.unwrap_or_default(),
        })
    }

    /// Counts others, too.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.timed += other.timed;
        self.total_ms = self.total_ms.saturating_add(other.total_ms);
        self.widen(other);
    }

    /// Counts what may have been counted before: the larger number holds.
    pub fn overlap(&mut self, other: &Self) {
        if other.count > self.count {
            (self.count, self.timed, self.total_ms) = (other.count, other.timed, other.total_ms);
        }
        self.widen(other);
    }

    fn widen(&mut self, other: &Self) {
        self.first_at = self.first_at.into_iter().chain(other.first_at).min();
        self.last_at = self.last_at.max(other.last_at);
        self.users.extend(other.users.iter().cloned());
        while self.users.len() > Self::MOST_USERS {
            self.users.pop_last();
        }
    }

    /// How long one took, in milliseconds, where that is known.
    pub fn mean_ms(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.total_ms as f64 / self.timed as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(at: Timestamp, user: &str) -> Executions {
        let query = Query { started_at: Some(at), duration_ms: Some(at), user: Some(user.into()), ..Query::default() };
        Executions::of(&query).unwrap()
    }

    #[test]
    fn rows_add_up_whatever_their_order() {
        let (mut up, mut down) = (one(1, "anna"), one(3, "ben"));
        up.add(&one(3, "ben"));
        down.add(&one(1, "anna"));
        assert_eq!(up, down);
        assert_eq!((up.count, up.first_at, up.last_at, up.mean_ms()), (2, Some(1), Some(3), Some(2.0)));
        assert_eq!(Executions::of(&Query::default()), None, "a query that only might run");
    }

    #[test]
    fn what_is_told_again_is_not_counted_again() {
        let mut counted = one(1, "anna");
        counted.add(&one(2, "anna"));
        let before = counted.clone();
        counted.overlap(&before);
        counted.overlap(&one(2, "anna"));
        assert_eq!(counted, before);
        counted.overlap(&Executions { count: 5, ..one(9, "cleo") });
        assert_eq!((counted.count, counted.last_at, counted.users.len()), (5, Some(9), 2));
    }

    #[test]
    fn so_many_users_are_kept_and_always_the_same() {
        let names: Vec<String> = (0..150).map(|n| format!("user{n:03}")).collect();
        let count = |names: &mut dyn Iterator<Item = &String>| {
            let mut all = Executions::default();
            names.for_each(|name| all.add(&one(1, name)));
            all
        };
        let up = count(&mut names.iter());
        assert_eq!(up, count(&mut names.iter().rev()));
        assert_eq!((up.count, up.users.len()), (150, Executions::MOST_USERS));
    }
}
