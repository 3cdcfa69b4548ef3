//! The leaves of a file's schema: what each is called and is, and how its chunks are read.

use arrow_schema::{DataType as ArrowType, TimeUnit};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::basic::{LogicalType, Type as Physical};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type, Int96, Int96Type,
};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use crate::accumulate::{Column, Ordered, Values, Wanted, Width};
use crate::convert::Rescale;
use crate::error::{Error, Result};
use crate::kind::{Kind, type_name};
use crate::leaves::{LeafField, Levels, leaves};
use crate::scalar::Real;
use crate::summary::Description;

use super::chunk::{Chunk, Entries, read};
use super::sinks::{Bytes, Converted, Floats, Ignored, half, nanoseconds, wide, widest};

/// A leaf of a file's schema.
#[derive(Clone)]
pub struct Leaf {
    /// What it is.
    pub description: Description,
    /// Its place among all leaves.
    pub index: usize,
    /// The id that the file has for it.
    pub id: Option<i32>,
    descriptor: ColumnDescPtr,
    arrow_type: ArrowType,
    width: Width,
    rescale: Rescale,
    structs: Vec<Levels>,
    /// The struct whose entries are counted in its place.
    around: Option<Levels>,
}

impl Leaf {
    /// All leaves of a schema, in their order.
    pub fn all(schema: &SchemaDescriptor) -> Result<Vec<Self>> {
        let arrow = parquet_to_arrow_schema(schema, None)?;
        let described = leaves(arrow.fields());
        if described.len() != schema.num_columns() {
            return Err(Error::format("the schema has leaves that Arrow has no types for"));
        }
        let leaf = |(index, field)| Self::new(index, field, schema.column(index));
        Ok(described.into_iter().enumerate().map(leaf).collect())
    }

    fn new(index: usize, field: LeafField<'_>, descriptor: ColumnDescPtr) -> Self {
        let LeafField { path, is_repeated, field, structs, .. } = field;
        let mut arrow_type = field.data_type().clone();
        if descriptor.physical_type() == Physical::INT96 {
            arrow_type = ArrowType::Timestamp(TimeUnit::Nanosecond, None);
        }
        let is_uuid = descriptor.logical_type_ref() == Some(&LogicalType::Uuid);
        let kind = if is_uuid { Kind::Uuid } else { Kind::of(&arrow_type) };
        let type_name = if is_uuid { "uuid".to_owned() } else { type_name(&arrow_type) };
        let info = descriptor.self_type().get_basic_info();
        let id = info.has_id().then(|| info.id());
        let width = width(&descriptor, &arrow_type);
        let description = Description { path, kind, type_name, is_repeated };
        Self { description, index, id, descriptor, arrow_type, width, rescale: Rescale::Same, structs, around: None }
    }

    /// The same leaf, read as what a table has in its place.
    pub fn read_as(mut self, kind: &Kind, width: Width) -> Result<Self> {
        let rescale = Rescale::between(&self.description.kind, kind);
        self.rescale = rescale.ok_or_else(|| {
            let found = &self.description.type_name;
            Error::format(format!("the file has {found}, which can't be read as the type that the table has"))
        })?;
        self.description.kind = kind.clone();
        self.width = width;
        Ok(self)
    }

    /// The struct that so many of its names lead to, of which nothing but entries and nulls are counted; none if no struct does.
    pub fn around(mut self, names: usize) -> Option<Self> {
        let around = *self.structs.get(names.checked_sub(1)?)?;
        self.description.kind = Kind::Uncounted;
        self.description.is_repeated = around.repetition > 0;
        self.around = Some(around);
        Some(self)
    }

    /// What it is in the file's schema.
    pub fn descriptor(&self) -> &ColumnDescPtr {
        &self.descriptor
    }

    /// Room for what is kept of it.
    pub fn column(&self, wanted: &Wanted) -> Result<Column> {
        Column::new(&self.description.kind, self.width, wanted)
    }

    /// Reads one of its chunks into a column.
    pub fn read(&self, chunk: &Chunk<'_>, column: &mut Column) -> Result<Entries> {
        if let (Some(around), Values::Number(into)) = (self.around, &mut column.values) {
            let entries = self.count(&Chunk { around: Some(around), ..*chunk }, &mut 0)?;
            *into += entries.values;
            column.nulls += entries.all - entries.values;
            return Ok(entries);
        }
        let entries = self.read_values(chunk, &mut column.values, &mut column.nans)?;
        column.nulls += entries.all - entries.values;
        Ok(entries)
    }

    fn read_values(&self, chunk: &Chunk<'_>, values: &mut Values, nans: &mut u64) -> Result<Entries> {
        match values {
            Values::Whole(into) => self.read_whole(chunk, into),
            Values::Wide(into) => self.read_wide(chunk, into),
            Values::Widest(into) => match self.descriptor.physical_type() {
                Physical::BYTE_ARRAY => read::<ByteArrayType>(chunk, &mut Converted::new(into, widest)),
                Physical::FIXED_LEN_BYTE_ARRAY => {
                    read::<FixedLenByteArrayType>(chunk, &mut Converted::new(into, widest))
                }
                _ => Err(self.can_not_hold()),
            },
            Values::Real(into) => self.read_real(chunk, into, nans),
            Values::Texts(into) => match self.descriptor.physical_type() {
                Physical::BYTE_ARRAY => read::<ByteArrayType>(chunk, &mut Bytes(into)),
                Physical::FIXED_LEN_BYTE_ARRAY => read::<FixedLenByteArrayType>(chunk, &mut Bytes(into)),
                _ => Err(self.can_not_hold()),
            },
            Values::Number(into) => self.count(chunk, into),
        }
    }

