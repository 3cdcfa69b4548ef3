//! Puts the credential of a slot on a request, as the last thing before it is sent.

use std::time::SystemTime;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::aws::RegionKeys;
use crate::call::Call;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::sigv4::Signer;
use crate::tokens::Given;

/// Adds the credential's headers. `given` is what its issuer gave, for kinds that need one.
pub(crate) fn authorize(call: &mut Call, credential: &Credential, given: Option<&Given>) -> Result<()> {
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
        Credential::OAuth2ClientCredentials { .. } | Credential::Login { .. } => match given {
            Some(Given::Bearer(token)) => insert(call, AUTHORIZATION, &format!("Bearer {}", token.expose())),
            _ => Err(unusable("it has no token")),
        },
        Credential::AwsSigV4(aws) => {
            let given = match given {
                Some(Given::Keys(keys)) => Some(keys.clone()),
                _ => aws.fixed(),
            };
            let RegionKeys { keys, region } = given.ok_or_else(|| unusable("it has no keys"))?;
            Signer { keys: &keys, region: &region, service: &aws.service }.sign(call, SystemTime::now())
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
