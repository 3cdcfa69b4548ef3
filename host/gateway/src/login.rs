//! Logging in with JSON: name and password are posted, the answer holds a bearer token. How Superset and Airbyte do it.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::live::Line;
use crate::message::Request;
use crate::tokens::{Token, issued, no_token, seconds};

/// Logs in.
pub(crate) async fn fetch(line: &Line<'_>, credential: &Credential) -> Result<Token> {
    let Credential::Login { login_url, token_field, .. } = credential else {
        return Err(Error::new(ErrorKind::InvalidRequest, "this kind of credential has no login"));
    };
    let request = Request::new("POST", login_url).retry(true).header("accept", "application/json");
    let request = request.header("content-type", "application/json").body(body(credential).to_string());
    let call = Call::new(line.access, request, true)?;
    // Boxed: sending may need a token, and fetching a token sends.
    let (answer, _) = Box::pin(line.attempts(&call)).await?;
    let said = issued(answer, login_url, &line.access.owner).await?;
    let token = said[token_field].as_str().ok_or_else(|| no_token(login_url, &line.access.owner))?;
    Ok(Token::bearer(token, seconds(&said["expires_in"]).or_else(|| life(token))))
}

fn body(credential: &Credential) -> Value {
    let Credential::Login { username, password, username_field, password_field, fields, .. } = credential else {
        return Value::Null;
    };
    let mut body: Map<String, Value> = fields.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
    body.insert(username_field.clone(), username.as_str().into());
    body.insert(password_field.clone(), password.expose().into());
    Value::Object(body)
}

/// How long a JSON Web Token says it lives. Its signature is its issuer's business.
fn life(token: &str) -> Option<Duration> {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    let (issued, ends) = (claims["iat"].as_f64()?, claims["exp"].as_f64()?);
    Duration::try_from_secs_f64(ends - issued).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_how_long_it_lives() {
        let token = |claims: &str| format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(life(&token(r#"{"iat": 1000, "exp": 1900}"#)), Some(Duration::from_mins(15)));
        assert_eq!(life(&token(r#"{"sub": "x"}"#)), None);
        assert_eq!(life("opaque"), None);
    }
}
