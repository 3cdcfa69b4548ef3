//! The Security Token Service: lends keys for a role, against a signature or against a token. Its requests are the
//! host's own: they go the gateway's way, are never recorded, and no plugin needs a grant for them.

use std::time::SystemTime;

use futures::future::{BoxFuture, FutureExt as _};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

use super::container::{self, beside};
use super::lent::{Lent, Written};
use super::{AwsIdentity, AwsKeys, AwsRole, AwsToken, wrong};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::live::Line;
use crate::message::Request;
use crate::secret::Secret;
use crate::sigv4::Signer;

const MAX_ANSWER: usize = 1 << 20;
/// So much of what a server says is shown.
const SHOWN: usize = 400;

/// STS as one credential sees it.
pub(super) struct Sts<'a> {
    line: Line<'a>,
    region: &'a str,
    endpoint: String,
}

#[derive(Deserialize)]
struct Granted {
    #[serde(rename = "AssumeRoleResult", alias = "AssumeRoleWithWebIdentityResult")]
    result: GrantedResult,
}

#[derive(Deserialize)]
struct GrantedResult {
    #[serde(rename = "Credentials")]
    keys: Written,
}

#[derive(Deserialize)]
struct Refused {
    #[serde(rename = "Error")]
    error: Refusal,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    code: String,
    message: Option<String>,
}

impl<'a> Sts<'a> {
    pub(super) fn new(line: Line<'a>, region: &'a str, endpoint: Option<&str>) -> Self {
        Self { line, region, endpoint: endpoint.map_or_else(|| endpoint_of(region), str::to_owned) }
    }

    /// The keys of an identity, asking for each role on the way. Boxed: sending may need keys, and getting keys sends.
    pub(super) fn obtain<'b>(&'b self, identity: &'b AwsIdentity) -> BoxFuture<'b, Result<Lent>> {
        let lent = async move {
            let lent = match identity {
                AwsIdentity::Keys(keys) => keys.clone().into(),
                AwsIdentity::Container { url, token } => container::fetch(&self.line, url, token.as_ref()).await?,
                AwsIdentity::WebIdentity { token, role } => self.with_token(token, role).await?,
                AwsIdentity::Role { base, role } => {
                    let base = self.obtain(base).await?;
                    self.ask(role, &form("AssumeRole", role, None), Some(&base.keys)).await?
                }
                AwsIdentity::Profile(_) => return Err(wrong("a profile was not read before its keys were needed")),
            };
            for secret in lent.keys.secrets() {
                self.line.shared.redactor.learn(secret)?;
            }
            Ok(lent)
        };
        lent.boxed()
    }

    async fn with_token(&self, token: &AwsToken, role: &AwsRole) -> Result<Lent> {
        let token = token.read()?;
        self.line.shared.redactor.learn(&token)?;
        self.ask(role, &form("AssumeRoleWithWebIdentity", role, Some(&token)), None).await
    }

    async fn ask(&self, role: &AwsRole, form: &str, signed_with: Option<&AwsKeys>) -> Result<Lent> {
        let access = beside(self.line.access, &self.endpoint)?;
        let line = Line { access: &access, ..self.line };
        let request = Request::new("POST", &self.endpoint).retry(true).header("accept", "application/xml");
        let request = request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let mut call = Call::new(line.access, request.body(form.to_owned()), true)?;
        if let Some(keys) = signed_with {
            Signer { keys, region: self.region, service: "sts" }.sign(&mut call, SystemTime::now())?;
        }
        let (answer, _) = line.attempts(&call).await?;
        let status = answer.status;
        let body = answer.body.collect(MAX_ANSWER).await?;
        match read::<Granted>(&body).filter(|_| status == 200) {
            Some(granted) => Ok(granted.result.keys.into()),
            None => Err(self.refused(role, status, read::<Refused>(&body).map(|refused| refused.error))),
        }
    }

