//! Which images connectors are, as far as the server tells. Never costs more than a line of the log where it does not.

use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{Error, Result};

use crate::airbyte::Airbyte;
use crate::connection::{End, Side};

/// Whether the server tells them.
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
    /// To be asked for, or not.
    pub fn new(wanted: bool) -> Self {
        if wanted { Self::Unknown } else { Self::Untold }
    }

    /// The image of one. A server that does not tell the first is not asked again.
    pub fn of(
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
