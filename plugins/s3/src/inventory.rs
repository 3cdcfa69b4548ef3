//! S3 Inventory: the list of a bucket's objects that the store writes down every day or week. Never lists the bucket itself.

use std::cell::RefCell;
use std::collections::BTreeMap;

use flate2::read::MultiGzDecoder;
use md5::{Digest, Md5};
use metahost_plugin_sdk::s3::address_of;
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol, time};
use parquet::record::{Field, Row};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::folder::Listed;
use crate::rows;
use crate::store::{Piece, Store};
use crate::stream::Stream;

const MANIFEST: &str = "manifest.json";
const LONGEST: u64 = 64 << 20;

/// The columns that are read, as Parquet names them.
const COLUMNS: [&str; 6] = ["key", "size", "last_modified_date", "storage_class", "is_latest", "is_delete_marker"];

/// One inventory of one bucket.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    source_bucket: String,
    file_format: String,
    #[serde(default)]
    file_schema: String,
    /// When it was begun, in milliseconds.
    #[serde(default)]
    creation_timestamp: Option<String>,
    #[serde(default)]
    files: Vec<File>,
    /// Where it and its files lie.
    #[serde(skip)]
    bucket: String,
}

#[derive(Debug, Deserialize)]
struct File {
    key: String,
}

/// What an inventory says of a key.
pub enum Line {
    /// The object that is there.
    Object(Listed),
    /// An older version of it: its bytes.
    Older(u64),
    /// That it was deleted.
    Deleted,
}

/// The newest inventory below an address.
pub fn newest(store: &dyn Store, bucket: &str, address: &str) -> Result<Inventory> {
    let (place, folder) = address_of(address).ok_or_else(|| protocol(format!("`{address}` is no s3:// address")))?;
    let folder = folder.trim_end_matches('/').trim_end_matches(MANIFEST).trim_end_matches('/');
    let key = newest_key(store, place, &format!("{folder}/"))?.ok_or_else(|| {
        protocol(format!("there is no {MANIFEST} in a dated folder below {address}: the first comes within 48 hours; without `inventory` keys are listed"))
    })?;
    let body = store.piece(place, &key, Piece::First(LONGEST))?.unwrap_or_default();
    check(store, place, &key, &body)?;
    let mut found: Inventory = serde_json::from_slice(&body)
        .map_err(|error| protocol(format!("the inventory's manifest can't be read: {error}")).with("key", &key))?;
    if found.source_bucket != bucket {
        return Err(protocol(format!(
            "the inventory at {address} is of the bucket {}, not of {bucket}",
            found.source_bucket
        )));
    }
    place.clone_into(&mut found.bucket);
    Ok(found)
}

/// Dated folders come first and in order; data lies behind them.
fn newest_key(store: &dyn Store, bucket: &str, folder: &str) -> Result<Option<String>> {
    let (mut newest, mut token) = (None, None);
    loop {
        let page = store.page(bucket, folder, token.as_deref())?;
        token = page.next()?.map(str::to_owned);
        let mut is_past = false;
        for object in page.objects() {
            let rest = object.key.strip_prefix(folder).unwrap_or_default();
            is_past |= rest.starts_with(|it: char| it > '9');
            if rest.starts_with(|it: char| it.is_ascii_digit()) && rest.ends_with(&format!("/{MANIFEST}")) {
                newest = newest.max(Some(object.key));
            } else if rest == MANIFEST && newest.is_none() {
                newest = Some(object.key);
            }
        }
        if token.is_none() || is_past {
            return Ok(newest);
        }
    }
}

/// The store writes the manifest's MD5 last: while it is missing or another, the inventory is not whole.
fn check(store: &dyn Store, bucket: &str, key: &str, body: &[u8]) -> Result<()> {
    let place = key.strip_suffix("json").map(|key| format!("{key}checksum")).unwrap_or_default();
    let Some(told) = store.piece(bucket, &place, Piece::First(1024))? else { return Ok(()) };
    if String::from_utf8_lossy(&told).trim().eq_ignore_ascii_case(&md5(body)) {
        return Ok(());
    }
    Err(protocol("the inventory's manifest is not the one that its checksum is of; is it being written?")
        .with("key", key))
}

