//! A table as a Parquet file, written in one of many ways.

use std::io;
use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use metahost_profile::ByteRanges;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use proptest::prelude::*;

/// A file in memory: its name, and its bytes.
struct Memory(&'static str, Bytes);

impl ByteRanges for Memory {
    fn name(&self) -> &str {
        self.0
    }

    fn length(&self) -> u64 {
        self.1.len() as u64
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let start = usize::try_from(start).unwrap();
        Ok(self.1.slice(start..start + length))
    }

    fn at_once(&self) -> usize {
        100
    }
}

/// How a file is written.
pub fn properties() -> impl Strategy<Value = WriterProperties> {
    let compression = prop_oneof![
        Just(Compression::UNCOMPRESSED),
        Just(Compression::SNAPPY),
        Just(Compression::LZ4_RAW),
        Just(Compression::ZSTD(ZstdLevel::default()))
    ];
    (any::<bool>(), any::<bool>(), 1..50_usize, 1..20_usize, 1..200_usize, compression).prop_map(
        |(dictionary, second, group, page, dictionary_size, compression)| {
            let version = if second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
            WriterProperties::builder()
                .set_writer_version(version)
                .set_dictionary_enabled(dictionary)
                .set_dictionary_page_size_limit(dictionary_size)
                .set_max_row_group_row_count(Some(group))
                .set_data_page_row_count_limit(page)
                .set_write_batch_size(3)
                .set_compression(compression)
                .build()
        },
    )
}

/// Writes it.
pub fn file(batch: &RecordBatch, properties: &WriterProperties) -> Bytes {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties.clone())).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes.into()
}

/// The bytes as a file.
pub fn ranges(bytes: &Bytes) -> Arc<dyn ByteRanges> {
    named("memory.parquet", bytes.clone())
}

/// The same under a name of its own.
pub fn named(name: &'static str, bytes: impl Into<Bytes>) -> Arc<dyn ByteRanges> {
    Arc::new(Memory(name, bytes.into()))
}

/// One encoding for all columns that have no dictionary.
pub fn encoded(encoding: Encoding) -> WriterProperties {
    WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(encoding)
        .set_data_page_row_count_limit(7)
        .build()
}
