//! Encryption of connections to databases. Trusts what HTTP trusts: the system's certificate store and `ca_files`.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, ErrorKind, Result};

/// Made when it is first needed.
pub(crate) struct Tls {
    ca_files: Vec<PathBuf>,
    config: OnceLock<ClientConfig>,
}

impl Tls {
    pub(crate) fn new(ca_files: Vec<PathBuf>) -> Self {
        Self { ca_files, config: OnceLock::new() }
    }

    /// What encrypts a connection.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect> {
        if let Some(config) = self.config.get() {
            return Ok(MakeRustlsConnect::new(config.clone()));
        }
        let config = self.build()?;
        Ok(MakeRustlsConnect::new(self.config.get_or_init(|| config).clone()))
    }

    fn build(&self) -> Result<ClientConfig> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier::new_with_extra_roots(self.authorities()?, Arc::clone(&provider))
            .map_err(|cause| Error::new(ErrorKind::Config, "no certificate authority is trusted").caused_by(cause))?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| Error::new(ErrorKind::Config, "no version of TLS can be spoken").caused_by(cause))?;
        let config = config.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        Ok(config.with_no_client_auth())
    }

    /// Those of the files, which were read once before.
    fn authorities(&self) -> Result<Vec<CertificateDer<'static>>> {
        let mut all = Vec::new();
        for file in &self.ca_files {
            let wrong = |cause| {
                let what = "a file in `network.ca-files` cannot be read";
                Error::new(ErrorKind::Config, what).with("file", file.display()).caused_by(cause)
            };
            let found = CertificateDer::pem_file_iter(file).map_err(wrong)?;
            all.extend(found.collect::<std::result::Result<Vec<_>, _>>().map_err(wrong)?);
        }
        Ok(all)
    }
}
