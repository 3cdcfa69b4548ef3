//! Rows as a well-behaved guest hands them over.

use core::ops::RangeInclusive;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::StreamWriter;
use metahost_plugin_sdk::{Result, protocol};

/// A piece: these numbers, and texts of them.
pub fn of(numbers: RangeInclusive<i64>) -> Result<Vec<u8>> {
    let texts: StringArray = numbers.clone().map(|number| Some(format!("number {number}"))).collect();
    let numbers: Int64Array = numbers.map(Some).collect();
    let columns: [(&str, ArrayRef); 2] = [("id", Arc::new(numbers)), ("text", Arc::new(texts))];
    let written = RecordBatch::try_from_iter(columns).and_then(|batch| {
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema())?;
        writer.write(&batch)?;
        writer.into_inner()
    });
    written.map_err(|error| protocol(error.to_string()))
}
