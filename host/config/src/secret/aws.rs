//! Builds the gateway's credential for AWS: secrets looked up, files and the container's environment found. What is in
//! the files is the gateway's business.

use std::path::PathBuf;

use metahost_gateway::{AwsCredential, AwsIdentity, AwsKeys, AwsProfile, AwsRole, AwsToken, Secret};

use super::Secrets;
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::section::{AwsBase, AwsRoleSpec, AwsSpec, AwsTokenSpec};

/// What the environment may say of a container's keys.
const CONTAINER: [&str; 2] = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
/// Where ECS answers.
const ECS: &str = "http://169.254.170.2";

impl Secrets {
    /// The credential, its files looked into. A replay needs none of it.
    pub(super) async fn aws(&self, spec: &AwsSpec) -> Result<AwsCredential> {
        let identity = if self.is_replaying() { replayed() } else { self.identity(spec).await? };
        let region = spec.region.clone();
        let sts_endpoint = spec.sts_endpoint.as_ref().map(ToString::to_string);
        let credential = AwsCredential { identity, region, service: spec.service.clone(), sts_endpoint };
        if !self.is_replaying() {
            credential.check().map_err(|error| unusable(&spec.base, &error.to_string()))?;
        }
        Ok(credential)
    }

    async fn identity(&self, spec: &AwsSpec) -> Result<AwsIdentity> {
        let base = match &spec.base {
            AwsBase::Keys { access_key_id, secret_access_key, session_token } => AwsIdentity::Keys(AwsKeys {
                access_key_id: Secret::new(self.text(access_key_id).await?),
                secret_access_key: self.secret(secret_access_key).await?,
                session_token: match session_token {
                    Some(token) => Some(self.secret(token).await?),
                    None => None,
                },
            }),
            AwsBase::Profile(name) => AwsIdentity::Profile(AwsProfile {
                name: name.clone(),
                credentials_file: self.shared_file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?,
                config_file: self.shared_file("AWS_CONFIG_FILE", "config")?,
            }),
            AwsBase::WebIdentity { token, role } => {
                AwsIdentity::WebIdentity { token: self.token(token).await?, role: self.role(role).await? }
            }
            AwsBase::Container => self.container()?,
        };
        match &spec.role {
            Some(role) => Ok(AwsIdentity::Role { base: Box::new(base), role: self.role(role).await? }),
            None => Ok(base),
        }
    }

    async fn role(&self, role: &AwsRoleSpec) -> Result<AwsRole> {
        Ok(AwsRole {
            arn: self.text(&role.arn).await?,
            session_name: role.session_name.clone(),
            external_id: match &role.external_id {
                Some(id) => Some(self.text(id).await?),
                None => None,
            },
            source_identity: role.source_identity.clone(),
            duration: role.duration,
        })
    }

    async fn token(&self, token: &AwsTokenSpec) -> Result<AwsToken> {
        match token {
            AwsTokenSpec::File(path) => Ok(AwsToken::File(self.folder().join(path))),
            AwsTokenSpec::Ref(reference) => self.secret(reference).await.map(AwsToken::Value),
        }
    }

    /// A file that all tools of AWS share.
    fn shared_file(&self, variable: &str, usual: &str) -> Result<PathBuf> {
        let given = self.variable(variable).unwrap_or_else(|| format!("~/.aws/{usual}"));
        let Some(below_home) = given.strip_prefix("~/") else { return Ok(given.into()) };
        let home = self.variable("HOME").or_else(|| self.variable("USERPROFILE"));
        home.map(|home| PathBuf::from(home).join(below_home)).ok_or_else(|| {
            let message = format!("neither {variable} nor HOME is set, so the AWS profile has no file");
            problem("profile", message, &format!("set {variable} to the path of the file"))
        })
    }

    fn container(&self) -> Result<AwsIdentity> {
        let url = match CONTAINER.map(|name| self.variable(name)) {
            [Some(path), _] => format!("{ECS}{path}"),
            [None, Some(url)] => url,
            [None, None] => {
                let message = format!(
                    "neither {} nor {} is set, so nobody gives keys to this container",
                    CONTAINER[0], CONTAINER[1]
                );
                let help = "give the ECS task a role or the EKS pod an identity, or sign in another way";
                return Err(problem("container-credentials", message, help));
            }
        };
        let file = self.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map(|path| AwsToken::File(path.into()));
        let value =
            || self.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(|token| AwsToken::Value(Secret::new(token)));
        Ok(AwsIdentity::Container { url, token: file.or_else(value) })
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.environment(name).filter(|value| !value.is_empty())
    }
}

/// What a replay is given: nothing is signed, and no file is looked for.
fn replayed() -> AwsIdentity {
    let secret = || Secret::new(super::credential::REPLAYED);
    AwsIdentity::Keys(AwsKeys { access_key_id: secret(), secret_access_key: secret(), session_token: None })
}

fn unusable(base: &AwsBase, why: &str) -> Error {
    let key = match base {
        AwsBase::Keys { .. } => "access-key-id",
        AwsBase::Profile(_) => "profile",
        AwsBase::WebIdentity { .. } => "web-identity-token-file",
        AwsBase::Container => "container-credentials",
    };
    problem(key, format!("no keys for AWS by `{key}`: {why}"), "put that right, or sign in another way")
}

fn problem(key: &str, message: String, help: &str) -> Error {
    Problem::new(ErrorKind::SecretUnavailable, key, message).help(help).into()
}
