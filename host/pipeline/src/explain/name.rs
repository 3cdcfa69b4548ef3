//! One name: who fills it, which other names are the same table and why, and which edges it has.

use metahost_catalog::Node;
use metahost_model::{Annotation, Fqn};
use metahost_store::Space;

use super::{Explainer, Explanation, FieldWord, LookAlike, TwinName, Unexplained};
use crate::identity::{Evidence, Member};
use crate::reasons::{EdgeName, Reason};
use crate::seen::key;

impl Explainer {
    /// Why a name is as it is.
    pub async fn explain(&self, fqn: &Fqn) -> Result<Explanation, Unexplained> {
        let (node, known) = self.known(fqn).await?;
        let at = self.identity.find(&node);
        let member = if at.is_some() { self.kept.member(self.store.as_ref(), &node)? } else { None };
        let group = at.map(|at| self.identity.preferred(at)).filter(|group| group.len() > 1).unwrap_or_default();
        let is_end = |end: &Node| *end == node;
        Ok(Explanation {
            in_catalog: known.as_ref().is_some_and(|known| !known.deleted),
            fingerprint: known.and_then(|known| known.fingerprint).map(|it| it.to_string()),
            fields: self.fields(&node)?,
            uuid: member.as_ref().and_then(|member| member.uuid.clone()),
            location: member.as_ref().and_then(|member| member.location.clone()),
            connector: member.and_then(|member| member.connector),
            names: group.iter().map(|at| self.twin(*at)).collect(),
            edges_go_to: self.canonical(&node).fqn,
            waits_for: self.identity.unsettled(&group).map(str::to_owned),
            look_alikes: at.map(|at| self.look_alikes(at)).unwrap_or_default(),
            edges: self.edges_of(&node),
            waiting: self.waiting(|from, to| is_end(from) || is_end(to)),
            kind: node.kind,
            fqn: node.fqn,
        })
    }

    fn twin(&self, at: usize) -> TwinName {
        let (node, member) = self.identity.member(at);
        let others = self.identity.preferred(at).into_iter().filter(|other| *other != at);
        let because = others.flat_map(|other| {
            let (other_node, _) = self.identity.member(other);
            self.evidence(at, other).into_iter().map(|evidence| (other_node.fqn.clone(), evidence))
        });
        TwinName {
            kind: node.kind,
            fqn: node.fqn.clone(),
            source: member.source.clone(),
            since: member.since,
            because: because.collect(),
        }
    }

    /// All that shows two names of one table to be one; nothing where a third name does.
    fn evidence(&self, one: usize, other: usize) -> Vec<Evidence> {
        let (a, b) = (self.identity.member(one).1, self.identity.member(other).1);
        let both = |value: &Option<String>, other: &Option<String>| value.clone().filter(|_| value == other);
        let told = both(&a.uuid, &b.uuid).map(Evidence::Uuid).into_iter();
        let told = told.chain(both(&a.location, &b.location).map(Evidence::Location));
        let bonds = self
            .identity
            .twins()
            .bonds(one)
            .filter(|bond| [(one, other), (other, one)].contains(&(bond.one, bond.other)));
        let mut all: Vec<Evidence> = told.chain(bonds.map(|bond| bond.evidence.clone())).collect();
        all.sort();
        all.dedup();
        all
    }

    /// What sources other than its own add to an entity.
    fn fields(&self, node: &Node) -> Result<Vec<FieldWord>, Unexplained> {
        let record = key(metahost_model::RecordKind::Annotation, &node.key());
        let prefix = format!("{}\0", self.catalog.id());
        let mut words = Vec::new();
        self.store.scan(Space::Annotations, &prefix, &mut |key, value| {
            let source = key.strip_prefix(&prefix).and_then(|key| key.strip_suffix(&record)?.strip_suffix('\0'));
            if let (Some(source), Ok(annotation)) = (source, serde_json::from_slice(value)) {
                words.push(FieldWord { source: source.to_owned(), fields: filled(&annotation) });
            }
        })?;
        Ok(words)
    }

    fn edges_of(&self, node: &Node) -> Vec<(EdgeName, Reason)> {
        let is_end = |end: &(String, String)| end.0 == node.kind.as_str() && end.1 == node.fqn.as_str();
        let edges = self.reasons.iter().filter(|(name, _)| is_end(&name.from) || is_end(&name.to));
        edges.map(|(name, reason)| (name.clone(), reason.clone())).collect()
    }

    /// Names that end as this one does, in another service or database, and are not the same table.
    fn look_alikes(&self, at: usize) -> Vec<LookAlike> {
        let (node, member) = self.identity.member(at);
        let tail = tail(node);
        let others = self.identity.members().filter(|(other, other_node, _)| {
            tail.is_some() && !self.identity.twins().are_one(at, *other) && self::tail(other_node) == tail
        });
        let why = |other_node: &Node, other: &Member| self.why_not(node, member, other_node, other);
        others.map(|(_, node, other)| LookAlike { fqn: node.fqn.clone(), why: why(node, other) }).collect()
    }

    fn why_not(&self, node: &Node, member: &Member, other_node: &Node, other: &Member) -> String {
        let both = |one: &Option<String>, two: &Option<String>| Some((one.clone()?, two.clone()?));
        if self.rules.are_different(node, other_node) {
            return "a rule of the configuration says that they are two".to_owned();
        }
        if let Some((one, two)) = both(&member.uuid, &other.uuid).filter(|(one, two)| one != two) {
            return format!("its id is {two}, not {one}");
        }
        if let Some((one, two)) = both(&member.location, &other.location).filter(|(one, two)| one != two) {
            return format!("its files are in {two}, not in {one}");
        }
        "a name alone is no evidence: neither an id nor a place is known of both".to_owned()
    }
}

/// Schema and table, whatever their case.
fn tail(node: &Node) -> Option<(String, String)> {
    match node.fqn.split().as_slice() {
        [_, _, schema, table] => Some((schema.to_lowercase(), table.to_lowercase())),
        _ => None,
    }
}

fn filled(annotation: &Annotation) -> Vec<String> {
    let parts = [
        ("displayName", annotation.display_name.is_some()),
        ("description", annotation.description.is_some()),
        ("owners", !annotation.owners.is_empty()),
        ("tags", !annotation.tags.is_empty()),
        ("glossaryTerms", !annotation.glossary_terms.is_empty()),
        ("domain", annotation.domain.is_some()),
        ("keys", !annotation.keys.is_empty()),
        ("dataModel", annotation.data_model.is_some()),
    ];
    let fields = parts.into_iter().filter(|(_, is_filled)| *is_filled).map(|(name, _)| name.to_owned());
    let extension = annotation.extension.keys().map(|key| format!("extension.{key}"));
    let columns = annotation.columns.iter().map(|column| format!("columns.{}", column.column.join(".")));
    fields.chain(extension).chain(columns).collect()
}
