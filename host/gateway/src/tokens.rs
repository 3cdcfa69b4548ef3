//! Tokens and keys that an issuer gives for a credential: fetched once, kept until shortly before they end, never shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::access::Access;
use crate::aws::{self, RegionKeys};
use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::live::Line;
use crate::message::Response;
use crate::origin::OriginRule;
use crate::secret::Secret;
use crate::{login, oauth};

/// Where the issuer does not say how long a token lives.
const USUAL_LIFE: Duration = Duration::from_mins(5);
/// A token is fetched anew this long before it ends, or a tenth of its life if that is shorter.
const MARGIN: Duration = Duration::from_secs(30);
const MAX_ANSWER: usize = 1 << 20;

type Slot = Arc<tokio::sync::Mutex<Option<Token>>>;

/// All tokens of a gateway, by the credential they were issued for.
#[derive(Default)]
pub(crate) struct Tokens {
    slots: Mutex<BTreeMap<Credential, Slot>>,
}

/// A token and when it is to be fetched anew.
#[derive(Clone)]
pub(crate) struct Token {
    given: Given,
    ends: Instant,
}

/// What an issuer gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    /// A bearer token.
    Bearer(Secret),
    /// Keys that sign for AWS.
    Keys(RegionKeys),
}

impl Token {
    /// A token that was just issued for so long.
    pub(crate) fn bearer(secret: &str, life: Option<Duration>) -> Self {
        Self::new(Given::Bearer(Secret::new(secret)), life)
    }

    fn new(given: Given, life: Option<Duration>) -> Self {
        let life = life.unwrap_or(USUAL_LIFE);
        Self { given, ends: Instant::now() + life.saturating_sub(MARGIN.min(life / 10)) }
    }
}

impl Given {
    /// Whether an answer refuses it, so that a new one may help.
    pub(crate) fn is_refused(&self, answer: &Response) -> bool {
        match self {
            Self::Bearer(_) => answer.status == 401,
            Self::Keys(_) => aws::has_expired(answer),
        }
    }

    fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::Bearer(token) => vec![token],
            Self::Keys(keys) => keys.keys.secrets(),
        }
    }
}

impl Tokens {
    /// What the issuer gives for a credential; none for kinds without. Who asks while one is being fetched waits for that one.
    pub(crate) async fn get(&self, line: &Line<'_>, credential: &Credential) -> Result<Option<Given>> {
        if !credential.is_issued() {
            return Ok(None);
        }
        let slot = self.slot(credential);
        let mut held = slot.lock().await;
        if let Some(token) = held.as_ref().filter(|token| token.ends > Instant::now()) {
            return Ok(Some(token.given.clone()));
        }
        let token = fetch(line, credential).await?;
        for secret in token.given.secrets() {
            line.shared.redactor.learn(secret)?;
        }
        *held = Some(token.clone());
        Ok(Some(token.given))
    }

    /// Forgets what a server refused, unless a newer one has taken its place.
    pub(crate) async fn forget(&self, credential: &Credential, refused: &Given) {
        let slot = self.slot(credential);
        let mut held = slot.lock().await;
        if held.as_ref().is_some_and(|token| token.given == *refused) {
            *held = None;
        }
    }

    fn slot(&self, credential: &Credential) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(credential.clone()).or_default())
    }
}

async fn fetch(line: &Line<'_>, credential: &Credential) -> Result<Token> {
    if let Credential::AwsSigV4(aws) = credential {
        let (keys, lifetime) = aws.fetch(line).await?;
        return Ok(Token::new(Given::Keys(keys), lifetime));
    }
    let Some(issuer) = credential.issuer() else {
        return Err(Error::new(ErrorKind::InvalidRequest, "this kind of credential has no token"));
    };
    let access = issuer_access(line.access, issuer)?;
    let line = Line { access: &access, ..*line };
    match credential {
        Credential::Login { .. } => login::fetch(&line, credential).await,
        _ => oauth::fetch(&line, credential).await,
    }
}

/// The owner's access narrowed to the issuer.
fn issuer_access(access: &Access, url: &str) -> Result<Access> {
    Ok(Access { origins: vec![OriginRule::from_url(url)?], credentials: BTreeMap::new(), ..access.clone() })
}

/// The JSON of an issuer's answer, or its refusal with one word of its own: the rest of it could repeat the secret.
pub(crate) async fn issued(answer: Response, url: &str, owner: &str) -> Result<serde_json::Value> {
    let status = answer.status;
    let body = answer.body.collect(MAX_ANSWER).await?;
    let said: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
    match said {
        Some(said) if status == 200 => Ok(said),
        None if status == 200 => Err(no_token(url, owner)),
        said => {
            let word = |key| Some(said.as_ref()?.get(key)?.as_str()?.chars().take(80).collect::<String>());
            let why = word("error").or_else(|| word("message"));
            Err(refused("the token server refused the credential", url, owner)
                .with("status", status)
                .with("error", why.as_deref().unwrap_or("not said"))
                .retryable(status >= 500))
        }
    }
}

/// An answer without a token. What else it says is not repeated.
pub(crate) fn no_token(url: &str, owner: &str) -> Error {
    refused("the token server's answer holds no token", url, owner)
}

fn refused(what: &str, url: &str, owner: &str) -> Error {
    Error::new(ErrorKind::CredentialRefused, what).with("token-url", url).with("owner", owner)
}

/// How long a token lives; some servers write the number as a string.
pub(crate) fn seconds(value: &serde_json::Value) -> Option<Duration> {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    Duration::try_from_secs_f64(number).ok()
}
