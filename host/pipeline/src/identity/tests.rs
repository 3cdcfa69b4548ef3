//! The rules of identity: what is one, what is not, where edges go; and that none of it depends on an order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use metahost_catalog::Node;
use metahost_model::{ColumnNames, Edge, EdgeSource, EntityKind, Fqn};
use proptest::prelude::*;

use super::canonical::{Identity, Way, endpoint};
use super::kept::KeptService;
use super::layer::Layer;
use super::member::Member;
use super::rules::{Expected, IdentityRules};
use super::twins::Evidence;

fn node(fqn: &str) -> Node {
    let kind = if fqn.starts_with("s3") { EntityKind::Container } else { EntityKind::Table };
    Node { kind, fqn: Fqn::parse(fqn) }
}

fn layer(fqn: &str) -> Layer {
    match fqn.split('.').next() {
        Some("s3") => Layer::Storage,
        Some("ice" | "ice2") => Layer::Catalog,
        _ => Layer::Engine,
    }
}

fn member(fqn: &str, uuid: Option<&str>, location: Option<&str>) -> (Node, Member) {
    let member = Member {
        layer: layer(fqn),
        uuid: uuid.map(str::to_owned),
        location: location.map(str::to_owned),
        view: false,
        defined: false,
        connector: None,
        source: "src".to_owned(),
        since: 10,
        new: true,
        claims: Vec::new(),
        columns: ColumnNames::default(),
        shape: 0,
    };
    (node(fqn), member)
}

fn view(fqn: &str, location: Option<&str>) -> (Node, Member) {
    let (node, member) = member(fqn, None, location);
    (node, Member { view: true, defined: true, ..member })
}

/// Every service was read to its end.
fn read(members: &[(Node, Member)]) -> BTreeMap<String, KeptService> {
    let service = |(node, member): &(Node, Member)| {
        (node.fqn.split()[0].clone(), KeptService { layer: member.layer, completed: Some(20) })
    };
    members.iter().map(service).collect()
}

fn identity(members: &[(Node, Member)], rules: IdentityRules) -> Identity {
    Identity::new(Arc::new(rules), members.iter().cloned().collect(), read(members))
}

fn groups(identity: &Identity) -> Vec<Vec<String>> {
    let name = |at: &usize| identity.member(*at).0.fqn.to_string();
    identity.twins().groups().map(|group| group.iter().map(name).collect()).collect()
}

fn linked(identity: &Identity) -> Vec<String> {
    let name = |at: usize| identity.member(at).0.fqn.to_string();
    identity.links().iter().map(|link| format!("{} > {}", name(link.from), name(link.to))).collect()
}

fn edge(from: &str, to: &str, source: EdgeSource) -> Edge {
    Edge {
        upstream: endpoint(&node(from), ""),
        downstream: endpoint(&node(to), ""),
        columns: Vec::new(),
        source,
        sql: None,
        pipeline: None,
        executions: None,
    }
}

fn led(identity: &Identity, from: &str, to: &str) -> String {
    match identity.way(&edge(from, to, EdgeSource::QueryLineage), "", &[]) {
        Way::Drawn(edge) => format!("{} > {}", edge.upstream.fqn(""), edge.downstream.fqn("")),
        other => format!("{other:?}"),
    }
}

/// One table in a bucket, in a catalog of files and in an engine, and what is made of it.
fn lake() -> Vec<(Node, Member)> {
    vec![
        member("s3.b.raw/orders-1", Some("u1"), Some("s3://b/raw/orders-1")),
        member("ice.lake.raw.orders", Some("u1"), Some("s3://b/raw/orders-1")),
        member("trino.lake.raw.orders", None, Some("s3://b/raw/orders-1")),
        view("ice.lake.raw.open", Some("s3://b/raw/open")),
        view("trino.lake.raw.open", None),
    ]
}

