//! Iceberg's deletion vectors: a blob `deletion-vector-v1` of a Puffin file, which holds a bitmap of positions.

use std::io::Cursor;
use std::sync::Arc;

use roaring::RoaringTreemap;

use crate::error::{Error, Result};
use crate::parquet::ByteRanges;

const MAGIC: [u8; 4] = [0xd1, 0xd3, 0x39, 0x64];
/// What surrounds magic and bitmap: their length before, their checksum behind.
const AROUND: usize = 8;

/// The positions of a blob.
pub fn read(ranges: &Arc<dyn ByteRanges>, offset: u64, length: u64) -> Result<RoaringTreemap> {
    if offset.checked_add(length).is_none_or(|end| end > ranges.length()) {
        let all = ranges.length();
        return Err(Error::format(format!(
            "a deletion vector of {length} bytes is to be at byte {offset}; the file has {all} bytes"
        )));
    }
    let length = usize::try_from(length).map_err(|_| Error::format("a deletion vector is too great"))?;
    positions(&ranges.read(offset, length)?)
}

/// Length of what follows, magic, bitmap, checksum of magic and bitmap; both numbers with their greatest byte first.
fn positions(blob: &[u8]) -> Result<RoaringTreemap> {
    let broken = |why: &str| Error::format(format!("a deletion vector is broken: {why}"));
    let (Some((length, rest)), true) = (blob.split_first_chunk::<4>(), blob.len() >= AROUND + MAGIC.len()) else {
        return Err(broken("it is too short"));
    };
    let (content, checksum) = rest.split_at(rest.len() - 4);
    if u32::from_be_bytes(*length) as usize != content.len() {
        return Err(broken("it is not as long as it says"));
    }
    let Some(bitmap) = content.strip_prefix(&MAGIC) else { return Err(broken("it does not begin with its mark")) };
    if crc32fast::hash(content).to_be_bytes() != checksum {
        return Err(broken("its checksum is another"));
    }
    let mut cursor = Cursor::new(bitmap);
    let found = RoaringTreemap::deserialize_from(&mut cursor).map_err(|error| broken(&error.to_string()))?;
    if cursor.position() != bitmap.len() as u64 {
        return Err(broken("more follows its bitmap"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blob_of_the_specification_is_read() {
        // One bitmap of high bits 0; the 32-bit bitmap has one array of the two values 1 and 7.
        let mut content = MAGIC.to_vec();
        content.extend([1, 0, 0, 0, 0, 0, 0, 0]);
        content.extend([0, 0, 0, 0]);
        content.extend([0x3a, 0x30, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 16, 0, 0, 0, 1, 0, 7, 0]);
        let mut blob = u32::try_from(content.len()).unwrap_or(0).to_be_bytes().to_vec();
        blob.extend(&content);
        blob.extend(crc32fast::hash(&content).to_be_bytes());
        assert_eq!(positions(&blob).map(|found| found.iter().collect::<Vec<_>>()), Ok(vec![1, 7]));
        for place in 0..blob.len() {
            let mut other = blob.clone();
            other[place] ^= 1;
            assert!(positions(&other).is_err(), "byte {place}");
            assert!(positions(&blob[..place]).is_err(), "{place} bytes");
        }
    }
}
