//! `kind = "aws-sigv4"`: who signs, with which role, for which region and service. Reads no file and looks nothing up.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use url::Url;

use crate::read::{FromToml, Node, Section};
use crate::secret::{SecretRef, TextOrRef};

/// What sessions are called where nothing is said.
const SESSION: &str = "metahost";
/// How long STS lends keys, in seconds.
const DURATIONS: RangeInclusive<u32> = 900..=43_200;
/// The longest where one role takes on another.
const LONGEST_OF_A_CHAIN: u32 = 3_600;
/// The keys that say who signs; one of them is there.
const WHO: [&str; 5] =
    ["access-key-id", "profile", "web-identity-token-file", "web-identity-token", "container-credentials"];
/// The keys that say something about a role, and nothing without `role-arn`.
const OF_A_ROLE: [&str; 5] =
    ["role-session-name", "external-id", "source-identity", "duration-seconds", "web-identity-role-arn"];

/// AWS Signature Version 4 as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsSpec {
    /// Who signs, or takes on the role.
    pub base: AwsBase,
    /// The role that is taken on.
    pub role: Option<AwsRoleSpec>,
    /// The region that signs; none takes the profile's.
    pub region: Option<String>,
    /// The service that signs.
    pub service: String,
    /// Where STS is; none takes the region's.
    pub sts_endpoint: Option<Url>,
}

/// Where keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwsBase {
    /// Keys by reference.
    Keys {
        /// The access key's identifier.
        access_key_id: TextOrRef,
        /// The secret key.
        secret_access_key: SecretRef,
        /// The session token of temporary keys.
        session_token: Option<SecretRef>,
    },
    /// A profile of the shared files.
    Profile(String),
    /// A token of another identity provider, taken for the keys of a role.
    WebIdentity {
        /// The token.
        token: AwsTokenSpec,
        /// The role.
        role: AwsRoleSpec,
    },
    /// What the container's environment names.
    Container,
}

/// A web identity token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwsTokenSpec {
    /// A file that others keep fresh; a relative path starts at the folder of metahost.toml.
    File(PathBuf),
    /// A reference to a token that stays as it is.
    Ref(SecretRef),
}

/// A role and how it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsRoleSpec {
    /// The role's ARN.
    pub arn: TextOrRef,
    /// What the session is called.
    pub session_name: String,
    /// What the role's owner wants to hear from third parties.
    pub external_id: Option<TextOrRef>,
    /// Who is behind the session.
    pub source_identity: Option<String>,
    /// How many seconds the keys shall live.
    pub duration: Option<u32>,
}

/// Every key as it is in the file.
struct Keys<'a> {
    access_key_id: Option<TextOrRef>,
    secret_access_key: Option<SecretRef>,
    session_token: Option<SecretRef>,
    profile: Option<String>,
    token: Option<AwsTokenSpec>,
    container: Option<bool>,
    role_arn: Option<TextOrRef>,
    web_identity_role_arn: Option<TextOrRef>,
    role: AwsRoleSpec,
    region: Option<String>,
    service: String,
    sts_endpoint: Option<Url>,
    /// What is there, and where.
    there: Vec<(&'static str, Node<'a>)>,
}

/// Reads the keys of the kind, and reports those that make no sense together: what was read then counts for nothing.
pub(super) fn aws(section: &mut Section<'_>) -> Option<AwsSpec> {
    let keys = Keys::read(section);
    keys.check(section);
    let role = |arn| AwsRoleSpec { arn, ..keys.role.clone() };
    let web_identity_role = keys.web_identity_role_arn.clone().map(plain);
    let (base, role) = match (keys.access_key_id, keys.profile, keys.token) {
        (Some(access_key_id), ..) => {
            let (secret_access_key, session_token) = (keys.secret_access_key?, keys.session_token);
            (AwsBase::Keys { access_key_id, secret_access_key, session_token }, keys.role_arn.map(role))
        }
        (_, Some(profile), _) => (AwsBase::Profile(profile), keys.role_arn.map(role)),
        (.., Some(token)) => {
            let wanted = role(keys.role_arn?);
            match web_identity_role {
                Some(first) => (AwsBase::WebIdentity { token, role: first }, Some(wanted)),
                None => (AwsBase::WebIdentity { token, role: wanted }, None),
            }
        }
        _ => (AwsBase::Container, keys.role_arn.map(role)),
    };
    Some(AwsSpec { base, role, region: keys.region, service: keys.service, sts_endpoint: keys.sts_endpoint })
}

