//! Sources and destinations of the connections at hand, each asked for once while it is held. Never holds all that there
//! are, and never tells one that can't be read more than once.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::output::{Output, or_skip};

use crate::airbyte::Airbyte;
use crate::connection::{Connection, End, Side};
use crate::images::Images;

/// How many are held: their settings may be long.
const HELD: usize = 1_000;
/// How many are asked for at once.
const AT_ONCE: usize = 16;

/// Those that were asked for.
pub struct Ends {
    known: BTreeMap<(Side, String), End>,
    unreadable: BTreeSet<(Side, String)>,
    images: Images,
}

impl Ends {
    /// None is known yet.
    pub fn new(with_images: bool) -> Self {
        Self { known: BTreeMap::new(), unreadable: BTreeSet::new(), images: Images::new(with_images) }
    }

    /// Asks for those of these connections that are not known.
    pub fn learn<'c>(
        &mut self,
        airbyte: &dyn Airbyte,
        connections: impl Iterator<Item = &'c Connection>,
        out: &mut dyn Output,
    ) -> Result<()> {
        let both = |of: &'c Connection| [(Side::Source, &of.source), (Side::Destination, &of.destination)];
        let mut wanted: BTreeSet<(Side, String)> =
            connections.flat_map(both).map(|(side, id)| (side, id.clone())).collect();
        wanted.retain(|end| !self.unreadable.contains(end));
        if self.known.len() + wanted.len() > HELD {
            self.known.retain(|end, _| wanted.contains(end));
        }
        wanted.retain(|end| !self.known.contains_key(end));
        for side in [Side::Source, Side::Destination] {
            let ids = wanted.iter().filter(|(of, _)| *of == side).map(|(_, id)| id.clone());
            for some in ids.collect::<Vec<_>>().chunks(AT_ONCE) {
                self.ask(airbyte, side, some, out)?;
            }
        }
        Ok(())
    }

    fn ask(&mut self, airbyte: &dyn Airbyte, side: Side, ids: &[String], out: &mut dyn Output) -> Result<()> {
        let what = match side {
            Side::Source => "source",
            Side::Destination => "destination",
        };
        let mut read = Vec::new();
        for (id, end) in ids.iter().zip(airbyte.ends(side, ids)) {
            match or_skip(out, &[what, id], end)? {
                Some(end) => read.push((id.clone(), end)),
                None => drop(self.unreadable.insert((side, id.clone()))),
            }
        }
        self.images.learn(airbyte, side, &mut read, out)?;
        self.known.extend(read.into_iter().map(|(id, end)| ((side, id), end)));
        Ok(())
    }

    /// One that was asked for last and could be read.
    pub fn get(&self, side: Side, id: &str) -> Option<&End> {
        self.known.get(&(side, id.to_owned()))
    }

    /// Whether all that were asked for could be read.
    pub fn whole(&self) -> bool {
        self.unreadable.is_empty()
    }
}
