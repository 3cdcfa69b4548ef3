//! What all files together tell of each column. A count that one of them lacks is not told: half a sum is none.

use std::collections::BTreeMap;

use metahost_plugin_sdk::statistics::ColumnStat;

use super::bounds::Bound;
use super::entry::{Counts, Entry};
use super::schema::Leaf;

/// Writers may cut bounds of texts to so many characters.
const CUT: usize = 16;

/// Sums and bounds, by column.
pub struct Tally<'s> {
    columns: Vec<(&'s Leaf, Sum)>,
}

#[derive(Debug)]
struct Sum {
    values: Option<u64>,
    nulls: Option<u64>,
    nans: Option<u64>,
    bytes: Option<u64>,
    lower: Known,
    upper: Known,
}

/// A bound of all files so far.
#[derive(Debug)]
enum Known {
    /// No file had a value yet.
    Nothing,
    /// A file did not tell.
    Unknown,
    Bound(Bound),
}

impl<'s> Tally<'s> {
    /// Nothing yet.
    pub fn new(schema: &'s [Leaf]) -> Self {
        let sum = || Sum {
            values: Some(0),
            nulls: Some(0),
            nans: None,
            bytes: Some(0),
            lower: Known::Nothing,
            upper: Known::Nothing,
        };
        // In lists and maps files count elements, of which nobody knows how many rows have none.
        Self { columns: schema.iter().filter(|leaf| !leaf.is_repeated).map(|leaf| (leaf, sum())).collect() }
    }

    /// Adds what a file's writer counted.
    pub fn add(&mut self, file: &Entry) {
        for (leaf, sum) in &mut self.columns {
            match file.counts.get(&leaf.id) {
                Some(counts) => sum.add(counts, &leaf.column.kind),
                None => sum.add_unknown(file, leaf),
            }
        }
    }

    /// What is known. Rows that were deleted are counted in the files that hold them.
    pub fn columns(self, is_exact: bool) -> Vec<ColumnStat> {
        self.columns.into_iter().filter_map(|(leaf, sum)| sum.column(leaf, is_exact)).collect()
    }
}

impl Sum {
    fn add(&mut self, counts: &Counts, kind: &str) {
        let add = |sum: &mut Option<u64>, more: Option<u64>| *sum = sum.zip(more).map(|(sum, more)| sum + more);
        add(&mut self.values, counts.values);
        add(&mut self.nulls, counts.nulls);
        add(&mut self.bytes, counts.bytes);
        if counts.nans.is_some() {
            self.nans = Some(self.nans.unwrap_or(0) + counts.nans.unwrap_or(0));
        }
        if counts.values.is_some() && counts.values == counts.nulls {
            return;
        }
        self.lower.widen(counts.lower.as_deref().and_then(|bytes| Bound::read(kind, bytes)), |new, old| new < old);
        self.upper.widen(counts.upper.as_deref().and_then(|bytes| Bound::read(kind, bytes)), |new, old| new > old);
    }

    /// A file that is older than the column has nulls, or the column's first default; or its writer counts nothing.
    fn add_unknown(&mut self, file: &Entry, leaf: &Leaf) {
        let is_older = !file.counts.is_empty() && file.counts.keys().max().is_some_and(|newest| *newest < leaf.id);
        if is_older && leaf.column.initial_default.is_none() {
            self.values = self.values.map(|values| values + file.rows);
            self.nulls = self.nulls.map(|nulls| nulls + file.rows);
            return;
        }
        (self.values, self.nulls, self.bytes) = (None, None, None);
        (self.lower, self.upper) = (Known::Unknown, Known::Unknown);
    }

    fn column(self, leaf: &Leaf, is_exact: bool) -> Option<ColumnStat> {
        let kind = &leaf.column.kind;
        let is_cut = [&self.lower, &self.upper].iter().any(|bound| bound.may_be_cut());
        let stat = ColumnStat {
            column: leaf.column.column.clone(),
            values: self.values.zip(self.nulls).map(|(values, nulls)| values.saturating_sub(nulls)),
            nulls: self.nulls,
            nans: self.nans,
            distinct: None,
            lower: self.lower.word(kind),
            upper: self.upper.word(kind),
            bytes: self.bytes,
            exact: is_exact && !is_cut,
        };
        let is_known = stat.values.is_some() || stat.bytes.is_some() || stat.lower.is_some() || stat.upper.is_some();
        is_known.then_some(stat)
    }
}

impl Known {
    fn widen(&mut self, new: Option<Bound>, is_wider: impl Fn(&Bound, &Bound) -> bool) {
        match (&*self, new) {
            (Self::Unknown, _) => {}
            (_, None) => *self = Self::Unknown,
            (Self::Bound(old), Some(new)) if !is_wider(&new, old) => {}
            (_, Some(new)) => *self = Self::Bound(new),
        }
    }

    fn may_be_cut(&self) -> bool {
        match self {
            Self::Bound(Bound::Text(text)) => text.chars().count() >= CUT,
            Self::Bound(Bound::Bytes(bytes)) => bytes.len() >= CUT,
            _ => false,
        }
    }

    fn word(&self, kind: &str) -> Option<String> {
        if let Self::Bound(bound) = self { Some(bound.word(kind)) } else { None }
    }
}

/// How many different values a table's statistics files tell of columns, by their ids.
pub fn distinct(table: &crate::metadata::Table, snapshot: i64) -> BTreeMap<i64, f64> {
    let files = table.statistics.iter().filter(|file| file.snapshot_id == snapshot);
    let blobs = files.flat_map(|file| &file.blobs);
    let known = blobs.filter_map(|blob| Some((*blob.fields.first()?, blob.properties.get("ndv")?.parse().ok()?)));
    known.collect()
}