#[test]
fn a_table_is_linked_from_its_files_to_what_reads_it_and_edges_go_to_the_engine() {
    let identity = identity(&lake(), IdentityRules::default());
    assert_eq!(
        linked(&identity),
        [
            "ice.lake.raw.open > trino.lake.raw.open",
            "s3.b.raw/orders-1 > ice.lake.raw.orders",
            "ice.lake.raw.orders > trino.lake.raw.orders",
        ]
    );
    assert_eq!(led(&identity, "pg.a.b.c", "ice.lake.raw.orders"), "pg.a.b.c > trino.lake.raw.orders");
    assert_eq!(led(&identity, "ice.lake.raw.orders", "trino.lake.raw.orders"), "Same");
    assert_eq!(led(&identity, "s3.b.raw/orders-1", "pg.a.b.c"), "s3.b.raw/orders-1 > pg.a.b.c", "a folder stays");
}

#[test]
fn a_view_is_read_where_edges_prefer_it() {
    let identity = identity(&lake(), IdentityRules::default());
    let told = edge("ice.lake.raw.orders", "ice.lake.raw.open", EdgeSource::ViewLineage);
    assert_eq!(identity.way(&told, "ice", &[]), Way::ReadIn("trino".to_owned()));
    let told = edge("trino.lake.raw.orders", "trino.lake.raw.open", EdgeSource::ViewLineage);
    assert_eq!(identity.way(&told, "trino", &[]), Way::Drawn(Box::new(edge_of_trino())));
}

fn edge_of_trino() -> Edge {
    Edge {
        upstream: endpoint(&node("trino.lake.raw.orders"), "trino"),
        downstream: endpoint(&node("trino.lake.raw.open"), "trino"),
        ..edge("trino.lake.raw.orders", "trino.lake.raw.open", EdgeSource::ViewLineage)
    }
}

#[test]
fn a_name_alone_joins_nothing() {
    let members = vec![
        member("ice.lake.raw.orders", Some("u1"), Some("s3://b/one")),
        member("trino.lake.raw.orders", None, Some("s3://b/two")),
        view("ice.lake.raw.open", Some("s3://b/open")),
        view("trino.lake.raw.open", None),
        member("pg.lake.raw.orders", None, None),
    ];
    let identity = identity(&members, IdentityRules::default());
    assert_eq!(groups(&identity), Vec::<Vec<String>>::new());
    assert_eq!(linked(&identity), Vec::<String>::new());
}

#[test]
fn databases_that_differ_in_more_tables_than_they_share_are_two() {
    let mut members = lake();
    for n in 0..2 {
        members.push(member(&format!("ice.lake.raw.t{n}"), None, Some(&format!("s3://b/ice{n}"))));
        members.push(member(&format!("trino.lake.raw.t{n}"), None, Some(&format!("s3://b/trino{n}"))));
    }
    assert!(!linked(&identity(&members, IdentityRules::default())).join(" ").contains("open"));
}

#[test]
fn two_ids_in_one_place_are_two_tables() {
    let members =
        vec![member("ice.a.s.t", Some("u1"), Some("s3://b/t")), member("ice2.a.s.t", Some("u2"), Some("s3://b/t"))];
    assert!(groups(&identity(&members, IdentityRules::default())).is_empty());
    let same_id = vec![
        member("ice.a.s.t", Some("u1"), Some("s3://b/old")),
        member("ice2.a.s.t", Some("u1"), Some("s3://b/new")),
        member("s3.b.old", Some("u1"), Some("s3://b/copy")),
    ];
    assert_eq!(
        groups(&identity(&same_id, IdentityRules::default())),
        [["ice.a.s.t", "ice2.a.s.t"]],
        "but no copy of it"
    );
}

#[test]
fn two_names_in_one_database_are_two_tables_whatever_they_read() {
    let members =
        vec![member("trino.h.s.one", None, Some("s3://b/t")), member("trino.h.s.two", None, Some("s3://b/t"))];
    assert!(groups(&identity(&members, IdentityRules::default())).is_empty());
}

