//! How tests get into `OpenBao`: reads what its script wrote. Shows no secret when printed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

use anyhow::{Context, Result};

use crate::home::stack_dir;

/// Ways into one namespace of `OpenBao`, and the secret planted there.
#[derive(Clone)]
pub struct BaoCredentials {
    /// Server address.
    pub address: String,
    /// Namespace; empty for the root namespace.
    pub namespace: String,
    /// A token that may read below `secret-data/dagster` and `kv1/dagster`.
    pub token: String,
    /// `AppRole` role id with the same rights.
    pub role_id: String,
    /// `AppRole` secret id.
    pub secret_id: String,
    /// The value of `jwt_token` in `dagster/openmetadata`, in both mounts: random, so finding it in an output means a leak.
    pub planted_jwt: String,
}

impl fmt::Debug for BaoCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaoCredentials")
            .field("address", &self.address)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

/// Credentials for a namespace: `root` or `team`. `OpenBao` must be up.
pub fn bao_credentials(namespace: &str) -> Result<BaoCredentials> {
    let path = stack_dir()?.join(format!("bao/{namespace}-namespace.env"));
    let text = fs::read_to_string(&path).with_context(|| {
        format!("cannot read {}: bring the server up with `cargo xtask stack up openbao`", path.display())
    })?;
    parse(&text).with_context(|| format!("{} is not complete: remove it and bring OpenBao up again", path.display()))
}

fn parse(text: &str) -> Result<BaoCredentials> {
    let values: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let value =
        |name: &str| values.get(name).map(|value| (*value).to_owned()).with_context(|| format!("{name} is missing"));
    Ok(BaoCredentials {
        address: value("VAULT_ADDR")?,
        namespace: value("VAULT_NAMESPACE")?,
        token: value("VAULT_TOKEN")?,
        role_id: value("VAULT_ROLE_ID")?,
        secret_id: value("VAULT_SECRET_ID")?,
        planted_jwt: value("JWT_TOKEN")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "VAULT_ADDR=http://127.0.0.1:1\nVAULT_NAMESPACE=\nVAULT_TOKEN=s.abc==\nVAULT_ROLE_ID=r\nVAULT_SECRET_ID=s\nJWT_TOKEN=a.b.c\n";

    #[test]
    fn values_with_equals_signs_survive_and_debug_hides_them() {
        let credentials = parse(TEXT).unwrap();
        assert_eq!((credentials.token.as_str(), credentials.namespace.as_str()), ("s.abc==", ""));
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("s.abc") && !shown.contains("a.b.c"), "{shown}");
    }

    #[test]
    fn a_missing_value_is_named() {
        assert!(parse("VAULT_ADDR=x").unwrap_err().to_string().contains("VAULT_NAMESPACE"));
    }
}
