//! Rows of a file, batch by batch, some leaves of them at a time: files of deletes, keys of data files, and Avro, which has no columns.

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Type as Physical;
use parquet::file::reader::ChunkReader as _;

use crate::error::{Error, ErrorKind, Result};
use crate::kind::Kind;
use crate::leaves::LeafField;
use crate::parquet::{ByteRanges, File, Leaf as FileLeaf, Stretch};
use crate::rows::{LeafArray, leaf_arrays};

use super::names::Named;

/// Rows that are in memory at once.
const BATCH: usize = 8192;

/// The format of a file of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// Apache Avro.
    Avro,
}

impl Format {
    /// By its first bytes.
    pub fn of(ranges: &Arc<dyn ByteRanges>) -> Result<Self> {
        let length = usize::try_from(ranges.length().min(4)).unwrap_or(4);
        let magic = ranges.read(0, length)?;
        match &*magic {
            b"PAR1" => Ok(Self::Parquet),
            b"Obj\x01" => Ok(Self::Avro),
            magic if magic.starts_with(b"ORC") => {
                Err(Error::new(ErrorKind::Unsupported, "ORC is not read as a table's file"))
            }
            _ => Err(Error::format("it is neither Parquet nor Avro")),
        }
    }
}

/// A leaf of rows.
pub struct RowLeaf {
    /// What the file calls it.
    pub named: Named,
    /// What its values are.
    pub kind: Kind,
    /// Whether it lies in a list or a map.
    pub is_repeated: bool,
}

/// Rows of a file.
pub struct Rows {
    /// What each batch has.
    pub leaves: Vec<RowLeaf>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
    stretch: Stretch,
}

impl Rows {
    /// Those leaves of a Parquet file that are chosen.
    pub fn parquet(
        file: &File<'_>,
        ranges: &Arc<dyn ByteRanges>,
        groups: Vec<usize>,
        choose: impl Fn(&Named) -> bool,
    ) -> Result<Self> {
        let mut chosen: Vec<FileLeaf> = file.leaves()?;
        chosen.retain(|leaf| choose(&named(leaf)));
        for leaf in &chosen {
            if leaf.descriptor().physical_type() == Physical::INT96 {
                let message = "timestamps of 96 bits can't be compared";
                return Err(Error::new(ErrorKind::Unsupported, message).with("column", leaf.description.path.join(".")));
            }
        }
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(file.metadata()), options)?;
        let mask = ProjectionMask::leaves(file.schema(), chosen.iter().map(|leaf| leaf.index));
        // Its columns are read in turns.
        let stretch = Stretch::shared(ranges, ranges.length(), chosen.len().max(1));
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(stretch.clone(), metadata)
            .with_projection(mask)
            .with_row_groups(groups)
            .with_batch_size(BATCH)
            .build()?;
        let leaves = chosen.iter().map(|leaf| RowLeaf {
            named: named(leaf),
            kind: leaf.description.kind.clone(),
            is_repeated: leaf.description.is_repeated,
        });
        Ok(Self { leaves: leaves.collect(), batches: Box::new(reader), stretch })
    }

    /// All leaves of an Avro file.
    pub fn avro(ranges: &Arc<dyn ByteRanges>) -> Result<Self> {
        let stretch = Stretch::new(ranges, ranges.length());
        let bytes = BufReader::new(stretch.get_read(0)?);
        let reader = arrow_avro::reader::ReaderBuilder::new().with_batch_size(BATCH).build(bytes)?;
        let schema = reader.schema();
        let ids = super::avro::ids(reader.avro_header().get("avro.schema"))?;
        let leaves: Vec<RowLeaf> = crate::leaves::leaves(schema.fields())
            .into_iter()
            .map(|LeafField { path, is_repeated, field, .. }| {
                let id = ids.get(&path).copied();
                RowLeaf { named: Named { id, path }, kind: Kind::of(field.data_type()), is_repeated }
            })
            .collect();
        Ok(Self { leaves, batches: Box::new(reader), stretch })
    }

    /// A file of either format; of Avro all leaves, whatever is chosen.
    pub fn of(ranges: &Arc<dyn ByteRanges>, choose: impl Fn(&Named) -> bool) -> Result<Self> {
        match Format::of(ranges)? {
            Format::Avro => Self::avro(ranges),
            Format::Parquet => {
                let file = File::open(ranges)?;
                let groups = (0..file.metadata().num_row_groups()).collect();
                Self::parquet(&file, ranges, groups, choose)
            }
        }
    }

    /// What the leaves are called.
    pub fn names(&self) -> Vec<Named> {
        self.leaves.iter().map(|leaf| leaf.named.clone()).collect()
    }

    /// The next batch: how many rows it has, and its leaves.
    pub fn next(&mut self) -> Result<Option<(RecordBatch, Vec<LeafArray>)>> {
        // The readers are written for files that are what they claim to be; some that are not make them panic.
        let next = catch_unwind(AssertUnwindSafe(|| self.batches.next()));
        let Some(batch) = next.map_err(|_| Error::format("the rows can't be read"))? else { return Ok(None) };
        let batch = batch.map_err(|error| self.lost(error))?;
        let arrays = self.arrays(&batch)?;
        Ok(Some((batch, arrays)))
    }

    /// Readers tell as text what went wrong; whether bytes could not be had must be known.
    fn lost(&self, error: ArrowError) -> Error {
        if self.stretch.is_lost() { Error::new(ErrorKind::Read, error.to_string()) } else { error.into() }
    }

    /// The leaves of a batch.
    pub fn arrays(&self, batch: &RecordBatch) -> Result<Vec<LeafArray>> {
        let mut arrays = Vec::with_capacity(self.leaves.len());
        for array in batch.columns() {
            leaf_arrays(array, None, &mut arrays)?;
        }
        if arrays.len() != self.leaves.len() {
            return Err(Error::format("rows have other columns than their schema"));
        }
        Ok(arrays)
    }
}

/// What a file calls one of its leaves.
pub fn named(leaf: &FileLeaf) -> Named {
    Named { id: leaf.id, path: leaf.description.path.clone() }
}
