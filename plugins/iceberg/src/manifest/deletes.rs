//! Which files of deletes apply to which data files, by Iceberg's rules of scan planning.

use core::cell::Cell;
use std::collections::BTreeMap;

use metahost_plugin_sdk::statistics::{DeleteFile, DeleteKind};

use super::entry::{Content, Entry};

/// All files of deletes of a snapshot.
#[derive(Default)]
pub struct Deletes {
    /// Of one data file each, by its location.
    bitmaps: BTreeMap<String, Delete>,
    /// About one data file each, by its location.
    of_files: BTreeMap<String, Vec<Delete>>,
    /// By partition.
    positions: BTreeMap<String, Vec<Delete>>,
    /// By partition.
    equalities: BTreeMap<String, Vec<Delete>>,
    /// For every partition.
    everywhere: Vec<Delete>,
}

/// A file of deletes.
pub struct Delete {
    sequence: i64,
    rows: u64,
    /// The first and the last location that it names.
    locations: Option<(Vec<u8>, Vec<u8>)>,
    /// Whether it applies to any data file: compactions leave some that don't.
    is_used: Cell<bool>,
    /// As the contract has it.
    pub file: DeleteFile,
}

impl Deletes {
    /// Adds one, which can be read at this address.
    pub fn add(&mut self, entry: Entry, url: String) {
        let (content, key, is_everywhere) = (entry.content, entry.partition_key.clone(), entry.is_unpartitioned);
        let about = entry.only_file();
        let delete = Delete::new(entry, url);
        match (content, about) {
            (Content::EqualityDeletes, _) if is_everywhere => self.everywhere.push(delete),
            (Content::EqualityDeletes, _) => self.equalities.entry(key).or_default().push(delete),
            (_, Some(location)) if delete.file.kind == DeleteKind::DeletionVector => {
                self.bitmaps.insert(location, delete);
            }
            (_, Some(location)) => self.of_files.entry(location).or_default().push(delete),
            (_, None) => self.positions.entry(key).or_default().push(delete),
        }
    }

    /// Those of a data file: bitmaps and positions of its time and later, columns of later times only. A bitmap stands for all
    /// positions.
    pub fn of<'d>(&'d self, data: &'d Entry) -> impl Iterator<Item = &'d Delete> {
        let bitmap = self.bitmaps.get(&data.location).filter(|bitmap| bitmap.sequence >= data.sequence);
        let positions = self.positions.get(&data.partition_key).into_iter().flatten();
        let positions = positions.filter(|delete| delete.may_name(&data.location));
        let positions = self.of_files.get(&data.location).into_iter().flatten().chain(positions);
        let positions = positions.filter(move |delete| bitmap.is_none() && delete.sequence >= data.sequence);
        let equalities = self.equalities.get(&data.partition_key).into_iter().flatten().chain(&self.everywhere);
        let equalities = equalities.filter(|delete| delete.sequence > data.sequence);
        bitmap.into_iter().chain(positions).chain(equalities).inspect(|delete| delete.is_used.set(true))
    }

    /// How many rows those take that [`Deletes::of`] found; none where equality deletes are among them: only the data tells.
    pub fn rows(&self) -> Option<u64> {
        let equalities = self.equalities.values().flatten().chain(&self.everywhere);
        let positions = self.of_files.values().chain(self.positions.values()).flatten().chain(self.bitmaps.values());
        let used = |delete: &&Delete| delete.is_used.get();
        let rows = positions.filter(used).map(|delete| delete.rows).sum();
        (!equalities.into_iter().any(|delete| delete.is_used.get())).then_some(rows)
    }
}

impl Delete {
    fn new(entry: Entry, url: String) -> Self {
        let kind = match (entry.content, entry.bitmap) {
            (Content::EqualityDeletes, _) => DeleteKind::Equality,
            (_, Some(_)) => DeleteKind::DeletionVector,
            (_, None) => DeleteKind::Position,
        };
        let (offset, length) = entry.bitmap.unzip();
        let file = DeleteFile { url, bytes: entry.bytes, kind, field_ids: entry.equality_ids, offset, length };
        let (sequence, rows, locations) = (entry.sequence, entry.rows, entry.locations);
        Self { sequence, rows, locations, is_used: Cell::new(false), file }
    }

