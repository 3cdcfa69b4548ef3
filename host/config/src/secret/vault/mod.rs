//! Vault's and OpenBao's KV engine. Logs in once a run, finds out the mount and its version, and reads fields. All its
//! requests go through the gateway and are never recorded.

mod answer;
mod login;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use metahost_gateway::{Access, Client, Credential, Gateway, HttpLimits, OriginRule, Request, Secret};
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use super::Unavailable;
use super::local::Local;
use crate::section::{KvVersion, Vault};
use answer::Answer;

/// The slot that holds the session's token.
const TOKEN: &str = "token";

/// Short: a Vault that is down must not hold up what needs no secret.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A Vault server. Logs in when it is first asked.
pub(super) struct VaultClient {
    settings: Vault,
    gateway: Gateway,
    session: OnceCell<Result<Client, Unavailable>>,
    /// Why it cannot be reached: who does not answer once is not waited for again in the same run.
    down: OnceLock<Unavailable>,
}

/// Where a secret is, the mount told from the path.
struct Place {
    version: KvVersion,
    /// By the configuration and not by the server.
    version_given: bool,
    mount: String,
    path: String,
}

impl Place {
    /// What else to check where the path came from the configuration alone.
    fn version_hint(&self) -> &'static str {
        if self.version_given { ", or leave out `vault.kv-version`: the server knows it" } else { "" }
    }

    /// The path of the API, which a policy must grant.
    fn api(&self) -> String {
        match self.version {
            KvVersion::V1 => format!("{}/{}", self.mount, self.path),
            KvVersion::V2 => format!("{}/data/{}", self.mount, self.path),
        }
    }
}

impl VaultClient {
    pub(super) fn new(settings: Vault, gateway: Gateway) -> Self {
        Self { settings, gateway, session: OnceCell::new(), down: OnceLock::new() }
    }

    /// One field of one secret. `local` is where the means to log in are.
    pub(super) async fn read(
        &self,
        local: &Local,
        mount: &str,
        path: &str,
        field: &str,
    ) -> Result<Secret, Unavailable> {
        let session = self.session.get_or_init(|| self.open(local)).await.as_ref().map_err(Clone::clone)?;
        let place = self.place(session, mount, path).await?;
        let answer = self.get(session, &place.api()).await?;
        let secret = answer.secret(&place)?;
        answer::field(secret, field)
    }

    async fn open(&self, local: &Local) -> Result<Client, Unavailable> {
        let token = self.token(local).await.map_err(|why| why.while_doing("logging in to Vault"))?;
        Ok(self.client(Some(token)))
    }

    /// Asks the server which part of the path is the mount, and which version it has.
    async fn place(&self, session: &Client, mount: &str, path: &str) -> Result<Place, Unavailable> {
        if let Some(version) = self.settings.kv_version {
            return Ok(Place { version, version_given: true, mount: mount.into(), path: path.into() });
        }
        let whole = format!("{mount}/{path}");
        let answer = self.get(session, &format!("sys/internal/ui/mounts/{whole}")).await?;
        answer.mount(&whole)
    }

    async fn get(&self, client: &Client, path: &str) -> Result<Answer, Unavailable> {
        self.send(client, Request::get(self.url(path)?).credential(TOKEN)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Answer, Unavailable> {
        let request = Request::new("POST", self.url(path)?).header("content-type", "application/json");
        self.send(&self.client(None), request.body(body.to_string())).await
    }

    async fn send(&self, client: &Client, mut request: Request) -> Result<Answer, Unavailable> {
        /// No secret is larger.
        const MOST: usize = 4 << 20;
        if let Some(down) = self.down.get() {
            return Err(down.clone());
        }
        if let Some(namespace) = &self.settings.namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        request = request.header("X-Vault-Request", "true");
        let response = client.send(request).await.map_err(|error| self.unreachable(&error))?;
        let (status, body) = (response.status, response.body);
        let body = body.collect(MOST).await.map_err(|error| self.unreachable(&error))?;
        Ok(Answer::new(status, &body, |text| self.gateway.redact(text)))
    }

    fn unreachable(&self, error: &metahost_gateway::Error) -> Unavailable {
        let message = format!("Vault at {} can't be reached: {}", self.settings.address, error.message());
        let why = Unavailable::new(message, "check `vault.address` and that the server runs").for_now();
        self.down.get_or_init(|| why).clone()
    }

    fn client(&self, token: Option<Secret>) -> Client {
        let header = "X-Vault-Token".to_owned();
        let credential = |value| (TOKEN.to_owned(), Credential::ApiKey { header, value, prefix: None });
        self.gateway.client(Access {
            settings: "vault".into(),
            origins: OriginRule::from_url(self.settings.address.as_str()).into_iter().collect(),
            credentials: token.map(credential).into_iter().collect::<BTreeMap<_, _>>(),
            limits: limits(),
            // The operator wrote the address: it is as good as a grant.
            allow_private: true,
            recorded: false,
            ..Access::new("vault")
        })
    }

    fn url(&self, path: &str) -> Result<String, Unavailable> {
        let mut url: Url = self.settings.address.clone();
        let wrong = || Unavailable::new("`vault.address` takes no path", "write https://host[:port]");
        let mut segments = url.path_segments_mut().map_err(|()| wrong())?;
        segments.pop_if_empty().push("v1").extend(path.split('/'));
        drop(segments);
        Ok(url.into())
    }
}

fn limits() -> HttpLimits {
    HttpLimits {
        timeout: TIMEOUT,
        connect_timeout: TIMEOUT,
        idle_timeout: TIMEOUT,
        retries: 0,
        ..HttpLimits::default()
    }
}
