//! Rows of a file to look at: the first ones that are not deleted, every cell as text.

use core::slice::from_ref;

use arrow_array::{Array as _, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_select::filter::filter_record_batch;

use crate::error::Result;
use crate::leaves::leaves;

use super::file::kept;
use super::names::{self, Named};
use super::rows::Rows;
use super::schema::Leaf;
use super::{Table, TableFile, deletes};

/// A row: a cell a column, none for NULL.
pub type SampleRow = Vec<Option<String>>;

impl Table {
    /// At most so many rows of a file, with these columns of the table. Others are not read, unless rows are deleted by them.
    pub fn sample(&self, file: &TableFile, columns: &[String], most: usize) -> Result<Vec<SampleRow>> {
        self.first_rows(file, columns, most).map_err(|error| error.with("file", file.location.clone()))
    }

    fn first_rows(&self, file: &TableFile, columns: &[String], most: usize) -> Result<Vec<SampleRow>> {
        let (positions, equality) = deletes::of_rows(file, self.schema.leaves())?;
        let is_of_some = |named: &Named| columns.iter().any(|column| self.place(column, from_ref(named)).is_some());
        let mut rows = Rows::of(&file.ranges, |named| !equality.is_empty() || is_of_some(named))?;
        let names = rows.names();
        let places: Vec<Option<usize>> = columns.iter().map(|column| self.place(column, &names)).collect();
        let (mut found, mut begun) = (Vec::new(), 0);
        while found.len() < most
            && let Some((batch, arrays)) = rows.next()?
        {
            let kept = kept(begun, batch.num_rows(), &positions, &equality, &rows, &arrays)?;
            begun += batch.num_rows() as u64;
            let batch = filter_record_batch(&batch, &kept)?;
            self.add_rows(&batch.slice(0, batch.num_rows().min(most - found.len())), columns, &places, &mut found)?;
        }
        Ok(found)
    }

    fn add_rows(
        &self,
        batch: &RecordBatch,
        columns: &[String],
        places: &[Option<usize>],
        found: &mut Vec<SampleRow>,
    ) -> Result<()> {
        let roots = roots(batch);
        let begun = found.len();
        found.resize_with(begun + batch.num_rows(), SampleRow::new);
        let options = FormatOptions::default();
        for (column, place) in columns.iter().zip(places) {
            let Some(array) = place.and_then(|leaf| roots.get(leaf)).map(|root| batch.column(*root)) else {
                let default = self.default(column);
                found[begun..].iter_mut().for_each(|row| row.push(default.clone()));
                continue;
            };
            let cells = ArrayFormatter::try_new(array, &options)?;
            for (at, row) in found[begun..].iter_mut().enumerate() {
                row.push((!array.is_null(at)).then(|| cells.value(at).try_to_string()).transpose()?);
            }
        }
        Ok(())
    }

    /// The place of the first leaf of a column that a file has.
    fn place(&self, column: &String, file: &[Named]) -> Option<usize> {
        self.leaves_of(column).find_map(|leaf| names::place(leaf, file))
    }

    /// What rows have that are older than the column.
    fn default(&self, column: &String) -> Option<String> {
        let leaf = self.leaves_of(column).find(|leaf| leaf.path.len() == 1)?;
        leaf.default.as_ref().map(|default| default.text(&leaf.kind))
    }

    fn leaves_of(&self, column: &String) -> impl Iterator<Item = &Leaf> {
        self.schema.leaves().iter().filter(move |leaf| leaf.path.first() == Some(column))
    }
}

/// The column that each leaf lies in.
fn roots(batch: &RecordBatch) -> Vec<usize> {
    let schema = batch.schema();
    let count = |field: &arrow_schema::FieldRef| leaves(&vec![field.clone()].into()).len();
    schema.fields().iter().enumerate().flat_map(|(at, field)| core::iter::repeat_n(at, count(field))).collect()
}
