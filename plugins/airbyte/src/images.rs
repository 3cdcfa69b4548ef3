//! Which image and version each source and destination runs. Never a reason to leave anything out.

use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{Error, Result};

use crate::airbyte::Airbyte;
use crate::connection::{End, Side};

/// Whether the server tells.
#[derive(PartialEq, Eq)]
pub enum Images {
    /// Nobody asked yet.
    Unknown,
    /// It did.
    Told,
    /// It does not, or is not asked.
    Untold,
}

impl Images {
    /// Asked for, or not.
    pub fn new(are_wanted: bool) -> Self {
        if are_wanted { Self::Unknown } else { Self::Untold }
    }

    /// Gives each of these its image. A server that does not tell the first one is asked for no other.
    pub fn learn(
        &mut self,
        airbyte: &dyn Airbyte,
        side: Side,
        ends: &mut [(String, End)],
        out: &mut dyn Output,
    ) -> Result<()> {
        let alone = usize::from(*self == Self::Unknown).min(ends.len());
        let (first, others) = ends.split_at_mut(alone);
        for some in [first, others] {
            let images = if *self == Self::Untold { Vec::new() } else { airbyte.images(side, some) };
            for ((_, end), image) in some.iter_mut().zip(images) {
                self.take(end, image, out)?;
            }
        }
        Ok(())
    }

    /// What can't be had costs a line of the log.
    fn take(&mut self, end: &mut End, image: Result<Option<String>>, out: &mut dyn Output) -> Result<()> {
        match image {
            Ok(image) => {
                if image.is_some() {
                    *self = Self::Told;
                }
                end.image = image;
            }
            Err(Error::Protocol(failure)) => {
                if *self == Self::Unknown {
                    *self = Self::Untold;
                }
                let fields = [("of", end.name.clone()), ("reason", failure.message)];
                out.note(Level::Info, "Airbyte does not tell a connector's version", &fields);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
