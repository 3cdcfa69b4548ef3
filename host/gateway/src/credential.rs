//! Kinds of credentials a slot can hold. Only names what they need; putting them on a request is `authorize`.

use std::collections::BTreeMap;

use crate::aws::AwsCredential;
use crate::secret::Secret;

/// What the host adds to a request that names a slot. The guest never sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credential {
    /// The slot exists and adds nothing: the source asks for no login.
    None,
    /// HTTP Basic.
    Basic {
        /// The user's name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A token in `Authorization: Bearer`.
    Bearer {
        /// The token.
        token: Secret,
    },
    /// A key in a header of its own.
    ApiKey {
        /// The header's name.
        header: String,
        /// The key.
        value: Secret,
        /// Text before the key, with its blank: `Key ` for Redash.
        prefix: Option<String>,
    },
    /// OAuth 2.0 client-credentials grant; the token is cached until shortly before it ends.
    OAuth2ClientCredentials {
        /// Where tokens are issued. Its origin is granted to this credential alone.
        token_url: String,
        /// The client's identifier.
        client_id: String,
        /// The client's secret.
        client_secret: Secret,
        /// Scopes to ask for.
        scopes: Vec<String>,
        /// Audience to ask for, where the issuer wants one.
        audience: Option<String>,
    },
    /// Name and password, posted as JSON for a bearer token; the token is cached until shortly before it ends.
    Login {
        /// Where to log in. Its origin is granted to this credential alone.
        login_url: String,
        /// The user's name, or a client's identifier.
        username: String,
        /// The password, or a client's secret.
        password: Secret,
        /// The field that takes the name.
        username_field: String,
        /// The field that takes the password.
        password_field: String,
        /// More fields.
        fields: BTreeMap<String, String>,
        /// The field of the answer that holds the token.
        token_field: String,
    },
    /// AWS Signature Version 4, for S3 and what speaks like it.
    AwsSigV4(AwsCredential),
}

impl Credential {
    /// The kind's name as plugins write it in their slots.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic { .. } => "basic",
            Self::Bearer { .. } => "bearer",
            Self::ApiKey { .. } => "api-key",
            Self::OAuth2ClientCredentials { .. } => "oauth2",
            Self::Login { .. } => "login",
            Self::AwsSigV4(_) => "aws-sigv4",
        }
    }

    /// Whether someone has to be asked, or a file to be read, before it can be put on a request.
    pub(crate) fn is_issued(&self) -> bool {
        match self {
            Self::OAuth2ClientCredentials { .. } | Self::Login { .. } => true,
            Self::AwsSigV4(aws) => aws.fixed().is_none(),
            _ => false,
        }
    }

    /// Where the bearer token of this credential is issued; none for kinds without one.
    pub(crate) fn issuer(&self) -> Option<&str> {
        match self {
            Self::OAuth2ClientCredentials { token_url, .. } => Some(token_url),
            Self::Login { login_url, .. } => Some(login_url),
            _ => None,
        }
    }

    /// The header that belongs to the slot alone, where the kind has one of its own.
    pub(crate) fn own_header(&self) -> Option<&str> {
        match self {
            Self::ApiKey { header, .. } => Some(header),
            _ => None,
        }
    }

    /// Every secret in it.
    pub(crate) fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::None => Vec::new(),
            Self::Basic { password, .. } | Self::Login { password, .. } => vec![password],
            Self::Bearer { token } => vec![token],
            Self::ApiKey { value, .. } => vec![value],
            Self::OAuth2ClientCredentials { client_secret, .. } => vec![client_secret],
            Self::AwsSigV4(aws) => aws.identity.secrets(),
        }
    }
}
