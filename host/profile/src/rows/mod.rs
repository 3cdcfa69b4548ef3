//! Rows as batches of Arrow, from whichever reader: CSV, lines of JSON, Avro, ORC, Arrow's own files, and what plugins hand over.

mod array;
mod formats;
mod orc;
mod pieces;

pub use array::{Leaf as LeafArray, leaves as leaf_arrays};
pub use formats::{Format, profile};
pub use pieces::Pieces;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::accumulate::{Column, Wanted, Width};
use crate::convert::Rescale;
use crate::error::{Error, Result};
use crate::kind::{Kind, type_name};
use crate::leaves::{LeafField, leaves};
use crate::options::Options;
use crate::profile::{Profile, Source};
use crate::summary::{Description, summarise};

/// A profile that grows batch by batch.
pub struct Rows {
    schema: SchemaRef,
    options: Options,
    count: u64,
    /// One a leaf of the schema; none for those that are not wanted.
    columns: Vec<Option<(Description, Column)>>,
}

impl Rows {
    /// Nothing yet, of such rows.
    pub fn new(schema: SchemaRef, options: &Options) -> Result<Self> {
        let leaves = leaves(schema.fields());
        options.check(leaves.iter().map(|leaf| leaf.path.as_slice()))?;
        let (mut columns, wanted) = (Vec::with_capacity(leaves.len()), Wanted::by(options));
        for LeafField { path, is_repeated, field, .. } in leaves {
            let kind = Kind::of(field.data_type());
            let type_name = type_name(field.data_type());
            let column = Column::new(&kind, Width::of(field.data_type()), &wanted)?;
            let description = Description { path, kind, type_name, is_repeated };
            columns.push(options.wants(&description.path).then_some((description, column)));
        }
        Ok(Self { schema, options: options.clone(), count: 0, columns })
    }

    /// Adds rows of the same schema.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        self.count += batch.num_rows() as u64;
        let mut arrays = Vec::with_capacity(self.columns.len());
        for array in batch.columns() {
            array::leaves(array, None, &mut arrays)?;
        }
        if arrays.len() != self.columns.len() {
            return Err(Error::format("rows have other columns than their schema"));
        }
        for (leaf, column) in arrays.iter().zip(&mut self.columns) {
            if let Some((description, column)) = column {
                let added = leaf.add_to(column, Rescale::Same).and_then(|()| column.check());
                added.map_err(|error| error.with("column", description.path.join(".")))?;
            }
        }
        Ok(())
    }

    /// The profile of all rows.
    pub fn profile(self, name: &str) -> Result<Profile> {
        let columns = self.columns.iter().flatten();
        let told = columns.map(|(description, column)| summarise(description, column, &self.options));
        Ok(Profile {
            name: name.to_owned(),
            source: Source::Rows,
            row_count: self.count,
            column_count: self.schema.fields().len(),
            size_in_byte: None,
            columns: told.collect::<Result<_>>()?,
        })
    }
}
