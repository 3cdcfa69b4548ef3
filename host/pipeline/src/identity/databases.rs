//! Two databases that show the same catalog of tables: then views, too, which have no files, are one under one name. Told by
//! the tables in them that are proven to be one, never by the databases' names.

use std::collections::{BTreeMap, BTreeSet};

use metahost_catalog::Node;
use metahost_model::EntityKind;

use super::member::Member;
use super::twins::{Evidence, Twins};

/// A service and a database of it.
type Database<'n> = &'n [String];

/// What is below a database, by schema and name whatever their case; none where two differ in nothing else.
type Inside = BTreeMap<(String, String), Option<usize>>;

/// The members that are one because their databases are.
pub(crate) fn pairs(members: &[(Node, Member)], names: &[Vec<String>], twins: &Twins) -> Vec<(usize, usize, Evidence)> {
    let insides = insides(members, names);
    let mut found = Vec::new();
    for ((one, other), shown) in shown(members, names, twins) {
        let (Some(inside), Some(other)) = (insides.get(one), insides.get(other)) else { continue };
        let both: Vec<(usize, usize)> =
            inside.iter().filter_map(|(name, at)| Some(((*at)?, (*other.get(name)?)?))).collect();
        let contradicted = both.iter().filter(|(a, b)| contradict(members, twins, *a, *b)).count();
        if shown > contradicted {
            let open = both.into_iter().filter(|(a, b)| !members[*a].1.has_evidence() || !members[*b].1.has_evidence());
            found.extend(open.map(|(a, b)| (a, b, Evidence::Database(shown))));
        }
    }
    found
}

fn insides<'n>(members: &[(Node, Member)], names: &'n [Vec<String>]) -> BTreeMap<Database<'n>, Inside> {
    let mut insides: BTreeMap<Database<'n>, Inside> = BTreeMap::new();
    for (at, (node, _)) in members.iter().enumerate() {
        if let (EntityKind::Table, Some((database, inner))) = (node.kind, placed(&names[at])) {
            let alike = insides.entry(database).or_default().entry(inner);
            alike.and_modify(|other| *other = None).or_insert(Some(at));
        }
    }
    insides
}

/// How many tables of two databases are proven to be one under the same name.
fn shown<'n>(
    members: &[(Node, Member)],
    names: &'n [Vec<String>],
    twins: &Twins,
) -> BTreeMap<(Database<'n>, Database<'n>), usize> {
    let mut shown = BTreeMap::new();
    for group in twins.groups() {
        let tables: BTreeSet<usize> =
            group.iter().copied().filter(|at| members[*at].0.kind == EntityKind::Table).collect();
        for (one, other) in tables.iter().flat_map(|one| tables.range(one + 1..).map(move |other| (*one, *other))) {
            let (Some((a, inner)), Some((b, other_inner))) = (placed(&names[one]), placed(&names[other])) else {
                continue;
            };
            if a != b && inner == other_inner {
                *shown.entry((a, b)).or_default() += 1;
            }
        }
    }
    shown
}

/// Whether two of one name are proven to be two.
fn contradict(members: &[(Node, Member)], twins: &Twins, one: usize, other: usize) -> bool {
    let is_known = |at: usize| members[at].1.has_evidence();
    is_known(one) && is_known(other) && !twins.are_one(one, other)
}

fn placed(name: &[String]) -> Option<(Database<'_>, (String, String))> {
    match name {
        [_, _, schema, table] => Some((&name[..2], (schema.to_lowercase(), table.to_lowercase()))),
        _ => None,
    }
}
