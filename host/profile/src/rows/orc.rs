//! ORC's files. Their reader makes batches of an older Arrow, which become ours by way of Arrow's own format.

use std::fs::File;
use std::io::{BufReader, Cursor, Read as _, Seek as _, SeekFrom};

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_schema::ArrowError;
use bytes::Bytes;
use orc_arrow_ipc::writer::StreamWriter;
use orc_rust::ArrowReaderBuilder;
use orc_rust::reader::ChunkReader;
use orc_rust::schema::TimestampPrecision;

use crate::error::{Error, Result};
use crate::progress::Progress;

use super::formats::{BATCH, Opened};

/// The rows of a file.
pub fn open(file: File, progress: &dyn Progress) -> Result<Opened<'_>> {
    let builder = ArrowReaderBuilder::try_new(Chunks { file, progress }).map_err(Error::format)?;
    // Nanoseconds hold no more than the years from 1677 to 2262.
    let builder = builder.with_batch_size(BATCH).with_timestamp_precision(TimestampPrecision::Microsecond);
    let older = builder.schema();
    let writer = StreamWriter::try_new(Vec::new(), &older).and_then(StreamWriter::into_inner).map_err(Error::format)?;
    let schema = StreamReader::try_new(Cursor::new(writer), None)?.schema();
    let batches = builder.build().map(move |batch| {
        let mut writer = StreamWriter::try_new(Vec::new(), &older).map_err(external)?;
        writer.write(&batch.map_err(external)?).map_err(external)?;
        ours(writer.into_inner().map_err(external)?)
    });
    Ok((schema, Box::new(batches)))
}

fn ours(written: Vec<u8>) -> Result<RecordBatch, ArrowError> {
    let batch = StreamReader::try_new(Cursor::new(written), None)?.next();
    batch.unwrap_or_else(|| Err(ArrowError::IpcError("a batch was lost".to_owned())))
}

fn external(error: impl core::error::Error + Send + Sync + 'static) -> ArrowError {
    ArrowError::from_external_error(Box::new(error))
}

/// A file that is read by range, and tells how far it was read.
struct Chunks<'a> {
    file: File,
    progress: &'a dyn Progress,
}

impl ChunkReader for Chunks<'_> {
    type T = BufReader<File>;

    fn len(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    fn get_read(&self, start: u64) -> std::io::Result<Self::T> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        Ok(BufReader::new(file))
    }

    fn get_bytes(&self, start: u64, length: u64) -> std::io::Result<Bytes> {
        let mut bytes = Vec::new();
        let read = self.get_read(start)?.take(length).read_to_end(&mut bytes)?;
        self.progress.advance(read as u64);
        if read as u64 == length {
            return Ok(bytes.into());
        }
        let message = format!("{length} bytes are to be at byte {start}, of which {read} are there");
        Err(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, message))
    }
}
