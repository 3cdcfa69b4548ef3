//! One data file of a table: its rows that are not deleted, in the columns of the table's schema. Parquet is read column by column, Avro
//! row by row.

use arrow_array::BooleanArray;
use arrow_select::filter::filter_record_batch;
use roaring::RoaringTreemap;

use crate::convert::Rescale;
use crate::error::{Error, Result};
use crate::parquet::{File, Leaf as FileLeaf, Reading};
use crate::progress::Progress;

use super::deletes::{self, Equality};
use super::names::{self, Named};
use super::rows::{self, Format, Rows};
use super::schema::Leaf;
use super::{Table, TableFile};

impl Table {
    /// A table of this file alone.
    pub(super) fn read(&self, file: &TableFile, progress: &dyn Progress) -> Result<Self> {
        let mut found = match Format::of(&file.ranges)? {
            Format::Parquet => self.read_parquet(file, progress)?,
            Format::Avro => self.read_avro(file, progress)?,
        };
        found.bytes = file.ranges.length();
        Ok(found)
    }

    fn wanted_leaves(&self) -> Vec<&Leaf> {
        self.schema.wanted(&self.options).collect()
    }

    fn read_parquet(&self, file: &TableFile, progress: &dyn Progress) -> Result<Self> {
        let opened = File::open(&file.ranges)?;
        let (mut found, wanted) = (self.empty()?, self.wanted_leaves());
        let places = found.parquet_leaves(&wanted, &opened)?;
        let deleted = deletes::of_parquet(file, &opened, self.schema.leaves())?;
        found.rows = opened.rows() - deleted.len();
        let groups: Vec<u64> = opened.group_rows().collect();
        let masks = deletes::by_group(&deleted, &groups);
        let leaves: Vec<FileLeaf> = places.iter().flatten().cloned().collect();
        let reading = Reading { deleted: &masks, wanted: &self.wanted, threads: self.options.threads, progress };
        let mut columns = opened.columns(&leaves, &reading)?.into_iter();
        for (held, leaf) in found.columns.iter_mut().zip(&places) {
            if let Some((leaf, column)) = leaf.as_ref().and_then(|leaf| Some((leaf, columns.next()?))) {
                held.column = column;
                held.is_repeated |= leaf.description.is_repeated;
            }
        }
        let is_there: Vec<bool> = places.iter().map(Option::is_some).collect();
        found.fill(&wanted, &is_there)?;
        Ok(found)
    }

    /// The leaf of a file that each column is.
    fn parquet_leaves(&self, wanted: &[&Leaf], file: &File<'_>) -> Result<Vec<Option<FileLeaf>>> {
        let leaves = file.leaves()?;
        let named: Vec<Named> = leaves.iter().map(rows::named).collect();
        let leaf_of = |leaf: &&Leaf| {
            let place = names::place(leaf, &named).or_else(|| file.first_leaf_of_group(leaf.id?));
            let found = place.map(|place| leaves[place].clone().read_as(&leaf.kind, leaf.width));
            found.transpose().map_err(|error| of_column(error, leaf))
        };
        wanted.iter().map(leaf_of).collect()
    }

    fn read_avro(&self, file: &TableFile, progress: &dyn Progress) -> Result<Self> {
        let (mut found, wanted) = (self.empty()?, self.wanted_leaves());
        let mut rows = Rows::avro(&file.ranges)?;
        progress.begin(file.ranges.length());
        let names = rows.names();
        let places: Vec<Option<usize>> = wanted.iter().map(|leaf| names::place(leaf, &names)).collect();
        let rescales = rescales(&wanted, &places, &rows)?;
        let (positions, equality) = deletes::of_rows(file, self.schema.leaves())?;
        let mut begun = 0;
        while let Some((batch, arrays)) = rows.next()? {
            let kept = kept(begun, batch.num_rows(), &positions, &equality, &rows, &arrays)?;
            begun += batch.num_rows() as u64;
            let batch = filter_record_batch(&batch, &kept)?;
            found.rows += batch.num_rows() as u64;
            let arrays = rows.arrays(&batch)?;
            for ((held, leaf), (place, rescale)) in
                found.columns.iter_mut().zip(&wanted).zip(places.iter().zip(&rescales))
            {
                let Some(array) = place.and_then(|place| arrays.get(place)) else { continue };
                let added = array.add_to(&mut held.column, *rescale).and_then(|()| held.column.check());
                added.map_err(|error| of_column(error, leaf))?;
            }
        }
        deletes::check(&positions, begun)?;
        progress.advance(file.ranges.length());
        for (held, place) in found.columns.iter_mut().zip(&places) {
            held.is_repeated |= place.is_some_and(|place| rows.leaves[place].is_repeated);
        }
        found.fill(&wanted, &places.iter().map(Option::is_some).collect::<Vec<_>>())?;
        Ok(found)
    }

    /// Tells columns that the file does not have: their default, or null, as often as what lies beside them has entries.
    fn fill(&mut self, wanted: &[&Leaf], is_there: &[bool]) -> Result<()> {
        for (place, leaf) in wanted.iter().enumerate().filter(|(place, _)| !is_there[*place]) {
            let beside = |other: usize| is_there[other] && leaf.path.len() > 1 && parent(wanted[other]) == parent(leaf);
            let entries = (0..wanted.len()).find(|other| beside(*other)).map(|other| {
                let held = &self.columns[other];
                (held.column.entries(), held.is_repeated)
            });
            let rows = self.rows;
            let held = &mut self.columns[place];
            match (&leaf.default, entries) {
                (Some(default), entries) => {
                    let times = entries.map_or(rows, |(entries, _)| entries);
                    default.add_to(&mut held.column, times).map_err(|error| of_column(error, leaf))?;
                }
                (None, Some((entries, is_repeated))) => {
                    held.column.nulls += entries;
                    held.is_repeated |= is_repeated;
                }
                (None, None) => held.absent += rows,
            }
        }
        Ok(())
    }
}

fn of_column(error: Error, leaf: &Leaf) -> Error {
    error.with("column", leaf.path.join(".")).with("type", leaf.type_name.clone())
}

fn parent(leaf: &Leaf) -> &[String] {
    leaf.path.split_last().map_or(&[], |(_, parent)| parent)
}

fn rescales(wanted: &[&Leaf], places: &[Option<usize>], rows: &Rows) -> Result<Vec<Rescale>> {
    let rescale = |(leaf, place): (&&Leaf, &Option<usize>)| {
        let Some(found) = place.map(|place| &rows.leaves[place].kind) else { return Ok(Rescale::Same) };
        let message =
            || Error::format(format!("the file has {found:?}, which can't be read as the type that the table has"));
        Rescale::between(found, &leaf.kind).ok_or_else(|| of_column(message(), leaf))
    };
    wanted.iter().zip(places).map(rescale).collect()
}

/// Which rows of a batch are there.
fn kept(
    begun: u64,
    rows: usize,
    positions: &RoaringTreemap,
    equality: &[Equality],
    file: &Rows,
    arrays: &[crate::rows::LeafArray],
) -> Result<BooleanArray> {
    let mut kept: Vec<bool> = (begun..begun + rows as u64).map(|row| !positions.contains(row)).collect();
    for deletes in equality {
        let found = deletes.matches(file, arrays, rows)?;
        kept.iter_mut().zip(found).for_each(|(kept, is_deleted)| *kept &= !is_deleted);
    }
    Ok(BooleanArray::from(kept))
}
