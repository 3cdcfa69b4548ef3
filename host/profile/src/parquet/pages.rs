//! The pages of one column chunk, dealt out to two readers: what is encoded by the chunk's dictionary is read as keys, the rest as
//! values. The keys' reader gets a dictionary in which each key stands for itself.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::serialized_reader::SerializedPageReader;

use super::ranges::Stretch;

/// What comes next in a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A dictionary.
    Dictionary,
    /// Keys of the dictionary.
    Keys,
    /// Values.
    Values,
    /// Nothing more.
    End,
}

/// The pages of a chunk.
pub struct Pages {
    inner: SerializedPageReader<Stretch>,
    ahead: Option<Page>,
}

impl Pages {
    /// Pages to be dealt out.
    pub fn shared(inner: SerializedPageReader<Stretch>) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self { inner, ahead: None }))
    }

    /// What comes next.
    pub fn next(&mut self) -> Result<Next> {
        if self.ahead.is_none() {
            self.ahead = self.inner.get_next_page()?;
        }
        Ok(self.ahead.as_ref().map_or(Next::End, kind))
    }

    /// The next page, if it is of this kind.
    pub fn take(&mut self, wanted: Next) -> Result<Option<Page>> {
        Ok(if self.next()? == wanted { self.ahead.take() } else { None })
    }
}

fn kind(page: &Page) -> Next {
    match page {
        Page::DictionaryPage { .. } => Next::Dictionary,
        Page::DataPage { encoding, .. } | Page::DataPageV2 { encoding, .. } => match encoding {
            // The second name is what older writers wrote.
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => Next::Keys,
            _ => Next::Values,
        },
    }
}

/// The pages of one kind, as a reader of columns wants them.
pub struct Dealt {
    pages: Arc<Mutex<Pages>>,
    kind: Next,
    first: Option<Page>,
}

impl Dealt {
    /// Pages with values.
    pub fn values(pages: &Arc<Mutex<Pages>>) -> Self {
        Self { pages: Arc::clone(pages), kind: Next::Values, first: None }
    }

    /// Pages with keys of a dictionary that has so many values.
    pub fn keys(pages: &Arc<Mutex<Pages>>, values: u32) -> Self {
        let bytes: Vec<u8> = (0..values).flat_map(u32::to_le_bytes).collect();
        let dictionary =
            Page::DictionaryPage { buf: bytes.into(), num_values: values, encoding: Encoding::PLAIN, is_sorted: false };
        Self { pages: Arc::clone(pages), kind: Next::Keys, first: Some(dictionary) }
    }
}

impl Iterator for Dealt {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Dealt {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        match self.first.take() {
            Some(page) => Ok(Some(page)),
            None => self.pages.lock().unwrap_or_else(PoisonError::into_inner).take(self.kind),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Err(ParquetError::General("pages that are dealt out can't be looked at before".to_owned()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.get_next_page().map(drop)
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        // Entries are counted, not records: where one of those ends does not matter.
        Ok(true)
    }
}

/// A dictionary alone: its values as a page of data.
pub struct Alone(Option<Page>);

impl Alone {
    /// The values of a dictionary.
    pub fn new(bytes: Bytes, values: u32) -> Self {
        Self(Some(Page::DataPage {
            buf: bytes,
            num_values: values,
            encoding: Encoding::PLAIN,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        }))
    }
}

impl Iterator for Alone {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageReader for Alone {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        Ok(self.0.take())
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Ok(None)
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0 = None;
        Ok(())
    }
}
