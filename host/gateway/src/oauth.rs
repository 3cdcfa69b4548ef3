//! The OAuth 2.0 client-credentials grant.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::call::Call;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::live::Line;
use crate::message::{Request, Response};
use crate::secret::Secret;
use crate::tokens::{Token, issued, no_token, seconds};

/// What the request for a token is made of.
struct Grant<'a> {
    token_url: &'a str,
    client_id: &'a str,
    client_secret: &'a Secret,
    scopes: &'a [String],
    audience: Option<&'a str>,
}

/// The two ways of RFC 6749 to say who one is. Servers must know the first; some want the second.
#[derive(Clone, Copy)]
enum Login {
    Basic,
    Form,
}

/// Asks for a token.
pub(crate) async fn fetch(line: &Line<'_>, credential: &Credential) -> Result<Token> {
    let Credential::OAuth2ClientCredentials { token_url, client_id, client_secret, scopes, audience } = credential
    else {
        return Err(Error::new(ErrorKind::InvalidRequest, "this kind of credential has no token"));
    };
    let grant = Grant { token_url, client_id, client_secret, scopes, audience: audience.as_deref() };
    let mut answer = ask(line, &grant, Login::Basic).await?;
    if matches!(answer.status, 400 | 401) {
        answer = ask(line, &grant, Login::Form).await?;
    }
    let said = issued(answer, token_url, &line.access.owner).await?;
    let token = said["access_token"].as_str().ok_or_else(|| no_token(token_url, &line.access.owner))?;
    Ok(Token::bearer(token, seconds(&said["expires_in"])))
}

async fn ask(line: &Line<'_>, grant: &Grant<'_>, login: Login) -> Result<Response> {
    let mut request = Request::new("POST", grant.token_url).retry(true).header("accept", "application/json");
    if matches!(login, Login::Basic) {
        request = request.header("authorization", basic(grant));
    }
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form(grant, login));
    let call = Call::new(line.access, request, true)?;
    // Boxed: sending may need a token, and fetching a token sends.
    Box::pin(line.attempts(&call)).await.map(|(answer, _)| answer)
}

// On its own, since a form that is being written can't be sent between threads, and a request must be.
fn form(grant: &Grant<'_>, login: Login) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if !grant.scopes.is_empty() {
        form.append_pair("scope", &grant.scopes.join(" "));
    }
    if let Some(audience) = grant.audience {
        form.append_pair("audience", audience);
    }
    if matches!(login, Login::Form) {
        form.append_pair("client_id", grant.client_id).append_pair("client_secret", grant.client_secret.expose());
    }
    form.finish()
}

fn basic(grant: &Grant<'_>) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(grant.client_id), encode(grant.client_secret.expose()));
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}
