//! Compiled components on disk, so that a plugin is compiled once. An entry that can't be read is a miss; a cache that
//! can't be written costs time, never a run. The one place with `unsafe`: loading compiled code.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::{Error, ErrorKind};

/// Where compiled components are kept.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Compiles, or takes what was compiled before from the same bytes by the same engine.
    pub(crate) fn component(&self, engine: &Engine, wasm: &[u8]) -> Result<Component, Error> {
        let Some(folder) = &self.folder else { return compile(engine, wasm) };
        let path = folder.join(format!("{}.cwasm", key(engine, wasm)));
        if let Some(component) = load(engine, &path) {
            return Ok(component);
        }
        let component = compile(engine, wasm)?;
        if let Err(error) = store(&component, &path) {
            tracing::warn!(path = %path.display(), %error, "the compiled plugin is not cached");
        }
        Ok(component)
    }
}

fn compile(engine: &Engine, wasm: &[u8]) -> Result<Component, Error> {
    Component::new(engine, wasm)
        .map_err(|error| Error::new(ErrorKind::Compile, format!("the file is no WebAssembly component: {error:#}")))
}

/// The plugin's bytes and everything about the engine that decides about compiled code.
fn key(engine: &Engine, wasm: &[u8]) -> String {
    let mut settings = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut settings);
    format!("{}-{:016x}", hex(&Sha256::digest(wasm)), settings.finish())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')));
        text
    })
}

/// The stored code behind its own checksum: a torn or damaged file never reaches the loader.
fn load(engine: &Engine, path: &Path) -> Option<Component> {
    let file = fs::read(path).ok()?;
    let (sum, code) = file.split_at_checked(32)?;
    if Sha256::digest(code).as_slice() != sum {
        tracing::warn!(path = %path.display(), "a damaged cache entry is compiled anew");
        return None;
    }
    #[expect(unsafe_code, reason = "compiled code can only be loaded unchecked; see SAFETY")]
    // SAFETY: the bytes were written by `store` from this engine's own compiler (the key holds its settings' hash) and
    // carry an intact checksum. Whoever can write this folder can replace the binary itself as well.
    let component = unsafe { Component::deserialize(engine, code) };
    component.inspect_err(|error| tracing::warn!(path = %path.display(), %error, "a cache entry is compiled anew")).ok()
}

fn store(component: &Component, path: &Path) -> Result<(), Box<dyn core::error::Error + Send + Sync>> {
    let code = component.serialize()?;
    let folder = path.parent().ok_or("the cache has no folder")?;
    fs::create_dir_all(folder)?;
    let mut file = Sha256::digest(&code).to_vec();
    file.extend_from_slice(&code);
    // Written aside and renamed, so that another process never reads half an entry.
    let aside = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&aside, file).and_then(|()| fs::rename(&aside, path)).inspect_err(|_| drop(fs::remove_file(&aside)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component with nothing in it: the magic number, the version and the layer.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    #[test]
    fn a_damaged_entry_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let cache = Cache::new(Some(folder.path().to_owned()));
        cache.component(&engine, EMPTY).unwrap();
        let entry = folder.path().join(format!("{}.cwasm", key(&engine, EMPTY)));
        let good = fs::read(&entry).unwrap();
        for damaged in [&good[..good.len() / 2], b"", b"short", &[&good[..40], &[0xff], &good[41..]].concat()[..]] {
            fs::write(&entry, damaged).unwrap();
            assert!(load(&engine, &entry).is_none());
            cache.component(&engine, EMPTY).unwrap();
            assert_eq!(fs::read(&entry).unwrap(), good, "the entry is mended");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_costs_no_run() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let cache = Cache::new(Some(file.path().join("below a file")));
        assert!(cache.component(&Engine::default(), EMPTY).is_ok());
    }
}
