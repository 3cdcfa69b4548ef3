//! Sources and destinations, each asked for once. Never tells one that can't be read more than once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::output::{Output, or_skip};

use crate::airbyte::Airbyte;
use crate::connection::{End, Side};

/// Those that were asked for; none where one can't be read.
#[derive(Default)]
pub struct Ends {
    known: BTreeMap<(Side, String), Option<End>>,
}

impl Ends {
    /// Asks for one, if it is not known.
    pub fn learn(&mut self, airbyte: &dyn Airbyte, side: Side, id: &str, out: &mut dyn Output) -> Result<()> {
        if let Entry::Vacant(place) = self.known.entry((side, id.to_owned())) {
            let what = match side {
                Side::Source => "source",
                Side::Destination => "destination",
            };
            place.insert(or_skip(out, &[what, id], airbyte.end(side, id))?);
        }
        Ok(())
    }

    /// One that was asked for and could be read.
    pub fn get(&self, side: Side, id: &str) -> Option<&End> {
        self.known.get(&(side, id.to_owned()))?.as_ref()
    }

    /// Whether all that were asked for could be read.
    pub fn whole(&self) -> bool {
        self.known.values().all(Option::is_some)
    }
}
