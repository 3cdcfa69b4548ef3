//! One data file of a table: its rows that are not deleted, in the columns of the table's schema. Parquet is read column by column, Avro
//! row by row.

use arrow_array::BooleanArray;
use arrow_select::filter::filter_record_batch;
use roaring::RoaringTreemap;

use crate::accumulate::{Column, Values};
use crate::convert::Rescale;
use crate::error::{Error, ErrorKind, Result};
use crate::parquet::{File, Leaf as FileLeaf, Reading};
use crate::progress::Progress;

use super::deletes::{self, Equality};
use super::names::{self, Named};
use super::rows::{self, Format, Rows};
use super::schema::Leaf;
use super::{Held, Table, TableFile};

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
        let places = self.places(&wanted, &opened)?;
        let deleted = deletes::of_parquet(file, &opened, self.schema.leaves())?;
        found.rows = opened.rows() - deleted.len();
        let groups: Vec<u64> = opened.group_rows().collect();
        let masks = deletes::by_group(&deleted, &groups);
        let leaves: Vec<FileLeaf> = places.iter().filter_map(Place::leaf).cloned().collect();
        let reading = Reading { deleted: &masks, wanted: &self.wanted, threads: self.options.threads, progress };
        let mut columns = opened.columns(&leaves, &reading)?.into_iter();
        for ((held, place), leaf) in found.columns.iter_mut().zip(&places).zip(&wanted) {
            held.is_repeated |= place.leaf().is_some_and(|leaf| leaf.description.is_repeated);
            let column = place.leaf().and_then(|_| columns.next());
            match (place, column) {
                (Place::There(_), Some(column)) => held.column = column,
                (Place::Beside(_), Some(around)) => held.fill(leaf, &around)?,
                _ => held.fill_rows(leaf, found.rows)?,
            }
        }
        Ok(found)
    }

    /// Where each column is in a file.
    fn places(&self, wanted: &[&Leaf], file: &File<'_>) -> Result<Vec<Place>> {
        let leaves = file.leaves()?;
        let named: Vec<Named> = leaves.iter().map(rows::named).collect();
        let place = |leaf: &Leaf| names::place(leaf, &named).or_else(|| file.first_leaf_of_group(leaf.id?));
        let find = |leaf: &&Leaf| {
            if let Some(there) = place(leaf) {
                let read = leaves[there].clone().read_as(&leaf.kind, leaf.width);
                return read.map(Place::There).map_err(|error| of_column(error, leaf));
            }
            let parent = parent(leaf);
            let is_beside = |other: &&Leaf| !parent.is_empty() && other.path.starts_with(parent);
            let beside = self.schema.leaves().iter().filter(is_beside).find_map(place);
            let around = beside.and_then(|beside| leaves[beside].clone().around(parent.len()));
            Ok(around.map_or(Place::Nowhere, Place::Beside))
        };
        wanted.iter().map(find).collect()
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
        for ((held, place), leaf) in found.columns.iter_mut().zip(&places).zip(&wanted) {
            match place {
                Some(place) => held.is_repeated |= rows.leaves[*place].is_repeated,
                None if self.is_beside_another(leaf, &names) => return Err(of_column(not_in_avro(), leaf)),
                None => held.fill_rows(leaf, found.rows)?,
            }
        }
        Ok(found)
    }

    /// Whether a file has a part of the struct that a leaf lies in.
    fn is_beside_another(&self, leaf: &Leaf, names: &[Named]) -> bool {
        let parent = parent(leaf);
        let is_beside = |other: &Leaf| !parent.is_empty() && other.path.starts_with(parent);
        self.schema.leaves().iter().any(|other| is_beside(other) && names::place(other, names).is_some())
    }
}

/// Where a column is in a file.
enum Place {
    /// There.
    There(FileLeaf),
    /// The struct it would lie in is there.
    Beside(FileLeaf),
    /// Not even what it lies in is there.
    Nowhere,
}

impl Place {
    fn leaf(&self) -> Option<&FileLeaf> {
        match self {
            Self::There(leaf) | Self::Beside(leaf) => Some(leaf),
            Self::Nowhere => None,
        }
    }
}

impl Held {
    /// Its default, or null, for each entry of the struct around it; null where that is null.
    fn fill(&mut self, leaf: &Leaf, around: &Column) -> Result<()> {
        let Values::Number(entries) = around.values else { return Err(Error::format("a struct was not counted")) };
        self.column.nulls += around.nulls;
        let Some(default) = &leaf.default else {
            self.column.nulls += entries;
            return Ok(());
        };
        default.add_to(&mut self.column, entries).map_err(|error| of_column(error, leaf))
    }

    /// The same for rows. What lies in a struct that is not there is null, whatever its own default is.
    fn fill_rows(&mut self, leaf: &Leaf, rows: u64) -> Result<()> {
        match &leaf.default {
            Some(default) if leaf.path.len() == 1 => {
                default.add_to(&mut self.column, rows).map_err(|error| of_column(error, leaf))
            }
            _ => {
                self.absent += rows;
                Ok(())
            }
        }
    }
}

fn not_in_avro() -> Error {
    let message = "a column that was added to a struct is not read from Avro files that were written before";
    Error::new(ErrorKind::Unsupported, message)
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
pub(super) fn kept(
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
