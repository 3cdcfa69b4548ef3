//! Tokens of the OAuth 2.0 client-credentials grant: fetched once, kept until shortly before they end, never shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Deserialize;
use tokio::time::Instant;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::access::Access;
use crate::call::Call;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::live::Line;
use crate::message::{Request, Response};
use crate::origin::OriginRule;
use crate::secret::Secret;

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

#[derive(Clone)]
struct Token {
    secret: Secret,
    ends: Instant,
}

impl Tokens {
    /// The token for a credential; none for kinds without. Who asks while one is being fetched waits for that one.
    pub(crate) async fn get(&self, line: &Line<'_>, credential: &Credential) -> Result<Option<Secret>> {
        if !matches!(credential, Credential::OAuth2ClientCredentials { .. }) {
            return Ok(None);
        }
        let slot = self.slot(credential);
        let mut held = slot.lock().await;
        if let Some(token) = held.as_ref().filter(|token| token.ends > Instant::now()) {
            return Ok(Some(token.secret.clone()));
        }
        let token = fetch(line, credential).await?;
        line.shared.redactor.learn(&token.secret)?;
        *held = Some(token.clone());
        Ok(Some(token.secret))
    }

    /// Forgets a token that a server refused, unless a newer one has taken its place.
    pub(crate) async fn forget(&self, credential: &Credential, refused: &Secret) {
        let slot = self.slot(credential);
        let mut held = slot.lock().await;
        if held.as_ref().is_some_and(|token| token.secret == *refused) {
            *held = None;
        }
    }

    fn slot(&self, credential: &Credential) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(credential.clone()).or_default())
    }
}

/// What the request for a token is made of.
struct Grant<'a> {
    token_url: &'a str,
    client_id: &'a str,
    client_secret: &'a Secret,
    scopes: &'a [String],
    audience: Option<&'a str>,
}

/// The two ways of RFC 6749 to say who one is. Servers must know the first; some want the second.
#[derive(Clone, Copy)]
enum Login {
    Basic,
    Form,
}

async fn fetch(line: &Line<'_>, credential: &Credential) -> Result<Token> {
    let Credential::OAuth2ClientCredentials { token_url, client_id, client_secret, scopes, audience } = credential
    else {
        return Err(Error::new(ErrorKind::InvalidRequest, "this kind of credential has no token"));
    };
    let grant = Grant { token_url, client_id, client_secret, scopes, audience: audience.as_deref() };
    let access = issuer_access(line.access, token_url)?;
    let line = Line { access: &access, ..*line };
    let mut answer = ask(&line, &grant, Login::Basic).await?;
    if matches!(answer.status, 400 | 401) {
        answer = ask(&line, &grant, Login::Form).await?;
    }
    read_token(answer, token_url, &access.owner).await
}

/// The owner's access narrowed to the issuer.
fn issuer_access(access: &Access, token_url: &str) -> Result<Access> {
    let origins = vec![OriginRule::from_url(token_url)?];
    Ok(Access { origins, credentials: BTreeMap::new(), ..access.clone() })
}

async fn ask(line: &Line<'_>, grant: &Grant<'_>, login: Login) -> Result<Response> {
    let mut request = Request::new("POST", grant.token_url).retry(true).header("accept", "application/json");
    if matches!(login, Login::Basic) {
        request = request.header("authorization", basic(grant));
    }
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form(grant, login));
    let call = Call::new(line.access, request, true)?;
    // Boxed: sending may need a token, and fetching a token sends.
    Box::pin(line.attempts(&call)).await.map(|(answer, _)| answer)
}

// On its own, since a form that is being written can't be sent between threads, and a request must be.
fn form(grant: &Grant<'_>, login: Login) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if !grant.scopes.is_empty() {
        form.append_pair("scope", &grant.scopes.join(" "));
    }
    if let Some(audience) = grant.audience {
        form.append_pair("audience", audience);
    }
    if matches!(login, Login::Form) {
        form.append_pair("client_id", grant.client_id).append_pair("client_secret", grant.client_secret.expose());
    }
    form.finish()
}

fn basic(grant: &Grant<'_>) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(grant.client_id), encode(grant.client_secret.expose()));
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    expires_in: Option<serde_json::Value>,
}

async fn read_token(answer: Response, token_url: &str, owner: &str) -> Result<Token> {
    let status = answer.status;
    let refused = |what: &str| {
        Error::new(ErrorKind::CredentialRefused, what)
            .with("token-url", token_url)
            .with("status", status)
            .with("owner", owner)
    };
    let body = answer.body.collect(MAX_ANSWER).await?;
    if status != 200 {
        let why = serde_json::from_slice::<serde_json::Value>(&body).ok();
        let why = why.and_then(|why| Some(why.get("error")?.as_str()?.chars().take(80).collect::<String>()));
        return Err(refused("the token server refused the client").with("error", why.as_deref().unwrap_or("not said")))
            .map_err(|error| error.retryable(status >= 500));
    }
    // The parser's words could repeat the token.
    let issued: Issued =
        serde_json::from_slice(&body).map_err(|_| refused("the token server's answer holds no token"))?;
    let life = issued.expires_in.as_ref().and_then(seconds).unwrap_or(USUAL_LIFE);
    Ok(Token {
        secret: Secret::new(issued.access_token),
        ends: Instant::now() + life.saturating_sub(MARGIN.min(life / 10)),
    })
}

/// A number, which some servers write as a string.
fn seconds(value: &serde_json::Value) -> Option<Duration> {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    Duration::try_from_secs_f64(number).ok()
}
