//! Times building tables natively, in the sandbox, and in the sandbox with emitting; prints the processor's
//! nanoseconds a table (all threads; others' load does not count) as a line of JSON each round. `crossing PLUGIN_FOLDER TABLES COLUMNS ROUNDS`; `cargo xtask bench` runs it.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use core::hint::black_box;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::StreamExt;
use metahost_bench::tables::typical;
use metahost_gateway::{Access, Gateway, GatewayOptions};
use metahost_model::Event;
use metahost_runtime::{
    Engine, EventReceiver, Grants, Limits, Mode, Plugin, ReadOptions, Source, SourceSpec, Window, channel, locate,
};
use metahost_store::MemoryStore;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// As many bytes as the binary lets wait.
const CHANNEL: u64 = 32 << 20;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("crossing PLUGIN_FOLDER TABLES COLUMNS ROUNDS");
    let (folder, tables, columns, rounds) = (PathBuf::from(next()?), next()?.parse()?, next()?.parse()?, next()?);
    let engine = Engine::new(None)?;
    let located = locate(&[folder]).0.pop().context("no plugin in that folder")?;
    let plugin = Arc::new(Plugin::load(&engine, &located).await?);
    for round in 0..=rounds.parse::<u32>()? {
        let native = native(tables, columns)?;
        let build = guest(&plugin, "build", tables, columns).await?;
        let emit = guest(&plugin, "emit", tables, columns).await?;
        // The first round warms caches and the allocator.
        if round > 0 {
            let each = |took: Duration| took.as_nanos() / u128::from(tables);
            println!("{}", json!({ "native": each(native), "build": each(build), "emit": each(emit) }));
        }
    }
    Ok(())
}

fn native(tables: u32, columns: usize) -> Result<Duration> {
    let began = used()?;
    (0..tables).for_each(|number| drop(black_box(typical(number, columns))));
    Ok(used()?.saturating_sub(began))
}

/// Processor time of this process so far, in the kernel's ticks of 10 ms.
fn used() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<u64>().ok()).context("the kernel's stat file");
    Ok(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
}

/// From the moment the split starts until its last record arrived and was dropped.
async fn guest(plugin: &Arc<Plugin>, work: &str, tables: u32, columns: usize) -> Result<Duration> {
    let spec = SourceSpec {
        name: "bench".to_owned(),
        config: json!({ "work": work, "tables": tables, "columns": columns }),
        client: Gateway::new(GatewayOptions::default())?.client(Access::new("bench")),
        store: Arc::new(MemoryStore::default()),
        grants: Grants::default(),
        limits: Limits { cpu_ms: 600_000, ..Limits::default() },
        listener: None,
    };
    let source = Arc::new(Source::bind(Arc::clone(plugin), spec)?);
    let cancel = CancellationToken::new();
    let splits = source.discover(&[Mode::Entities], &cancel).await?;
    let options = ReadOptions {
        parallel: 1,
        workers: Arc::new(Semaphore::new(1)),
        window: Window::default(),
        cursors: BTreeMap::new(),
    };
    let (sender, receiver) = channel(CHANNEL);
    let counting = tokio::spawn(count(receiver));
    let began = used()?;
    source.read(splits, &options, &sender, &cancel).await;
    drop(sender);
    let arrived = counting.await??;
    let expected = if work == "emit" { tables as usize + 2 } else { 2 };
    ensure!(arrived == expected, "{arrived} records arrived instead of {expected}");
    Ok(used()?.saturating_sub(began))
}

async fn count(mut events: EventReceiver) -> Result<usize> {
    let mut arrived = 0;
    while let Some(event) = events.next().await {
        match event {
            Event::Records { records, .. } => arrived += records.len(),
            Event::Skipped { path, reason, .. } => anyhow::bail!("skipped {path:?}: {reason}"),
            Event::Ended { failure, .. } => ensure!(failure.is_none(), "the split failed: {failure:?}"),
        }
    }
    Ok(arrived)
}
