//! The names that are one table, which of them edges go to, and what becomes of an edge. Pure: the same members give the
//! same answers, in whatever order their sources ran.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use metahost_catalog::Node;
use metahost_model::{Edge, EdgeSource, Endpoint, EntityKind, EntityPath, Fqn, Timestamp, decode_name};

use super::kept::KeptService;
use super::layer::Layer;
use super::links::{Link, links};
use super::location::touches;
use super::member::Member;
use super::rules::IdentityRules;
use super::twins::Twins;

/// What becomes of an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// It is drawn, maybe between other names of the same tables.
    Drawn(Box<Edge>),
    /// Both ends are one table: they are linked as twins, if at all.
    Same,
    /// It is read from the same view in this service.
    ReadIn(String),
    /// The table's files are in this other place.
    Elsewhere(String),
    /// This service may have the same table, and has not been read since.
    Waits(String),
}

/// In which order edges prefer services: the rules' order, then what is farther from the files, then by name.
type Rank = (usize, Reverse<Layer>, String);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    rules: Arc<IdentityRules>,
    members: Vec<(Node, Member)>,
    twins: Twins,
    services: BTreeMap<String, KeptService>,
    /// Services that hold any member.
    holders: BTreeSet<String>,
}

impl Identity {
    /// Of what is known of names and of services.
    pub(crate) fn new(
        rules: Arc<IdentityRules>,
        members: BTreeMap<Node, Member>,
        mut services: BTreeMap<String, KeptService>,
    ) -> Self {
        for expected in rules.expected() {
            let never = KeptService { layer: expected.layer, completed: None };
            services.entry(expected.name.clone()).or_insert(never);
        }
        let members: Vec<(Node, Member)> = members.into_iter().collect();
        let twins = Twins::among(&members, &rules);
        let holders = members.iter().map(|(node, _)| service_of(node)).collect();
        Self { rules, members, twins, services, holders }
    }

    pub(crate) fn find(&self, node: &Node) -> Option<usize> {
        self.members.binary_search_by(|(known, _)| known.cmp(node)).ok()
    }

    pub(crate) fn member(&self, at: usize) -> (&Node, &Member) {
        let (node, member) = &self.members[at];
        (node, member)
    }

    /// Every name with its number.
    pub(crate) fn members(&self) -> impl Iterator<Item = (usize, &Node, &Member)> {
        self.members.iter().enumerate().map(|(at, (node, member))| (at, node, member))
    }

    pub(crate) fn twins(&self) -> &Twins {
        &self.twins
    }

    /// The names of a table, those that edges prefer first.
    pub(crate) fn preferred(&self, at: usize) -> Vec<usize> {
        self.in_order(self.twins.of(at))
    }

    fn in_order(&self, group: &[usize]) -> Vec<usize> {
        let mut group = group.to_vec();
        group.sort_by_cached_key(|at| (self.members[*at].0.kind != EntityKind::Table, self.rank(*at), *at));
        group
    }

    /// The name to which edges of a table go. A folder stays what it is: files are written into it.
    pub(crate) fn canonical(&self, at: usize) -> usize {
        let is_table = |at: &usize| self.members[*at].0.kind == EntityKind::Table;
        if is_table(&at) { self.preferred(at).into_iter().find(is_table).unwrap_or(at) } else { at }
    }

    fn rank(&self, at: usize) -> Rank {
        let (node, member) = &self.members[at];
        self.rank_of(service_of(node), member.layer)
    }

    fn rank_of(&self, service: String, layer: Layer) -> Rank {
        (self.rules.preference(&service), Reverse(layer), service)
    }

    /// What becomes of an edge, seen from the service `own`. `services` are those that may stand for "whichever has it".
    pub(crate) fn way(&self, edge: &Edge, own: &str, services: &[String]) -> Way {
        let (from, to) = (self.end(&edge.upstream, own, services), self.end(&edge.downstream, own, services));
        if let (Some(from), Some(to)) = (from, to) {
            if self.twins.are_one(from, to) {
                return Way::Same;
            }
            if let Some(place) = self.elsewhere(edge, from, to) {
                return Way::Elsewhere(place);
            }
        }
        if let Some(service) = to.and_then(|to| self.reader(edge, own, to)) {
            return Way::ReadIn(service);
        }
        if let Some(service) = [from, to].into_iter().flatten().find_map(|at| self.awaited(at)) {
            return Way::Waits(service.to_owned());
        }
        let placed = |end: &Endpoint, at: Option<usize>| {
            at.map_or_else(|| end.clone(), |at| endpoint(&self.members[self.canonical(at)].0, own))
        };
        let (upstream, downstream) = (placed(&edge.upstream, from), placed(&edge.downstream, to));
        Way::Drawn(Box::new(Edge { upstream, downstream, ..edge.clone() }))
    }

