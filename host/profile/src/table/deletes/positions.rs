//! Iceberg's position deletes: a file of locations and positions, of which those of one data file are wanted.

use std::sync::Arc;

use parquet::file::statistics::Statistics;
use roaring::RoaringTreemap;

use crate::convert::Rescale;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::parquet::{ByteRanges, File};

use super::super::names::Named;
use super::super::rows::{self, Format, Rows};

/// The column of locations, by the id that Iceberg keeps for it.
const PATH: (i32, &str) = (2_147_483_546, "file_path");
/// The column of positions.
const POSITION: (i32, &str) = (2_147_483_545, "pos");

/// Adds the positions of a data file.
pub fn read(ranges: &Arc<dyn ByteRanges>, location: &str, deleted: &mut RoaringTreemap) -> Result<()> {
    let choose = |named: &Named| is(named, PATH) || is(named, POSITION);
    let mut rows = match Format::of(ranges)? {
        Format::Avro => Rows::avro(ranges)?,
        Format::Parquet => {
            let file = File::open(ranges)?;
            let groups = groups(&file, location)?;
            Rows::parquet(&file, ranges, groups, choose)?
        }
    };
    let names = rows.names();
    let place = |column: (i32, &str)| {
        let missing = || Error::format(format!("there is no column {} of position deletes", column.1));
        names.iter().position(|named| is(named, column)).ok_or_else(missing)
    };
    let (path, position) = (place(PATH)?, place(POSITION)?);
    while let Some((_, arrays)) = rows.next()? {
        let paths = arrays[path].keys(&Kind::Text, Rescale::Same)?;
        let positions = arrays[position].keys(&Kind::Integer, Rescale::Same)?;
        for (path, position) in paths.into_iter().zip(positions) {
            let (Some(path), Some(position)) = (path, position) else {
                return Err(Error::format("a location or a position is null"));
            };
            if path == location.as_bytes() {
                deleted.insert(number(&position)?);
            }
        }
    }
    Ok(())
}

fn is(named: &Named, (id, name): (i32, &str)) -> bool {
    named.id.map_or_else(|| named.path == [name], |found| found == id)
}

fn number(key: &[u8]) -> Result<u64> {
    let bytes = <[u8; 16]>::try_from(key).map_err(|_| Error::format("a position is no number"))?;
    u64::try_from(i128::from_le_bytes(bytes)).map_err(|_| Error::format("a position is less than 0"))
}

/// The row groups that may name a location: deletes are sorted by it.
fn groups(file: &File<'_>, location: &str) -> Result<Vec<usize>> {
    let leaves = file.leaves()?;
    let path = leaves.iter().find(|leaf| is(&rows::named(leaf), PATH)).map(|leaf| leaf.index);
    let may_have = |group: &usize| {
        let statistics = path.and_then(|path| file.metadata().row_group(*group).column(path).statistics());
        let Some(Statistics::ByteArray(bounds)) = statistics else { return true };
        let least = bounds.min_opt().is_none_or(|least| least.data() <= location.as_bytes());
        least && bounds.max_opt().is_none_or(|greatest| greatest.data() >= location.as_bytes())
    };
    Ok((0..file.metadata().num_row_groups()).filter(may_have).collect())
}
