//! The beginning of what a compressed file holds. Never unpacks more than is asked for.

use std::io::Read;

use bzip2::read::BzDecoder;
use flate2::read::MultiGzDecoder;
use metahost_plugin_sdk::{Result, protocol};
use ruzstd::decoding::StreamingDecoder;

/// At most `most` bytes, from the beginning of a packed file. That the file ends too early is as it should be.
pub fn head(packing: &str, packed: &[u8], most: u64) -> Result<Vec<u8>> {
    let mut reader: Box<dyn Read + '_> = match packing {
        "gz" => Box::new(MultiGzDecoder::new(packed)),
        "bz2" => Box::new(BzDecoder::new(packed)),
        _ => Box::new(StreamingDecoder::new(packed).map_err(|error| unreadable(packing, &error.to_string()))?),
    };
    let mut found = Vec::new();
    let mut piece = [0; 8 * 1024];
    while (found.len() as u64) < most {
        match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => found.extend_from_slice(piece.get(..read).unwrap_or_default()),
            Err(_) if !found.is_empty() => break,
            Err(error) => return Err(unreadable(packing, &error.to_string())),
        }
    }
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
}

fn unreadable(packing: &str, error: &str) -> metahost_plugin_sdk::Error {
    protocol(format!("its beginning can't be unpacked ({packing}): {error}"))
}
