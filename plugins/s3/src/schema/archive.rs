//! A member of a zip archive: the directory at the archive's end tells where it is. Never unpacks more than its beginning.

use std::cell::RefCell;
use std::io::Read;

use metahost_plugin_sdk::{Error, Result, protocol};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::detect;
use crate::ranges::Ranges;
use crate::store::{Piece, Store};

/// An archive, and the member that tells its columns.
pub struct Archive<'s> {
    store: &'s dyn Store,
    bucket: &'s str,
    key: &'s str,
    failed: &'s RefCell<Option<Error>>,
    zip: ZipArchive<Ranges<'s>>,
    member: usize,
}

impl<'s> Archive<'s> {
    /// Reads the directory, and finds the first member of this format, or the only one there is.
    pub fn open(
        store: &'s dyn Store,
        bucket: &'s str,
        key: &'s str,
        format: &str,
        failed: &'s RefCell<Option<Error>>,
    ) -> Result<Self> {
        let zip = ZipArchive::new(Ranges::new(store, bucket, key, failed)?).map_err(|error| told(failed, &error))?;
        let member = member(&zip, format).ok_or_else(|| protocol(format!("the archive has no {format} file in it")))?;
        Ok(Self { store, bucket, key, failed, zip, member })
    }

    /// The beginning of the member.
    pub fn head(mut self, most: u64) -> Result<Vec<u8>> {
        let failed = self.failed;
        let member = self.zip.by_index(self.member).map_err(|error| told(failed, &error))?;
        let mut head = Vec::new();
        member.take(most).read_to_end(&mut head).map_err(|error| told(failed, &ZipError::Io(error)))?;
        Ok(head)
    }

    /// Where the member lies in the archive, if it is stored as it is.
    pub fn stored(mut self) -> Result<impl Fn(u64) -> Result<Vec<u8>>> {
        let failed = self.failed;
        let member = self.zip.by_index(self.member).map_err(|error| told(failed, &error))?;
        let is_plain = member.compression() == CompressionMethod::Stored && !member.encrypted();
        let size = member.size();
        let start = member
            .data_start()
            .filter(|_| is_plain)
            .ok_or_else(|| protocol("the archive packs the file, so its footer can't be read by itself"))?;
        drop(member);
        let (store, bucket, key) = (self.store, self.bucket, self.key);
        Ok(move |bytes: u64| {
            let bytes = bytes.min(size);
            let found = store.piece(bucket, key, Piece::From(start + size - bytes, bytes))?;
            found.ok_or_else(|| protocol("the file is gone"))
        })
    }
}

/// The first file of this format, else the only file.
fn member(zip: &ZipArchive<Ranges<'_>>, format: &str) -> Option<usize> {
    let name = |at: usize| zip.name_for_index(at).and_then(core::result::Result::ok).unwrap_or_default();
    let is_file = |at: &usize| !name(*at).ends_with('/') && !detect::is_hidden(&name(*at));
    let is_one = |at: &usize| is_file(at) && detect::format(&name(*at)).is_some_and(|(found, _)| found == format);
    (0..zip.len()).find(is_one).or_else(|| {
        let mut files = (0..zip.len()).filter(is_file);
        files.next().filter(|_| files.next().is_none())
    })
}

/// What the store answered goes before what the archive makes of it.
fn told(failed: &RefCell<Option<Error>>, error: &ZipError) -> Error {
    failed.take().unwrap_or_else(|| protocol(format!("the zip archive can't be read: {error}")))
}