#[test]
fn rules_join_and_part() {
    let members = vec![
        member("ice.lake.raw.orders", Some("u1"), Some("s3://b/one")),
        member("trino.lake.raw.orders", None, Some("s3://b/one")),
        member("pg.copy.raw.orders", None, None),
        member("pg.copy.raw.others", None, None),
    ];
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let same = IdentityRules::default().same(&names(&["pg.copy.*.*", "trino.lake.*.*"]));
    assert_eq!(
        groups(&identity(&members, same.clone())),
        [["ice.lake.raw.orders", "pg.copy.raw.orders", "trino.lake.raw.orders"]]
    );
    let parted = same.different(&names(&["ice.lake.*.*", "trino.lake.*.*"]));
    assert_eq!(groups(&identity(&members, parted)), [["pg.copy.raw.orders", "trino.lake.raw.orders"]]);
    let preferring = IdentityRules::default().preferring(names(&["ice"]));
    assert_eq!(
        led(&identity(&members, preferring), "pg.a.b.c", "trino.lake.raw.orders"),
        "pg.a.b.c > ice.lake.raw.orders"
    );
}

#[test]
fn a_folder_that_a_rule_gives_to_a_table_is_its_own_only_if_nothing_speaks_against_it() {
    let claims = |name: &str, table: &str| {
        let (node, member) = member(&format!("s3.b.{name}"), None, Some(&format!("s3://b/{name}")));
        (node, Member { claims: vec![Fqn::parse(table)], ..member })
    };
    let only = vec![claims("raw/t", "trino.l.raw.t"), member("trino.l.raw.t", None, None)];
    assert_eq!(linked(&identity(&only, IdentityRules::default())), ["s3.b.raw/t > trino.l.raw.t"]);
    let two = vec![
        claims("raw/t-1", "trino.l.raw.t"),
        claims("raw/t-2", "trino.l.raw.t"),
        member("trino.l.raw.t", None, None),
    ];
    assert!(linked(&identity(&two, IdentityRules::default())).is_empty(), "which of them?");
    let moved = vec![claims("raw/t-1", "trino.l.raw.t"), member("trino.l.raw.t", None, Some("s3://b/raw/t-2"))];
    let identity = identity(&moved, IdentityRules::default());
    assert!(linked(&identity).is_empty());
    let told = edge("s3.b.raw/t-1", "trino.l.raw.t", EdgeSource::ExternalTableLineage);
    assert_eq!(identity.way(&told, "s3", &[]), Way::Elsewhere("s3://b/raw/t-2".to_owned()));
}

#[test]
fn what_a_service_may_yet_tell_is_waited_for() {
    let members = vec![
        member("ice.lake.raw.orders", Some("u1"), Some("s3://b/t")),
        member("ice.lake.raw.x", None, Some("s3://b/x")),
    ];
    let expecting =
        || IdentityRules::default().expecting(vec![Expected { name: "trino".into(), layer: Layer::Engine }]);
    let known = |completed: Option<u64>| {
        let mut services = read(&members);
        if let Some(at) = completed {
            services.insert("trino".to_owned(), KeptService { layer: Layer::Engine, completed: Some(at) });
        }
        Identity::new(Arc::new(expecting()), members.iter().cloned().collect(), services)
    };
    let waits = "Waits(\"trino\")";
    assert_eq!(led(&known(None), "ice.lake.raw.x", "ice.lake.raw.orders"), waits, "it never ran");
    assert_ne!(
        led(&known(Some(5)), "ice.lake.raw.x", "ice.lake.raw.orders"),
        waits,
        "it never had any table of a lake"
    );
    assert_eq!(led(&known(Some(10)), "ice.lake.raw.x", "ice.lake.raw.orders"), "ice.lake.raw.x > ice.lake.raw.orders");
    assert_eq!(led(&known(None), "pg.a.b.c", "pg.a.b.d"), "pg.a.b.c > pg.a.b.d", "what lies in no file has no twin");
}

#[test]
fn a_table_that_was_made_anew_waits_for_the_engine_to_be_read_again() {
    let (old, new) = ("s3://b/t-1", "s3://b/t-2");
    let members = vec![
        (node("ice.lake.raw.t"), Member { since: 30, ..member("ice.lake.raw.t", Some("u2"), Some(new)).1 }),
        member("trino.lake.raw.t", None, Some(old)),
    ];
    let identity = identity(&members, IdentityRules::default());
    assert_eq!(led(&identity, "pg.a.b.c", "ice.lake.raw.t"), "Waits(\"trino\")");
}

