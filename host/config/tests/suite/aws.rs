//! Who signs for AWS: what the configuration becomes, and what is said when its files or variables are not there.

use std::fs;
use std::path::Path;

use metahost_config::{Availability, Config, ErrorKind, Secrets};
use metahost_gateway::{
    AwsCredential, AwsIdentity, AwsToken, CassetteMode, Credential, Gateway, GatewayOptions, Secret,
};

const ARN: &str = "arn:aws:iam::123456789012:role/reader";

/// A source with one slot.
fn config(folder: &Path, keys: &str) -> Config {
    let text = format!("[sources.s3]\nplugin = \"s3\"\n[sources.s3.credentials.s3]\nkind = \"aws-sigv4\"\n{keys}\n");
    Config::parse(&text, &folder.join("metahost.toml")).unwrap()
}

fn gateway(cassette: CassetteMode) -> Gateway {
    Gateway::new(GatewayOptions { cassette, ..GatewayOptions::default() }).unwrap()
}

fn secrets(config: &Config, variables: &[(&'static str, String)]) -> Secrets {
    let variables = variables.to_vec();
    Secrets::new(config, gateway(CassetteMode::Off), move |name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    })
}

async fn credential(folder: &Path, keys: &str, variables: &[(&'static str, String)]) -> AwsCredential {
    let config = config(folder, keys);
    let mut credentials = secrets(&config, variables).credentials(config.source("s3").unwrap()).await.unwrap();
    let Some(Credential::AwsSigV4(credential)) = credentials.remove("s3") else { panic!() };
    credential
}

async fn why(folder: &Path, keys: &str, variables: &[(&'static str, String)]) -> String {
    let config = config(folder, keys);
    let error = secrets(&config, variables).credentials(config.source("s3").unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SecretUnavailable);
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    error.to_string()
}

fn value(name: &'static str, value: impl std::fmt::Display) -> (&'static str, String) {
    (name, format!("{value}"))
}

#[tokio::test]
async fn keys_take_on_a_role_with_what_is_said_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let keys = "access-key-id = \"AKIA\"\nsecret-access-key = \"env:KEY\"\nregion = \"eu-west-1\"\n\
                role-arn = \"env:ROLE\"\nexternal-id = \"x\"\nsource-identity = \"ann\"\nduration-seconds = 900\n\
                service = \"glue\"\nsts-endpoint = \"https://sts.example.com\"";
    let variables = [value("KEY", "hunter2"), value("ROLE", ARN)];
    let credential = credential(folder.path(), keys, &variables).await;
    let AwsIdentity::Role { base, role } = credential.identity else { panic!() };
    let AwsIdentity::Keys(keys) = *base else { panic!() };
    assert_eq!(keys.secret_access_key, Secret::new("hunter2"));
    assert_eq!((role.arn.as_str(), role.session_name.as_str(), role.duration), (ARN, "metahost", Some(900)));
    assert_eq!((role.external_id.as_deref(), role.source_identity.as_deref()), (Some("x"), Some("ann")));
    assert_eq!(credential.service, "glue");
    assert_eq!(credential.sts_endpoint.as_deref(), Some("https://sts.example.com/"));
}

#[tokio::test]
async fn the_file_of_a_token_stays_a_file_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "hunter2").unwrap();
    for key in ["web-identity-token-file = \"token\"", "web-identity-token = \"file:token\""] {
        let keys = format!("{key}\nrole-arn = \"{ARN}\"\nregion = \"eu-west-1\"");
        let AwsIdentity::WebIdentity { token, role } = credential(folder.path(), &keys, &[]).await.identity else {
            panic!()
        };
        assert_eq!((token, role.arn.as_str()), (AwsToken::File(folder.path().join("token")), ARN));
    }
    let keys = format!(
        "web-identity-token = \"env:TOKEN\"\nweb-identity-role-arn = \"arn:aws:iam::1:role/pod\"\n\
         role-arn = \"{ARN}\"\nexternal-id = \"x\"\nregion = \"eu-west-1\""
    );
    let chained = credential(folder.path(), &keys, &[value("TOKEN", "hunter2")]).await.identity;
    let AwsIdentity::Role { base, role } = chained else { panic!() };
    let AwsIdentity::WebIdentity { token, role: first } = *base else { panic!() };
    assert_eq!(token, AwsToken::Value(Secret::new("hunter2")));
    assert_eq!((first.arn.as_str(), first.external_id), ("arn:aws:iam::1:role/pod", None));
    assert_eq!((role.arn.as_str(), role.external_id.as_deref()), (ARN, Some("x")));
    let keys = format!("web-identity-token-file = \"gone\"\nrole-arn = \"{ARN}\"\nregion = \"eu-west-1\"");
    let missing = why(folder.path(), &keys, &[]).await;
    assert!(missing.contains("no such token file") && missing.contains("gone"), "{missing}");
}

#[tokio::test]
async fn a_profile_is_looked_for_where_the_variables_or_the_home_folder_say() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".aws")).unwrap();
    let file = folder.path().join(".aws/credentials");
    let text = "[lake]\naws_access_key_id = AKIA\naws_secret_access_key = hunter2\nregion = eu-west-1\n";
    fs::write(&file, text).unwrap();
    let named = [value("AWS_SHARED_CREDENTIALS_FILE", file.display()), value("AWS_CONFIG_FILE", "/nowhere")];
    let home = [value("HOME", folder.path().display())];
    let tilde = [value("HOME", folder.path().display()), value("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")];
    for variables in [&named[..], &home, &tilde] {
        let AwsIdentity::Profile(profile) = credential(folder.path(), "profile = \"lake\"", variables).await.identity
        else {
            panic!()
        };
        assert_eq!(profile.credentials_file, file);
    }
    let unknown = why(folder.path(), "profile = \"laek\"", &home).await;
    assert!(unknown.contains("there is no AWS profile `laek`") && unknown.contains("profiles: lake"), "{unknown}");
    let homeless = why(folder.path(), "profile = \"lake\"", &[]).await;
    assert!(homeless.contains("set AWS_SHARED_CREDENTIALS_FILE to the path"), "{homeless}");
}

