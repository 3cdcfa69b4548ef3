//! Puts the credential of a slot on a request, as the last thing before it is sent.

use std::time::SystemTime;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::call::Call;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::sigv4::Signer;

/// Adds the credential's headers. `token` is the one its issuer gave, for kinds that need one.
pub(crate) fn authorize(call: &mut Call, credential: &Credential, token: Option<&Secret>) -> Result<()> {
    match credential {
        Credential::None => Ok(()),
        Credential::Basic { username, password } => {
            let pair = BASE64_STANDARD.encode(format!("{username}:{}", password.expose()));
            insert(call, AUTHORIZATION, &format!("Basic {pair}"))
        }
        Credential::Bearer { token } => insert(call, AUTHORIZATION, &format!("Bearer {}", token.expose())),
        Credential::ApiKey { header, value, prefix } => {
            let name = HeaderName::from_bytes(header.as_bytes())
                .map_err(|cause| unusable("its header's name").caused_by(cause))?;
            insert(call, name, &format!("{}{}", prefix.as_deref().unwrap_or_default(), value.expose()))
        }
        Credential::OAuth2ClientCredentials { .. } | Credential::Login { .. } => match token {
            Some(token) => insert(call, AUTHORIZATION, &format!("Bearer {}", token.expose())),
            None => Err(unusable("it has no token")),
        },
        Credential::AwsSigV4 { access_key_id, secret_access_key, session_token, region, service } => {
            let session_token = session_token.as_ref();
            Signer { access_key_id, secret_access_key, session_token, region, service }.sign(call, SystemTime::now())
        }
    }
}

fn insert(call: &mut Call, name: HeaderName, value: &str) -> Result<()> {
    // The cause is left out: it could show the value.
    let mut value =
        HeaderValue::from_str(value).map_err(|_| unusable("it holds a line break or another control character"))?;
    value.set_sensitive(true);
    call.headers.insert(name, value);
    Ok(())
}

fn unusable(why: &str) -> Error {
    Error::new(ErrorKind::CredentialRefused, format!("the credential cannot be sent: {why}"))
}
