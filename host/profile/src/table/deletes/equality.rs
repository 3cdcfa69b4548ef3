//! Iceberg's equality deletes: rows whose like are deleted. Values are compared as the table's types have them, null is like null.

use std::collections::HashSet;
use std::sync::Arc;

use crate::convert::Rescale;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::Kind;
use crate::parquet::ByteRanges;
use crate::rows::LeafArray;

use super::super::names::{self, Named};
use super::super::rows::Rows;
use super::super::schema::Leaf;

/// Rows whose like are deleted.
pub struct Equality {
    columns: Vec<Compared>,
    rows: HashSet<Box<[u8]>>,
}

/// A column that is compared.
struct Compared {
    id: i32,
    kind: Kind,
    /// None for a column that the table has no more.
    column: Option<Leaf>,
}

/// A null, and what a value begins with.
const NULL: u8 = 0;
const VALUE: u8 = 1;

impl Equality {
    /// Reads all of them.
    pub fn read(ranges: &Arc<dyn ByteRanges>, ids: &[i32], columns: &[Leaf]) -> Result<Self> {
        if ids.is_empty() {
            return Err(Error::new(ErrorKind::Request, "equality deletes must compare a column"));
        }
        let of = |id: i32| columns.iter().find(|leaf| leaf.id == Some(id));
        let choose = |named: &Named| ids.iter().any(|id| is(named, *id, of(*id)));
        let mut file = Rows::of(ranges, choose)?;
        let names = file.names();
        let compared = |id: &i32| {
            let missing = || Error::format(format!("there is no column of id {id}, by which rows are deleted"));
            let place = names.iter().position(|named| is(named, *id, of(*id))).ok_or_else(missing)?;
            let kind = of(*id).map_or_else(|| file.leaves[place].kind.clone(), |leaf| leaf.kind.clone());
            Ok(Compared { id: *id, kind, column: of(*id).cloned() })
        };
        let columns = ids.iter().map(compared).collect::<Result<Vec<_>>>()?;
        let mut found = Self { columns, rows: HashSet::new() };
        while let Some((batch, arrays)) = file.next()? {
            let rows = found.keys(&file, &arrays, batch.num_rows())?;
            found.rows.extend(rows.into_iter().map(Vec::into_boxed_slice));
        }
        Ok(found)
    }

    /// Whether a leaf of a data file is compared.
    pub fn compares(&self, named: &Named) -> bool {
        self.columns.iter().any(|column| is(named, column.id, column.column.as_ref()))
    }

    /// Which rows of a batch are deleted.
    pub fn matches(&self, file: &Rows, arrays: &[LeafArray], rows: usize) -> Result<Vec<bool>> {
        Ok(self.keys(file, arrays, rows)?.iter().map(|key| self.rows.contains(key.as_slice())).collect())
    }

    /// The values of each row that are compared, one after the other.
    fn keys(&self, file: &Rows, arrays: &[LeafArray], rows: usize) -> Result<Vec<Vec<u8>>> {
        let mut keys = vec![Vec::new(); rows];
        for column in &self.columns {
            let found = column.values(file, arrays, rows)?;
            if found.len() != rows {
                return Err(Error::format(format!("the column of id {} lies in a list", column.id)));
            }
            for (key, value) in keys.iter_mut().zip(found) {
                match value {
                    None => key.push(NULL),
                    Some(value) => {
                        key.push(VALUE);
                        key.extend((value.len() as u64).to_le_bytes());
                        key.extend(value);
                    }
                }
            }
        }
        Ok(keys)
    }
}

impl Compared {
    /// Its values; its default, or null, where the file does not have it.
    fn values(&self, file: &Rows, arrays: &[LeafArray], rows: usize) -> Result<Vec<Option<Vec<u8>>>> {
        let place = file.leaves.iter().position(|leaf| is(&leaf.named, self.id, self.column.as_ref()));
        let Some((leaf, array)) = place.and_then(|place| Some((&file.leaves[place], arrays.get(place)?))) else {
            let default = self.column.as_ref().and_then(|column| column.default.as_ref());
            return Ok(vec![default.map(super::super::default::Default::key); rows]);
        };
        let message = || Error::format(format!("the column of id {} is of another type than the table's", self.id));
        let rescale = Rescale::between(&leaf.kind, &self.kind).ok_or_else(message)?;
        array.keys(&self.kind, rescale)
    }
}

/// Whether a leaf of a file is the column of this id.
fn is(named: &Named, id: i32, column: Option<&Leaf>) -> bool {
    named.id.map_or_else(
        || column.is_some_and(|column| names::place(column, core::slice::from_ref(named)).is_some()),
        |found| found == id,
    )
}
