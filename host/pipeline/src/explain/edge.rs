//! Two names: whether data flows from one to the other, who says so, and why not where nobody does.

use std::collections::BTreeMap;

use metahost_catalog::{EdgeWord, Node, Reference};
use metahost_model::{Executions, Fqn};
use metahost_store::Space;

use super::{EdgeExplanation, Explainer, Unexplained};
use crate::lineage::Counted;
use crate::reasons::{EdgeName, Reason};
use crate::state::{Keys, edge_key};

impl Explainer {
    /// Why an edge between two names is there, or is not.
    pub async fn explain_edge(&self, from: &Fqn, to: &Fqn) -> Result<EdgeExplanation, Unexplained> {
        let ((from, _), (to, _)) = (self.known(from).await?, self.known(to).await?);
        let one_table = self.are_one(&from, &to);
        let ends = if one_table { (from.clone(), to.clone()) } else { (self.canonical(&from), self.canonical(&to)) };
        let reasons = self.reasons_between(&[(&from, &to), (&ends.0, &ends.1)]);
        let waiting = self.waiting(|a, b| (a, b) == (&from, &to) || (a, b) == (&ends.0, &ends.1));
        let in_catalog = self.in_catalog(&ends).await?;
        let is_silent = in_catalog.is_empty() && reasons.is_empty() && waiting.is_empty();
        let absent = if is_silent { Some(self.why_absent(&from, &to, &ends, one_table).await?) } else { None };
        let used = self.used(&reasons)?;
        let drawn_between = (ends.0.fqn, ends.1.fqn);
        Ok(EdgeExplanation {
            from: from.fqn,
            to: to.fqn,
            drawn_between,
            in_catalog,
            used,
            one_table,
            reasons,
            waiting,
            absent,
        })
    }

    fn are_one(&self, from: &Node, to: &Node) -> bool {
        let both = self.identity.find(from).zip(self.identity.find(to));
        both.is_some_and(|(from, to)| self.identity.twins().are_one(from, to))
    }

    fn reasons_between(&self, pairs: &[(&Node, &Node)]) -> Vec<(EdgeName, Reason)> {
        let is = |end: &(String, String), node: &Node| end.0 == node.kind.as_str() && end.1 == node.fqn.as_str();
        let meant = |name: &EdgeName| pairs.iter().any(|(from, to)| is(&name.from, from) && is(&name.to, to));
        self.reasons.iter().filter(|(name, _)| meant(name)).map(|(name, why)| (name.clone(), why.clone())).collect()
    }

    /// What the state counted of an edge, source by source.
    fn used(&self, reasons: &[(EdgeName, Reason)]) -> Result<BTreeMap<String, Executions>, Unexplained> {
        let mut used = BTreeMap::new();
        for (name, reason) in reasons {
            let keys = Keys::new(&self.catalog.id(), &name.source);
            let (from, to) = (&name.from, &name.to);
            let key = edge_key(&reason.asset, (&from.0, &from.1), (&to.0, &to.1));
            if let Some(value) = self.store.get(Space::Counts, &keys.of(&key))?
                && let Ok(counted) = serde_json::from_slice::<Counted>(&value)
            {
                used.insert(name.source.clone(), counted.executions);
            }
        }
        Ok(used)
    }

    async fn in_catalog(&self, (from, to): &(Node, Node)) -> Result<Vec<EdgeWord>, Unexplained> {
        match (self.reference(from).await?, self.reference(to).await?) {
            (Some(from), Some(to)) => Ok(self.catalog.edge_words(&from, &to).await?),
            _ => Ok(Vec::new()),
        }
    }

    async fn reference(&self, node: &Node) -> Result<Option<Reference>, Unexplained> {
        let known = self.catalog.find(node.kind, &node.fqn).await?.filter(|known| !known.deleted);
        Ok(known.map(|known| Reference { kind: node.kind, fqn: node.fqn.clone(), id: known.id }))
    }

    /// Why there is nothing, where no source ever spoke of the two.
    async fn why_absent(
        &self,
        from: &Node,
        to: &Node,
        ends: &(Node, Node),
        one_table: bool,
    ) -> Result<String, Unexplained> {
        for end in [&ends.0, &ends.1] {
            if self.reference(end).await?.is_none() {
                return Ok(format!("the catalog has no {} {}", end.kind, end.fqn));
            }
        }
        if !self.in_catalog(&(ends.1.clone(), ends.0.clone())).await?.is_empty() {
            return Ok(format!("data flows the other way, from {} to {}", ends.1.fqn, ends.0.fqn));
        }
        if one_table {
            return Ok(self.why_not_linked(from, to));
        }
        Ok("no source told of it, and no SQL that was read says so".to_owned())
    }

    fn why_not_linked(&self, from: &Node, to: &Node) -> String {
        let Some(at) = self.identity.find(from) else { return String::new() };
        if let Some(service) = self.identity.unsettled(&self.identity.preferred(at)) {
            return format!("both are one table; they are linked after a run of `{service}`, which may have it, too");
        }
        let links = self.identity.links();
        let way = |one: &Node, other: &Node| {
            let ends = self.identity.find(one).zip(self.identity.find(other));
            ends.is_some_and(|(one, other)| links.iter().any(|link| link.from == one && link.to == other))
        };
        match (way(from, to), way(to, from)) {
            (true, _) => "both are one table; the link is drawn with the next run".to_owned(),
            (_, true) => {
                "both are one table; the link goes the other way, from the files to what reads them".to_owned()
            }
            _ => "both are one table, and linked by way of another name of it".to_owned(),
        }
    }
}
