//! ORC: the tail of a file tells its columns. Never reads stripes.

use std::io::Read;

use metahost_plugin_sdk::columns::{NO_LENGTH, column};
use metahost_plugin_sdk::entities::Column;
use metahost_plugin_sdk::{Error, Result, protocol};
use prost::Message;

/// Most tails fit in this; a larger one is read again as a whole.
pub const USUAL: u64 = 16 * 1024;
/// No footer is longer.
const LONGEST: usize = 64 << 20;
/// Types nested deeper are left out.
const DEEPEST: usize = 64;

/// The last part of a file: how its footer is kept.
#[derive(Clone, PartialEq, Message)]
struct PostScript {
    #[prost(uint64, tag = "1")]
    footer_length: u64,
    #[prost(int32, tag = "2")]
    compression: i32,
    #[prost(uint64, tag = "3")]
    block_size: u64,
    #[prost(string, tag = "8000")]
    magic: String,
}

#[derive(Clone, PartialEq, Message)]
struct Footer {
    #[prost(message, repeated, tag = "4")]
    types: Vec<Type>,
}

#[derive(Clone, PartialEq, Message)]
struct Type {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(uint32, repeated, packed = "true", tag = "2")]
    subtypes: Vec<u32>,
    #[prost(string, repeated, tag = "3")]
    names: Vec<String>,
    #[prost(uint32, tag = "4")]
    length: u32,
    #[prost(uint32, tag = "5")]
    precision: u32,
    #[prost(uint32, tag = "6")]
    scale: u32,
}

/// The columns, from a function that reads so many bytes at the end of the file.
pub fn columns(last: &dyn Fn(u64) -> Result<Vec<u8>>) -> Result<Vec<Column>> {
    let mut end = last(USUAL)?;
    let (script, tail) = post_script(&end)?;
    let length = usize::try_from(script.footer_length).ok().filter(|length| *length <= LONGEST).ok_or_else(cut)?;
    if end.len() < length + tail {
        end = last((length + tail) as u64)?;
    }
    let to = end.len().saturating_sub(tail);
    let footer = end.get(to.checked_sub(length).ok_or_else(cut)?..to).ok_or_else(cut)?;
    let footer = Footer::decode(unpacked(&script, footer)?.as_slice())
        .map_err(|error| protocol(format!("the footer can't be read: {error}")))?;
    let top = footer.types.first().filter(|top| name_of(top) == "STRUCT");
    let top = top.ok_or_else(|| protocol("the file holds no records"))?;
    let mut columns = Vec::new();
    fields(&mut columns, &footer.types, top, None, 0);
    Ok(columns)
}

/// The post script, and its length with the byte behind it that tells that length.
fn post_script(end: &[u8]) -> Result<(PostScript, usize)> {
    let no_orc = || protocol("this is no ORC file");
    let length = usize::from(*end.last().ok_or_else(no_orc)?);
    let from = end.len().checked_sub(length + 1).ok_or_else(no_orc)?;
    let script = PostScript::decode(end.get(from..end.len() - 1).ok_or_else(no_orc)?).map_err(|_| no_orc())?;
    if script.magic == "ORC" { Ok((script, length + 1)) } else { Err(no_orc()) }
}

/// Chunks of three bytes of length, the last bit of which says that the chunk is as it was.
fn unpacked(script: &PostScript, mut packed: &[u8]) -> Result<Vec<u8>> {
    if script.compression == 0 {
        return Ok(packed.to_vec());
    }
    let block = usize::try_from(script.block_size).ok().filter(|size| *size <= LONGEST).ok_or_else(cut)?;
    let mut found = Vec::new();
    while let Some(([low, middle, high], rest)) = packed.split_first_chunk() {
        let header = u32::from_le_bytes([*low, *middle, *high, 0]);
        let (chunk, rest) = rest.split_at_checked((header >> 1) as usize).ok_or_else(cut)?;
        packed = rest;
        if header & 1 == 1 {
            found.extend_from_slice(chunk);
        } else {
            found.extend(chunk_of(script.compression, chunk, block)?);
        }
        if found.len() > LONGEST {
            return Err(cut());
        }
    }
    Ok(found)
}

fn chunk_of(compression: i32, chunk: &[u8], block: usize) -> Result<Vec<u8>> {
    let unreadable = |error: String| protocol(format!("the footer can't be unpacked: {error}"));
    let all = |reader: &mut dyn Read| {
        let mut found = Vec::new();
        reader.take(block as u64).read_to_end(&mut found).map_err(|error| unreadable(error.to_string()))?;
        Ok(found)
    };
    match compression {
        1 => all(&mut flate2::read::DeflateDecoder::new(chunk)),
        2 => snap::raw::Decoder::new().decompress_vec(chunk).map_err(|error| unreadable(error.to_string())),
        4 => lz4_flex::block::decompress(chunk, block).map_err(|error| unreadable(error.to_string())),
        5 => all(&mut ruzstd::decoding::StreamingDecoder::new(chunk).map_err(|error| unreadable(error.to_string()))?),
        other => Err(unreadable(format!("compression {other} is not known (3 is LZO)"))),
    }
}

fn cut() -> Error {
    protocol("the ORC file is cut off")
}

fn fields(columns: &mut Vec<Column>, types: &[Type], record: &Type, parent: Option<usize>, depth: usize) {
    let named = record.names.iter().map(String::as_str).chain(std::iter::repeat(""));
    for (at, name) in record.subtypes.iter().zip(named) {
        push(columns, types, *at, name, parent, depth);
    }
}

fn push(columns: &mut Vec<Column>, types: &[Type], at: u32, name: &str, parent: Option<usize>, depth: usize) {
    let Some(kind) = types.get(at as usize).filter(|_| depth < DEEPEST) else { return };
    let inner = |at: usize| kind.subtypes.get(at).and_then(|at| types.get(*at as usize));
    let mut found = column(name, name_of(kind));
    found.parent = parent.and_then(|at| u32::try_from(at).ok());
    match found.data_type.as_str() {
        "DECIMAL" => (found.precision, found.scale) = (Some(kind.precision), Some(kind.scale)),
        "CHAR" | "VARCHAR" => found.length = Some(u64::from(kind.length)),
        "VARBINARY" => found.length = Some(NO_LENGTH),
        "ARRAY" => found.element_type = inner(0).map(|element| name_of(element).to_owned()),
        _ => {}
    }
    let here = columns.len();
    columns.push(found);
    match (name_of(kind), inner(0)) {
        ("STRUCT", _) => fields(columns, types, kind, Some(here), depth + 1),
        ("ARRAY", Some(element)) => fields(columns, types, element, Some(here), depth + 1),
        ("MAP", _) => {
            for (at, name) in kind.subtypes.iter().zip(["key", "value"]) {
                push(columns, types, *at, name, Some(here), depth + 1);
            }
        }
        _ => {}
    }
}

fn name_of(kind: &Type) -> &'static str {
    const NAMES: [&str; 19] = [
        "BOOLEAN",
        "TINYINT",
        "SMALLINT",
        "INT",
        "BIGINT",
        "FLOAT",
        "DOUBLE",
        "STRING",
        "VARBINARY",
        "TIMESTAMP",
        "ARRAY",
        "MAP",
        "STRUCT",
        "UNION",
        "DECIMAL",
        "DATE",
        "VARCHAR",
        "CHAR",
        "TIMESTAMPZ",
    ];
    usize::try_from(kind.kind).ok().and_then(|kind| NAMES.get(kind)).copied().unwrap_or("UNKNOWN")
}