#[test]
fn evidence_is_told_for_each_bond() {
    let identity = identity(&lake(), IdentityRules::default());
    let at = identity.find(&node("trino.lake.raw.open")).unwrap();
    let evidence: Vec<&Evidence> = identity.twins().bonds(at).map(|bond| &bond.evidence).collect();
    assert_eq!(evidence, [&Evidence::Database(1)]);
}

/// Members that meet in few ids and places, so that all sorts of bonds and contradictions come up.
fn any_member() -> impl Strategy<Value = (Node, Member)> {
    let service = prop::sample::select(vec!["s3", "ice", "ice2", "trino", "pg"]);
    let maybe = |texts: Vec<&'static str>| prop::option::of(prop::sample::select(texts));
    let inner = (0..2_u8, 0..3_u8, 0..4_u64, any::<bool>());
    (service, inner, maybe(vec!["u1", "u2"]), maybe(vec!["s3://b/1", "s3://b/2", "s3://b/3"])).prop_map(
        |(service, (database, table, since, is_view), uuid, location)| {
            let (node, member) = member(&format!("{service}.d{database}.s.t{table}"), uuid, location);
            (node, Member { since, view: is_view, defined: is_view, ..member })
        },
    )
}

fn any_members() -> impl Strategy<Value = Vec<(Node, Member)>> {
    prop::collection::vec(any_member(), 0..14)
}

proptest! {
    #[test]
    fn groups_links_and_ways_do_not_depend_on_the_order_of_learning(members in any_members(), seed in any::<u64>()) {
        let once: BTreeMap<Node, Member> = members.iter().cloned().collect();
        let once: Vec<(Node, Member)> = once.into_iter().collect();
        let mut other = once.clone();
        other.sort_by_key(|(node, _)| {
            use std::hash::{DefaultHasher, Hash, Hasher};
            let mut hasher = DefaultHasher::new();
            (seed, node.fqn.as_str()).hash(&mut hasher);
            hasher.finish()
        });
        let (one, two) = (identity(&once, IdentityRules::default()), identity(&other, IdentityRules::default()));
        prop_assert_eq!(groups(&one), groups(&two));
        prop_assert_eq!(linked(&one), linked(&two));
    }

    #[test]
    fn a_table_is_linked_as_a_tree_without_loops_and_never_both_ways(members in any_members()) {
        let identity = identity(&members, IdentityRules::default());
        let links: BTreeSet<(usize, usize)> = identity.links().iter().map(|link| (link.from, link.to)).collect();
        for (from, to) in &links {
            prop_assert!(from != to && !links.contains(&(*to, *from)));
            let (one, other) = (identity.member(*from).1.layer, identity.member(*to).1.layer);
            prop_assert!(one <= other, "from the files to what reads them");
        }
        for group in identity.twins().groups() {
            let inside = links.iter().filter(|(from, _)| group.contains(from)).count();
            prop_assert!(inside == group.len() - 1 || identity.unsettled(group).is_some());
        }
    }

    #[test]
    fn edges_of_all_names_of_a_table_go_to_one_of_them(members in any_members()) {
        let identity = identity(&members, IdentityRules::default());
        for (at, node, _) in identity.members() {
            let canonical = identity.canonical(at);
            prop_assert!(identity.twins().are_one(at, canonical));
            prop_assert_eq!(identity.canonical(canonical), canonical);
            for other in identity.twins().of(at) {
                prop_assert!(identity.twins().are_one(*other, at), "being one goes both ways");
                let are_tables = node.kind == EntityKind::Table && identity.member(*other).0.kind == EntityKind::Table;
                prop_assert!(!are_tables || identity.canonical(*other) == canonical);
            }
        }
    }

    #[test]
    fn a_drawn_edge_has_two_different_ends(members in any_members()) {
        let identity = identity(&members, IdentityRules::default());
        for (_, from, _) in identity.members() {
            for (_, to, _) in identity.members() {
                let told = edge(from.fqn.as_str(), to.fqn.as_str(), EdgeSource::QueryLineage);
                if let Way::Drawn(edge) = identity.way(&told, "", &[]) {
                    prop_assert!((edge.upstream.kind, edge.upstream.fqn("")) != (edge.downstream.kind, edge.downstream.fqn("")));
                }
            }
        }
    }
}
