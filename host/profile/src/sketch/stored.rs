//! Different values as bytes: the image that Apache `DataSketches` define for tuple sketches and for frequent items, with the values in
//! postcard's encoding. Of a sample the values are left out, since only their hashes and counts are looked at again.

use datasketches::codec::{SketchBytes, SketchSlice};
use datasketches::error::Error as SketchError;
use datasketches::frequencies::{FrequentItemValue, FrequentItemsSketch};
use datasketches::tuple::{CompactTupleSketch, TupleSummaryValue};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::counted::{Counted, Entry, Item, Keyed};

/// Preamble of a sketch with a threshold, version, family and type of tuple sketches, nothing; read-only, compact, in order.
const HEAD: [u8; 6] = [3, 3, 9, 1, 0, 0b1_1010];

#[derive(Serialize, Deserialize)]
struct Stored {
    /// None before the first value.
    different: Option<Vec<u8>>,
    frequent: Option<Vec<u8>>,
}

impl<T: Keyed> Serialize for Counted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.exact.is_some() {
            return Err(S::Error::custom("exact profiles are not kept"));
        }
        let sketch = self.compact().map_err(S::Error::custom)?;
        let different = (!sketch.is_empty()).then(|| image(&sketch)).transpose().map_err(S::Error::custom)?;
        Stored { different, frequent: self.frequent.as_ref().map(FrequentItemsSketch::serialize) }.serialize(serializer)
    }
}

impl<'de, T: Keyed> Deserialize<'de> for Counted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { different, frequent } = Stored::deserialize(deserializer)?;
        let merged = different.map(|bytes| CompactTupleSketch::deserialize(&bytes)).transpose();
        let frequent = frequent.map(|bytes| FrequentItemsSketch::deserialize(&bytes)).transpose();
        let empty = Self::new().map_err(D::Error::custom)?;
        Ok(Self { merged: merged.map_err(D::Error::custom)?, frequent: frequent.map_err(D::Error::custom)?, ..empty })
    }
}

/// Written here and not by the crate, which knows no way to leave values out.
fn image<T: Keyed>(sketch: &CompactTupleSketch<Entry<T>>) -> Result<Vec<u8>, postcard::Error> {
    let mut entries: Vec<_> = sketch.iter().collect();
    entries.sort_unstable_by_key(|entry| entry.hash());
    let mut bytes = HEAD.to_vec();
    bytes.extend(sketch.seed_hash().to_le_bytes());
    bytes.extend(u32::try_from(entries.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(sketch.theta64().to_le_bytes());
    for entry in entries {
        bytes.extend(entry.hash().to_le_bytes());
        let Entry { value, count } = entry.summary();
        let value = (!sketch.is_estimation_mode()).then_some(value);
        bytes = postcard::to_extend(&(value, count), bytes)?;
    }
    Ok(bytes)
}

impl<T: Keyed> TupleSummaryValue for Entry<T> {
    fn serialize_size(&self) -> usize {
        size_of::<Self>()
    }

    fn serialize_value(&self, bytes: &mut SketchBytes) {
        // Only a value that can't be told how long it is could fail.
        bytes.write(&postcard::to_allocvec(&(Some(&self.value), self.count)).unwrap_or_default());
    }

    fn deserialize_value(cursor: &mut SketchSlice<'_>) -> Result<Self, SketchError> {
        let (value, count): (Option<T>, u64) = taken(cursor)?;
        Ok(Self { value: value.unwrap_or_default(), count })
    }
}

impl<T: Keyed> FrequentItemValue for Item<T> {
    fn serialize_size(_: &Self) -> usize {
        size_of::<Self>()
    }

    fn serialize_value(&self, bytes: &mut SketchBytes) {
        // Only a value that can't be told how long it is could fail.
        bytes.write(&postcard::to_allocvec(&self.0).unwrap_or_default());
    }

    fn deserialize_value(cursor: &mut SketchSlice<'_>) -> Result<Self, SketchError> {
        taken(cursor).map(Item)
    }
}

fn taken<V: for<'de> Deserialize<'de>>(cursor: &mut SketchSlice<'_>) -> Result<V, SketchError> {
    let bytes = cursor.remaining();
    let (value, rest) = postcard::take_from_bytes(bytes)
        .map_err(|error| SketchError::new(datasketches::error::ErrorKind::InvalidData, error.to_string()))?;
    let read = bytes.len() - rest.len();
    cursor.advance(read as u64);
    Ok(value)
}