#[tokio::test]
async fn a_container_is_told_by_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "hunter2").unwrap();
    let keys = "container-credentials = true\nregion = \"eu-west-1\"";
    let pod = [
        value("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"),
        value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.display()),
    ];
    let identity = credential(folder.path(), keys, &pod).await.identity;
    let url = "http://169.254.170.23/v1/credentials".to_owned();
    assert_eq!(identity, AwsIdentity::Container { url, token: Some(AwsToken::File(file)) });
    let task = [value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x")];
    let identity = credential(folder.path(), keys, &task).await.identity;
    let url = "http://169.254.170.2/v2/credentials/x".to_owned();
    assert_eq!(identity, AwsIdentity::Container { url, token: None });
    let elsewhere = [value("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://keys.example.com/?x=hunter2")];
    assert!(why(folder.path(), keys, &elsewhere).await.contains("without TLS"));
    assert!(why(folder.path(), keys, &[]).await.contains("nobody gives keys to this container"));
}

#[tokio::test]
async fn a_replay_needs_no_file_profile_or_container() {
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("cassette");
    gateway(CassetteMode::Record(cassette.clone())).finish().unwrap();
    let token = format!("web-identity-token-file = \"gone\"\nrole-arn = \"{ARN}\"\nregion = \"eu-west-1\"");
    for keys in [token.as_str(), "profile = \"lake\"", "container-credentials = true\nregion = \"eu-west-1\""] {
        let config = config(folder.path(), keys);
        let secrets = Secrets::new(&config, gateway(CassetteMode::Replay(cassette.clone())), |_| None);
        assert_eq!(secrets.availability(config.source("s3").unwrap()).await, Availability::Ready, "{keys}");
    }
}
