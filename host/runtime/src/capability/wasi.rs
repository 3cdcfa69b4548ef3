//! The part of WASI that every compiled program expects, without power: no arguments, no environment, no network, a
//! fixed seed, a clock that stands still. Folders and the real clock only where the operator granted them.

use core::time::Duration;

use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, HostWallClock, WasiCtx, WasiCtxBuilder};

use crate::error::{Error, ErrorKind};
use crate::source::Grants;

/// Most that a guest may print; its last lines explain a crash.
const STDERR_BYTES: usize = 64 * 1024;

/// Builds the context, and the place where the guest's stderr ends.
pub(crate) fn wasi(grants: &Grants) -> Result<(WasiCtx, MemoryOutputPipe), Error> {
    let stderr = MemoryOutputPipe::new(STDERR_BYTES);
    let mut builder = WasiCtxBuilder::new();
    builder.stderr(stderr.clone()).insecure_random_seed(0).allow_tcp(false).allow_udp(false);
    if !grants.clock {
        builder.wall_clock(Standstill);
    }
    for folder in &grants.folders {
        builder.preopened_dir(&folder.host, &folder.guest, FsPerms::ReadOnly).map_err(|error| {
            let message = format!("the granted folder {} can't be opened: {error}", folder.host.display());
            Error::new(ErrorKind::NotGranted, message).with("setting", "grants.folders")
        })?;
    }
    Ok((builder.build(), stderr))
}

/// A clock for guests that were not granted one.
struct Standstill;

impl HostWallClock for Standstill {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}
