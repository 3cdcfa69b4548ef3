//! Files of rows: which format one has, and the reader that makes batches of it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_avro::reader::ReaderBuilder as AvroBuilder;
use arrow_ipc::reader::FileReader;
use arrow_schema::{ArrowError, SchemaRef};

use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::parquet::{self, ByteRanges, FileRanges};
use crate::profile::Profile;
use crate::progress::Progress;

use super::{Rows, orc};

/// Rows that are in memory at once.
pub(super) const BATCH: usize = 8192;
/// What a file of rows is read by.
const BUFFER: usize = 256 * 1024;
/// What separates the fields of a line, the most likely first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// Lines of fields with a header, whatever separates them.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Apache Avro's files of objects.
    Avro,
    /// Apache Arrow's files, also known as Feather.
    Arrow,
    /// Apache ORC.
    Orc,
}

impl Format {
    /// By its first bytes, or else by its name.
    pub fn of(path: &Path) -> Result<Self> {
        let mut magic = Vec::new();
        File::open(path)?.take(6).read_to_end(&mut magic)?;
        let by_magic =
            [(&b"PAR1"[..], Self::Parquet), (b"Obj\x01", Self::Avro), (b"ARROW1", Self::Arrow), (b"ORC", Self::Orc)];
        if let Some((_, format)) = by_magic.into_iter().find(|(bytes, _)| magic.starts_with(bytes)) {
            return Ok(format);
        }
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        Self::named(&extension.to_lowercase()).ok_or_else(|| {
            let message = "its format is not known; say --format parquet, csv, jsonl, avro, orc or arrow";
            Error::new(ErrorKind::Unsupported, message)
        })
    }

    /// By the name of a format, or the end of a file's name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "parquet" | "parq" | "pq" => Some(Self::Parquet),
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "json" | "jsonl" | "ndjson" => Some(Self::JsonLines),
            "avro" => Some(Self::Avro),
            "arrow" | "feather" | "ipc" => Some(Self::Arrow),
            "orc" => Some(Self::Orc),
            _ => None,
        }
    }
}

/// Profiles a local file; its format is told by the file itself unless it is given.
pub fn profile(path: &Path, format: Option<Format>, options: &Options, progress: &dyn Progress) -> Result<Profile> {
    let named = |error: Error| error.with("file", path.display().to_string());
    let format = format.map_or_else(|| Format::of(path), Ok).map_err(named)?;
    if format == Format::Parquet {
        let ranges: Arc<dyn ByteRanges> = Arc::new(FileRanges::open(path)?);
        return parquet::profile(&ranges, options, progress);
    }
    let mut profile = rows(path, format, options, progress).map_err(named)?;
    profile.size_in_byte = Some(std::fs::metadata(path)?.len());
    Ok(profile)
}

fn rows(path: &Path, format: Format, options: &Options, progress: &dyn Progress) -> Result<Profile> {
    let file = File::open(path)?;
    progress.begin(file.metadata()?.len());
    let (schema, batches) =
        if format == Format::Orc { orc::open(file, progress)? } else { open(Told { file, progress }, format)? };
    let mut rows = Rows::new(schema, options)?;
    for batch in batches {
        rows.add(&batch?)?;
    }
    rows.profile(&path.display().to_string())
}

/// A file of rows: what they are, and the rows.
pub(super) type Opened<'a> = (SchemaRef, Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + 'a>);

fn open(mut told: Told<'_>, format: Format) -> Result<Opened<'_>> {
    match format {
        Format::Csv => csv_batches(told),
        Format::JsonLines => json_batches(told),
        Format::Avro => {
            let reader = AvroBuilder::new().with_batch_size(BATCH).build(BufReader::with_capacity(BUFFER, told))?;
            Ok((reader.schema(), Box::new(reader)))
        }
        Format::Arrow => {
            told.seek(SeekFrom::Start(0))?;
            let reader = FileReader::try_new_buffered(told, None)?;
            Ok((reader.schema(), Box::new(reader)))
        }
        Format::Parquet | Format::Orc => Err(Error::new(ErrorKind::Request, "no format of rows that are read in turn")),
    }
}

/// Types are told by all lines, since a later one may be of another type than the first thousand.
fn csv_batches(mut file: Told<'_>) -> Result<Opened<'_>> {
    let mut line = String::new();
    BufReader::new(file.quiet()?).read_line(&mut line)?;
    let count = |separator: &u8| line.bytes().filter(|byte| byte == separator).count();
    let most = SEPARATORS.iter().copied().rev().max_by_key(count).unwrap_or(b',');
    let format = arrow_csv::reader::Format::default().with_header(true).with_delimiter(most);
    let (schema, _) = format.infer_schema(BufReader::with_capacity(BUFFER, file.quiet()?), None)?;
    let schema = Arc::new(schema);
    file.seek(SeekFrom::Start(0))?;
    let builder = arrow_csv::ReaderBuilder::new(Arc::clone(&schema)).with_format(format).with_batch_size(BATCH);
    Ok((schema, Box::new(builder.build_buffered(BufReader::with_capacity(BUFFER, file))?)))
}

fn json_batches(mut file: Told<'_>) -> Result<Opened<'_>> {
    let (schema, _) = arrow_json::reader::infer_json_schema(BufReader::with_capacity(BUFFER, file.quiet()?), None)?;
    let schema = Arc::new(schema);
    file.seek(SeekFrom::Start(0))?;
    let builder = arrow_json::ReaderBuilder::new(Arc::clone(&schema)).with_batch_size(BATCH);
    Ok((schema, Box::new(builder.build(BufReader::with_capacity(BUFFER, file))?)))
}

/// A file that tells how far it was read.
struct Told<'a> {
    file: File,
    progress: &'a dyn Progress,
}

impl Told<'_> {
    /// The same file from its beginning, without telling.
    fn quiet(&mut self) -> Result<File> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(self.file.try_clone()?)
    }
}

impl Read for Told<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

impl Seek for Told<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}
