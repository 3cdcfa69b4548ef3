//! One table, for somebody who waits for it: found out as in a run, but from nothing, and told to nobody else. Needs no state
//! and no catalog.

use std::sync::Arc;

use metahost_catalog::TaggedColumns;
use metahost_model::{EntityPath, FileSet, Fqn, TableStat};
use metahost_profile::Profile;
use metahost_profile::pushdown::{show_stats, statistics};
use tokio_util::sync::CancellationToken;

use super::columns::Schemas;
use super::data::DataError;
use super::find::run;
use super::hidden::Hidden;
use super::job::{Job, Work};
use super::kept::Kept;
use super::options::ProfileOptions;
use super::quality::Judging;
use super::spent::Spent;
use super::stopped::Stopped;

/// More columns no table is believed to have.
const COLUMNS: u32 = 100_000;

/// Profiles a table, by its files where there are any, else by asking its source.
pub async fn profile_table(
    (fqn, table): (Fqn, EntityPath),
    files: Option<Box<FileSet>>,
    options: ProfileOptions,
    cancel: CancellationToken,
) -> Result<Profile, DataError> {
    let work = Arc::new(Work {
        hidden: Hidden::new(&options.mask, TaggedColumns::new()),
        spent: Spent::new(options.budget.clone()),
        options,
        schemas: Schemas::default(),
        at: 0,
        full: true,
        cancel,
    });
    let mut profile = find(&fqn, table, files, &work).await.map_err(DataError::from)?;
    work.hidden.clean(&fqn, &mut profile);
    Ok(profile)
}

async fn find(fqn: &Fqn, table: EntityPath, files: Option<Box<FileSet>>, work: &Arc<Work>) -> Result<Profile, Stopped> {
    let rule = work.options.rule(&table);
    let stats = if files.is_some() { TableStat::default() } else { known(&table, work).await? };
    let judging = Judging::of(&[]);
    let mut job = Job {
        table,
        fqn: fqn.clone(),
        stats,
        files: None,
        kept: Kept::default(),
        kept_files: None,
        rows: None,
        is_told: true,
        judging,
    };
    let found = match files {
        Some(files) => job.read(work, &rule, *files, &mut None).await?,
        None => job.ask(work, &rule).await?,
    };
    Ok(found.profile)
}

/// What the engine knows of it.
async fn known(table: &EntityPath, work: &Work) -> Result<TableStat, Stopped> {
    let answer = run(work, show_stats(table.parts()), COLUMNS).await?;
    Ok(statistics(&answer.rows)?)
}
