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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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

    fn applied(deletes: &Deletes, data: &Entry) -> Vec<String> {
        deletes.of(data).map(|delete| delete.location.clone()).collect()
    }

    #[test]
    fn time_and_partition_decide() {
        let mut deletes = Deletes::default();
        for (content, location, sequence, partition) in [
            (Content::PositionDeletes, "p-same-time", 5, "a"),
            (Content::PositionDeletes, "p-before", 4, "a"),
            (Content::PositionDeletes, "p-elsewhere", 9, "b"),
            (Content::EqualityDeletes, "e-same-time", 5, "a"),
            (Content::EqualityDeletes, "e-later", 6, "a"),
            (Content::EqualityDeletes, "e-everywhere", 6, ""),
        ] {
            deletes.add(entry(content, location, sequence, partition));
        }
        let data = entry(Content::Data, "s3://b/f", 5, "a");
        assert_eq!(applied(&deletes, &data), ["p-same-time", "e-later", "e-everywhere"]);
    }

    #[test]
    fn a_file_that_is_named_and_a_bitmap_are_for_that_file_alone() {
        let mut deletes = Deletes::default();
        let mut named = entry(Content::PositionDeletes, "named", 5, "a");
        named.referenced = Some("s3://b/other".to_owned());
        deletes.add(named);
        let mut bounded = entry(Content::PositionDeletes, "bounded", 5, "a");
        bounded.locations = Some((b"s3://b/a".to_vec(), b"s3://b/f".to_vec()));
        deletes.add(bounded);
        let data = |location| entry(Content::Data, location, 1, "a");
        assert_eq!(applied(&deletes, &data("s3://b/f-and-more")), ["bounded"], "bounds may be cut");
        assert!(applied(&deletes, &data("s3://b/g")).is_empty());
        let mut bitmap = entry(Content::PositionDeletes, "bitmap", 6, "a");
        (bitmap.referenced, bitmap.bitmap) = (Some("s3://b/f".to_owned()), Some((4, 40)));
        deletes.add(bitmap);
        assert_eq!(applied(&deletes, &data("s3://b/f")), ["bitmap"], "it stands for all positions");
    }
}
