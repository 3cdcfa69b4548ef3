//! The HTTP clients underneath: TLS, proxies, address guard, decompression. They follow nothing, add no credential,
//! and repeat nothing.
//!
//! Trust comes from the system's certificate store (`SSL_CERT_FILE` and `SSL_CERT_DIR` included) through the platform
//! verifier, so that a company's own authority installed by its administrators counts here as everywhere else; `ca_files`
//! come on top. A machine without any store can still speak plain HTTP and TLS to what `ca_files` vouch for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, NoProxy, Proxy};
use url::Url;

use crate::address::{GuardedResolver, Reach};
use crate::error::{Error, ErrorKind, Result};
use crate::options::{GatewayOptions, ProxyOptions};
use crate::secret::Secret;

/// An idle connection is closed before most servers would: one they close first fails a request that is not repeated.
const IDLE: Duration = Duration::from_secs(25);

/// Makes clients when they are first needed and keeps them.
pub(crate) struct Transport {
    user_agent: String,
    authorities: Vec<Certificate>,
    proxies: Vec<Proxy>,
    proxy_hosts: Arc<BTreeSet<String>>,
    clients: Mutex<BTreeMap<(Reach, Duration), reqwest::Client>>,
}

impl Transport {
    pub(crate) fn new(options: GatewayOptions, proxy: &ProxyOptions) -> Result<Self> {
        Ok(Self {
            authorities: read_authorities(&options.ca_files)?,
            user_agent: options.user_agent,
            proxies: proxies(proxy)?,
            proxy_hosts: Arc::new(proxy_urls(proxy).filter_map(|url| Some(url.host_str()?.to_owned())).collect()),
            clients: Mutex::default(),
        })
    }

    /// The client whose names lead no further than `reach`. Its connections are shared by all who ask.
    pub(crate) fn client(&self, reach: Reach, connect_timeout: Duration) -> Result<reqwest::Client> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(reach, connect_timeout)) {
            return Ok(client.clone());
        }
        let client = self.build(reach, connect_timeout)?;
        clients.insert((reach, connect_timeout), client.clone());
        Ok(client)
    }

    fn build(&self, reach: Reach, connect_timeout: Duration) -> Result<reqwest::Client> {
        // A second gateway in the process finds the provider installed; that is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let system = self.builder(reach, connect_timeout).tls_certs_merge(self.authorities.clone()).build();
        let client = system.or_else(|cause| {
            tracing::debug!(%cause, "no certificate store on this system; trusting ca_files alone");
            self.builder(reach, connect_timeout).tls_certs_only(self.authorities.clone()).build()
        });
        client.map_err(|cause| Error::new(ErrorKind::Config, "no HTTP client can be made").caused_by(cause))
    }

    fn builder(&self, reach: Reach, connect_timeout: Duration) -> ClientBuilder {
        let resolver = GuardedResolver { reach, exempt: Arc::clone(&self.proxy_hosts) };
        let builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Arc::new(resolver))
            .no_proxy();
        self.proxies.iter().cloned().fold(builder, ClientBuilder::proxy)
    }
}

fn read_authorities(files: &[impl AsRef<Path>]) -> Result<Vec<Certificate>> {
    let mut all = Vec::new();
    for file in files {
        let file = file.as_ref();
        let wrong = |what: &str| Error::new(ErrorKind::Config, what).with("file", file.display());
        let pem =
            fs::read(file).map_err(|cause| wrong("a file in `network.ca-files` cannot be read").caused_by(cause))?;
        let found = Certificate::from_pem_bundle(&pem)
            .map_err(|cause| wrong("a file in `network.ca-files` is not PEM").caused_by(cause))?;
        if found.is_empty() {
            return Err(wrong("a file in `network.ca-files` holds no certificate"));
        }
        all.extend(found);
    }
    Ok(all)
}

fn proxies(options: &ProxyOptions) -> Result<Vec<Proxy>> {
    let except = NoProxy::from_string(&options.no_proxy);
    let make =
        |url: &Secret, kind: fn(&str) -> reqwest::Result<Proxy>| match (Url::parse(url.expose()), kind(url.expose())) {
            (Ok(_), Ok(proxy)) => Ok(proxy.no_proxy(except.clone())),
            // Neither the URL nor the cause is shown: there may be a password in it.
            _ => Err(Error::new(ErrorKind::Config, "the proxy's address is not a URL; write http://host:port")),
        };
    let http = options.http.as_ref().map(|url| make(url, |url| Proxy::http(url)));
    let https = options.https.as_ref().map(|url| make(url, |url| Proxy::https(url)));
    http.into_iter().chain(https).collect()
}

/// The addresses of the proxies that are set.
pub(crate) fn proxy_urls(options: &ProxyOptions) -> impl Iterator<Item = Url> {
    options.http.iter().chain(&options.https).filter_map(|url| Url::parse(url.expose()).ok())
}
