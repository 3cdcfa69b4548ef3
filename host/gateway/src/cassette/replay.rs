//! Replaying: every answer comes from the cassette, in the order of the recording, each once. Asks the network nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use super::exchange::{Exchange, StoredBody, StoredRequest};
use super::index::{self, Index, Span};
use super::manifest::{Manifest, broken, tape_path};
use crate::body::Body;
use crate::call::Call;
use crate::database::{Rows, Statement};
use crate::error::{Error, ErrorKind, Result};
use crate::live::Line;
use crate::message::Response;

/// How much of a request's body an error shows.
const SHOWN: usize = 120;

/// A cassette that is being replayed.
pub(crate) struct Player {
    folder: PathBuf,
    manifest: Manifest,
    reels: Mutex<BTreeMap<String, Arc<OnceCell<Arc<Reel>>>>>,
}

/// The file of one owner, indexed; none when the owner has no file.
struct Reel {
    path: PathBuf,
    file: Option<Mutex<File>>,
    index: Mutex<Index>,
}

impl Player {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        Ok(Self { folder: folder.to_owned(), manifest: Manifest::read(folder)?, reels: Mutex::default() })
    }

    pub(super) fn recorded_at(&self) -> i64 {
        self.manifest.recorded_at
    }

    /// The recorded answer to a request.
    pub(crate) async fn exchange(&self, line: &Line<'_>, call: &Call) -> Result<Response> {
        let response = self.answer(line, StoredRequest::of(call, &line.shared.redactor)).await?.response;
        let body = response.body.and_then(StoredBody::bytes).unwrap_or_default();
        let place = line.place(call);
        tracing::debug!(owner = %place.owner, method = %call.method, url = %place.url, status = response.status, "http replayed");
        let bounds = line.bounds(Arc::new(place));
        line.tally.bytes_out(call.body.as_ref().map_or(0, bytes::Bytes::len));
        bounds.admit(body.len(), body.len() as u64)?;
        Ok(Response { status: response.status, headers: response.headers, body: Body::whole(body, bounds) })
    }

    /// The recorded rows of a query.
    pub(crate) async fn query(&self, line: &Line<'_>, statement: &Statement) -> Result<Rows> {
        let asked = StoredRequest::of_query(statement, &line.shared.redactor);
        let response = self.answer(line, asked).await?.response;
        let body = response.body.and_then(StoredBody::bytes).unwrap_or_default();
        let place = line.place_of(statement);
        tracing::debug!(owner = %place.owner, url = %place.url, "database replayed");
        line.bounds(place).admit(body.len(), body.len() as u64)?;
        serde_json::from_slice(&body)
            .map_err(|cause| broken("an exchange holds no rows", &self.folder).caused_by(cause))
    }

    async fn answer(&self, line: &Line<'_>, asked: StoredRequest) -> Result<Exchange> {
        let reel = self.reel(&line.access.owner).await?;
        let found = spawn_blocking(move || reel.answer(&asked)).await;
        let found =
            found.map_err(|cause| Error::new(ErrorKind::Cassette, "replaying was interrupted").caused_by(cause))?;
        found.map_err(|error| error.with("owner", &line.access.owner))
    }

    async fn reel(&self, owner: &str) -> Result<Arc<Reel>> {
        let cell = {
            let mut reels = self.reels.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(reels.entry(owner.to_owned()).or_default())
        };
        let path = tape_path(&self.folder, owner);
        let load = || async {
            let loaded = spawn_blocking(move || Reel::load(path)).await;
            loaded.map_err(|cause| Error::new(ErrorKind::Cassette, "replaying was interrupted").caused_by(cause))?
        };
        cell.get_or_try_init(load).await.cloned()
    }
}

impl Reel {
    fn load(path: PathBuf) -> Result<Arc<Self>> {
        let mut file = index::open(&path)?;
        let index = file.as_mut().map(|file| Index::build(file, &path)).transpose()?.unwrap_or_default();
        Ok(Arc::new(Self { path, file: file.map(Mutex::new), index: Mutex::new(index) }))
    }

    fn answer(&self, asked: &StoredRequest) -> Result<Exchange> {
        let span = self.index().take(asked);
        match span {
            Some(span) => self.read(span),
            None => self.answer_masked(asked)?.map_or_else(|| Err(self.missing(asked)?), Ok),
        }
    }

    /// A recorded request that differs only where a secret stood.
    fn answer_masked(&self, asked: &StoredRequest) -> Result<Option<Exchange>> {
        let candidates = self.index().masked();
        for (line, span) in candidates {
            let exchange = self.read(span)?;
            if exchange.request.covers(asked) && self.index().claim(line) {
                return Ok(Some(exchange));
            }
        }
        Ok(None)
    }

    fn read(&self, span: Span) -> Result<Exchange> {
        let unreadable = || broken("an exchange cannot be read", &self.path);
        let file = self.file.as_ref().ok_or_else(unreadable)?;
        let line = index::read(&mut file.lock().unwrap_or_else(PoisonError::into_inner), span);
        let line = line.map_err(|cause| unreadable().caused_by(cause))?;
        serde_json::from_slice(&line).map_err(|cause| unreadable().caused_by(cause))
    }

    fn index(&self) -> std::sync::MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what was asked, and what there is that comes closest.
    fn missing(&self, asked: &StoredRequest) -> Result<Error> {
        let what = if self.file.is_none() {
            "nothing was recorded for this owner"
        } else if self.index().knows(asked) {
            "the request was recorded, but is asked more often than when recording"
        } else {
            "the request is not in the cassette"
        };
        let error = Error::new(ErrorKind::NotInCassette, format!("{what}; record it again"))
            .with("request", format!("{} {}", asked.method, asked.url))
            .with("body", asked.body.as_ref().map(shown).unwrap_or_default())
            .with("file", self.path.display());
        Ok(match self.nearest(asked)? {
            Some(nearest) => error.with("nearest", nearest),
            None => error,
        })
    }

    fn nearest(&self, asked: &StoredRequest) -> Result<Option<String>> {
        let Some(file) = &self.file else { return Ok(None) };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut best: Option<((usize, usize, bool), String)> = None;
        index::each_request(&mut file, &self.path, |_, have| {
            let body =
                |request: &StoredRequest| request.body.as_ref().map(|body| body.text().to_owned()).unwrap_or_default();
            let score = (alike(&have.url, &asked.url), alike(&body(&have), &body(asked)), have.method == asked.method);
            if best.as_ref().is_none_or(|(best, _)| score > *best) {
                let body = have.body.as_ref().map(shown).unwrap_or_default();
                best = Some((score, format!("{} {} {body}", have.method, have.url).trim_end().to_owned()));
            }
        })?;
        Ok(best.map(|(_, nearest)| nearest))
    }
}

fn shown(body: &StoredBody) -> String {
    body.text().chars().take(SHOWN).collect()
}

/// How many characters two texts have in common from their beginning.
fn alike(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count()
}
