//! What all clients share: connections, limiters, tokens, known secrets, the cassette.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::access::Access;
use crate::cassette::Cassette;
use crate::client::Client;
use crate::database::Tls;
use crate::error::Result;
use crate::limiter::Limiter;
use crate::options::{GatewayOptions, ProxyOptions};
use crate::origin::Origin;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::tokens::Tokens;
use crate::transport::{Transport, proxy_urls};

/// The one way out of this process. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) transport: Transport,
    pub(crate) redactor: Redactor,
    pub(crate) tokens: Tokens,
    pub(crate) cassette: Cassette,
    /// How connections to databases are encrypted.
    pub(crate) database_tls: Tls,
    limiters: Mutex<BTreeMap<(String, Origin), Limiter>>,
    /// Where somebody answered.
    answered: Mutex<BTreeSet<Origin>>,
}

impl Gateway {
    /// Sets everything up; connects nowhere.
    pub fn new(options: GatewayOptions) -> Result<Self> {
        let proxy = options.proxy.clone().unwrap_or_else(ProxyOptions::from_environment);
        let redactor = Redactor::new()?;
        for password in proxy_urls(&proxy).filter_map(|url| Some(url.password()?.to_owned())) {
            redactor.learn(&Secret::new(password))?;
        }
        Ok(Self(Arc::new(Shared {
            redactor,
            tokens: Tokens::default(),
            cassette: Cassette::open(&options)?,
            database_tls: Tls::new(options.ca_files.clone()),
            transport: Transport::new(options, &proxy)?,
            limiters: Mutex::default(),
            answered: Mutex::default(),
        })))
    }

    /// A client with this access. The secrets in its credentials are masked from now on wherever something is kept.
    pub fn client(&self, access: Access) -> Client {
        Client::new(Arc::clone(&self.0), access)
    }

    /// The time the cassette was recorded at, in milliseconds since 1970. While recording or replaying this is the
    /// time a run must go by, or its requests would differ from one replay to the next; none without a cassette.
    pub fn replay_clock(&self) -> Option<i64> {
        self.0.cassette.recorded_at()
    }

    /// Whether requests are answered from a cassette.
    pub fn is_replaying(&self) -> bool {
        matches!(self.0.cassette, Cassette::Replay(_))
    }

    /// Watches for a secret that no credential holds, so that no cassette, log or error of the gateway shows it.
    pub fn learn_secret(&self, secret: &Secret) -> Result<()> {
        self.0.redactor.learn(secret)
    }

    /// The text without the secrets the gateway knows.
    pub fn redact(&self, text: &str) -> String {
        self.0.redactor.text(text)
    }

    /// Ends a recording and makes it durable. Without one it does nothing.
    pub fn finish(&self) -> Result<()> {
        self.0.cassette.finish()
    }
}

impl Shared {
    /// Whether somebody answered there before, which an answer notes.
    pub(crate) fn has_answered(&self, origin: &Origin, answers: bool) -> bool {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answers && !answered.contains(origin) {
            answered.insert(origin.clone());
        }
        answered.contains(origin)
    }

    /// The limiter of an owner at an origin; the first access to come sets its limits.
    pub(crate) fn limiter(&self, access: &Access, origin: &Origin) -> Limiter {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (access.owner.clone(), origin.clone());
        limiters.entry(key).or_insert_with(|| Limiter::new(&access.limits)).clone()
    }
}
