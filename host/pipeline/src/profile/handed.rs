//! Rows that a plugin hands over: on disk, in a file without a name, until their table's turn comes. Memory holds only where
//! each piece is.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use metahost_profile::{Options, Pieces, Profile};

use super::data::DataError;
use super::job::Work;

/// Everything that was handed over.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    file: Option<Arc<File>>,
    end: u64,
}

/// Where a piece is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    start: u64,
    length: usize,
}

/// What was handed over of one table.
#[derive(Debug)]
pub(crate) struct HandedRows {
    file: Arc<File>,
    places: Vec<Place>,
}

impl Handed {
    /// Keeps a piece.
    pub(crate) fn keep(&mut self, piece: &[u8]) -> io::Result<Place> {
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(Arc::new(tempfile::tempfile()?)),
        };
        file.write_all_at(piece, self.end)?;
        let place = Place { start: self.end, length: piece.len() };
        self.end += piece.len() as u64;
        Ok(place)
    }

    /// The rows at these places; none where there are none.
    pub(crate) fn rows(&self, places: Vec<Place>) -> Option<HandedRows> {
        let file = self.file.as_ref().filter(|_| !places.is_empty())?;
        Some(HandedRows { file: Arc::clone(file), places })
    }
}

impl HandedRows {
    /// Their profile. Takes its thread until it is done.
    pub(crate) fn profile(&self, name: &str, options: Options, work: &Work) -> Result<Profile, DataError> {
        let mut pieces = Pieces::new(options);
        for place in &self.places {
            work.check_cancelled()?;
            let mut piece = vec![0; place.length];
            let read = self.file.read_exact_at(&mut piece, place.start);
            read.map_err(|error| DataError::failed(format!("the rows it handed over can't be read back: {error}")))?;
            pieces.add(piece)?;
        }
        Ok(pieces.profile(name)?)
    }
}