    fn end(&self, end: &Endpoint, own: &str, services: &[String]) -> Option<usize> {
        let at = |service: &str| self.find(&Node { kind: end.kind, fqn: Fqn::new(service, &end.path) });
        if !end.is_anywhere() {
            return at(end.service.as_deref().unwrap_or(own));
        }
        let mut found = services.iter().filter_map(|service| at(service));
        let first = found.next()?;
        found.all(|other| self.twins.are_one(first, other)).then_some(first)
    }

    /// The place of a table's files, if a folder that is said to be its own is nowhere near.
    fn elsewhere(&self, edge: &Edge, folder: usize, table: usize) -> Option<String> {
        let is_claim = edge.source == EdgeSource::ExternalTableLineage && edge.upstream.kind == EntityKind::Container;
        let here = self.members[folder].1.location.as_ref().filter(|_| is_claim)?;
        let mut places = self.twins.of(table).iter().filter_map(|at| self.members[*at].1.location.as_ref()).peekable();
        let first = (*places.peek()?).clone();
        places.all(|place| !touches(here, place)).then_some(first)
    }

    /// The other service in which the same view is read, if edges prefer that one's.
    fn reader(&self, edge: &Edge, own: &str, view: usize) -> Option<String> {
        let is_own = edge.source == EdgeSource::ViewLineage && service_of(&self.members[view].0) == own;
        let reader = self.preferred(view).into_iter().find(|at| self.members[*at].1.defined).filter(|_| is_own)?;
        Some(service_of(&self.members[reader].0)).filter(|service| service != own)
    }

    /// The service that edges would prefer, if it may have the table and has not been read since the table was seen.
    fn awaited(&self, at: usize) -> Option<&str> {
        if self.members[at].0.kind != EntityKind::Table {
            return None;
        }
        let (canonical, since) = (self.rank(self.canonical(at)), self.members[at].1.appeared());
        let is_better = |name: &String, service: &KeptService| {
            service.layer != Layer::Storage && self.rank_of(name.clone(), service.layer) < canonical
        };
        let mut awaited = self.services.iter().filter(|(name, service)| is_better(name, service));
        awaited.find(|(name, service)| self.is_awaited(name, service, since)).map(|(name, _)| name.as_str())
    }

    fn is_awaited(&self, name: &str, service: &KeptService, since: Timestamp) -> bool {
        service.completed.is_none_or(|completed| completed < since && self.holders.contains(name))
    }

    /// The links of all tables of which every service that may hold them was read.
    pub(crate) fn links(&self) -> Vec<Link> {
        let groups = self.twins.groups().filter(|group| self.unsettled(group).is_none());
        groups.flat_map(|group| links(&self.in_order(group), &self.members)).collect()
    }

    /// A service whose table may yet come between the names of a group.
    pub(crate) fn unsettled(&self, group: &[usize]) -> Option<&str> {
        let since = group.iter().map(|at| self.members[*at].1.appeared()).max()?;
        let inside: BTreeSet<String> = group.iter().map(|at| service_of(&self.members[*at].0)).collect();
        let layers: BTreeSet<Layer> = group.iter().map(|at| self.members[*at].1.layer).collect();
        let may_come = |name: &String, service: &KeptService| {
            !inside.contains(name) && (service.layer != Layer::Storage || layers.len() == 1)
        };
        let mut open = self.services.iter().filter(|(name, service)| may_come(name, service));
        open.find(|(name, service)| self.is_awaited(name, service, since)).map(|(name, _)| name.as_str())
    }
}

fn service_of(node: &Node) -> String {
    node.fqn.split().into_iter().next().unwrap_or_default()
}

/// A name as an end of an edge, seen from the service `own`.
pub(crate) fn endpoint(node: &Node, own: &str) -> Endpoint {
    let mut parts = node.fqn.split().into_iter().map(|part| decode_name(&part));
    let service = parts.next().filter(|service| service != own);
    Endpoint { service, kind: node.kind, path: EntityPath::new(parts.collect()).unwrap_or_default() }
}
