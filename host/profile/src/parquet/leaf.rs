//! The leaves of a file's schema: what each is called and is, and how its chunks are read.

use std::sync::{Arc, Mutex};

use arrow_schema::{DataType as ArrowType, Field, TimeUnit};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::basic::{LogicalType, Type as Physical};
use parquet::data_type::{
    BoolType, ByteArrayType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type, Int64Type, Int96Type,
};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use crate::accumulate::{Column, Values, Wanted, Width};
use crate::error::{Error, Result};
use crate::kind::{Kind, type_name};
use crate::leaves::leaves;
use crate::summary::Description;

use super::chunk::{Entries, read};
use super::pages::Pages;
use super::sinks::{Bytes, Converted, Floats, Ignored, half, nanoseconds, wide, widest};

/// A leaf of a file's schema.
pub struct Leaf {
    /// What it is.
    pub description: Description,
    /// Its place among all leaves.
    pub index: usize,
    descriptor: ColumnDescPtr,
    arrow_type: ArrowType,
}

impl Leaf {
    /// All leaves of a schema, in their order.
    pub fn all(schema: &SchemaDescriptor) -> Result<Vec<Self>> {
        let arrow = parquet_to_arrow_schema(schema, None)?;
        let described = leaves(arrow.fields());
        if described.len() != schema.num_columns() {
            return Err(Error::format("the schema has leaves that Arrow has no types for"));
        }
        let leaf = |(index, (path, is_repeated, field)): (usize, (Vec<String>, bool, &Field))| {
            Self::new(index, path, is_repeated, field, schema.column(index))
        };
        Ok(described.into_iter().enumerate().map(leaf).collect())
    }

    fn new(index: usize, path: Vec<String>, is_repeated: bool, field: &Field, descriptor: ColumnDescPtr) -> Self {
        let mut arrow_type = field.data_type().clone();
        if descriptor.physical_type() == Physical::INT96 {
            arrow_type = ArrowType::Timestamp(TimeUnit::Nanosecond, None);
        }
        let is_uuid = descriptor.logical_type_ref() == Some(&LogicalType::Uuid);
        let kind = if is_uuid { Kind::Uuid } else { Kind::of(&arrow_type) };
        let type_name = if is_uuid { "uuid".to_owned() } else { type_name(&arrow_type) };
        Self { description: Description { path, kind, type_name, is_repeated }, index, descriptor, arrow_type }
    }

    /// Room for what is kept of it.
    pub fn column(&self, wanted: Wanted) -> Result<Column> {
        Column::new(&self.description.kind, self.width(), wanted)
    }

    fn width(&self) -> Width {
        match (self.descriptor.physical_type(), &self.arrow_type) {
            (Physical::INT96, _) | (Physical::INT64, ArrowType::UInt64) => Width::Wide,
            (_, ArrowType::Decimal256(..)) => Width::Widest,
            (Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY, _) => Width::Wide,
            _ => Width::Whole,
        }
    }

    /// Reads one of its chunks into a column.
    pub fn read(&self, pages: &Arc<Mutex<Pages>>, column: &mut Column) -> Result<Entries> {
        let entries = self.read_values(pages, &mut column.values, &mut column.nans)?;
        column.nulls += entries.all - entries.values;
        Ok(entries)
    }

    fn read_values(&self, pages: &Arc<Mutex<Pages>>, values: &mut Values, nans: &mut u64) -> Result<Entries> {
        let descriptor = &self.descriptor;
        let is_unsigned = self.arrow_type.is_unsigned_integer();
        match (descriptor.physical_type(), values) {
            (Physical::BOOLEAN, Values::Whole(into)) => {
                read::<BoolType>(descriptor, pages, &mut Converted::new(into, |value| Some(i64::from(*value))))
            }
            (Physical::INT32, Values::Whole(into)) => {
                let convert = if is_unsigned {
                    |value: &i32| Some(i64::from(value.cast_unsigned()))
                } else {
                    |value: &i32| Some(i64::from(*value))
                };
                read::<Int32Type>(descriptor, pages, &mut Converted::new(into, convert))
            }
            (Physical::INT64, Values::Whole(into)) => {
                read::<Int64Type>(descriptor, pages, &mut Converted::new(into, |value| Some(*value)))
            }
            (Physical::INT64, Values::Wide(into)) => {
                let convert = |value: &i64| Some(i128::from(value.cast_unsigned()));
                read::<Int64Type>(descriptor, pages, &mut Converted::new(into, convert))
            }
            (Physical::INT96, Values::Wide(into)) => {
                read::<Int96Type>(descriptor, pages, &mut Converted::new(into, nanoseconds))
            }
            (Physical::FLOAT, Values::Real(into)) => {
                read::<FloatType>(descriptor, pages, &mut Floats { into, nans, convert: |value| f64::from(*value) })
            }
            (Physical::DOUBLE, Values::Real(into)) => {
                read::<DoubleType>(descriptor, pages, &mut Floats { into, nans, convert: |value| *value })
            }
            (_, values) => self.read_bytes(pages, values, nans),
        }
    }

    fn read_bytes(&self, pages: &Arc<Mutex<Pages>>, values: &mut Values, nans: &mut u64) -> Result<Entries> {
        let descriptor = &self.descriptor;
        match (descriptor.physical_type(), values) {
            (Physical::BYTE_ARRAY, Values::Texts(into)) => read::<ByteArrayType>(descriptor, pages, &mut Bytes(into)),
            (Physical::BYTE_ARRAY, Values::Wide(into)) => {
                read::<ByteArrayType>(descriptor, pages, &mut Converted::new(into, wide))
            }
            (Physical::BYTE_ARRAY, Values::Widest(into)) => {
                read::<ByteArrayType>(descriptor, pages, &mut Converted::new(into, widest))
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, Values::Texts(into)) => {
                read::<FixedLenByteArrayType>(descriptor, pages, &mut Bytes(into))
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, Values::Wide(into)) => {
                read::<FixedLenByteArrayType>(descriptor, pages, &mut Converted::new(into, wide))
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, Values::Widest(into)) => {
                read::<FixedLenByteArrayType>(descriptor, pages, &mut Converted::new(into, widest))
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, Values::Real(into)) => {
                read::<FixedLenByteArrayType>(descriptor, pages, &mut Floats { into, nans, convert: half })
            }
            (_, Values::Number(into)) => self.count(pages, into),
            (physical, _) => Err(Error::format(format!("{physical} can't hold {}", self.description.type_name))),
        }
    }

    fn count(&self, pages: &Arc<Mutex<Pages>>, into: &mut u64) -> Result<Entries> {
        let (descriptor, sink) = (&self.descriptor, &mut Ignored(into));
        match descriptor.physical_type() {
            Physical::BOOLEAN => read::<BoolType>(descriptor, pages, sink),
            Physical::INT32 => read::<Int32Type>(descriptor, pages, sink),
            Physical::INT64 => read::<Int64Type>(descriptor, pages, sink),
            Physical::INT96 => read::<Int96Type>(descriptor, pages, sink),
            Physical::FLOAT => read::<FloatType>(descriptor, pages, sink),
            Physical::DOUBLE => read::<DoubleType>(descriptor, pages, sink),
            Physical::BYTE_ARRAY => read::<ByteArrayType>(descriptor, pages, sink),
            Physical::FIXED_LEN_BYTE_ARRAY => read::<FixedLenByteArrayType>(descriptor, pages, sink),
        }
    }
}