/// The role a token is taken for where another follows: what else is said is about the other.
fn plain(arn: TextOrRef) -> AwsRoleSpec {
    AwsRoleSpec { arn, session_name: SESSION.into(), external_id: None, source_identity: None, duration: None }
}

impl<'a> Keys<'a> {
    fn read(section: &mut Section<'a>) -> Self {
        let names = WHO.iter().chain(&OF_A_ROLE).chain(&[
            "secret-access-key",
            "session-token",
            "role-arn",
            "region",
            "sts-endpoint",
        ]);
        let there = names.filter_map(|name| Some((*name, section.node_of(name)?))).collect();
        let file = section.get("web-identity-token-file").map(AwsTokenSpec::File);
        let role = AwsRoleSpec {
            session_name: session_name(section, "role-session-name").unwrap_or_else(|| SESSION.to_owned()),
            external_id: section.get("external-id"),
            source_identity: session_name(section, "source-identity"),
            duration: duration(section),
            arn: TextOrRef::Text(String::new()),
        };
        Self {
            access_key_id: section.get("access-key-id"),
            secret_access_key: section.get("secret-access-key"),
            session_token: section.get("session-token"),
            profile: section.get("profile"),
            token: section.get("web-identity-token").map(fresh).or(file),
            container: section.get("container-credentials"),
            role_arn: arn(section, "role-arn"),
            web_identity_role_arn: arn(section, "web-identity-role-arn"),
            region: section.get("region"),
            service: section.get("service").unwrap_or_else(|| "s3".to_owned()),
            sts_endpoint: sts_endpoint(section),
            role,
            there,
        }
    }

    fn node(&self, key: &str) -> Option<&Node<'a>> {
        self.there.iter().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Reports each key that makes no sense beside the others, where it stands.
    fn check(&self, section: &Section<'_>) {
        self.check_base(section);
        self.check_keys(section);
        if self.has("role-arn") {
            self.check_role();
        } else {
            self.check_no_role(section);
        }
        if !self.has("profile") && !self.has("region") {
            section.missing::<()>("region");
        }
    }

    fn check_base(&self, section: &Section<'_>) {
        let given: Vec<&str> = WHO.into_iter().filter(|key| self.has(key)).collect();
        match given[..] {
            // A lone secret key is reported for what it lacks.
            [] if self.has("secret-access-key") => {}
            [] => self.nobody(section),
            ["container-credentials"] if self.container == Some(false) => {
                let help = "write true, or leave it out and name keys";
                self.refuse("container-credentials", "false, and nothing else says who signs", help);
            }
            [_] => {}
            [first, ref others @ ..] => {
                for other in others {
                    let what = format!("beside `{first}`, and only one can sign");
                    self.refuse(other, &what, &format!("keep one of `{first}` and `{other}`"));
                }
            }
        }
    }

    fn nobody(&self, section: &Section<'_>) {
        let takes_role = self.has("role-arn");
        let what = if takes_role { "takes on a role, and does not say as whom" } else { "does not say who signs" };
        let help = "add `access-key-id` and `secret-access-key`, `profile`, `web-identity-token-file` or \
                    `container-credentials`";
        section.node().invalid(format!("`{}` {what}", section.node().key), help);
    }

