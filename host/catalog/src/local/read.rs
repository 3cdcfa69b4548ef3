//! Looking through the local catalog: what there is, how many, and names like a mistyped one.

use std::collections::BTreeMap;

use metahost_model::{EntityKind, Fqn, Timestamp};
use redb::ReadableTableMetadata;
use serde::Serialize;

use super::LocalCatalog;
use super::node::{Head, Node};
use super::tables::{Readable, Result, Tables, decode, get, scan};
use crate::Known;
use crate::error::Error;

/// One line of a listing.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// What kind it is.
    pub kind: EntityKind,
    /// Its fully qualified name.
    pub fqn: Fqn,
    /// The catalog's own id.
    pub id: String,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl LocalCatalog {
    /// Everything of one kind or of all, below a name or everywhere, by kind and name. Streams: nothing is held.
    pub fn list(
        &self,
        kind: Option<EntityKind>,
        below: Option<&Fqn>,
    ) -> core::result::Result<impl Iterator<Item = core::result::Result<Listed, Error>> + use<>, Error> {
        let kinds = kind.map_or_else(|| EntityKind::ALL.to_vec(), |kind| vec![kind]);
        let scans = self.read(|tables| {
            kinds.into_iter().map(|kind| tables.heads(kind, below.cloned())).collect::<Result<Vec<_>>>()
        })?;
        let path = self.path.clone();
        let listed = |(node, head): (Node, Head)| Listed {
            kind: node.kind,
            fqn: node.fqn,
            id: head.id,
            created_at: head.created_at,
            updated_at: head.updated_at,
        };
        Ok(scans
            .into_iter()
            .flatten()
            .map(move |found| found.map(listed).map_err(|error| super::failure::explain(&path, &error))))
    }

    /// How many there are of each kind, and of what hangs on them; kinds without any are left out.
    pub fn counts(&self) -> core::result::Result<BTreeMap<String, u64>, Error> {
        self.read(|tables| tables.counts())
    }

    /// Up to `limit` names that look like this one, the nearest first.
    pub fn near(&self, fqn: &Fqn, limit: usize) -> core::result::Result<Vec<Fqn>, Error> {
        let wanted = fqn.as_str().to_lowercase();
        let mut best: Vec<(u64, Fqn)> = Vec::new();
        for listed in self.list(None, None)? {
            let found = listed?.fqn;
            let Some(distance) = distance(&wanted, &found.as_str().to_lowercase()) else { continue };
            let at = best.partition_point(|(other, _)| *other <= distance);
            best.insert(at, (distance, found));
            best.truncate(limit);
        }
        Ok(best.into_iter().map(|(_, fqn)| fqn).collect())
    }
}

/// How far two names are apart in thousandths; none when they have nothing to do with each other.
fn distance(wanted: &str, found: &str) -> Option<u64> {
    if found.ends_with(&format!(".{wanted}")) || found.rsplit('.').next() == wanted.rsplit('.').next() {
        return Some(0);
    }
    let distance = 1.0 - strsim::normalized_damerau_levenshtein(wanted, found);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    (distance <= 0.35).then_some((distance * 1000.0) as u64)
}

impl Tables<Readable> {
    /// Whether a source made this service.
    pub fn has_service(&self, name: &str) -> Result<bool> {
        Ok(self.services.get(name)?.is_some())
    }

    /// See [`crate::Catalog::known`].
    pub fn known(&self, kind: EntityKind, scope: &Fqn) -> Result<BTreeMap<Fqn, Known>> {
        let heads = self.heads(kind, Some(scope.clone()))?;
        heads.map(|head| head.map(|(node, head)| (node.fqn, head.into()))).collect()
    }

    /// See [`crate::Catalog::find`].
    pub fn find(&self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>> {
        let head: Option<Head> = get(&self.index, &Node { kind, fqn: fqn.clone() }.key())?;
        Ok(head.map(Known::from))
    }

    pub(super) fn heads(
        &self,
        kind: EntityKind,
        below: Option<Fqn>,
    ) -> Result<impl Iterator<Item = Result<(Node, Head)>> + use<>> {
        let prefix = format!("{}\0", kind.as_str());
        let start = below.as_ref().map_or_else(|| prefix.clone(), |below| format!("{prefix}{below}"));
        let found = scan(&self.index, &start)?.map(move |entry| {
            let (key, value) = entry?;
            let fqn = Fqn::parse(key.strip_prefix(&prefix).unwrap_or_default());
            Ok((Node { kind, fqn }, decode(&value)?))
        });
        Ok(found.filter(move |entry| match (entry, &below) {
            // A sibling with a longer name shares the prefix.
            (Ok((node, _)), Some(below)) => node.fqn.is_within(below),
            _ => true,
        }))
    }

    fn counts(&self) -> Result<BTreeMap<String, u64>> {
        let mut counts = BTreeMap::new();
        for kind in EntityKind::ALL {
            let mut count = 0;
            for entry in scan(&self.index, &format!("{}\0", kind.as_str()))? {
                entry?;
                count += 1;
            }
            counts.insert(kind.as_str().to_owned(), count);
        }
        let tables = [
            ("service", &self.services),
            ("annotation", &self.annotations),
            ("lineageEdge", &self.up),
            ("testCase", &self.tests),
            ("testCaseResult", &self.results),
            ("query", &self.queries),
            ("pipelineRun", &self.runs),
            ("usage", &self.usage),
            ("run", &self.reports),
        ];
        for (name, table) in tables {
            counts.insert(name.to_owned(), table.len()?);
        }
        counts.retain(|_, count| *count > 0);
        Ok(counts)
    }
}
