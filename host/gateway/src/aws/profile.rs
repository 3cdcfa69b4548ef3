//! A profile of the shared files: its keys, its region, and the role it takes on. Never starts a program and never opens
//! a browser, so profiles that need one are refused by name.

use std::collections::{BTreeMap, BTreeSet};

use super::ini::{Sections, parse};
use super::{AwsIdentity, AwsKeys, AwsProfile, AwsRole, AwsToken, read_file, wrong};
use crate::error::{Error, Result};
use crate::secret::Secret;

/// What sessions are called where the profile does not say.
const SESSION: &str = "metahost";

type Settings = BTreeMap<String, String>;

/// Every profile of both files, while one of them is being read.
struct Profiles<'a> {
    all: BTreeMap<String, Settings>,
    source: &'a AwsProfile,
}

impl AwsProfile {
    /// Who signs, and the profile's region.
    pub(super) fn read(&self) -> Result<(AwsIdentity, Option<String>)> {
        let profiles = Profiles { all: self.both()?, source: self };
        let identity = profiles.identity(&self.name, &mut BTreeSet::new())?;
        Ok((identity, profiles.settings(&self.name)?.get("region").cloned()))
    }

    /// The profiles of both files. What the credentials file says counts more.
    fn both(&self) -> Result<BTreeMap<String, Settings>> {
        let read = |path| read_file(path)?.map(|text| parse(&text, path)).transpose();
        let (config, credentials): (Option<Sections>, Option<Sections>) =
            (read(&self.config_file)?, read(&self.credentials_file)?);
        if config.is_none() && credentials.is_none() {
            let what = "neither file of AWS profiles is there; write one, or set AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE";
            return Err(self.places(wrong(what)));
        }
        let named = |(name, settings): (String, Settings)| match name.strip_prefix("profile ") {
            Some(name) => Some((name.to_owned(), settings)),
            None => (name == "default").then_some((name, settings)),
        };
        let mut all: BTreeMap<String, Settings> = config.into_iter().flatten().filter_map(named).collect();
        for (name, settings) in credentials.into_iter().flatten() {
            all.entry(name).or_default().extend(settings);
        }
        Ok(all)
    }

    fn places(&self, error: Error) -> Error {
        error.with("credentials-file", self.credentials_file.display()).with("config-file", self.config_file.display())
    }
}

impl Profiles<'_> {
    fn settings(&self, name: &str) -> Result<&Settings> {
        self.all.get(name).ok_or_else(|| {
            let names = self.all.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let error = wrong(format!("there is no AWS profile `{name}`; name one of those there are"));
            self.source.places(error.with("profiles", if names.is_empty() { "none" } else { &names }))
        })
    }

    /// Who signs for a profile. `seen` holds the profiles that lead here.
    fn identity(&self, name: &str, seen: &mut BTreeSet<String>) -> Result<AwsIdentity> {
        let settings = self.settings(name)?;
        let set = |key: &str| settings.get(key).filter(|value| !value.is_empty());
        // A profile may name itself as the source of its role: then its own keys are meant.
        let own = !seen.insert(name.to_owned());
        let Some(arn) = set("role_arn").filter(|_| !own) else { return self.keys(name, settings) };
        if set("mfa_serial").is_some() {
            return Err(
                self.about(name, "wants a code of an MFA device, for which nobody can be asked; use another role")
            );
        }
        let role = self.role(name, arn, settings)?;
        match (set("source_profile"), set("web_identity_token_file")) {
            (Some(base), None) => {
                if base != name && seen.contains(base) {
                    return Err(
                        self.about(name, "leads back to itself by `source_profile`; let the last one have keys")
                    );
                }
                Ok(AwsIdentity::Role { base: Box::new(self.identity(base, seen)?), role })
            }
            (None, Some(file)) => Ok(AwsIdentity::WebIdentity { token: AwsToken::File(file.into()), role }),
            (Some(_), Some(_)) => {
                Err(self.about(name, "has both `source_profile` and `web_identity_token_file`; keep one of them"))
            }
            (None, None) => Err(self.about(
                name,
                "has `role_arn` and nobody to take it on; add `source_profile` or `web_identity_token_file`",
            )),
        }
    }

    fn role(&self, name: &str, arn: &str, settings: &Settings) -> Result<AwsRole> {
        let duration = settings.get("duration_seconds").map(|seconds| seconds.parse()).transpose();
        let duration = duration.map_err(|_| self.about(name, "has a `duration_seconds` that is no number"))?;
        Ok(AwsRole {
            arn: arn.to_owned(),
            session_name: settings.get("role_session_name").cloned().unwrap_or_else(|| SESSION.to_owned()),
            external_id: settings.get("external_id").cloned(),
            source_identity: None,
            duration,
        })
    }

    fn keys(&self, name: &str, settings: &Settings) -> Result<AwsIdentity> {
        let secret = |key: &str| settings.get(key).filter(|value| !value.is_empty()).map(Secret::new);
        match (secret("aws_access_key_id"), secret("aws_secret_access_key")) {
            (Some(access_key_id), Some(secret_access_key)) => {
                let session_token = secret("aws_session_token");
                Ok(AwsIdentity::Keys(AwsKeys { access_key_id, secret_access_key, session_token }))
            }
            (Some(_), None) => Err(self.about(name, "has no `aws_secret_access_key`; add it")),
            (None, Some(_)) => Err(self.about(name, "has no `aws_access_key_id`; add it")),
            (None, None) => Err(self.about(name, &elsewhere(settings))),
        }
    }

    fn about(&self, name: &str, what: &str) -> Error {
        self.source.places(wrong(format!("the AWS profile `{name}` {what}")))
    }
}

/// Why there are no keys in a profile.
fn elsewhere(settings: &Settings) -> String {
    const ELSEWHERE: [&str; 5] =
        ["credential_process", "sso_session", "sso_start_url", "login_session", "credential_source"];
    let remedy = "`aws configure export-credentials` shows keys to put there";
    match ELSEWHERE.iter().find(|key| settings.contains_key(**key)) {
        Some(key) => format!("gets its keys by `{key}`, which metahost does not follow; {remedy}"),
        None => "holds no keys; add `aws_access_key_id` and `aws_secret_access_key`, or a role".to_owned(),
    }
}