    fn check_keys(&self, section: &Section<'_>) {
        for (one, other) in [("access-key-id", "secret-access-key"), ("secret-access-key", "access-key-id")] {
            if self.has(one) && !self.has(other) {
                section.missing::<()>(other);
            }
        }
        if self.has("session-token") && !self.has("access-key-id") && !self.has("secret-access-key") {
            let help = "add `access-key-id` and `secret-access-key`, or leave it out";
            self.refuse("session-token", "there without the keys it belongs to", help);
        }
    }

    fn check_no_role(&self, section: &Section<'_>) {
        let help = "add `role-arn`, or leave it out";
        for key in OF_A_ROLE {
            self.refuse(key, "there without a role", help);
        }
        if self.has_token() {
            section.missing::<()>("role-arn");
        } else if !self.has("profile") {
            self.refuse("sts-endpoint", "there, and nobody asks STS", help);
        }
    }

    fn check_role(&self) {
        let first = self.has("web-identity-role-arn");
        if first && !self.has_token() {
            let help = "add `web-identity-token-file`, or leave it out";
            self.refuse("web-identity-role-arn", "there without a token", help);
        }
        if self.has_token() && !first {
            let help = "leave it out; or name the role of the token in `web-identity-role-arn`, and the next one in \
                        `role-arn`";
            for key in ["external-id", "source-identity"] {
                self.refuse(key, "there, and STS takes none along with a token", help);
            }
        }
        if first && self.role.duration.is_some_and(|seconds| seconds > LONGEST_OF_A_CHAIN) {
            let help = "write at most 3600: a role taken on by a role lasts an hour at most";
            self.refuse("duration-seconds", "longer than STS allows here", help);
        }
    }

    fn has_token(&self) -> bool {
        self.has("web-identity-token-file") || self.has("web-identity-token")
    }

    /// Reports a key, if it is there.
    fn refuse(&self, key: &str, what: &str, help: &str) {
        if let Some(node) = self.node(key) {
            node.invalid(format!("`{}` is {what}", node.key), help);
        }
    }
}

/// A file is read anew each time, however it is written.
fn fresh(reference: SecretRef) -> AwsTokenSpec {
    match reference {
        SecretRef::File(path) => AwsTokenSpec::File(path.into()),
        other => AwsTokenSpec::Ref(other),
    }
}

fn duration(section: &mut Section<'_>) -> Option<u32> {
    let node = section.node_of("duration-seconds")?;
    let seconds = u32::read(&node)?;
    let possible = DURATIONS.contains(&seconds);
    if !possible {
        node.invalid(
            format!("`{}` is out of range", node.key),
            "write 900 to 43200 seconds, and no more than the role allows",
        );
    }
    possible.then_some(seconds)
}

/// Where STS is. A web identity's token goes there as it is: without TLS it may only stay on this machine.
fn sts_endpoint(section: &mut Section<'_>) -> Option<Url> {
    let node = section.node_of("sts-endpoint")?;
    let url = Url::read(&node)?;
    let stays = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let is_safe = url.scheme() == "https" || stays;
    if !is_safe {
        node.invalid(format!("`{}` would carry a token in the clear", node.key), "write one that begins with https://");
    }
    is_safe.then_some(url)
}

/// A name as STS takes it.
fn session_name(section: &mut Section<'_>, key: &'static str) -> Option<String> {
    let node = section.node_of(key)?;
    let name = node.text()?;
    let fine =
        (2..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
    if !fine {
        node.invalid(
            format!("`{}` is no name of a session", node.key),
            "write 2 to 64 letters, digits or signs of _+=,.@-",
        );
    }
    fine.then(|| name.to_owned())
}

fn arn(section: &mut Section<'_>, key: &'static str) -> Option<TextOrRef> {
    let node = section.node_of(key)?;
    let arn = TextOrRef::read(&node)?;
    if matches!(&arn, TextOrRef::Text(text) if !text.starts_with("arn:")) {
        node.invalid(format!("`{}` is no ARN", node.key), "write one like arn:aws:iam::123456789012:role/name");
        return None;
    }
    Some(arn)
}
