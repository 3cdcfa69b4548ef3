//! Keys from the server that ECS and EKS put beside a container. Instance metadata (IMDS) is left alone on purpose.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Deserialize;
use url::{Host, Url};

use super::lent::{Lent, Written};
use super::{AwsToken, wrong};
use crate::access::Access;
use crate::call::{Call, parse_url};
use crate::error::{Error, Result};
use crate::live::Line;
use crate::message::Request;
use crate::origin::OriginRule;

const MAX_ANSWER: usize = 1 << 20;

/// What is said instead of keys.
#[derive(Deserialize)]
struct Refusal {
    code: Option<String>,
    message: Option<String>,
}

/// Without TLS keys may only come from this machine or from the addresses that ECS and EKS use.
pub(super) fn check(url: &str) -> Result<()> {
    let parsed = parse_url(url)?;
    if parsed.scheme() == "https" || is_beside(&parsed) {
        return Ok(());
    }
    let what = "keys are not fetched without TLS from another machine; write an https address into \
                AWS_CONTAINER_CREDENTIALS_FULL_URI";
    Err(wrong(what).with("found", parsed.host_str().unwrap_or_default()))
}

fn is_beside(url: &Url) -> bool {
    const BESIDE: [IpAddr; 3] = [
        IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 170, 2)),
        IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 170, 23)),
        IpAddr::V6(std::net::Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
    ];
    let near = |address: IpAddr| address.is_loopback() || BESIDE.contains(&address);
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => near(address.into()),
        Some(Host::Ipv6(address)) => near(address.into()),
        None => false,
    }
}

/// Asks for keys.
pub(super) async fn fetch(line: &Line<'_>, url: &str, token: Option<&AwsToken>) -> Result<Lent> {
    check(url)?;
    let mut request = Request::get(url).header("accept", "application/json");
    if let Some(token) = token {
        let token = token.read()?;
        line.shared.redactor.learn(&token)?;
        request = request.header("authorization", token.expose());
    }
    let access = beside(line.access, url)?;
    let line = Line { access: &access, ..*line };
    let call = Call::new(line.access, request, true)?;
    let (answer, _) = line.attempts(&call).await?;
    let status = answer.status;
    let body = answer.body.collect(MAX_ANSWER).await?;
    let written = serde_json::from_slice::<Written>(&body).ok().filter(|_| status == 200);
    written.map(Lent::from).ok_or_else(|| refused(&line, status, &body).with("url", super::sts::shown(&line, url)))
}

fn refused(line: &Line<'_>, status: u16, body: &[u8]) -> Error {
    let said: Option<Refusal> = serde_json::from_slice(body).ok();
    let said = said.and_then(|said| said.message.or(said.code)).unwrap_or_else(|| "not said".into());
    let what = "the container's server gave no keys; check the role of the task or the pod";
    wrong(what)
        .with("status", status)
        .with("said", super::sts::shown(line, &said))
        .with("owner", &line.access.owner)
        .retryable(status >= 500)
}

/// The owner's access narrowed to one server of the operator's: its address is as good as a grant, wherever it leads.
pub(super) fn beside(access: &Access, url: &str) -> Result<Access> {
    let origins = vec![OriginRule::from_url(url)?];
    Ok(Access { origins, credentials: BTreeMap::new(), allow_private: true, ..access.clone() })
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn keys_travel_without_tls_only_beside_the_container() {
        for url in [
            "http://169.254.170.2/v2/credentials/x",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::23]/v1/credentials",
            "http://127.0.0.1:8080/",
            "http://localhost/",
            "https://keys.example.com/",
        ] {
            check(url).unwrap();
        }
        for url in ["http://keys.example.com/", "http://169.254.169.254/latest", "http://10.0.0.1/", "keys"] {
            assert!(check(url).is_err(), "{url}");
        }
    }
}
