//! Sources and destinations, each asked for once. Never tells one that can't be read more than once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::{Error, Result};

use crate::airbyte::Airbyte;
use crate::connection::{End, Side};

/// Those that were asked for; none where one can't be read.
pub struct Ends {
    known: BTreeMap<(Side, String), Option<End>>,
    images: Images,
}

/// Whether the server tells which images connectors are.
#[derive(PartialEq, Eq)]
enum Images {
    /// Nobody asked yet.
    Unknown,
    /// It did.
    Told,
    /// It does not, or is not asked.
    Untold,
}

impl Ends {
    /// Nothing is known yet.
    pub fn new(with_images: bool) -> Self {
        let images = if with_images { Images::Unknown } else { Images::Untold };
        Self { known: BTreeMap::new(), images }
    }

    /// Asks for one, if it is not known.
    pub fn learn(&mut self, airbyte: &dyn Airbyte, side: Side, id: &str, out: &mut dyn Output) -> Result<()> {
        if let Entry::Vacant(place) = self.known.entry((side, id.to_owned())) {
            let what = match side {
                Side::Source => "source",
                Side::Destination => "destination",
            };
            let mut end = or_skip(out, &[what, id], airbyte.end(side, id))?;
            if let Some(end) = &mut end {
                end.image = self.images.of(airbyte, side, id, end, out)?;
            }
            place.insert(end);
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

impl Images {
    /// The image of one. A server that does not tell the first is not asked again, which costs a line of the log.
    fn of(
        &mut self,
        airbyte: &dyn Airbyte,
        side: Side,
        id: &str,
        end: &End,
        out: &mut dyn Output,
    ) -> Result<Option<String>> {
        if *self == Self::Untold {
            return Ok(None);
        }
        match airbyte.image(side, id, end) {
            Ok(image) => {
                if image.is_some() {
                    *self = Self::Told;
                }
                Ok(image)
            }
            Err(Error::Protocol(failure)) => {
                if *self == Self::Unknown {
                    *self = Self::Untold;
                }
                let fields = [("of", end.name.clone()), ("reason", failure.message)];
                out.note(Level::Info, "Airbyte does not tell a connector's version", &fields);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
