//! `metahost run`: picks assets, runs them stage by stage, sources of a stage side by side, and says how it went.

mod asset;
mod one_table;
mod profile_options;
mod select;
mod summary;
mod table_data;
mod tests;

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use futures::future::join_all;
use metahost_catalog::Catalog;
use metahost_config::{Secrets, process_environment};
use metahost_gateway::CassetteMode;
use metahost_pipeline::IdentityRules;
use metahost_runtime::{Engine, Plugin, Window};
use metahost_store::Store;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::args::{RunArgs, TestArgs};
use crate::context::Context;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::sources::Shared;
use crate::{output, sinks, sources};
use asset::Ended;
pub use one_table::profile_one;
use select::Job;
use summary::Summary;

/// What all assets of a run share.
struct Run {
    context: Arc<Context>,
    shared: Shared,
    engine: Engine,
    catalog: Arc<dyn Catalog>,
    workers: Arc<Semaphore>,
    window: Window,
    identity: Arc<IdentityRules>,
    cancel: CancellationToken,
    progress: Progress,
    writes: bool,
    full: bool,
    /// Which tables are tested, if nothing but tests is run.
    tested: Option<Vec<String>>,
}

/// Runs the assets that were asked for.
pub async fn run(context: Arc<Context>, arguments: RunArgs) -> Result<Exit> {
    let jobs = select::jobs(&context, &arguments)?;
    run_jobs(context, arguments, jobs, None).await
}

/// Runs tests and nothing else.
pub async fn test(context: Arc<Context>, arguments: TestArgs) -> Result<Exit> {
    let jobs = tests::jobs(&context, &arguments.source)?;
    let tables = arguments.table.clone();
    run_jobs(context, arguments.run(), jobs, Some(tables)).await
}

async fn run_jobs(
    context: Arc<Context>,
    arguments: RunArgs,
    jobs: Vec<Job>,
    tested: Option<Vec<String>>,
) -> Result<Exit> {
    let began = Instant::now();
    if let Some(report) = &arguments.report {
        output::check_file(report)?;
    }
    let run = prepare(Arc::clone(&context), &arguments, tested).await?;
    end_on_signal(run.cancel.clone())?;
    let mut ended = Vec::new();
    for stage in select::stages(&run, jobs).await {
        if run.cancel.is_cancelled() {
            break;
        }
        ended.extend(join_all(stage.into_iter().map(|job| asset::run(&run, job))).await);
    }
    let failure = finish(&run).await.err();
    run.progress.finish();
    let summary = Summary { run: &run, done: &ended, failure: failure.as_ref(), took: began.elapsed() };
    // Neither a report that can't be written nor a terminal that went away takes the other with it.
    let printed = summary.print();
    if let Some(path) = &arguments.report {
        summary.write(path)?;
    }
    printed?;
    Ok(summary.exit())
}

/// What was written and recorded is made durable.
async fn finish(run: &Run) -> Result<()> {
    if run.writes {
        run.catalog.finish().await.with_context(|| run.catalog.describe())?;
    }
    Ok(run.shared.gateway.finish()?)
}

async fn prepare(context: Arc<Context>, arguments: &RunArgs, tested: Option<Vec<String>>) -> Result<Run> {
    let cassette = match (&arguments.record, &arguments.replay) {
        (Some(folder), _) => CassetteMode::Record(folder.clone()),
        (None, Some(folder)) => CassetteMode::Replay(folder.clone()),
        (None, None) => CassetteMode::Off,
    };
    let gateway = context.gateway(cassette)?;
    let secrets = Secrets::new(&context.config, gateway.clone(), process_environment);
    // The state first: a second run on it ends here, before it touches anything.
    let store: Arc<dyn Store> = context.store()?;
    let choice =
        sinks::Choice { environment: arguments.env.as_deref(), sink: arguments.sink, output: &arguments.output };
    let catalog = sinks::open(&context, &gateway, &secrets, choice).await?;
    let progress = Progress::new(&context.bars);
    progress.say(&format!("writing to {}", catalog.describe()));
    Ok(Run {
        window: window(gateway.replay_clock(), arguments.days)?,
        workers: Arc::new(Semaphore::new(context.config.run.workers.max(1) as usize)),
        identity: Arc::new(sources::identity(&context)),
        engine: context.engine()?,
        shared: Shared { gateway, secrets, store },
        cancel: CancellationToken::new(),
        writes: !arguments.dry_run,
        full: arguments.full,
        tested,
        catalog,
        context,
        progress,
    })
}

/// The last so many days; a replayed run stands in the time of its recording, so that it asks the same questions.
fn window(recorded_at: Option<i64>, days: u32) -> Result<Window> {
    let now = match recorded_at {
        Some(then) => u64::try_from(then).context("the cassette's time is wrong")?,
        None => {
            u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis()).context("the clock is wrong")?
        }
    };
    Ok(Window { since: Some(now.saturating_sub(u64::from(days) * 86_400_000)), until: Some(now) })
}

/// The first Ctrl-C, or the SIGTERM of whoever supervises the process, asks everything to end; the second ends the process.
fn end_on_signal(cancel: CancellationToken) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM can't be listened for")?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Ok(()) = tokio::signal::ctrl_c() => {}
                Some(()) = terminate.recv() => {}
                else => break,
            }
            if cancel.is_cancelled() {
                std::process::exit(i32::from(Exit::Cancelled as u8));
            }
            tracing::warn!("ending: what is under way is finished or dropped; the same signal again ends at once");
            cancel.cancel();
        }
    });
    Ok(())
}

impl Run {
    async fn plugin(&self, name: &str) -> Result<Arc<Plugin>> {
        self.context.load(&self.engine, name).await
    }
}

/// One asset and what became of it.
struct Done {
    job: Job,
    ended: Ended,
}