    fn may_name(&self, location: &str) -> bool {
        // Bounds may be cut: a last location that is less may still begin as this one does.
        self.locations.as_ref().is_none_or(|(first, last)| {
            let location = location.as_bytes();
            first.as_slice() <= location && (location <= last.as_slice() || location.starts_with(last))
        })
    }
}

impl Entry {
    /// The one data file that its positions are in: written down, or the first and the last of all.
    fn only_file(&self) -> Option<String> {
        let only = self.locations.as_ref().filter(|(first, last)| first == last);
        let only = || only.and_then(|(first, _)| String::from_utf8(first.clone()).ok());
        self.referenced.clone().or_else(only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(content: Content, location: &str, sequence: i64, partition: &str) -> Entry {
        Entry {
            content,
            location: location.to_owned(),
            format: "parquet".to_owned(),
            rows: 1,
            bytes: Some(1),
            sequence,
            partition_key: partition.to_owned(),
            partition: Vec::new(),
            is_unpartitioned: partition.is_empty(),
            counts: BTreeMap::new(),
            equality_ids: Vec::new(),
            referenced: None,
            locations: None,
            bitmap: None,
        }
    }

    fn add(deletes: &mut Deletes, entry: Entry) {
        let url = entry.location.clone();
        deletes.add(entry, url);
    }

    fn applied(deletes: &Deletes, data: &Entry) -> Vec<String> {
        deletes.of(data).map(|delete| delete.file.url.clone()).collect()
    }

    #[test]
    fn time_and_partition_decide() {
        let mut deletes = Deletes::default();
        for (content, location, sequence, partition) in [
            (Content::PositionDeletes, "p-same-time", 5, "a"),
            (Content::PositionDeletes, "p-before", 4, "a"),
            (Content::PositionDeletes, "p-elsewhere", 9, "b"),
        ] {
            add(&mut deletes, entry(content, location, sequence, partition));
        }
        let data = entry(Content::Data, "s3://b/f", 5, "a");
        assert_eq!(applied(&deletes, &data), ["p-same-time"]);
        assert_eq!(deletes.rows(), Some(1), "the others apply to nothing");
        for (content, location, sequence, partition) in [
            (Content::EqualityDeletes, "e-same-time", 5, "a"),
            (Content::EqualityDeletes, "e-later", 6, "a"),
            (Content::EqualityDeletes, "e-elsewhere", 6, "b"),
            (Content::EqualityDeletes, "e-everywhere", 6, ""),
        ] {
            add(&mut deletes, entry(content, location, sequence, partition));
        }
        assert_eq!(deletes.rows(), Some(1), "no equality delete applied yet");
        assert_eq!(applied(&deletes, &data), ["p-same-time", "e-later", "e-everywhere"]);
        assert_eq!(deletes.rows(), None);
    }

    #[test]
    fn a_file_that_is_named_and_a_bitmap_are_for_that_file_alone() {
        let mut deletes = Deletes::default();
        let mut named = entry(Content::PositionDeletes, "named", 5, "a");
        named.referenced = Some("s3://b/other".to_owned());
        add(&mut deletes, named);
        let mut only = entry(Content::PositionDeletes, "only", 5, "a");
        only.locations = Some((b"s3://b/f".to_vec(), b"s3://b/f".to_vec()));
        add(&mut deletes, only);
        let mut bounded = entry(Content::PositionDeletes, "bounded", 5, "a");
        bounded.locations = Some((b"s3://b/a".to_vec(), b"s3://b/f".to_vec()));
        add(&mut deletes, bounded);
        let data = |location| entry(Content::Data, location, 1, "a");
        assert_eq!(applied(&deletes, &data("s3://b/f-and-more")), ["bounded"], "bounds may be cut");
        assert_eq!(applied(&deletes, &data("s3://b/f")), ["only", "bounded"]);
        assert!(applied(&deletes, &data("s3://b/g")).is_empty());
        let mut bitmap = entry(Content::PositionDeletes, "bitmap", 6, "a");
        (bitmap.referenced, bitmap.bitmap) = (Some("s3://b/f".to_owned()), Some((4, 40)));
        add(&mut deletes, bitmap);
        assert_eq!(applied(&deletes, &data("s3://b/f")), ["bitmap"], "it stands for all positions");
        assert_eq!(
            applied(&deletes, &Entry { sequence: 7, ..data("s3://b/f") }),
            [""; 0],
            "a file of its name, made later"
        );
    }
}