    fn read_whole(&self, chunk: &Chunk<'_>, into: &mut Ordered<i64>) -> Result<Entries> {
        let (rescale, is_unsigned) = (self.rescale, self.arrow_type.is_unsigned_integer());
        match (self.descriptor.physical_type(), rescale) {
            (Physical::BOOLEAN, _) => {
                read::<BoolType>(chunk, &mut Converted::new(into, |value: &bool| Some(i64::from(*value))))
            }
            (Physical::INT32, _) if is_unsigned => {
                let convert = |value: &i32| Some(i64::from(value.cast_unsigned()));
                read::<Int32Type>(chunk, &mut Converted::new(into, convert))
            }
            (Physical::INT32, _) => {
                let convert = |value: &i32| rescale.whole(i64::from(*value));
                read::<Int32Type>(chunk, &mut Converted::new(into, convert))
            }
            (Physical::INT64, _) if is_unsigned => {
                let convert = |value: &i64| i64::try_from(value.cast_unsigned()).ok();
                read::<Int64Type>(chunk, &mut Converted::new(into, convert))
            }
            (Physical::INT64, Rescale::Same) => {
                read::<Int64Type>(chunk, &mut Converted::new(into, |value: &i64| Some(*value)))
            }
            (Physical::INT64, _) => {
                read::<Int64Type>(chunk, &mut Converted::new(into, |value: &i64| rescale.whole(*value)))
            }
            (Physical::INT96, _) => {
                let convert = |value: &Int96| rescale.narrowed(nanoseconds(value)?);
                read::<Int96Type>(chunk, &mut Converted::new(into, convert))
            }
            (Physical::BYTE_ARRAY, _) => {
                let convert = |value: &ByteArray| rescale.narrowed(wide(value)?);
                read::<ByteArrayType>(chunk, &mut Converted::new(into, convert))
            }
            (Physical::FIXED_LEN_BYTE_ARRAY, _) => {
                let convert = |value: &FixedLenByteArray| rescale.narrowed(wide(value)?);
                read::<FixedLenByteArrayType>(chunk, &mut Converted::new(into, convert))
            }
            _ => Err(self.can_not_hold()),
        }
    }

    fn read_wide(&self, chunk: &Chunk<'_>, into: &mut Ordered<i128>) -> Result<Entries> {
        match self.descriptor.physical_type() {
            Physical::INT32 => {
                read::<Int32Type>(chunk, &mut Converted::new(into, |value: &i32| Some(i128::from(*value))))
            }
            Physical::INT64 if self.arrow_type.is_unsigned_integer() => {
                let convert = |value: &i64| Some(i128::from(value.cast_unsigned()));
                read::<Int64Type>(chunk, &mut Converted::new(into, convert))
            }
            Physical::INT64 => {
                read::<Int64Type>(chunk, &mut Converted::new(into, |value: &i64| Some(i128::from(*value))))
            }
            Physical::INT96 => read::<Int96Type>(chunk, &mut Converted::new(into, nanoseconds)),
            Physical::BYTE_ARRAY => read::<ByteArrayType>(chunk, &mut Converted::new(into, wide)),
            Physical::FIXED_LEN_BYTE_ARRAY => read::<FixedLenByteArrayType>(chunk, &mut Converted::new(into, wide)),
            _ => Err(self.can_not_hold()),
        }
    }

    fn read_real(&self, chunk: &Chunk<'_>, into: &mut Ordered<Real>, nans: &mut u64) -> Result<Entries> {
        match self.descriptor.physical_type() {
            Physical::FLOAT => read::<FloatType>(chunk, &mut Floats { into, nans, convert: |value| f64::from(*value) }),
            Physical::DOUBLE => read::<DoubleType>(chunk, &mut Floats { into, nans, convert: |value| *value }),
            Physical::FIXED_LEN_BYTE_ARRAY => {
                read::<FixedLenByteArrayType>(chunk, &mut Floats { into, nans, convert: half })
            }
            _ => Err(self.can_not_hold()),
        }
    }

    fn count(&self, chunk: &Chunk<'_>, into: &mut u64) -> Result<Entries> {
        let sink = &mut Ignored(into);
        match self.descriptor.physical_type() {
            Physical::BOOLEAN => read::<BoolType>(chunk, sink),
            Physical::INT32 => read::<Int32Type>(chunk, sink),
            Physical::INT64 => read::<Int64Type>(chunk, sink),
            Physical::INT96 => read::<Int96Type>(chunk, sink),
            Physical::FLOAT => read::<FloatType>(chunk, sink),
            Physical::DOUBLE => read::<DoubleType>(chunk, sink),
            Physical::BYTE_ARRAY => read::<ByteArrayType>(chunk, sink),
            Physical::FIXED_LEN_BYTE_ARRAY => read::<FixedLenByteArrayType>(chunk, sink),
        }
    }

    fn can_not_hold(&self) -> Error {
        let (physical, type_name) = (self.descriptor.physical_type(), &self.description.type_name);
        Error::format(format!("{physical} can't hold {type_name}"))
    }
}

/// How wide its numbers are unless a table says otherwise.
fn width(descriptor: &ColumnDescPtr, arrow_type: &ArrowType) -> Width {
    match (descriptor.physical_type(), arrow_type) {
        (Physical::INT96, _) | (Physical::INT64, ArrowType::UInt64) => Width::Wide,
        (_, ArrowType::Decimal256(..)) => Width::Widest,
        (Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY, _) => Width::Wide,
        _ => Width::Whole,
    }
}
