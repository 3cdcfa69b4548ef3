//! Who signs for AWS, and how the keys for it are had: written out, from a profile, from a container, or lent by STS for
//! a role. Never signs a request of a plugin (`sigv4` does) and keeps nothing (`tokens` does).

mod container;
mod ini;
mod lent;
mod profile;
mod sts;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::live::Line;
use crate::message::Response;
use crate::secret::Secret;
use lent::Lent;
use sts::Sts;

/// Who signs, for which region and service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AwsCredential {
    /// Who signs.
    pub identity: AwsIdentity,
    /// The region that signs; none takes the profile's.
    pub region: Option<String>,
    /// The service that signs: `s3`, `glue`.
    pub service: String,
    /// Where STS is; none takes the region's. Its origin is granted to this credential alone.
    pub sts_endpoint: Option<String>,
}

/// Where keys come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsIdentity {
    /// Keys that are there already.
    Keys(AwsKeys),
    /// A profile of the shared files, which are read anew each time keys are needed.
    Profile(AwsProfile),
    /// A token of another identity provider, which STS takes for the keys of a role.
    WebIdentity {
        /// The token.
        token: AwsToken,
        /// The role.
        role: AwsRole,
    },
    /// What hands out keys to containers: ECS tasks, EKS pods.
    Container {
        /// The address, from the container's environment.
        url: String,
        /// What the container shows there.
        token: Option<AwsToken>,
    },
    /// A role that another identity takes on.
    Role {
        /// Who takes it on.
        base: Box<AwsIdentity>,
        /// The role.
        role: AwsRole,
    },
}

/// An access key. Its identifier is no secret, but of no use to anyone in a log either.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AwsKeys {
    /// The access key's identifier.
    pub access_key_id: Secret,
    /// The secret key.
    pub secret_access_key: Secret,
    /// The session token of temporary keys.
    pub session_token: Option<Secret>,
}

/// A profile, and the files it may be in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AwsProfile {
    /// The profile's name.
    pub name: String,
    /// The shared credentials file; what it says counts more.
    pub credentials_file: PathBuf,
    /// The shared config file.
    pub config_file: PathBuf,
}

/// A role and how it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AwsRole {
    /// The role's ARN.
    pub arn: String,
    /// What the session is called in the account's records.
    pub session_name: String,
    /// What the role's owner wants to hear from third parties.
    pub external_id: Option<String>,
    /// Who is behind the session.
    pub source_identity: Option<String>,
    /// How many seconds the keys shall live; none is STS's own choice.
    pub duration: Option<u32>,
}

/// A token that is there already, or in a file that others keep fresh.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsToken {
    /// The token.
    Value(Secret),
    /// Its file, read anew each time.
    File(PathBuf),
}

/// Keys with the region they sign for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegionKeys {
    pub(crate) keys: AwsKeys,
    pub(crate) region: String,
}

impl AwsCredential {
    /// Reads the files it needs, so that what is missing there shows before anything is sent. Asks nobody.
    pub fn check(&self) -> Result<()> {
        let (identity, region) = self.identity.unfold()?;
        self.region(region)?;
        identity.check()
    }

    /// The keys, where nobody has to be asked and no file to be read.
    pub(crate) fn fixed(&self) -> Option<RegionKeys> {
        match (&self.identity, &self.region) {
            (AwsIdentity::Keys(keys), Some(region)) => Some(RegionKeys { keys: keys.clone(), region: region.clone() }),
            _ => None,
        }
    }

    /// Gets the keys, and says how long they live where that is known.
    pub(crate) async fn fetch(&self, line: &Line<'_>) -> Result<(RegionKeys, Option<Duration>)> {
        let (identity, region) = self.identity.unfold()?;
        let region = self.region(region)?;
        let sts = Sts::new(*line, &region, self.sts_endpoint.as_deref());
        let Lent { keys, life } = sts.obtain(&identity).await?;
        Ok((RegionKeys { keys, region }, life))
    }

    fn region(&self, of_profile: Option<String>) -> Result<String> {
        let region = self.region.clone().or(of_profile);
        let region = region.ok_or_else(|| wrong("no region to sign for; add `region`, here or in the profile"))?;
        let plain = !region.is_empty() && region.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if plain { Ok(region) } else { Err(wrong("not a region; write one like eu-west-1")) }
    }
}

impl AwsIdentity {
    /// The same with profiles replaced by what they say, and the region of the profile.
    fn unfold(&self) -> Result<(Self, Option<String>)> {
        match self {
            Self::Profile(profile) => profile.read(),
            Self::Role { base, role } => {
                let (base, region) = base.unfold()?;
                Ok((Self::Role { base: Box::new(base), role: role.clone() }, region))
            }
            other => Ok((other.clone(), None)),
        }
    }

    fn check(&self) -> Result<()> {
        match self {
            Self::WebIdentity { token, .. } => token.read().map(drop),
            Self::Container { url, token } => {
                container::check(url)?;
                token.as_ref().map_or(Ok(()), |token| token.read().map(drop))
            }
            Self::Role { base, .. } => base.check(),
            Self::Keys(_) | Self::Profile(_) => Ok(()),
        }
    }

    /// The secrets that are known before anyone was asked.
    pub(crate) fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::Keys(keys) => keys.secrets(),
            Self::WebIdentity { token: AwsToken::Value(token), .. }
            | Self::Container { token: Some(AwsToken::Value(token)), .. } => vec![token],
            Self::Role { base, .. } => base.secrets(),
            _ => Vec::new(),
        }
    }
}

impl AwsKeys {
    /// What must not be seen.
    pub(crate) fn secrets(&self) -> Vec<&Secret> {
        std::iter::once(&self.secret_access_key).chain(&self.session_token).collect()
    }
}

impl AwsToken {
    /// The token as it is now.
    fn read(&self) -> Result<Secret> {
        match self {
            Self::Value(token) => Ok(token.clone()),
            Self::File(path) => match read_file(path)?.as_deref().map(str::trim) {
                Some("") => Err(wrong("the token's file is empty").with("file", path.display())),
                Some(token) => Ok(Secret::new(token)),
                None => {
                    Err(wrong("there is no such token file; check its path, or mount it").with("file", path.display()))
                }
            },
        }
    }
}

/// Whether a server refused keys because their time is over. Services say so in several ways.
pub(crate) fn has_expired(answer: &Response) -> bool {
    const WORDS: [&str; 3] =
        ["ExpiredToken", "TokenRefreshRequired", "security token included in the request is expired"];
    let told = answer.header("x-amzn-errortype").is_some_and(|kind| kind.contains(WORDS[0]));
    matches!(answer.status, 400 | 401 | 403)
        && (told || WORDS.iter().any(|word| answer.body.has_ahead(word.as_bytes())))
}

/// Whether AWS asks for patience: its JSON services do so with 400, where others have 429.
pub(crate) fn is_throttled(answer: &Response) -> bool {
    const WORD: &str = "ThrottlingException";
    let told = answer.header("x-amzn-errortype").is_some_and(|kind| kind.contains(WORD));
    answer.status == 400 && (told || answer.body.has_ahead(WORD.as_bytes()))
}

/// A file's text; none where there is no such file. What is in it is in no error.
fn read_file(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| wrong("the file is not text; save it as UTF-8").with("file", path.display())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => {
            let what = "the file cannot be read; let the user who runs metahost read it";
            Err(wrong(what).with("file", path.display()).caused_by(cause))
        }
    }
}

/// Something that only the operator can put right.
fn wrong(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::CredentialRefused, what)
}
