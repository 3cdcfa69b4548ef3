//! Builds the gateway's credentials from a source's configuration.

use std::collections::BTreeMap;

use metahost_gateway::{Credential, Secret};

use super::{SecretRef, Secrets, TextOrRef};
use crate::error::{Error, Problem, Result};
use crate::section::{CredentialSpec, Source};

/// What a replay uses: nothing goes out, and a cassette is found without the secrets it was recorded with.
pub(super) const REPLAYED: &str = "replayed-without-its-secret";

impl Secrets {
    /// The source's credentials by slot. Every secret that is missing is reported, not only the first. While a cassette
    /// is replayed no secret is looked up.
    pub async fn credentials(&self, source: &Source) -> Result<BTreeMap<String, Credential>> {
        let (mut credentials, mut missing) = (BTreeMap::new(), Vec::new());
        for (slot, spec) in &source.credentials {
            match self.credential(spec).await {
                Ok(credential) => _ = credentials.insert(slot.clone(), credential),
                Err(error) => missing.push(error),
            }
        }
        if missing.is_empty() { Ok(credentials) } else { Err(together(&missing)) }
    }

    async fn credential(&self, spec: &CredentialSpec) -> Result<Credential> {
        Ok(match spec {
            CredentialSpec::None => Credential::None,
            CredentialSpec::Basic { username, password } => {
                Credential::Basic { username: self.text(username).await?, password: self.secret(password).await? }
            }
            CredentialSpec::Bearer { token } => Credential::Bearer { token: self.secret(token).await? },
            CredentialSpec::ApiKey { header, value, prefix } => {
                Credential::ApiKey { header: header.clone(), value: self.secret(value).await?, prefix: prefix.clone() }
            }
            CredentialSpec::OAuth2ClientCredentials { token_url, client_id, client_secret, scopes, audience } => {
                Credential::OAuth2ClientCredentials {
                    token_url: token_url.to_string(),
                    client_id: self.text(client_id).await?,
                    client_secret: self.secret(client_secret).await?,
                    scopes: scopes.clone(),
                    audience: audience.clone(),
                }
            }
            CredentialSpec::Login {
                login_url,
                username,
                password,
                username_field,
                password_field,
                fields,
                token_field,
            } => Credential::Login {
                login_url: login_url.to_string(),
                username: self.text(username).await?,
                password: self.secret(password).await?,
                username_field: username_field.clone(),
                password_field: password_field.clone(),
                fields: fields.clone(),
                token_field: token_field.clone(),
            },
            CredentialSpec::AwsSigV4(spec) => Credential::AwsSigV4(self.aws(spec).await?),
        })
    }

    pub(super) async fn secret(&self, reference: &SecretRef) -> Result<Secret> {
        if self.is_replaying() { Ok(Secret::new(REPLAYED)) } else { self.resolve(reference).await }
    }

    pub(super) async fn text(&self, text: &TextOrRef) -> Result<String> {
        match text {
            TextOrRef::Text(text) => Ok(text.clone()),
            TextOrRef::Ref(reference) => Ok(self.secret(reference).await?.expose().to_owned()),
        }
    }
}

fn together(errors: &[Error]) -> Error {
    let mut problems: Vec<Problem> = errors.iter().flat_map(Error::problems).cloned().collect();
    problems.sort();
    problems.dedup();
    Error::new(problems).retryable(errors.iter().all(Error::is_retryable))
}
