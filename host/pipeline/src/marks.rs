//! Scopes that a source says were emitted completely. Recorded only, for a later run that may delete: a mark counts when
//! its split ended well, skipped nothing, and emitted as many as the source says there are.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use metahost_model::{Complete, EntityKind, EntityPath};

use crate::report::CompleteMark;

/// What is known of scopes while a run goes on.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    emitted: BTreeMap<(EntityKind, EntityPath), u64>,
    pending: HashMap<Arc<str>, Vec<Complete>>,
    tainted: HashSet<Arc<str>>,
}

impl Marks {
    pub(crate) fn emitted(&mut self, kind: EntityKind, path: &EntityPath) {
        *self.emitted.entry((kind, path.parent())).or_default() += 1;
    }

    pub(crate) fn claimed(&mut self, split: &Arc<str>, complete: Complete) {
        self.pending.entry(Arc::clone(split)).or_default().push(complete);
    }

    /// The split could not read something: what it did not emit may still exist.
    pub(crate) fn taint(&mut self, split: &Arc<str>) {
        self.tainted.insert(Arc::clone(split));
    }

    /// The marks of a split that ended well, and why others do not count.
    pub(crate) fn ended(&mut self, split: &Arc<str>) -> (Vec<CompleteMark>, Vec<String>) {
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for complete in self.pending.remove(split).unwrap_or_default() {
            let emitted = self.count(&complete);
            let place = format!("{} in `{}`", complete.kind, complete.scope);
            if self.tainted.contains(split) {
                bad.push(format!("{place}: not complete, items could not be read"));
            } else if complete.listed.is_some_and(|listed| listed != emitted) {
                let listed = complete.listed.unwrap_or_default();
                bad.push(format!("{place}: not complete, the source lists {listed} and emitted {emitted}"));
            } else {
                good.push(CompleteMark { scope: complete.scope.to_string(), kind: complete.kind, emitted });
            }
        }
        (good, bad)
    }

    fn count(&self, complete: &Complete) -> u64 {
        let within = |((kind, parent), _): &(&(EntityKind, EntityPath), &u64)| {
            *kind == complete.kind && parent.is_within(&complete.scope)
        };
        self.emitted.iter().filter(within).map(|(_, count)| count).sum()
    }
}
