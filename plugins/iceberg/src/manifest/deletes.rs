//! Which files of deletes apply to which data files, by Iceberg's rules of scan planning.

use std::collections::BTreeMap;

use super::entry::{Content, Entry};

/// All files of deletes of a snapshot.
#[derive(Default)]
pub struct Deletes {
    /// Of one data file each, by its location.
    bitmaps: BTreeMap<String, Entry>,
    /// By partition.
    positions: BTreeMap<String, Vec<Entry>>,
    /// By partition.
    equalities: BTreeMap<String, Vec<Entry>>,
    /// For every partition.
    everywhere: Vec<Entry>,
}

impl Deletes {
    /// Adds one.
    pub fn add(&mut self, delete: Entry) {
        match (delete.content, &delete.referenced) {
            (Content::EqualityDeletes, _) if delete.is_unpartitioned => self.everywhere.push(delete),
            (Content::EqualityDeletes, _) => {
                self.equalities.entry(delete.partition_key.clone()).or_default().push(delete);
            }
            (_, Some(location)) if delete.bitmap.is_some() => {
                self.bitmaps.insert(location.clone(), delete);
            }
            _ => self.positions.entry(delete.partition_key.clone()).or_default().push(delete),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bitmaps.is_empty() && self.positions.is_empty() && self.equalities.is_empty() && self.everywhere.is_empty()
    }

    /// Those of a data file: bitmaps and positions of its time and later, columns of later times only. A bitmap stands for all
    /// positions.
    pub fn of<'d>(&'d self, data: &'d Entry) -> impl Iterator<Item = &'d Entry> {
        let bitmap = self.bitmaps.get(&data.location).filter(|bitmap| bitmap.sequence >= data.sequence);
        let positions = self.positions.get(&data.partition_key).filter(|_| bitmap.is_none());
        let positions = positions.into_iter().flatten().filter(|delete| delete.sequence >= data.sequence);
        let equalities = self.equalities.get(&data.partition_key).into_iter().flatten().chain(&self.everywhere);
        let equalities = equalities.filter(|delete| delete.sequence > data.sequence);
        bitmap.into_iter().chain(positions.filter(|delete| delete.may_name(&data.location))).chain(equalities)
    }
}

impl Entry {
    fn may_name(&self, location: &str) -> bool {
        if let Some(referenced) = &self.referenced {
            return referenced == location;
        }
        // Bounds may be cut: a last location that is less may still begin as this one does.
        self.locations.as_ref().is_none_or(|(first, last)| {
            let location = location.as_bytes();
            first.as_slice() <= location && (location <= last.as_slice() || location.starts_with(last))
        })
    }
}
