//! Reads a source: finds its splits, then runs them side by side, each in an instance of its own. A split that fails
//! says so in the stream and leaves the others alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use metahost_model::{EntityPath, Event, Timestamp};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::bindings::exports::metahost::source::connector as wit;
use crate::channel::EventSender;
use crate::convert::scope;
use crate::error::{Error, ErrorKind};
use crate::instance::{Output, cancelled};
use crate::source::{Source, close};

/// What is wanted of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Entities, annotations, tests.
    Entities,
    /// Edges and queries.
    Lineage,
    /// Reads per day.
    Usage,
    /// Statistics and rows.
    Profile,
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Stable from run to run.
    pub id: Arc<str>,
    /// What it covers; the root for the whole service.
    pub path: EntityPath,
    /// What is wanted.
    pub mode: Mode,
    /// Rough size.
    pub weight: Option<u64>,
}

/// A span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// From here on.
    pub since: Option<Timestamp>,
    /// Up to here, exclusive.
    pub until: Option<Timestamp>,
}

/// How to read.
#[derive(Clone)]
pub struct ReadOptions {
    /// Splits of this source at once.
    pub parallel: usize,
    /// Splits of all sources at once.
    pub workers: Arc<Semaphore>,
    /// The time to cover.
    pub window: Window,
    /// Last durable checkpoints, by split.
    pub cursors: BTreeMap<Arc<str>, Vec<u8>>,
}

impl Source {
    /// The work there is, sorted so that what contains comes before what it contains, and big splits before small ones.
    pub async fn discover(&self, modes: &[Mode], cancel: &CancellationToken) -> Result<Vec<Split>, Error> {
        let modes: Vec<wit::Mode> = modes.iter().map(|mode| (*mode).into()).collect();
        let mut instance = self.open(None, cancel).await?;
        let said = instance.call(async |store, guest: &wit::Guest| guest.call_discover(store, &modes).await).await?;
        close(&mut instance).await?;
        let mut splits =
            said.map_err(|error| self.rights.failed(error))?.into_iter().map(split).collect::<Result<Vec<_>, _>>()?;
        splits.sort_by(|a, b| (a.path.depth(), b.weight, &a.id).cmp(&(b.path.depth(), a.weight, &b.id)));
        Ok(splits)
    }

    /// Runs the splits; everything they do arrives in `events`. Ends when all have ended.
    pub async fn read(
        self: &Arc<Self>,
        splits: Vec<Split>,
        options: &ReadOptions,
        events: &EventSender,
        cancel: &CancellationToken,
    ) {
        let own = Arc::new(Semaphore::new(options.parallel.max(1)));
        let mut running = JoinSet::new();
        let mut depth = 0;
        for split in splits {
            // What contains is read before what it contains, so that parents arrive first.
            if split.path.depth() > depth {
                while running.join_next().await.is_some() {}
                depth = split.path.depth();
            }
            let Ok(permit) = Arc::clone(&own).acquire_owned().await else { break };
            let (source, options, events, cancel) = (Arc::clone(self), options.clone(), events.clone(), cancel.clone());
            running.spawn(async move {
                let _permit = permit;
                source.read_one(split, &options, &events, &cancel).await;
            });
        }
        while running.join_next().await.is_some() {}
    }

    async fn read_one(&self, split: Split, options: &ReadOptions, events: &EventSender, cancel: &CancellationToken) {
        let id = Arc::clone(&split.id);
        let result = match options.workers.acquire().await {
            Ok(_worker) if !cancel.is_cancelled() => self.work(split, options, events, cancel).await,
            _ => Err(cancelled()),
        };
        let failure = result.err().map(|error| error.with("split", id.to_string()).to_failure());
        // The receiver is gone only when the run is over; then nobody waits for this either.
        let _over = events.send(Event::Ended { split: id, failure }, 0).await;
    }

    async fn work(
        &self,
        split: Split,
        options: &ReadOptions,
        events: &EventSender,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let output = Output { split: Arc::clone(&split.id), events: events.clone() };
        let mut instance = self.open(Some(output), cancel).await?;
        let request = request(&split, options);
        let said = instance.call(async |store, guest: &wit::Guest| guest.call_read(store, &request).await).await?;
        let summary = said.map_err(|error| self.rights.failed(error))?;
        close(&mut instance).await?;
        let arrived = instance.state().emitted;
        if summary.emitted == arrived {
            return Ok(());
        }
        let message = format!("the plugin says it emitted {} records, but {arrived} arrived", summary.emitted);
        Err(Error::new(ErrorKind::Protocol, message))
    }
}

impl From<Mode> for wit::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Entities => Self::Entities,
            Mode::Lineage => Self::Lineage,
            Mode::Usage => Self::Usage,
            Mode::Profile => Self::Profile,
        }
    }
}

impl From<wit::Mode> for Mode {
    fn from(mode: wit::Mode) -> Self {
        match mode {
            wit::Mode::Entities => Self::Entities,
            wit::Mode::Lineage => Self::Lineage,
            wit::Mode::Usage => Self::Usage,
            wit::Mode::Profile => Self::Profile,
        }
    }
}

fn split(said: wit::Split) -> Result<Split, Error> {
    let path = scope(said.path).map_err(|error| {
        Error::new(ErrorKind::Protocol, format!("the plugin named a split that can't be: {error}"))
            .with("split", said.id.clone())
    })?;
    Ok(Split { id: said.id.into(), path, mode: said.mode.into(), weight: said.weight })
}

fn request(split: &Split, options: &ReadOptions) -> wit::ReadRequest {
    wit::ReadRequest {
        cursor: options.cursors.get(&split.id).cloned(),
        split: wit::Split {
            id: split.id.to_string(),
            path: split.path.parts().to_vec(),
            mode: split.mode.into(),
            weight: split.weight,
        },
        window: wit::Window { since: options.window.since, until: options.window.until },
        sample: None,
    }
}
