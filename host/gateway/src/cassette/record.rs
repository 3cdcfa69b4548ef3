//! Recording: the request goes to the network, and what came back is written down before the caller has it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;

use super::exchange::{Exchange, StoredRequest, StoredResponse};
use super::manifest::{Manifest, broken, tape_path};
use super::tape::Tape;
use crate::body::Body;
use crate::call::Call;
use crate::database::{Rows, Statement};
use crate::error::{Error, ErrorKind, Result};
use crate::live::{Answer, Line};
use crate::message::Response;
use crate::options::GatewayOptions;

/// A recording under way.
pub(crate) struct Recorder {
    folder: PathBuf,
    manifest: Manifest,
    compress: bool,
    tapes: Mutex<Tapes>,
}

/// The files of the owners that have asked something; none once the recording has ended.
type Tapes = Option<BTreeMap<String, Arc<Mutex<Tape>>>>;

impl Recorder {
    pub(super) fn begin(folder: &Path, options: &GatewayOptions) -> Result<Self> {
        let manifest = Manifest::create(folder, &options.user_agent)?;
        let tapes = Mutex::new(Some(BTreeMap::new()));
        Ok(Self { folder: folder.to_owned(), manifest, compress: options.compress_cassette, tapes })
    }

    pub(super) fn recorded_at(&self) -> i64 {
        self.manifest.recorded_at
    }

    /// Sends a request, keeps the exchange, and gives the whole answer. An exchange that cannot be kept is an error:
    /// a cassette with a hole would only fail later.
    pub(crate) async fn exchange(&self, line: &Line<'_>, call: Call) -> Result<Response> {
        let tape = self.tape(&line.access.owner)?;
        let place = Arc::new(line.place(&call));
        let asked = call.clone();
        let Answer { response, attempts, redirects, .. } = line.exchange(call).await?;
        let Response { status, headers, body } = response;
        let limit = usize::try_from(line.access.limits.max_response_bytes).unwrap_or(usize::MAX);
        let body = body.collect(limit).await?;
        // Masked after the answer: a token fetched on the way is known by now.
        let redactor = &line.shared.redactor;
        let exchange = Exchange {
            request: StoredRequest::of(&asked, redactor),
            response: StoredResponse::of(status, &headers, &body, redactor),
            attempts,
            redirects: redirects.iter().map(|url| redactor.text(url)).collect(),
        };
        append(tape, exchange).await?;
        Ok(Response { status, headers, body: Body::whole(body, line.bounds(place)) })
    }

    /// Runs a query and keeps its rows likewise. One that fails is not kept: there is no answer to it.
    pub(crate) async fn query(&self, line: &Line<'_>, statement: &Statement) -> Result<Rows> {
        let tape = self.tape(&line.access.owner)?;
        let (rows, attempts) = line.run(statement).await?;
        let redactor = &line.shared.redactor;
        let (request, response) =
            (StoredRequest::of_query(statement, redactor), StoredResponse::of_rows(&rows, redactor)?);
        append(tape, Exchange { request, response, attempts, redirects: Vec::new() }).await?;
        Ok(rows)
    }

    pub(super) fn finish(&self) -> Result<()> {
        let tapes = self.tapes.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        tapes.values().try_for_each(|tape| tape.lock().unwrap_or_else(PoisonError::into_inner).finish(self.compress))
    }

    fn tape(&self, owner: &str) -> Result<Arc<Mutex<Tape>>> {
        let mut tapes = self.tapes.lock().unwrap_or_else(PoisonError::into_inner);
        let tapes = tapes.as_mut().ok_or_else(|| broken("the recording has ended", &self.folder))?;
        if let Some(tape) = tapes.get(owner) {
            return Ok(Arc::clone(tape));
        }
        let tape = Arc::new(Mutex::new(Tape::create(tape_path(&self.folder, owner))?));
        tapes.insert(owner.to_owned(), Arc::clone(&tape));
        Ok(tape)
    }
}

async fn append(tape: Arc<Mutex<Tape>>, exchange: Exchange) -> Result<()> {
    let written = spawn_blocking(move || tape.lock().unwrap_or_else(PoisonError::into_inner).append(&exchange)).await;
    written.map_err(|cause| Error::new(ErrorKind::Cassette, "recording was interrupted").caused_by(cause))?
}
