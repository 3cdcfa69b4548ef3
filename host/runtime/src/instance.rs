//! One instance of a component: what it holds on the host's side, and the rules under which its code runs.
//! An instance does one piece of work and is dropped.

use core::time::Duration;
use std::sync::Arc;

use metahost_model::Record;
use tokio_util::sync::CancellationToken;
use wasmtime::component::{self, ResourceTable};
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::bindings::exports::metahost::source::connector::Guest;
use crate::bindings::sql::exports::metahost::source::sql;
use crate::bindings::{Source, SourcePre};
use crate::channel::EventSender;
use crate::convert::Garbage;
use crate::error::{Error, ErrorKind};
use crate::limits::{Exceeded, Limit, Usage};
use crate::source::Rights;

/// How long a guest may go on after it was told to end: enough to tell its source, short enough for a person.
const GRACE: Duration = Duration::from_millis(700);

/// Where a guest's records go.
pub(crate) struct Output {
    pub(crate) split: Arc<str>,
    pub(crate) events: EventSender,
}

/// The host's side of one instance.
pub(crate) struct HostState {
    pub(crate) rights: Arc<Rights>,
    pub(crate) usage: Usage,
    pub(crate) output: Option<Output>,
    pub(crate) cancel: CancellationToken,
    pub(crate) told_to_end: bool,
    pub(crate) emitted: u64,
    pub(crate) table: ResourceTable,
    wasi: WasiCtx,
}

impl HostState {
    /// Every import begins here: accounts for the call.
    pub(crate) fn enter(&mut self) -> Result<(), Exceeded> {
        self.usage.host_call()
    }

    /// Whether the guest should be told to end; said once, so that it may still say goodbye to its source.
    pub(crate) fn must_end(&mut self) -> bool {
        self.cancel.is_cancelled() && !core::mem::replace(&mut self.told_to_end, true)
    }

    /// Sends records on, waiting for room. None when the run is ending.
    pub(crate) async fn emit(&mut self, records: Vec<Record>, bytes: u64) -> wasmtime::Result<Option<()>> {
        self.usage.emitted(bytes)?;
        if self.must_end() {
            return Ok(None);
        }
        let Some(output) = &self.output else { return Ok(None) };
        self.emitted += records.iter().filter(|record| record.kind().is_some()).count() as u64;
        let event = metahost_model::Event::Records { split: Arc::clone(&output.split), records };
        tokio::select! {
            sent = output.events.send(event, bytes) => Ok(sent.ok()),
            () = self.cancel.cancelled() => { self.told_to_end = true; Ok(None) }
        }
    }
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// An instance and the store it lives in.
pub(crate) struct Instance {
    store: Store<HostState>,
    exports: component::Instance,
    connector: Source,
    stderr: MemoryOutputPipe,
    cancel: CancellationToken,
}

impl Instance {
    /// Instantiates the component with exactly these rights.
    pub(crate) async fn new(
        pre: &SourcePre<HostState>,
        rights: Arc<Rights>,
        output: Option<Output>,
        cancel: CancellationToken,
    ) -> Result<Self, Error> {
        let (wasi, stderr) = crate::capability::wasi(&rights.grants)?;
        let state = HostState {
            usage: Usage::new(rights.limits.clone()),
            rights,
            output,
            cancel: cancel.clone(),
            told_to_end: false,
            emitted: 0,
            table: ResourceTable::new(),
            wasi,
        };
        let mut store = Store::new(pre.engine(), state);
        store.limiter(|state| &mut state.usage);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| {
            store.data_mut().usage.tick()?;
            Ok(UpdateDeadline::Yield(1))
        });
        let made = async {
            let instance = pre.instance_pre().instantiate_async(&mut store).await?;
            Ok((instance, Source::new(&mut store, &instance)?))
        };
        let (exports, connector) = made.await.map_err(|error| trap(&error, &stderr))?;
        Ok(Self { store, exports, connector, stderr, cancel })
    }

    /// What has been used and emitted.
    pub(crate) fn state(&self) -> &HostState {
        self.store.data()
    }

    /// Calls an export of the connector.
    pub(crate) async fn call<T>(
        &mut self,
        export: impl AsyncFnOnce(&mut Store<HostState>, &Guest) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        let Self { store, connector, stderr, cancel, .. } = self;
        let guest = connector.metahost_source_connector();
        guarded(store, stderr, cancel, async |store: &mut Store<HostState>| export(store, guest).await).await
    }

    /// Calls an export of what answers SQL.
    pub(crate) async fn call_sql<T>(
        &mut self,
        export: impl AsyncFnOnce(&mut Store<HostState>, &sql::Guest) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        let Self { store, exports, stderr, cancel, .. } = self;
        guarded(store, stderr, cancel, async |store: &mut Store<HostState>| {
            let guest = sql::GuestIndices::new(&exports.instance_pre(&*store))?.load(&mut *store, exports)?;
            export(store, &guest).await
        })
        .await
    }
}

/// Does something under the wall limit; cancellation ends it after a short grace.
async fn guarded<T>(
    store: &mut Store<HostState>,
    stderr: &MemoryOutputPipe,
    cancel: &CancellationToken,
    work: impl AsyncFnOnce(&mut Store<HostState>) -> wasmtime::Result<T>,
) -> Result<T, Error> {
    let wall = store.data().usage.limits().wall_s;
    let ended = async {
        cancel.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let result = tokio::select! {
        result = tokio::time::timeout(Duration::from_secs(wall), work(store)) => result,
        () = ended => return Err(cancelled()),
    };
    match result {
        Ok(result) => {
            let rights = Arc::clone(&store.data().rights);
            result.map_err(|error| trap(&error, stderr).map_text(|text| rights.clean(text)))
        }
        Err(_) => Err(exceeded(&Exceeded { limit: Limit::Wall, allowed: wall })),
    }
}

/// The run was asked to end.
pub(crate) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the run was asked to end")
}

fn exceeded(exceeded: &Exceeded) -> Error {
    Error::new(ErrorKind::Limit(exceeded.limit), exceeded.to_string())
        .with("remedy", format!("raise `{}` in the source's [limits] if the work needs it", exceeded.limit.setting()))
}

/// Names what ended the guest: a limit of ours, or a crash of its own with its last words.
fn trap(error: &wasmtime::Error, stderr: &MemoryOutputPipe) -> Error {
    if let Some(limit) = error.downcast_ref::<Exceeded>() {
        return exceeded(limit);
    }
    if let Some(garbage) = error.downcast_ref::<Garbage>() {
        return Error::new(ErrorKind::Protocol, garbage.to_string());
    }
    let cause = match error.downcast_ref::<wasmtime::Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    };
    let crashed = Error::new(ErrorKind::Trap, format!("the plugin crashed: {cause}"));
    let contents = stderr.contents();
    let words = String::from_utf8_lossy(&contents);
    let words: Vec<&str> = words.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("note:")).collect();
    if words.is_empty() { crashed } else { crashed.with("stderr", words[words.len().saturating_sub(3)..].join(" / ")) }
}
