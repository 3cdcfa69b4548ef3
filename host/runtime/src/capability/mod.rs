//! What a guest can reach, one module a capability. Each checks its own grant; none reaches further than that.

mod database;
mod http;
mod log;
mod sink;
mod state;
mod wasi;

pub use http::GuestBody;
pub use log::ProgressListener;
pub(crate) use wasi::wasi;

use wasmtime::component::{HasSelf, Linker};

use crate::bindings::metahost::source as wit;
use crate::instance::HostState;

/// Links everything there is; what a component may import was checked before.
pub(crate) fn link(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wit::log::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::sink::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::state::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::http::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::database::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::types::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::entities::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::enrichment::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::lineage::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::statistics::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    wit::activity::add_to_linker::<_, HasSelf<_>>(linker, |state| state)
}

impl wit::types::Host for HostState {}
impl wit::entities::Host for HostState {}
impl wit::enrichment::Host for HostState {}
impl wit::lineage::Host for HostState {}
impl wit::statistics::Host for HostState {}
impl wit::activity::Host for HostState {}