    fn refused(&self, role: &AwsRole, status: u16, refusal: Option<Refusal>) -> Error {
        let Some(refusal) = refusal else {
            let what = "the answer is not one of AWS's STS; check `sts-endpoint`, or the region where there is none";
            return self.about(role, what).with("status", status).retryable(status >= 500);
        };
        let again = status >= 500 || matches!(refusal.code.as_str(), "Throttling" | "IDPCommunicationError");
        self.about(role, &format!("STS refused the role; {}", remedy(&refusal.code)))
            .with("status", status)
            .with("error", shown(&self.line, &refusal.code))
            .with("said", shown(&self.line, refusal.message.as_deref().unwrap_or("nothing")))
            .retryable(again)
    }

    fn about(&self, role: &AwsRole, what: &str) -> Error {
        wrong(what).with("role", &role.arn).with("sts", &self.endpoint).with("owner", &self.line.access.owner)
    }
}

/// The region's own STS, as today's SDKs choose it.
fn endpoint_of(region: &str) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://sts.{region}.{domain}/")
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    // What is wrong with it is not told: it could repeat keys.
    quick_xml::de::from_reader(body).ok()
}

/// What a server says, without secrets and not too much of it. Cut after masking: half a secret would not be known.
pub(super) fn shown(line: &Line<'_>, said: &str) -> String {
    line.shared.redactor.text(said).chars().take(SHOWN).collect()
}

// On its own, since a form that is being written can't be sent between threads, and a request must be.
fn form(action: &str, role: &AwsRole, token: Option<&Secret>) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", action).append_pair("Version", "2011-06-15");
    form.append_pair("RoleArn", &role.arn).append_pair("RoleSessionName", &role.session_name);
    let duration = role.duration.map(|seconds| seconds.to_string());
    let optional = [
        ("DurationSeconds", duration.as_deref()),
        ("ExternalId", role.external_id.as_deref()),
        ("SourceIdentity", role.source_identity.as_deref()),
        ("WebIdentityToken", token.map(Secret::expose)),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            form.append_pair(key, value);
        }
    }
    form.finish()
}

fn remedy(code: &str) -> &'static str {
    match code {
        "AccessDenied" => {
            "let the role's trust policy name who asks (and the external id, if it wants one), and let who asks do \
             `sts:AssumeRole`"
        }
        "ExpiredToken" | "ExpiredTokenException" => "what it was asked with is over: renew the keys or the token",
        "InvalidClientTokenId" | "UnrecognizedClientException" => {
            "the access key is unknown: check `access-key-id`, and `session-token` for temporary keys"
        }
        "SignatureDoesNotMatch" => "check the secret access key, `region`, and this machine's clock",
        "InvalidIdentityToken" => {
            "check that the token is of the provider that the role trusts, and for the audience `sts.amazonaws.com`"
        }
        "ValidationError" => "check `role-arn`, `duration-seconds` and the session's name",
        "RegionDisabledException" => "activate STS for this region, or name another by `sts-endpoint`",
        _ => "see what it says",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_own_sts() {
        assert_eq!(endpoint_of("eu-west-1"), "https://sts.eu-west-1.amazonaws.com/");
        assert_eq!(endpoint_of("cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn/");
    }

    #[test]
    fn an_answer_with_unknown_parts_gives_its_keys() {
        let xml = br#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
            <AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA</AccessKeyId>
            <SecretAccessKey>k</SecretAccessKey><SessionToken>a&amp;b</SessionToken>
            <Expiration>2019-11-09T13:34:41Z</Expiration></Credentials><PackedPolicySize>6</PackedPolicySize>
            </AssumeRoleResult><ResponseMetadata/></AssumeRoleResponse>"#;
        let lent = Lent::from(read::<Granted>(xml).unwrap().result.keys);
        assert_eq!(lent.keys.session_token, Some(Secret::new("a&b")));
        assert!(read::<Granted>(b"<html>").is_none() && read::<Refused>(xml).is_none());
    }
}
