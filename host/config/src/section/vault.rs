//! `[vault]`: where `vault:` references lead, and how to log in there.

use url::Url;

use crate::read::{FromToml, Node};
use crate::secret::{SecretRef, TextOrRef};

/// `[vault]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vault {
    /// The server's address.
    pub address: Url,
    /// The namespace, where the server has them.
    pub namespace: Option<String>,
    /// The version of the KV engine; none asks the server.
    pub kv_version: Option<KvVersion>,
    /// How to log in.
    pub auth: VaultAuth,
}

impl FromToml for Vault {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("vault")?;
        let address = section.require("address");
        let namespace: Option<String> = section.get("namespace");
        let kv_version = section.get("kv-version");
        let auth = section.require("auth");
        section.finish();
        let namespace = namespace.map(|name| name.trim_matches('/').to_owned()).filter(|name| !name.is_empty());
        Some(Self { address: address?, namespace, kv_version: kv_version.unwrap_or(None), auth: auth? })
    }
}

/// The version of a KV engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the versions there are")]
pub enum KvVersion {
    V1,
    V2,
}

impl FromToml for Option<KvVersion> {
    fn read(node: &Node<'_>) -> Option<Self> {
        if node.as_text() == Some("auto") {
            return Some(None);
        }
        match u64::read(node)? {
            1 => Some(Some(KvVersion::V1)),
            2 => Some(Some(KvVersion::V2)),
            other => {
                node.invalid(format!("`{}` can't be {other}", node.key), "write 1, 2 or \"auto\"");
                None
            }
        }
    }
}

/// How to log in to Vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultAuth {
    /// With a token that exists already.
    Token {
        /// The token.
        token: SecretRef,
    },
    /// As an application.
    AppRole {
        /// Where the method is mounted.
        mount: String,
        /// The role's identifier.
        role_id: TextOrRef,
        /// The secret identifier.
        secret_id: SecretRef,
    },
    /// As a pod.
    Kubernetes {
        /// Where the method is mounted.
        mount: String,
        /// The role's name.
        role: String,
        /// The service account's token.
        jwt: SecretRef,
    },
}

/// A reference that can be followed without Vault.
struct OutsideVault(SecretRef);

impl FromToml for OutsideVault {
    fn read(node: &Node<'_>) -> Option<Self> {
        match SecretRef::read(node)? {
            SecretRef::Vault { .. } => {
                node.invalid(format!("`{}` is in the Vault it would open", node.key), "write env:NAME or file:PATH");
                None
            }
            reference => Some(Self(reference)),
        }
    }
}

#[derive(Clone, Copy)]
enum Method {
    Token,
    AppRole,
    Kubernetes,
}

impl FromToml for Method {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.choice(&[("token", Self::Token), ("approle", Self::AppRole), ("kubernetes", Self::Kubernetes)])
    }
}

impl FromToml for VaultAuth {
    fn read(node: &Node<'_>) -> Option<Self> {
        let method = node.section("vault-auth-token")?.require("method")?;
        match method {
            Method::Token => token(node),
            Method::AppRole => app_role(node),
            Method::Kubernetes => kubernetes(node),
        }
    }
}

fn token(node: &Node<'_>) -> Option<VaultAuth> {
    let mut section = node.section("vault-auth-token")?;
    section.node_of("method");
    let token = section.require::<OutsideVault>("token");
    section.finish();
    Some(VaultAuth::Token { token: token?.0 })
}

fn app_role(node: &Node<'_>) -> Option<VaultAuth> {
    let mut section = node.section("vault-auth-approle")?;
    section.node_of("method");
    let mount = mount(section.get("mount"), "approle");
    let (role_id, secret_id) = (section.require("role-id"), section.require::<OutsideVault>("secret-id"));
    section.finish();
    Some(VaultAuth::AppRole { mount, role_id: role_id?, secret_id: secret_id?.0 })
}

fn kubernetes(node: &Node<'_>) -> Option<VaultAuth> {
    /// Where a pod finds its token.
    const JWT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    let mut section = node.section("vault-auth-kubernetes")?;
    section.node_of("method");
    let mount = mount(section.get("mount"), "kubernetes");
    let (role, jwt) = (section.require("role"), section.get::<OutsideVault>("jwt"));
    section.finish();
    let jwt = jwt.map_or_else(|| SecretRef::File(JWT.into()), |jwt| jwt.0);
    Some(VaultAuth::Kubernetes { mount, role: role?, jwt })
}

fn mount(given: Option<String>, usual: &str) -> String {
    given
        .map(|mount| mount.trim_matches('/').to_owned())
        .filter(|mount| !mount.is_empty())
        .unwrap_or_else(|| usual.into())
}
