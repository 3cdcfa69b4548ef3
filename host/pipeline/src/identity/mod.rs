//! One physical table has one node: what sources tell of a table's id and place, which names are therefore one, how they are
//! linked, and to which of them edges go. Pure but for `kept`, which reads and writes what was learnt; never asks a catalog.

mod canonical;
mod databases;
mod evidence;
mod kept;
mod layer;
mod learn;
mod links;
mod location;
mod member;
mod noticed;
mod pattern;
mod rules;
#[cfg(test)]
mod tests;
mod twins;

pub(crate) use canonical::{Identity, Way, endpoint};
pub(crate) use evidence::Teller;
pub(crate) use kept::{Kept, KeptLink, Waiting};
pub use layer::Layer;
pub(crate) use learn::{Lesson, learn, recall};
pub(crate) use links::Link;
pub(crate) use member::Member;
pub(crate) use noticed::Noticed;
pub use rules::{Expected, IdentityRules};
pub use twins::Evidence;
