//! One asset: its plugin reads, the pipeline writes, side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use metahost_config::{AssetKind, Source as Section};
use metahost_model::Service;
use metahost_pipeline::{Filters, Options, ProfileOptions, Report};
use metahost_runtime::{EventReceiver, EventSender, Mode, ReadOptions, Source, Split, channel};

use super::select::Job;
use super::table_data::SourceTables;
use super::{Done, Run, profile_options};
use crate::progress::AssetProgress;
use crate::sources;

/// Bytes of records between a source and the catalog.
pub(super) const CHANNEL_BYTES: u64 = 32 << 20;
/// Items of a batch.
const BATCH: usize = 100;
/// Batches at once.
const WRITERS: usize = 8;
/// Details that the report keeps of each sort.
const DETAILS: usize = 1_000;
/// Splits of a source at once, unless configured.
const SPLITS: usize = 4;

/// What became of an asset.
pub(super) enum Ended {
    /// It ran to an end that its report describes.
    Report(Box<Report>),
    /// It could not run.
    Failed(anyhow::Error),
}

/// Runs it; a failure is its own and leaves the others alone.
pub(super) async fn run(run: &Run, job: Job) -> Done {
    let progress = run.progress.asset(&job.asset.name);
    let ended = match work(run, &job, &progress).await {
        Ok(report) => Ended::Report(Box::new(report)),
        Err(error) => Ended::Failed(error),
    };
    progress.done(&super::summary::line(&ended));
    Done { job, ended }
}

async fn work(run: &Run, job: &Job, progress: &Arc<AssetProgress>) -> Result<Report> {
    let section = run.context.config.source(&job.asset.source)?;
    let plugin = run.plugin(&section.plugin).await?;
    let service = sources::service(section, &plugin);
    let filters = sources::filters(section)?;
    let source = sources::bind(&run.context, &run.shared, section, plugin, Some(progress.clone())).await?;
    let source = Arc::new(source);
    let profile = match job.asset.kind {
        AssetKind::Profiling => {
            let tables = SourceTables::of(Arc::clone(&source), run.cancel.clone()).await?;
            Some(profile_options::profile(section, Arc::new(tables), run.tested.clone())?)
        }
        _ => None,
    };
    let splits = if is_read(run, &service, profile.as_ref()).await? {
        splits(run, job, &source, &filters, &service).await?
    } else {
        Vec::new()
    };
    progress.splits(splits.len());
    let options = Options {
        source: section.name.clone(),
        asset: job.asset.name.clone(),
        service,
        services: services(run),
        identity: Arc::clone(&run.identity),
        filters,
        queries: sources::queries(section, job.asset.kind == AssetKind::Usage, starts_over(run))?,
        profile,
        dry_run: !run.writes,
        full: run.full,
        batch: BATCH,
        writers: WRITERS,
        max_details: DETAILS,
    };
    read_and_write(run, section, &source, splits, options, progress).await
}

/// Where only tests are run, a source that answers SQL is asked about the tables that have tests alone, and one of which no
/// table has any about nothing.
async fn is_read(run: &Run, service: &Service, profile: Option<&ProfileOptions>) -> Result<bool> {
    let Some(profile) = profile.filter(|profile| profile.tests.only) else { return Ok(true) };
    if profile.data.dialect().is_some() {
        return Ok(false);
    }
    let is_in_catalog = run.catalog.tests(service).await?.is_some_and(|tests| !tests.is_empty());
    Ok(is_in_catalog || !profile.tests.configured.is_empty())
}

/// What there is to read, without what the filters leave out.
async fn splits(
    run: &Run,
    job: &Job,
    source: &Arc<Source>,
    filters: &Filters,
    service: &Service,
) -> Result<Vec<Split>> {
    let splits = source
        .discover(&[mode(job.asset.kind)], &run.cancel)
        .await
        .with_context(|| format!("source `{}` can't say what there is to read", job.asset.source))?;
    let found = splits.len();
    let splits: Vec<Split> =
        splits.into_iter().filter(|split| filters.filtered_scope(service, &split.path).is_none()).collect();
    if splits.len() < found {
        run.progress.say(&format!(
            "{}: {} of {found} splits are not read, by its filters",
            job.asset.name,
            found - splits.len()
        ));
    }
    Ok(splits)
}

async fn read_and_write(
    run: &Run,
    section: &Section,
    source: &Arc<Source>,
    splits: Vec<Split>,
    options: Options,
    progress: &AssetProgress,
) -> Result<Report> {
    let reading = read_options(run, section, &splits)?;
    let (sender, receiver): (EventSender, EventReceiver) = channel(CHANNEL_BYTES);
    let read = async move { source.read(splits, &reading, &sender, &run.cancel).await };
    let write = metahost_pipeline::run(
        options,
        Arc::clone(&run.catalog),
        Arc::clone(&run.shared.store),
        receiver,
        run.cancel.clone(),
        |ledger, splits| progress.records(ledger.total().emitted, splits),
    );
    let ((), report) = tokio::join!(read, write);
    Ok(report?)
}

/// Services that sources write below, each once.
fn services(run: &Run) -> Vec<String> {
    let names: BTreeSet<String> = run.context.config.sources().iter().map(|source| source.service.clone()).collect();
    names.into_iter().collect()
}

fn read_options(run: &Run, section: &Section, splits: &[Split]) -> Result<ReadOptions> {
    let mut cursors = BTreeMap::new();
    let catalog = run.catalog.id();
    let whole = starts_over(run);
    for split in splits.iter().filter(|_| !whole) {
        let cursor = metahost_pipeline::cursor(run.shared.store.as_ref(), &catalog, &section.name, &split.id)?;
        cursors.extend(cursor.map(|cursor| (Arc::clone(&split.id), cursor)));
    }
    let parallel = section.limits.splits.map_or(SPLITS, |splits| splits as usize);
    Ok(ReadOptions { parallel, workers: Arc::clone(&run.workers), window: run.window, cursors })
}

/// Whether sources are read from their beginning. A recording must hold everything that a run without state asks for, and
/// its replay asks just that.
fn starts_over(run: &Run) -> bool {
    run.full || run.shared.gateway.replay_clock().is_some()
}

fn mode(kind: AssetKind) -> Mode {
    match kind {
        AssetKind::Metadata => Mode::Entities,
        AssetKind::Lineage => Mode::Lineage,
        AssetKind::Usage => Mode::Usage,
        AssetKind::Profiling => Mode::Profile,
    }
}
