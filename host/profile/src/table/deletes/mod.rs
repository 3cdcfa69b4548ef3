//! The rows of a data file that are deleted: by position, by a bitmap, or since they are like others. In the end all are positions.

mod equality;
mod positions;
mod vector;

use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use roaring::RoaringTreemap;

pub use equality::Equality;

use crate::error::{Error, Result};
use crate::parquet::File;

use super::names;
use super::rows::Rows;
use super::schema::Leaf;
use super::{Deletes, TableFile};

/// The positions of a Parquet file that are deleted.
pub fn of_parquet(file: &TableFile, opened: &File<'_>, columns: &[Leaf]) -> Result<RoaringTreemap> {
    let (mut deleted, equality) = of_rows(file, columns)?;
    check(&deleted, opened.rows())?;
    if !equality.is_empty() {
        let groups = (0..opened.metadata().num_row_groups()).collect();
        let wanted = |named: &names::Named| equality.iter().any(|deletes| deletes.compares(named));
        let mut rows = Rows::parquet(opened, &file.ranges, groups, wanted)?;
        let mut begun = 0;
        while let Some((batch, arrays)) = rows.next()? {
            for deletes in &equality {
                let found = deletes.matches(&rows, &arrays, batch.num_rows())?;
                deleted.extend((begun..).zip(found).filter(|(_, is_deleted)| *is_deleted).map(|(row, _)| row));
            }
            begun += batch.num_rows() as u64;
        }
    }
    Ok(deleted)
}

/// The positions that are deleted, and what else is.
pub fn of_rows(file: &TableFile, columns: &[Leaf]) -> Result<(RoaringTreemap, Vec<Equality>)> {
    let (mut deleted, mut equality) = (RoaringTreemap::new(), Vec::new());
    for deletes in &file.deletes {
        let (read, ranges) = match deletes {
            Deletes::Positions(ranges) => (positions::read(ranges, &file.location, &mut deleted), ranges),
            Deletes::Vector { ranges, offset, length } => {
                (vector::read(ranges, *offset, *length).map(|found| deleted |= found), ranges)
            }
            Deletes::Equality { ranges, field_ids } => {
                (Equality::read(ranges, field_ids, columns).map(|found| equality.push(found)), ranges)
            }
        };
        read.map_err(|error| error.with("delete file", ranges.name()))?;
    }
    Ok((deleted, equality))
}

/// A position that a file does not have was meant for another file.
pub fn check(deleted: &RoaringTreemap, rows: u64) -> Result<()> {
    match deleted.max() {
        Some(last) if last >= rows => {
            Err(Error::format(format!("its deletes name row {last}, counted from 0; it has {rows} rows")))
        }
        _ => Ok(()),
    }
}

/// The same for each row group, one bit a row; none where nothing is deleted.
pub fn by_group(deleted: &RoaringTreemap, groups: &[u64]) -> Vec<Option<BooleanBuffer>> {
    let mut positions = deleted.iter().peekable();
    let mut begin = 0;
    let mut mask = |rows: u64| {
        let end = begin + rows;
        let mut bits: Option<BooleanBufferBuilder> = None;
        while let Some(position) = positions.next_if(|position| *position < end) {
            let bits = bits.get_or_insert_with(|| {
                let mut bits = BooleanBufferBuilder::new(0);
                bits.append_n(usize::try_from(rows).unwrap_or(usize::MAX), false);
                bits
            });
            bits.set_bit(usize::try_from(position - begin).unwrap_or(usize::MAX), true);
        }
        begin = end;
        bits.map(|mut bits| bits.finish())
    };
    groups.iter().map(|rows| mask(*rows)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_told_by_row_group() {
        let deleted: RoaringTreemap = [0, 4, 5, 9].into_iter().collect();
        let found = by_group(&deleted, &[5, 0, 4, 1, 3]);
        let bits: Vec<Option<Vec<bool>>> =
            found.iter().map(|bits| bits.as_ref().map(|bits| bits.iter().collect())).collect();
        assert_eq!(
            bits,
            [
                Some(vec![true, false, false, false, true]),
                None,
                Some(vec![true, false, false, false]),
                Some(vec![true]),
                None,
            ]
        );
    }
}
