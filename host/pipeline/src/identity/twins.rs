//! Which names are one table. Evidence is taken in the order of its strength, and a bond that would contradict what is known
//! is not made: so the same members give the same groups in whatever order they were learnt. A name alone is no evidence.

use std::collections::{BTreeMap, BTreeSet};

use metahost_catalog::Node;
use metahost_model::EntityKind;
use serde::Serialize;

use super::databases;
use super::member::Member;
use super::rules::IdentityRules;

/// What more names than this have in common tells them apart from nothing.
const MOST_ALIKE: usize = 32;

/// Why two names are one, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "value")]
pub enum Evidence {
    /// A rule of the configuration.
    Rule(String),
    /// The id in the table's own metadata.
    Uuid(String),
    /// The place of its files.
    Location(String),
    /// Their databases are one, as other tables show, and so is the name in them: how many tables show it.
    Database(usize),
    /// A rule of the source that reads the folder.
    SourceRule(String),
}

/// Two members that are one, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bond {
    pub(crate) one: usize,
    pub(crate) other: usize,
    pub(crate) evidence: Evidence,
}

/// Members by the table that they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Twins {
    /// The group of each member: the number of its first one.
    of: Vec<usize>,
    groups: BTreeMap<usize, Vec<usize>>,
    bonds: Vec<Bond>,
}

impl Twins {
    /// Of members in the order of their names.
    pub(crate) fn among(members: &[(Node, Member)], rules: &IdentityRules) -> Self {
        let names: Vec<Vec<String>> = members.iter().map(|(node, _)| node.fqn.split()).collect();
        let groups = (0..members.len()).map(|at| (at, vec![at])).collect();
        let twins = Self { of: (0..members.len()).collect(), groups, bonds: Vec::new() };
        let mut search = Search { members, names: &names, rules, twins };
        search.by_rule();
        search.by(|member| member.uuid.clone(), Evidence::Uuid);
        search.by(|member| member.location.clone(), Evidence::Location);
        for (one, other, evidence) in databases::pairs(members, &names, &search.twins) {
            search.bind(one, other, evidence);
        }
        search.by_claims();
        search.twins
    }

    /// All members of the group that this one belongs to, in the order of their names.
    pub(crate) fn of(&self, member: usize) -> &[usize] {
        self.of.get(member).and_then(|group| self.groups.get(group)).map_or(&[], Vec::as_slice)
    }

    /// Whether two members are one.
    pub(crate) fn are_one(&self, one: usize, other: usize) -> bool {
        self.of.get(one).is_some_and(|group| self.of.get(other) == Some(group))
    }

    /// Groups of more than one.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.groups.values().map(Vec::as_slice).filter(|group| group.len() > 1)
    }

    /// Why the members of a group are one.
    pub(crate) fn bonds(&self, member: usize) -> impl Iterator<Item = &Bond> {
        self.bonds.iter().filter(move |bond| self.are_one(bond.one, member))
    }

    fn join(&mut self, one: usize, other: usize) {
        let (Some(&one), Some(&other)) = (self.of.get(one), self.of.get(other)) else { return };
        let (first, second) = (one.min(other), one.max(other));
        let moved = self.groups.remove(&second).unwrap_or_default();
        for member in &moved {
            self.of[*member] = first;
        }
        let group = self.groups.entry(first).or_default();
        group.extend(moved);
        group.sort_unstable();
    }
}

/// A search at work.
struct Search<'s> {
    members: &'s [(Node, Member)],
    names: &'s [Vec<String>],
    rules: &'s IdentityRules,
    twins: Twins,
}

impl Search<'_> {
    fn by_rule(&mut self) {
        let mut alike: BTreeMap<(usize, Vec<String>), Vec<usize>> = BTreeMap::new();
        for (at, name) in self.names.iter().enumerate() {
            for key in self.rules.keys(name) {
                alike.entry(key).or_default().push(at);
            }
        }
        for ((rule, _), alike) in alike {
            self.bind_all(&alike, &Evidence::Rule(self.rules.text(rule)));
        }
    }

    fn by(&mut self, key: impl Fn(&Member) -> Option<String>, evidence: impl Fn(String) -> Evidence) {
        let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, (_, member)) in self.members.iter().enumerate() {
            if let Some(key) = key(member) {
                alike.entry(key).or_default().push(at);
            }
        }
        for (key, alike) in alike {
            self.bind_all(&alike, &evidence(key));
        }
    }

    fn bind_all(&mut self, alike: &[usize], evidence: &Evidence) {
        if alike.len() > MOST_ALIKE {
            return;
        }
        for (at, other) in alike.iter().enumerate() {
            for one in &alike[..at] {
                self.bind(*one, *other, evidence.clone());
            }
        }
    }

    /// A folder that a rule of its source gives to a table, where nothing tells the table's place and no other folder is
    /// given to it: rules go by names, and folders of dropped tables have names, too.
    fn by_claims(&mut self) {
        let mut claims: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (folder, (_, member)) in self.members.iter().enumerate() {
            let tables = member.claims.iter().filter_map(|fqn| self.table(fqn));
            let tables: Vec<usize> = tables.collect();
            for table in tables {
                claims.entry(self.twins.of[table]).or_default().insert(folder);
            }
        }
        for (table, folders) in claims {
            let is_placed = self.twins.of(table).iter().any(|at| self.members[*at].1.location.is_some());
            if let (false, 1, Some(folder)) = (is_placed, folders.len(), folders.first()) {
                let source = self.members[*folder].1.source.clone();
                self.bind(*folder, table, Evidence::SourceRule(source));
            }
        }
    }

    fn table(&self, fqn: &metahost_model::Fqn) -> Option<usize> {
        let node = Node { kind: EntityKind::Table, fqn: fqn.clone() };
        self.members.binary_search_by(|(known, _)| known.cmp(&node)).ok()
    }

    fn bind(&mut self, one: usize, other: usize, evidence: Evidence) {
        if self.twins.are_one(one, other) || !self.fit(one, other, &evidence) {
            return;
        }
        self.twins.join(one, other);
        self.twins.bonds.push(Bond { one, other, evidence });
    }

    /// Whether nothing that is known of either group speaks against making them one.
    fn fit(&self, one: usize, other: usize, evidence: &Evidence) -> bool {
        let others = self.twins.of(other);
        self.twins.of(one).iter().all(|one| others.iter().all(|other| self.may_be_one(*one, *other, evidence)))
    }

    fn may_be_one(&self, one: usize, other: usize, evidence: &Evidence) -> bool {
        let ((node, a), (other_node, b)) = (&self.members[one], &self.members[other]);
        if self.rules.are_different(node, other_node) {
            return false;
        }
        if matches!(evidence, Evidence::Rule(_)) {
            return true;
        }
        let are_tables = node.kind == EntityKind::Table && other_node.kind == EntityKind::Table;
        // Two names in one database may read the same files each in its own way.
        let is_same_database = are_tables && self.names[one].get(..2) == self.names[other].get(..2);
        let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        let other_table = are_tables && (differ(&a.uuid, &b.uuid) || a.view != b.view);
        // A table may have moved since one of two catalogs was asked; a folder is where it is.
        let may_have_moved = are_tables && matches!(evidence, Evidence::Uuid(_));
        let other_place = differ(&a.location, &b.location) && !may_have_moved;
        !is_same_database && !other_table && !other_place
    }
}
