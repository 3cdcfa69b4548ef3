//! Rows as plugins hand them over: pieces, each a stream of Arrow's own format, all of one schema. Believes no length that a
//! piece tells: nothing is made room for before it is there.

use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;

use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::profile::Profile;

use super::Rows;

/// A profile that grows piece by piece.
pub struct Pieces {
    options: Options,
    rows: Option<Rows>,
}

impl Pieces {
    /// Nothing yet.
    pub fn new(options: Options) -> Self {
        Self { options, rows: None }
    }

    /// Adds a piece.
    pub fn add(&mut self, piece: Vec<u8>) -> Result<()> {
        let (mut rest, mut decoder) = (Buffer::from_vec(piece), StreamDecoder::new());
        while !rest.is_empty() {
            let Some(batch) = decoder.decode(&mut rest)? else { break };
            let rows = match &mut self.rows {
                Some(rows) => rows,
                None => self.rows.insert(Rows::new(batch.schema(), &self.options)?),
            };
            if rows.schema.fields() != batch.schema().fields() {
                return Err(Error::format("rows of one table have different columns"));
            }
            rows.add(&batch)?;
        }
        decoder.finish()?;
        let Some(schema) = decoder.schema() else { return Err(Error::format("a piece of rows has no schema")) };
        if self.rows.is_none() {
            self.rows = Some(Rows::new(schema, &self.options)?);
        }
        Ok(())
    }

    /// The profile of all rows.
    pub fn profile(self, name: &str) -> Result<Profile> {
        let none = || Error::new(ErrorKind::Request, "no rows were handed over");
        self.rows.ok_or_else(none)?.profile(name)
    }
}
