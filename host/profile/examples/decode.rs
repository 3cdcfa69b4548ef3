//! Decodes a Parquet file and does nothing with it: what profiles are measured against.

use std::fs::File;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.with_batch_size(8192).build()?;
    let mut rows = 0;
    for batch in reader {
        rows += batch?.num_rows();
    }
    // Whoever measures throws it away; a compiler must not.
    std::hint::black_box(rows);
    Ok(())
}
