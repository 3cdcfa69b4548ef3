//! What is kept of texts and bytes: their lengths, the first and the last in their order, and the different ones.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sketch::{Counted, Keyed, Seen};

use super::Wanted;
use super::ordered::Ordered;

/// So much of a text is kept beside its count.
const KEPT: usize = 96;
/// So much of the first and the last text is kept.
const KEPT_OF_ENDS: usize = 1024;
/// Lengths below are counted by themselves before they are added, since adding costs more.
const SHORT: usize = 256;

/// The beginning of a text, and whether that is all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Beginning {
    /// Its first bytes.
    pub bytes: Box<[u8]>,
    /// Whether there is more.
    pub is_cut: bool,
}

impl Beginning {
    fn of(bytes: &[u8], most: usize) -> Self {
        Self { bytes: bytes[..bytes.len().min(most)].into(), is_cut: bytes.len() > most }
    }
}

/// Bytes that hash by nothing but themselves, as other implementations of these sketches do it.
pub struct RawKey<'a>(&'a [u8]);

impl Hash for RawKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.0);
    }
}

impl Keyed for Beginning {
    type Given = [u8];
    type Key<'a> = RawKey<'a>;
    type Whole = Box<[u8]>;

    fn key(given: &[u8]) -> RawKey<'_> {
        RawKey(given)
    }

    fn keep(given: &[u8]) -> Self {
        Self::of(given, KEPT)
    }

    fn whole(given: &[u8]) -> (Box<[u8]>, usize) {
        // What is allocated has a head of its own.
        (given.into(), given.len() + 16)
    }
}

/// Texts or bytes.
#[derive(Serialize, Deserialize)]
pub struct Texts {
    measure: Measure,
    /// Those that are not short.
    lengths: Ordered<i64>,
    /// How many there are of each short length.
    short: Vec<u64>,
    ends: Option<(Beginning, Beginning)>,
    counted: Counted<Beginning>,
    /// Their patterns, if somebody wants to know them.
    patterns: Option<Counted<Beginning>>,
}

/// How long a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Measure {
    Characters,
    Bytes,
}

impl Measure {
    fn of(self, text: &[u8]) -> usize {
        match self {
            Self::Characters => characters(text),
            Self::Bytes => text.len(),
        }
    }
}

impl Texts {
    /// Text, whose length is that of its characters.
    pub fn of_characters(wanted: &Wanted) -> Result<Self> {
        let patterns = wanted.patterns.then(|| wanted.of_patterns().counted()).transpose()?;
        Ok(Self { patterns, ..Self::measured_by(Measure::Characters, wanted)? })
    }

    /// Bytes, whose length is their number.
    pub fn of_bytes(wanted: &Wanted) -> Result<Self> {
        Self::measured_by(Measure::Bytes, wanted)
    }

    fn measured_by(measure: Measure, wanted: &Wanted) -> Result<Self> {
        let (lengths, counted) = (Ordered::new(&wanted.of_lengths())?, wanted.counted()?);
        Ok(Self { measure, lengths, short: vec![0; SHORT], ends: None, counted, patterns: None })
    }

    /// Adds a text, so many times.
    pub fn add(&mut self, text: &[u8], times: u64) {
        let length = self.measure.of(text);
        match self.short.get_mut(length) {
            Some(count) => *count += times,
            None => self.lengths.add_counted(&[i64::try_from(length).unwrap_or(i64::MAX)], &[times]),
        }
        self.widen(text);
        self.counted.add(text, times);
        if let Some(patterns) = &mut self.patterns {
            patterns.add(pattern(text).as_bytes(), times);
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        for (count, theirs) in self.short.iter_mut().zip(other.short.iter()) {
            *count += theirs;
        }
        self.lengths.merge(&other.lengths)?;
        if let Some((first, last)) = &other.ends {
            self.widen_to(first);
            self.widen_to(last);
        }
        if let Some((mine, theirs)) = self.patterns.as_mut().zip(other.patterns.as_ref()) {
            mine.merge(theirs)?;
        }
        self.counted.merge(&other.counted)
    }

    /// The lengths of all of them.
    pub fn lengths(&self) -> Result<Ordered<i64>> {
        let mut all = self.lengths.alike()?;
        all.merge(&self.lengths)?;
        let lengths: Vec<i64> = (0..).take(self.short.len()).collect();
        all.add_counted(&lengths, &self.short);
        Ok(all)
    }

    /// How many have no length.
    pub fn empty(&self) -> u64 {
        self.short.first().copied().unwrap_or(0)
    }

    /// The first and the last, by their bytes.
    pub fn ends(&self) -> Option<&(Beginning, Beginning)> {
        self.ends.as_ref()
    }

    /// An error once exact answers want more memory than they may take.
    pub fn check(&self) -> Result<()> {
        self.lengths.check()?;
        self.patterns.as_ref().map_or(Ok(()), Counted::check)?;
        self.counted.check()
    }

    /// The different texts.
    pub fn seen(&self) -> Result<Seen<'_, Beginning>> {
        self.counted.seen()
    }

    /// The different patterns, if they were wanted.
    pub fn patterns(&self) -> Result<Option<Seen<'_, Beginning>>> {
        self.patterns.as_ref().map(Counted::seen).transpose()
    }

    fn widen(&mut self, text: &[u8]) {
        let Some((first, last)) = &mut self.ends else {
            let beginning = Beginning::of(text, KEPT_OF_ENDS);
            self.ends = Some((beginning.clone(), beginning));
            return;
        };
        if text < &*first.bytes {
            *first = Beginning::of(text, KEPT_OF_ENDS);
        } else if text > &*last.bytes {
            *last = Beginning::of(text, KEPT_OF_ENDS);
        }
    }

    fn widen_to(&mut self, beginning: &Beginning) {
        match &mut self.ends {
            None => self.ends = Some((beginning.clone(), beginning.clone())),
            Some((first, last)) => {
                if beginning.bytes < first.bytes {
                    first.clone_from(beginning);
                }
                if beginning.bytes > last.bytes {
                    last.clone_from(beginning);
                }
            }
        }
    }
}

/// How many characters: all bytes but those that go on with one.
fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// What a text looks like: "A" for a capital, "a" for another letter, "9" for a digit, "+" after what is there more than once, and
/// everything else as it is.
fn pattern(text: &[u8]) -> String {
    let (mut pattern, mut last, mut is_marked) = (String::new(), None, false);
    for character in String::from_utf8_lossy(text).chars() {
        let class = match character {
            _ if character.is_uppercase() => 'A',
            _ if character.is_alphabetic() => 'a',
            _ if character.is_numeric() => '9',
            other => other,
        };
        if last != Some(class) {
            pattern.push(class);
        } else if !is_marked {
            pattern.push('+');
        }
        is_marked = last == Some(class);
        last = Some(class);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_tell_what_texts_look_like() {
        for (text, expected) in
            [("", ""), ("AB-1234", "A+-9+"), ("Łódź 7", "Aa+ 9"), ("a1a1", "a9a9"), ("--", "-+"), ("aaab", "a+")]
        {
            assert_eq!(pattern(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        for text in ["", "abc", "żółw", "日本語", "a\u{301}👩‍🚀"] {
            assert_eq!(characters(text.as_bytes()), text.chars().count(), "{text}");
        }
    }
}
