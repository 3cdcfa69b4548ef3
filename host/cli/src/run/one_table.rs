//! One table of a configured source, looked at now: its files where its source tells of them, else by a query. Reads no state
//! and writes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures::StreamExt as _;
use metahost_config::{Secrets, Source as Section, process_environment};
use metahost_gateway::CassetteMode;
use metahost_model::{EntityPath, Event, FileSet, Fqn, Record};
use metahost_pipeline::{DataError, Depth, Details, ProfileOptions, ProfileRule, TableData as _, profile_table};
use metahost_profile::Profile;
use metahost_runtime::{EventReceiver, Mode, ReadOptions, Source, Split, Window, channel};
use metahost_store::MemoryStore;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::asset::CHANNEL_BYTES;
use super::table_data::SourceTables;
use super::{end_on_signal, profile_options};
use crate::args::ProfileArgs;
use crate::context::Context;
use crate::exit::Misconfigured;
use crate::progress::Progress;
use crate::sources::{self, Shared};

/// Profiles the table of this name.
pub async fn profile_one(context: &Context, arguments: &ProfileArgs) -> Result<Profile> {
    let (section, table) = named(context, &arguments.what)?;
    let progress = Progress::new(&context.bars).asset(&table.parts().join("."));
    let gateway = context.gateway(CassetteMode::Off)?;
    let secrets = Secrets::new(&context.config, gateway.clone(), process_environment);
    let shared = Shared { gateway, secrets, store: Arc::new(MemoryStore::default()) };
    let plugin = context.load(&context.engine()?, &section.plugin).await?;
    let source = Arc::new(sources::bind(context, &shared, section, plugin, Some(progress.clone())).await?);
    let cancel = CancellationToken::new();
    end_on_signal(cancel.clone())?;
    let found = find(section, source, &table, arguments, cancel).await;
    progress.done(if found.is_ok() { "profiled" } else { "failed" });
    found.with_context(|| format!("table `{}` of source `{}`", table.parts().join("."), section.name))
}

/// The source that writes below the service of this name, and the table's own names.
fn named<'a>(context: &'a Context, name: &str) -> Result<(&'a Section, EntityPath)> {
    let mut parts = Fqn::parse(name).split();
    let service = if parts.is_empty() { String::new() } else { parts.remove(0) };
    let sources = context.config.sources();
    let Some(section) = sources.iter().find(|source| source.service == service) else {
        let services: Vec<&str> = sources.iter().map(|source| source.service.as_str()).collect();
        let message = format!(
            "`{name}`: there is no such file, and no source of {} is the service `{service}`; there are: {}",
            context.config.file().display(),
            if services.is_empty() { "none".to_owned() } else { services.join(", ") }
        );
        return Err(Misconfigured(message).into());
    };
    let table = EntityPath::new(parts).map_err(|error| Misconfigured(format!("`{name}` names no table: {error}")))?;
    if table.depth() < 2 {
        let message = format!("`{name}` names no table: it is written {service}.DATABASE.SCHEMA.TABLE");
        return Err(Misconfigured(message).into());
    }
    Ok((section, table))
}

async fn find(
    section: &Section,
    source: Arc<Source>,
    table: &EntityPath,
    arguments: &ProfileArgs,
    cancel: CancellationToken,
) -> Result<Profile> {
    let tables = SourceTables::of(Arc::clone(&source), cancel.clone()).await?;
    let answers_sql = tables.dialect().is_some();
    refuse_what_is_for_files(arguments, answers_sql)?;
    let options = wanted(profile_options::profile(section, Arc::new(tables), None)?, table, arguments);
    let files = if answers_sql { None } else { Some(files(&source, table, &cancel).await?) };
    let profile = profile_table((Fqn::new(&section.service, table), table.clone()), files, options, cancel).await?;
    check_columns(&profile, &arguments.columns)?;
    Ok(profile)
}

/// What makes sense for a file only is not silently left out.
fn refuse_what_is_for_files(arguments: &ProfileArgs, answers_sql: bool) -> Result<()> {
    let details = answers_sql && (arguments.top.is_some() || arguments.patterns.is_some());
    for (is_given, option, of) in [
        (arguments.format.is_some(), "--format", "a file"),
        (arguments.threads.is_some(), "--threads", "a file"),
        (arguments.exact_memory.is_some(), "--exact-memory", "a file"),
        (details, "--top` and `--patterns", "what is read as files, and this source is asked in SQL"),
    ] {
        if is_given {
            return Err(Misconfigured(format!("`{option}` is for {of}: leave it out")).into());
        }
    }
    Ok(())
}

/// What the source's section asks for this table, with what the command line asks.
fn wanted(options: ProfileOptions, table: &EntityPath, arguments: &ProfileArgs) -> ProfileOptions {
    let rule = options.rule(table);
    let depth = if arguments.exact { Depth::Exact } else { Depth::Full };
    let include = if arguments.columns.is_empty() { rule.include_columns } else { arguments.columns.clone() };
    let rule =
        ProfileRule { tables: "*".to_owned(), depth: Some(depth), include_columns: include, skip: false, ..rule };
    let details = Details { top: arguments.top, patterns: arguments.patterns };
    ProfileOptions { rules: vec![rule], details, sample_rows: 0, ..options }
}

/// The table's files, as its source tells them.
async fn files(source: &Arc<Source>, table: &EntityPath, cancel: &CancellationToken) -> Result<Box<FileSet>> {
    let splits = source.discover(&[Mode::Profile], cancel).await?;
    let splits: Vec<Split> = splits.into_iter().filter(|split| table.is_within(&split.path)).collect();
    let reading = ReadOptions {
        parallel: 1,
        workers: Arc::new(Semaphore::new(1)),
        window: Window::default(),
        cursors: BTreeMap::new(),
    };
    let (sender, receiver) = channel(CHANNEL_BYTES);
    // What is found first ends the reading of all else.
    let enough = cancel.child_token();
    let (reader, end) = (Arc::clone(source), enough.clone());
    let read = tokio::spawn(async move { reader.read(splits, &reading, &sender, &end).await });
    let found = of_table(receiver, table).await;
    enough.cancel();
    read.await?;
    Ok(found?)
}

async fn of_table(mut receiver: EventReceiver, table: &EntityPath) -> Result<Box<FileSet>, DataError> {
    while let Some(event) = receiver.next().await {
        match event {
            Event::Records { records, .. } => {
                for record in records {
                    if let Record::Files(of, files) = record
                        && of == *table
                    {
                        return Ok(files);
                    }
                }
            }
            Event::Skipped { path, reason, .. } if path == table.parts() => return Err(DataError::failed(reason)),
            Event::Ended { failure: Some(failure), .. } => return Err(DataError::failed(failure.message)),
            Event::Skipped { .. } | Event::Ended { .. } => {}
        }
    }
    Err(DataError::failed("its source tells of no such table, or not where its files are"))
}

/// Each column that was asked for is there.
fn check_columns(profile: &Profile, wanted: &[String]) -> Result<()> {
    let is_missing = |name: &&String| !profile.columns.iter().any(|column| column.path.first() == Some(*name));
    let Some(missing) = wanted.iter().find(is_missing) else { return Ok(()) };
    Err(Misconfigured(format!("`--columns`: the table has no column `{missing}`")).into())
}
