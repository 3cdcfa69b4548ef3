//! A stand-in for AWS's Security Token Service: checks signatures and tokens, and lends keys that end. And what checks
//! the signature of any request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};
use url::form_urlencoded;

use crate::server::{Reply, Seen, Server, reply};

/// The keys of who asks.
pub const ID: &str = "AKIAPLANTEDID";
pub const KEY: &str = "planted/base+key";
pub const SESSION: &str = "planted-base-session";
/// The role that nobody gets.
pub const FORBIDDEN: &str = "arn:aws:iam::123456789012:role/forbidden";
/// The role that others get.
pub const READER: &str = "arn:aws:iam::123456789012:role/reader";

/// What is behind an access key's identifier.
#[derive(Clone)]
struct Known {
    key: String,
    session: Option<String>,
}

/// The stand-in. It knows the keys above and those it lent.
pub struct StsStandIn {
    pub server: Server,
    lent: Arc<Mutex<BTreeMap<String, Known>>>,
}

impl StsStandIn {
    /// Lends keys that live so long, and takes this web identity token.
    pub async fn start(life: Duration, token: &Arc<Mutex<String>>) -> Self {
        let base = |session: Option<&str>| Known { key: KEY.into(), session: session.map(str::to_owned) };
        let known = BTreeMap::from([(ID.to_owned(), base(None)), (format!("{ID}2"), base(Some(SESSION)))]);
        let lent = Arc::new(Mutex::new(known));
        let (known, token) = (Arc::clone(&lent), Arc::clone(token));
        let server = Server::start(move |seen, before| {
            let form = form(seen);
            let role = form["RoleArn"].as_str();
            if form["Action"] == "AssumeRoleWithWebIdentity" {
                if seen.header("authorization").is_some() || form["WebIdentityToken"] != *token.lock().unwrap() {
                    return refusal(400, "InvalidIdentityToken", "The token is not this provider's");
                }
            } else if !signed(seen, "eu-west-1", "sts", &known.lock().unwrap()) {
                return refusal(403, "SignatureDoesNotMatch", "The signature does not match");
            }
            if role == FORBIDDEN {
                // The real one names the caller; this one repeats what was sent as well.
                let sent = String::from_utf8_lossy(&seen.body).into_owned();
                let session = seen.header("x-amz-security-token").unwrap_or_default();
                return refusal(403, "AccessDenied", &format!("User: ann is not authorized; {session} {sent}"));
            }
            lend(&form["Action"], before, life, &mut known.lock().unwrap())
        });
        Self { server: server.await, lent }
    }

    /// Lends keys for an hour.
    pub async fn usual() -> Self {
        Self::start(Duration::from_hours(1), &Arc::default()).await
    }

    /// Whether a request was signed with keys that are known here.
    pub fn signed(&self) -> impl Fn(&Seen, &str, &str) -> bool + Send + Sync + use<> {
        let known = Arc::clone(&self.lent);
        move |seen, region, service| signed(seen, region, service, &known.lock().unwrap())
    }

    /// The forms it was sent.
    pub fn asked(&self) -> Vec<BTreeMap<String, String>> {
        self.server.seen().iter().map(form).collect()
    }
}

fn form(seen: &Seen) -> BTreeMap<String, String> {
    form_urlencoded::parse(&seen.body).into_owned().collect()
}

fn lend(action: &str, number: usize, life: Duration, known: &mut BTreeMap<String, Known>) -> Reply {
    let (id, key, session) =
        (format!("ASIA{number}"), format!("planted/lent+key-{number}"), format!("planted-lent-session-{number}"));
    let ends = (OffsetDateTime::now_utc() + life).format(&Rfc3339).unwrap();
    let xml = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><Credentials>\
         <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{key}</SecretAccessKey><SessionToken>{session}</SessionToken>\
         <Expiration>{ends}</Expiration></Credentials></{action}Result></{action}Response>"
    );
    known.insert(id, Known { key, session: Some(session) });
    reply(200, xml).header("content-type", "text/xml")
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let message = message.replace('&', "&amp;");
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    reply(status, format!("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">{error}</ErrorResponse>"))
}

/// Signs a request again with the key that its identifier names, and compares. For services that encode paths twice.
fn signed(seen: &Seen, region: &str, service: &str, known: &BTreeMap<String, Known>) -> bool {
    let Some(authorization) = seen.header("authorization") else { return false };
    let between = |start: &str, end: &str| authorization.split(start).nth(1).unwrap().split(end).next().unwrap();
    let Some(Known { key, session }) = known.get(between("Credential=", "/")) else { return false };
    if seen.header("x-amz-security-token") != session.as_deref() {
        return false;
    }
    let stamp = format_description!("[year][month][day]T[hour][minute][second]Z");
    let at = PrimitiveDateTime::parse(seen.header("x-amz-date").unwrap(), stamp).unwrap().assume_utc();
    let identity = Credentials::new(between("Credential=", "/"), key, session.clone(), None, "test").into();
    let params = v4::SigningParams::builder().identity(&identity).region(region).name(service).time(at.into());
    let params = SigningParams::from(params.settings(SigningSettings::default()).build().unwrap());
    let added = ["host", "x-amz-date", "x-amz-security-token"];
    let headers = between("SignedHeaders=", ",").split(';').filter(|name| !added.contains(name));
    let headers = headers.map(|name| (name, seen.header(name).unwrap()));
    let url = format!("http://{}{}", seen.header("host").unwrap(), seen.target);
    let request = SignableRequest::new(&seen.method, &url, headers, SignableBody::Bytes(&seen.body)).unwrap();
    let (_, signature) = sign(request, &params).unwrap().into_parts();
    authorization.ends_with(&format!("Signature={signature}"))
}