/// In hexadecimal digits.
pub fn md5(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

impl Inventory {
    /// When it was begun.
    pub fn begun(&self) -> Option<String> {
        time::format(self.creation_timestamp.as_ref()?.parse().ok()?)
    }

    /// Gives every line of every file.
    pub fn each(&self, store: &dyn Store, take: &mut dyn FnMut(Line)) -> Result<()> {
        for file in &self.files {
            let read = match self.file_format.to_ascii_lowercase().as_str() {
                "csv" => self.csv(store, &file.key, take),
                "parquet" => rows::each(store, &self.bucket, &file.key, &COLUMNS, &mut |row| {
                    take(line(&of_row(row), false));
                    Ok(())
                }),
                other => {
                    Err(protocol(format!("inventories in {other} are not read; let the store write CSV or Parquet")))
                }
            };
            read.with("inventory", &file.key)?;
        }
        Ok(())
    }

    fn csv(&self, store: &dyn Store, key: &str, take: &mut dyn FnMut(Line)) -> Result<()> {
        let failed = RefCell::new(None);
        let unpacked = MultiGzDecoder::new(Stream::new(store, &self.bucket, key, &failed));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(unpacked);
        // `LastModifiedDate` is `last_modified_date`.
        let plain = |name: &str| name.trim().replace('_', "").to_ascii_lowercase();
        let names: Vec<String> = self.file_schema.split(',').map(plain).collect();
        let at = COLUMNS.map(|name| names.iter().position(|it| *it == plain(name)));
        let mut record = csv::StringRecord::new();
        loop {
            let more = reader.read_record(&mut record);
            if !more.map_err(|error| failed.take().unwrap_or_else(|| unreadable(&error)))? {
                return Ok(());
            }
            let cell = |at: Option<usize>| record.get(at?).filter(|cell| !cell.is_empty()).map(str::to_owned);
            take(line(
                &COLUMNS.into_iter().zip(at.map(cell)).filter_map(|(name, cell)| Some((name, cell?))).collect(),
                true,
            ));
        }
    }
}

fn unreadable(error: &csv::Error) -> Error {
    protocol(format!("the inventory's CSV can't be read: {error}"))
}

/// Cells by their names; in CSV, keys are encoded as in URLs.
fn line(cells: &BTreeMap<&str, String>, is_encoded: bool) -> Line {
    let is = |name: &str, usual: bool| cells.get(name).map_or(usual, |cell| cell.eq_ignore_ascii_case("true"));
    let size = cells.get("size").and_then(|size| size.parse().ok()).unwrap_or_default();
    if is("is_delete_marker", false) {
        return Line::Deleted;
    }
    if !is("is_latest", true) {
        return Line::Older(size);
    }
    let key = cells.get("key").map(String::as_str).unwrap_or_default();
    let decode = |key: &str| percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned();
    Line::Object(Listed {
        key: if is_encoded { decode(key) } else { key.to_owned() },
        size,
        modified: cells
            .get("last_modified_date")
            .and_then(|at| at.parse().ok().or_else(|| time::millis(at)))
            .unwrap_or_default(),
        class: cells.get("storage_class").cloned(),
    })
}

fn of_row(row: &Row) -> BTreeMap<&'static str, String> {
    let text = |field: &Field| match field {
        Field::Str(text) => Some(text.clone()),
        Field::Bytes(bytes) => Some(String::from_utf8_lossy(bytes.data()).into_owned()),
        Field::Long(number) | Field::TimestampMillis(number) => Some(number.to_string()),
        Field::TimestampMicros(micros) => Some((micros / 1_000).to_string()),
        Field::Int(number) => Some(number.to_string()),
        Field::Bool(is) => Some(is.to_string()),
        _ => None,
    };
    let known = |name: &str| COLUMNS.into_iter().find(|it| *it == name);
    row.get_column_iter().filter_map(|(name, field)| Some((known(name)?, text(field)?))).collect()
}
