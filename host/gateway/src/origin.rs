//! Origins (scheme, host, port) and the rules that grant them. Knows nothing of addresses or DNS.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};

/// The scheme of databases that are asked directly, and where they listen by default.
const DATABASE: (&str, u16) = ("postgresql", 5432);

/// Scheme, host and port of a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    scheme: String,
    host: Host<String>,
    port: u16,
}

impl Origin {
    /// The origin of an http or https URL.
    pub fn of(url: &Url) -> Result<Self> {
        let host = url.host().map(|host| host.to_owned());
        match (url.scheme(), host, url.port_or_known_default()) {
            (scheme @ ("http" | "https"), Some(host), Some(port)) => Ok(Self { scheme: scheme.into(), host, port }),
            (scheme, ..) => Err(Error::new(ErrorKind::InvalidRequest, "only http and https URLs can be requested")
                .with("scheme", scheme)),
        }
    }

    /// The origin of a database's address.
    pub(crate) fn of_database(url: &Url) -> Result<Self> {
        let wrong =
            || Error::new(ErrorKind::InvalidRequest, "not a database's address; write postgresql://host:port/database");
        let (scheme, port) = DATABASE;
        // The URL parser takes the hosts of such schemes as they are: an address must be known as one.
        let host = url.host_str().filter(|host| !host.is_empty() && url.scheme() == scheme).ok_or_else(wrong)?;
        let host = Host::parse(host).map_err(|cause| wrong().caused_by(cause))?;
        Ok(Self { scheme: scheme.to_owned(), host, port: url.port().unwrap_or(port) })
    }

    /// The origin of whatever can be reached.
    fn any(url: &Url) -> Result<Self> {
        if url.scheme() == DATABASE.0 { Self::of_database(url) } else { Self::of(url) }
    }

    /// The host without the brackets of an address.
    pub(crate) fn name(&self) -> String {
        match &self.host {
            Host::Ipv6(address) => address.to_string(),
            host => host.to_string(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether the operator wrote an address or `localhost`, so that no name decides where it leads.
    pub(crate) fn is_explicit_address(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(_) | Host::Ipv6(_) => true,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        let default = match self.scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => DATABASE.1,
        };
        if self.port == default { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// One granted origin: `https://host[:port]`, or every host below a domain: `https://*.example.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginRule {
    origin: Origin,
    below: bool,
}

impl OriginRule {
    /// Reads a rule. A path, a query or a user name in it is a mistake and refused.
    pub fn parse(text: &str) -> Result<Self> {
        let (plain, below) = strip_wildcard(text);
        let url = Url::parse(&plain).map_err(|cause| wrong(text).caused_by(cause))?;
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(text));
        }
        let origin = Origin::any(&url).map_err(|cause| wrong(text).caused_by(cause))?;
        let too_wide = below && !matches!(&origin.host, Host::Domain(name) if name.contains('.'));
        if too_wide || plain.contains('*') { Err(wrong(text)) } else { Ok(Self { origin, below }) }
    }

    /// The rule that grants exactly the origin of this URL, whatever its path.
    pub fn from_url(text: &str) -> Result<Self> {
        let url = Url::parse(text).map_err(|cause| {
            Error::new(ErrorKind::Config, "not a URL; write https://host[:port]/path").caused_by(cause)
        })?;
        Ok(Self { origin: Origin::any(&url)?, below: false })
    }

    /// Whether the rule grants this origin.
    pub fn allows(&self, origin: &Origin) -> bool {
        if !self.below {
            return self.origin == *origin;
        }
        let same = self.origin.scheme == origin.scheme && self.origin.port == origin.port;
        match (&self.origin.host, &origin.host) {
            (Host::Domain(parent), Host::Domain(name)) => {
                same && name.strip_suffix(parent.as_str()).is_some_and(|left| left.ends_with('.') && left.len() > 1)
            }
            _ => false,
        }
    }
}

impl FromStr for OriginRule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.origin.to_string();
        if self.below { f.write_str(&text.replacen("://", "://*.", 1)) } else { f.write_str(&text) }
    }
}

fn strip_wildcard(text: &str) -> (String, bool) {
    match text.split_once("://*.") {
        Some((scheme, rest)) => (format!("{scheme}://{rest}"), true),
        None => (text.to_owned(), false),
    }
}

fn wrong(text: &str) -> Error {
    // A user name or password someone put into the rule must not come back in the message.
    let shown = text.rsplit('@').next().unwrap_or_default();
    Error::new(ErrorKind::Config, "not an origin; write https://host[:port] or https://*.domain[:port], no path")
        .with("found", shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(rule: &str, url: &str) -> bool {
        let origin = Origin::of(&Url::parse(url).unwrap()).unwrap();
        OriginRule::parse(rule).unwrap().allows(&origin)
    }

    #[test]
    fn an_exact_rule_grants_scheme_host_and_port_only() {
        assert!(allows("https://trino.example.com", "https://TRINO.example.com:443/v1/statement?x=1"));
        assert!(!allows("https://trino.example.com", "http://trino.example.com/"));
        assert!(!allows("https://trino.example.com", "https://trino.example.com:8443/"));
        assert!(!allows("https://trino.example.com", "https://trino.example.com.evil.org/"));
        assert!(!allows("https://trino.example.com", "https://trino.example.com@evil.org/"));
    }

    #[test]
    fn a_wildcard_grants_what_is_below_the_domain_and_not_the_domain() {
        assert!(allows("https://*.example.com", "https://a.b.example.com/"));
        assert!(!allows("https://*.example.com", "https://example.com/"));
        assert!(!allows("https://*.example.com", "https://badexample.com/"));
        assert!(!allows("https://*.example.com", "https://a.example.com:8443/"));
    }

    #[test]
    fn a_database_is_granted_by_its_own_scheme_alone() {
        let rule = OriginRule::from_url("postgresql://db.example.org/lake?sslmode=disable").unwrap();
        let reached = |text: &str| Origin::any(&Url::parse(text).unwrap()).is_ok_and(|origin| rule.allows(&origin));
        assert!(reached("postgresql://DB.example.org:5432/other"));
        assert!(!reached("http://db.example.org:5432/") && !reached("postgresql://db.example.org:5433/lake"));
        assert!(
            Origin::of(&Url::parse("postgresql://db.example.org/lake").unwrap()).is_err(),
            "no request is sent there"
        );
    }

    #[test]
    fn an_address_written_in_another_way_is_the_same_address() {
        assert!(allows("http://127.0.0.1:8080", "http://2130706433:8080/"));
        assert!(allows("http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080/"));
    }

    #[test]
    fn a_rule_that_is_no_origin_is_refused_without_repeating_a_password() {
        for text in
            ["trino", "ftp://a.b", "https://a.b/path", "https://*.com", "https://a.*.com/", "https://u:hunter2@a.b"]
        {
            let error = OriginRule::parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{text}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_rule_prints_as_it_is_written() {
        for text in [
            "https://a.b",
            "http://a.b:8080",
            "postgresql://a.b",
            "postgresql://127.0.0.1:15432",
            "https://*.a.b",
            "http://[::1]:18080",
        ] {
            assert_eq!(OriginRule::parse(text).unwrap().to_string(), text);
        }
    }
}
