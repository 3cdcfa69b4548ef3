//! What all files together tell of each column. A count that one of them lacks is not told: half a sum is none.

use metahost_plugin_sdk::statistics::ColumnStat;

use super::avro::Header;
use super::bounds::Bound;
use super::entry::{Counts, Entry};
use super::schema::Leaf;
use crate::metadata::Table;

/// Writers cut bounds of texts to so many characters, if nobody tells them otherwise.
const CUT: usize = 16;
/// Where tables tell otherwise, for all columns or for one.
const METRICS: &str = "write.metadata.metrics.";

/// Sums and bounds, by column.
pub struct Tally<'s> {
    /// Longer bounds may be cut.
    cut: usize,
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
    /// Whether a file's bounds were rounded when it was written.
    is_rounded: bool,
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
    /// Nothing yet, of these leaves.
    pub fn new(schema: &'s [Leaf], table: &Table) -> Self {
        let sum = || Sum {
            values: Some(0),
            nulls: Some(0),
            nans: Some(0),
            bytes: Some(0),
            lower: Known::Nothing,
            upper: Known::Nothing,
            is_rounded: false,
        };
        // In lists and maps files count elements, of which nobody knows how many rows have none.
        let columns = schema.iter().filter(|leaf| !leaf.is_repeated).map(|leaf| (leaf, sum())).collect();
        Self { cut: cut(table), columns }
    }

    /// Adds what a file's writer counted.
    pub fn add(&mut self, file: &Entry, header: &Header) {
        for (leaf, sum) in self.columns.iter_mut().filter(|_| file.rows > 0) {
            // Columns have no counts, too, where their writer was told to count nothing.
            let is_older = header.schema.as_ref().is_some_and(|schema| !schema.contains(&leaf.id));
            // ORC's statistics tell milliseconds.
            sum.is_rounded |= file.format == "orc" && leaf.column.kind.starts_with("timestamp");
            match file.counts.get(&leaf.id) {
                Some(counts) => sum.add(counts, &leaf.column.kind),
                None if is_older && leaf.column.initial_default.is_none() => sum.add(&Counts::nulls(file.rows), ""),
                None => sum.add(&Counts::default(), ""),
            }
        }
    }

    /// What is known. Rows that were deleted are counted in the files that hold them.
    pub fn columns(self, is_exact: bool) -> Vec<ColumnStat> {
        let cut = self.cut;
        self.columns.into_iter().filter_map(|(leaf, sum)| sum.column(leaf, cut, is_exact)).collect()
    }
}

impl Counts {
    /// Of a file that is older than the column.
    fn nulls(rows: u64) -> Self {
        Self { values: Some(rows), nulls: Some(rows), bytes: Some(0), ..Self::default() }
    }
}

/// From which length on bounds may be cut. Each file was written under the properties of its day, so the least counts.
fn cut(table: &Table) -> usize {
    let modes = table.properties.iter().filter(|(name, _)| name.starts_with(METRICS)).map(|(_, mode)| mode.trim());
    let lengths = modes.filter_map(|mode| mode.strip_prefix("truncate(")?.strip_suffix(')')?.parse().ok());
    lengths.chain([CUT]).min().unwrap_or(CUT)
}

impl Sum {
    fn add(&mut self, counts: &Counts, kind: &str) {
        let add = |sum: &mut Option<u64>, more: Option<u64>| *sum = sum.zip(more).map(|(sum, more)| sum + more);
        add(&mut self.values, counts.values);
        add(&mut self.nulls, counts.nulls);
        add(&mut self.bytes, counts.bytes);
        if counts.values.is_some() && counts.values == counts.nulls {
            return;
        }
        add(&mut self.nans, counts.nans);
        if counts.nans.is_some() && counts.values == counts.nans.zip(counts.nulls).map(|(nans, nulls)| nans + nulls) {
            return;
        }
        self.lower.widen(counts.lower.as_deref().and_then(|bytes| Bound::read(kind, bytes)), |new, old| new < old);
        self.upper.widen(counts.upper.as_deref().and_then(|bytes| Bound::read(kind, bytes)), |new, old| new > old);
    }

    fn column(self, leaf: &Leaf, cut: usize, is_exact: bool) -> Option<ColumnStat> {
        let kind = &leaf.column.kind;
        let is_cut = [&self.lower, &self.upper].iter().any(|bound| kind != "uuid" && bound.may_be_cut(cut));
        let stat = ColumnStat {
            column: leaf.column.column.clone(),
            values: self.values.zip(self.nulls).map(|(values, nulls)| values.saturating_sub(nulls)),
            nulls: self.nulls,
            nans: self.nans.filter(|_| matches!(kind.as_str(), "float" | "double")),
            distinct: None,
            lower: self.lower.word(kind),
            upper: self.upper.word(kind),
            bytes: self.bytes,
            exact: is_exact && !is_cut && !self.is_rounded,
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

    fn may_be_cut(&self, cut: usize) -> bool {
        match self {
            Self::Bound(Bound::Text(text)) => text.chars().count() >= cut,
            Self::Bound(Bound::Bytes(bytes)) => bytes.len() >= cut,
            _ => false,
        }
    }

    fn word(&self, kind: &str) -> Option<String> {
        if let Self::Bound(bound) = self { Some(bound.word(kind)) } else { None }
    }
}
