//! Parquet: the footer at the end of a file tells its columns.

use metahost_plugin_sdk::columns::{NO_LENGTH, column};
use metahost_plugin_sdk::entities::{Column, Constraint};
use metahost_plugin_sdk::{Result, protocol};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::schema::types::{Type, TypePtr};

/// Most footers fit in this; a larger one is read again as a whole.
pub const USUAL: u64 = 64 * 1024;
/// Length and magic.
const TAIL: usize = 8;

/// The columns, from a function that reads so many bytes at the end of the file.
pub fn columns(last: &dyn Fn(u64) -> Result<Vec<u8>>) -> Result<Vec<Column>> {
    let metadata = metadata(last)?;
    let mut columns = Vec::new();
    for field in metadata.file_metadata().schema_descr().root_schema().get_fields() {
        push(&mut columns, field, None);
    }
    Ok(columns)
}

/// The footer.
pub fn metadata(last: &dyn Fn(u64) -> Result<Vec<u8>>) -> Result<ParquetMetaData> {
    let mut end = last(USUAL)?;
    let length = footer_length(&end)?;
    if end.len() < length + TAIL {
        end = last((length + TAIL) as u64)?;
    }
    let from = end.len().checked_sub(length + TAIL).ok_or_else(cut)?;
    let footer = end.get(from..end.len() - TAIL).ok_or_else(cut)?;
    ParquetMetaDataReader::decode_metadata(footer)
        .map_err(|error| protocol(format!("the footer can't be read: {error}")))
}

fn footer_length(end: &[u8]) -> Result<usize> {
    let (rest, magic) = end.split_at_checked(end.len().saturating_sub(4)).ok_or_else(cut)?;
    if magic != b"PAR1" {
        return Err(protocol(if magic == b"PARE" {
            "the file's footer is encrypted"
        } else {
            "this is no Parquet file"
        }));
    }
    let length: [u8; 4] = rest.last_chunk().copied().ok_or_else(cut)?;
    usize::try_from(u32::from_le_bytes(length)).map_err(|_| cut())
}

fn cut() -> metahost_plugin_sdk::Error {
    protocol("the Parquet file is cut off")
}

fn push(columns: &mut Vec<Column>, field: &Type, parent: Option<usize>) {
    let at = columns.len();
    let mut found = column(field.name(), kind(field));
    found.parent = parent.and_then(|at| u32::try_from(at).ok());
    found.constraint = is_required(field).then_some(Constraint::NotNull);
    measure(&mut found, field);
    columns.push(found);
    if let Type::GroupType { fields, .. } = field {
        nested(columns, field, fields, at);
    }
}

/// Lists and maps have groups of their own making around what people call their elements.
fn nested(columns: &mut Vec<Column>, field: &Type, fields: &[TypePtr], at: usize) {
    match kind(field) {
        "ARRAY" => {
            let element = fields.first().and_then(|list| element(list));
            if let (Some(element), Some(found)) = (element, columns.get_mut(at)) {
                found.element_type = Some(kind(element).to_owned());
                if let Type::GroupType { fields, .. } = element {
                    push_all(columns, fields, at);
                }
            }
        }
        "MAP" => {
            if let Some(Type::GroupType { fields: pair, .. }) = fields.first().map(AsRef::as_ref) {
                push_all(columns, pair, at);
            }
        }
        _ => push_all(columns, fields, at),
    }
}

fn push_all(columns: &mut Vec<Column>, fields: &[TypePtr], parent: usize) {
    for field in fields {
        push(columns, field, Some(parent));
    }
}

fn element(list: &Type) -> Option<&Type> {
    match list {
        Type::GroupType { fields, .. } if fields.len() == 1 => fields.first().map(AsRef::as_ref),
        other => Some(other),
    }
}

fn is_required(field: &Type) -> bool {
    let info = field.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REQUIRED
}

fn kind(field: &Type) -> &'static str {
    let info = field.get_basic_info();
    match (info.logical_type_ref(), info.converted_type()) {
        (Some(LogicalType::List), _) | (None, ConvertedType::LIST) => "ARRAY",
        (Some(LogicalType::Map), _) | (None, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => "MAP",
        (Some(LogicalType::String | LogicalType::Enum), _) | (None, ConvertedType::UTF8 | ConvertedType::ENUM) => {
            "STRING"
        }
        (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => "DECIMAL",
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => "DATE",
        (Some(LogicalType::Time(_)), _) | (None, ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS) => "TIME",
        (Some(LogicalType::Timestamp(it)), _) if it.is_adjusted_to_u_t_c => "TIMESTAMPZ",
        (Some(LogicalType::Timestamp(_)), _)
        | (None, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS) => "TIMESTAMP",
        (Some(LogicalType::Json | LogicalType::Bson), _) | (None, ConvertedType::JSON | ConvertedType::BSON) => "JSON",
        (Some(LogicalType::Uuid), _) => "UUID",
        (Some(LogicalType::Variant(_)), _) => "VARIANT",
        (Some(LogicalType::Geometry(_)), _) => "GEOMETRY",
        (Some(LogicalType::Geography(_)), _) => "GEOGRAPHY",
        _ => physical(field),
    }
}

fn physical(field: &Type) -> &'static str {
    let Type::PrimitiveType { physical_type, .. } = field else { return "STRUCT" };
    match physical_type {
        Physical::BOOLEAN => "BOOLEAN",
        Physical::INT32 => "INT",
        Physical::INT64 => "BIGINT",
        Physical::INT96 => "TIMESTAMP",
        Physical::FLOAT => "FLOAT",
        Physical::DOUBLE => "DOUBLE",
        Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => "VARBINARY",
    }
}

fn measure(found: &mut Column, field: &Type) {
    let Type::PrimitiveType { precision, scale, type_length, .. } = field else { return };
    match found.data_type.as_str() {
        "DECIMAL" => (found.precision, found.scale) = (u32::try_from(*precision).ok(), u32::try_from(*scale).ok()),
        "VARBINARY" => found.length = u64::try_from(*type_length).ok().filter(|length| *length > 0).or(Some(NO_LENGTH)),
        _ => {}
    }
}
