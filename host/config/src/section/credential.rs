//! `[sources.<name>.credentials.<slot>]`: what fills a plugin's credential slot. Secrets by reference only.

use std::collections::BTreeMap;

use url::Url;

use super::aws::{AwsSpec, aws};
use crate::read::{FromToml, Node, Section};
use crate::secret::{SecretRef, TextOrRef};

/// A credential as it is configured, its secrets not yet looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSpec {
    /// No login.
    None,
    /// HTTP Basic.
    Basic {
        /// The user's name.
        username: TextOrRef,
        /// The password.
        password: SecretRef,
    },
    /// A bearer token.
    Bearer {
        /// The token.
        token: SecretRef,
    },
    /// A key in a header.
    ApiKey {
        /// The header's name.
        header: String,
        /// The key.
        value: SecretRef,
        /// Text before the key, with its blank.
        prefix: Option<String>,
    },
    /// OAuth 2.0 client credentials.
    OAuth2ClientCredentials {
        /// Where tokens are issued.
        token_url: Url,
        /// The client's identifier.
        client_id: TextOrRef,
        /// The client's secret.
        client_secret: SecretRef,
        /// Scopes to ask for.
        scopes: Vec<String>,
        /// Audience to ask for.
        audience: Option<String>,
    },
    /// Name and password, posted as JSON for a bearer token.
    Login {
        /// Where to log in.
        login_url: Url,
        /// The user's name, or a client's identifier.
        username: TextOrRef,
        /// The password, or a client's secret.
        password: SecretRef,
        /// The field that takes the name.
        username_field: String,
        /// The field that takes the password.
        password_field: String,
        /// More fields.
        fields: BTreeMap<String, String>,
        /// The field of the answer that holds the token.
        token_field: String,
    },
    /// AWS Signature Version 4.
    AwsSigV4(Box<AwsSpec>),
}

impl CredentialSpec {
    /// The word for its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic { .. } => "basic",
            Self::Bearer { .. } => "bearer",
            Self::ApiKey { .. } => "api-key",
            Self::OAuth2ClientCredentials { .. } => "oauth2-client-credentials",
            Self::Login { .. } => "login",
            Self::AwsSigV4(_) => "aws-sigv4",
        }
    }
}

/// Reads one kind's keys.
type Kind = fn(&mut Section<'_>) -> Option<CredentialSpec>;

/// Each kind's word, the name of its definition in the JSON Schema, and its reader.
const KINDS: [(&str, (&str, Kind)); 7] = [
    ("none", ("credential-none", |_| Some(CredentialSpec::None))),
    ("basic", ("credential-basic", basic)),
    ("bearer", ("credential-bearer", bearer)),
    ("api-key", ("credential-api-key", api_key)),
    ("oauth2-client-credentials", ("credential-oauth2", oauth2)),
    ("login", ("credential-login", login)),
    ("aws-sigv4", ("credential-aws-sigv4", |section| aws(section).map(Box::new).map(CredentialSpec::AwsSigV4))),
];

impl FromToml for CredentialSpec {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut peek = node.section("credential-none")?;
        let Some(kind) = peek.node_of("kind") else { return peek.missing("kind") };
        let (shape, read) = kind.choice(&KINDS)?;
        let mut section = node.section(shape)?;
        section.node_of("kind");
        let credential = read(&mut section);
        section.finish();
        credential
    }
}

fn basic(section: &mut Section<'_>) -> Option<CredentialSpec> {
    let (username, password) = (section.require("username"), section.require("password"));
    Some(CredentialSpec::Basic { username: username?, password: password? })
}

fn bearer(section: &mut Section<'_>) -> Option<CredentialSpec> {
    Some(CredentialSpec::Bearer { token: section.require("token")? })
}

fn api_key(section: &mut Section<'_>) -> Option<CredentialSpec> {
    let (header, value, prefix) = (section.require("header"), section.require("value"), section.get("prefix"));
    Some(CredentialSpec::ApiKey { header: header?, value: value?, prefix })
}

fn oauth2(section: &mut Section<'_>) -> Option<CredentialSpec> {
    let (token_url, client_id) = (section.require("token-url"), section.require("client-id"));
    let client_secret = section.require("client-secret");
    let (scopes, audience) = (section.get("scopes").unwrap_or_default(), section.get("audience"));
    let (token_url, client_id, client_secret) = (token_url?, client_id?, client_secret?);
    Some(CredentialSpec::OAuth2ClientCredentials { token_url, client_id, client_secret, scopes, audience })
}

fn login(section: &mut Section<'_>) -> Option<CredentialSpec> {
    let (login_url, username) = (section.require("login-url"), section.require("username"));
    let password = section.require("password");
    let mut field = |key, usual: &str| section.get(key).unwrap_or_else(|| usual.to_owned());
    let (username_field, password_field) = (field("username-field", "username"), field("password-field", "password"));
    let token_field = field("token-field", "access_token");
    let fields = section.node_of("fields").and_then(|node| node.entries()).unwrap_or_default();
    let fields = fields.into_iter().filter_map(|(name, node)| Some((name, String::read(&node)?))).collect();
    let (login_url, username, password) = (login_url?, username?, password?);
    Some(CredentialSpec::Login { login_url, username, password, username_field, password_field, fields, token_field })
}
