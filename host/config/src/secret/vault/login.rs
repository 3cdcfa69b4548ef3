//! How a session's token is got: it exists, or it is issued to a role.

use metahost_gateway::Secret;
use serde_json::{Value, json};

use super::VaultClient;
use crate::secret::local::Local;
use crate::secret::{SecretRef, TextOrRef, Unavailable};
use crate::section::VaultAuth;

impl VaultClient {
    /// The token of a new session.
    pub(super) async fn token(&self, local: &Local) -> Result<Secret, Unavailable> {
        match &self.settings.auth {
            VaultAuth::Token { token } => self.own(local, token),
            VaultAuth::AppRole { mount, role_id, secret_id } => {
                let role_id = match role_id {
                    TextOrRef::Text(text) => Secret::new(text),
                    TextOrRef::Ref(reference) => self.own(local, reference)?,
                };
                let secret_id = self.own(local, secret_id)?;
                let body = json!({ "role_id": role_id.expose(), "secret_id": secret_id.expose() });
                self.log_in(mount, &body).await
            }
            VaultAuth::Kubernetes { mount, role, jwt } => {
                let jwt = self.own(local, jwt)?;
                self.log_in(mount, &json!({ "role": role, "jwt": jwt.expose() })).await
            }
        }
    }

    async fn log_in(&self, mount: &str, body: &Value) -> Result<Secret, Unavailable> {
        self.post(&format!("auth/{mount}/login"), body).await?.session_token(mount)
    }

    // A secret the login needs: it can't be in Vault itself, which the configuration's reader makes sure of.
    fn own(&self, local: &Local, reference: &SecretRef) -> Result<Secret, Unavailable> {
        let secret = match reference {
            SecretRef::Env(name) => local.env(name),
            SecretRef::File(path) => local.file(path),
            SecretRef::Vault { .. } => Err(Unavailable::new(
                format!("`{reference}` is in the Vault it would open"),
                "write env:NAME or file:PATH in `vault.auth`",
            )),
        }?;
        let masked = self.gateway.learn_secret(&secret);
        masked.map_err(|error| Unavailable::new(format!("it can't be kept out of logs: {error}"), "report this"))?;
        Ok(secret)
    }
}
