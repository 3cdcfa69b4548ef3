//! The WebAssembly engine and its clock. One for the whole process.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use wasmtime::Config;

use crate::cache::Cache;
use crate::error::{Error, ErrorKind};
use crate::limits::TICK;

/// Compiles and runs components.
pub struct Engine {
    inner: wasmtime::Engine,
    cache: Cache,
    stop: Arc<AtomicBool>,
}

impl Engine {
    /// An engine that keeps compiled code in `cache`, or compiles anew each time without one.
    pub fn new(cache: Option<PathBuf>) -> Result<Self, Error> {
        let mut config = Config::new();
        config.epoch_interruption(true).wasm_component_model(true);
        // Deterministic floats and no threads: the same input gives the same records on any machine.
        config.cranelift_nan_canonicalization(true);
        let engine = wasmtime::Engine::new(&config).map_err(|error| {
            Error::new(ErrorKind::Compile, format!("this machine can't run WebAssembly: {error:#}"))
        })?;
        let stop = Arc::new(AtomicBool::new(false));
        start_clock(engine.clone(), Arc::clone(&stop))?;
        Ok(Self { inner: engine, cache: Cache::new(cache), stop })
    }

    pub(crate) fn inner(&self) -> &wasmtime::Engine {
        &self.inner
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Ticks as long as the engine lives; a thread of its own, so that busy guests can't stop it.
fn start_clock(engine: wasmtime::Engine, stop: Arc<AtomicBool>) -> Result<(), Error> {
    let clock = move || {
        while !stop.load(Ordering::Relaxed) {
            thread::sleep(TICK);
            engine.increment_epoch();
        }
    };
    thread::Builder::new()
        .name("guest-clock".to_owned())
        .spawn(clock)
        .map(drop)
        .map_err(|error| Error::new(ErrorKind::Compile, format!("the thread that times plugins can't start: {error}")))
}
