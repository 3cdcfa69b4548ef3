//! Which steps of a run make which assets. Never looks at an asset twice for a run: there may be very many of both.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::answer::{Key, Run, Step};
use crate::assets::Kept;

/// The steps of a run by pipeline and asset.
pub type Made<'a> = BTreeMap<&'a str, BTreeMap<&'a Key, Vec<&'a Step>>>;

/// Assets of one repository by the ops and graphs that make them.
type Ops<'a> = BTreeMap<&'a str, Vec<&'a Kept>>;

/// Assets by their code (location, then repository) and their ops.
pub struct Makers<'a>(BTreeMap<(&'a str, &'a str), Ops<'a>>);

impl<'a> Makers<'a> {
    /// Of these assets.
    pub fn new(assets: &'a [Kept]) -> Self {
        let mut all: BTreeMap<_, Ops<'a>> = BTreeMap::new();
        for asset in assets {
            let (location, repository) = asset.origin.as_ref();
            let of = all.entry((location.as_str(), repository.as_str())).or_default();
            for op in &asset.ops {
                of.entry(op).or_default().push(asset);
            }
        }
        Self(all)
    }

    /// What a run of this code made.
    pub fn made<'r>(&'r self, code: (&str, &str), run: &'r Run) -> Made<'r> {
        let mut made = Made::new();
        let Some(ops) = self.0.get(&code) else { return made };
        for step in &run.step_stats {
            for asset in names(&step.key).filter_map(|name| ops.get(name)).flatten() {
                for pipeline in &asset.pipelines {
                    let of = made.entry(Rc::as_ref(pipeline)).or_default();
                    of.entry(&asset.key).or_default().push(step);
                }
            }
        }
        made
    }
}

/// A step's key is its op's name below its graphs, with an index when it was mapped: `graph.op[3]` is of `graph.op` and of
/// `graph`.
fn names(step: &str) -> impl Iterator<Item = &str> {
    let step = step.split_once('[').map_or(step, |(op, _)| op);
    std::iter::successors(Some(step), |name| name.rsplit_once('.').map(|(graph, _)| graph))
}
