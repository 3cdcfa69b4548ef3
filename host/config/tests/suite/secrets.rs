//! Secrets in the environment and in files, and what is said when they are not there.

use std::fs;
use std::path::Path;

use crate::common::parse;
use metahost_config::{Availability, Config, ErrorKind, Secrets};
use metahost_gateway::{AwsCredential, AwsIdentity, CassetteMode, Credential, Gateway, GatewayOptions, Secret};

fn secrets(config: &Config, variables: &'static [(&'static str, &'static str)]) -> Secrets {
    let gateway = Gateway::new(GatewayOptions::default()).unwrap();
    Secrets::new(config, gateway, |name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

async fn why(secrets: &Secrets, reference: &str) -> String {
    let error = secrets.resolve(&reference.parse().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SecretUnavailable);
    assert!(error.to_string().contains(reference), "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_variable_is_read_and_a_missing_or_empty_one_is_named() {
    let secrets = secrets(&parse("").unwrap(), &[("TOKEN", "hunter2"), ("EMPTY", "")]);
    assert_eq!(secrets.resolve(&"env:TOKEN".parse().unwrap()).await.unwrap().expose(), "hunter2");
    assert!(why(&secrets, "env:EMPTY").await.contains("the variable EMPTY is empty"));
    let missing = why(&secrets, "env:TOKN").await;
    assert!(missing.contains("the variable TOKN is not set") && missing.contains("help: set it"), "{missing}");
}

#[tokio::test]
async fn a_file_is_read_from_the_folder_of_the_configuration_without_its_last_newline() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::parse("", &folder.path().join("metahost.toml")).unwrap();
    let secrets = secrets(&config, &[]);
    for (file, content, secret) in
        [("a", "hunter2\n", "hunter2"), ("b", "hun\nter2\r\n", "hun\nter2"), ("c", " x ", " x ")]
    {
        fs::write(folder.path().join(file), content).unwrap();
        assert_eq!(secrets.resolve(&format!("file:{file}").parse().unwrap()).await.unwrap(), Secret::new(secret));
    }
    fs::write(folder.path().join("empty"), "\n").unwrap();
    fs::write(folder.path().join("binary"), b"\xff\xfe").unwrap();
    assert!(why(&secrets, "file:empty").await.contains("is empty"));
    assert!(why(&secrets, "file:binary").await.contains("is not text"));
    assert!(why(&secrets, "file:none").await.contains("there is no file"));
    assert!(why(&secrets, "file:.").await.contains("can't be read"));
}

#[tokio::test]
async fn a_vault_reference_without_a_vault_says_what_to_add() {
    let secrets = secrets(&parse("").unwrap(), &[]);
    let text = why(&secrets, "vault:secret-data/dagster/openmetadata#jwt_token").await;
    assert!(text.contains("no Vault is configured") && text.contains("add `[vault]`"), "{text}");
}

const SOURCE: &str = r#"
[sources.trino]
plugin = "trino"

[sources.trino.credentials]
trino = { kind = "basic", username = "env:USER", password = "env:PASSWORD" }
jwt = { kind = "bearer", token = "env:JWT" }
key = { kind = "api-key", header = "Authorization", value = "env:JWT", prefix = "Key " }
nothing = { kind = "none" }
sso = { kind = "oauth2-client-credentials", token-url = "https://sso.example.com/t", client-id = "me", client-secret = "env:JWT" }
s3 = { kind = "aws-sigv4", access-key-id = "AKIA", secret-access-key = "env:PASSWORD", region = "eu-west-1" }
"#;

#[tokio::test]
async fn credentials_of_every_kind_are_built_with_their_secrets() {
    let config = parse(SOURCE).unwrap();
    let secrets = secrets(&config, &[("USER", "ann"), ("PASSWORD", "hunter2"), ("JWT", "token")]);
    let source = config.source("trino").unwrap();
    assert_eq!(secrets.availability(source).await, Availability::Ready);
    let credentials = secrets.credentials(source).await.unwrap();
    let (password, token) = (Secret::new("hunter2"), Secret::new("token"));
    assert_eq!(credentials["trino"], Credential::Basic { username: "ann".into(), password: password.clone() });
    assert_eq!(credentials["jwt"], Credential::Bearer { token: token.clone() });
    let key = Credential::ApiKey { header: "Authorization".into(), value: token.clone(), prefix: Some("Key ".into()) };
    assert_eq!(credentials["key"], key);
    assert_eq!(credentials["nothing"], Credential::None);
    let Credential::OAuth2ClientCredentials { client_id, client_secret, .. } = &credentials["sso"] else { panic!() };
    assert_eq!((client_id.as_str(), client_secret), ("me", &token));
    let Credential::AwsSigV4(AwsCredential { identity: AwsIdentity::Keys(keys), service, .. }) = &credentials["s3"]
    else {
        panic!()
    };
    assert_eq!((&keys.secret_access_key, service.as_str()), (&password, "s3"));
}

#[tokio::test]
async fn a_source_whose_secrets_are_missing_is_unavailable_with_every_reason_once() {
    let config = parse(SOURCE).unwrap();
    let secrets = secrets(&config, &[("USER", "ann")]);
    let Availability::Unavailable { why } = secrets.availability(config.source("trino").unwrap()).await else {
        panic!()
    };
    let keys: Vec<&str> = why.problems().iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["env:JWT", "env:PASSWORD"]);
}

#[tokio::test]
async fn a_replay_needs_no_secret_of_a_source_but_still_its_catalogs() {
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("cassette");
    let gateway = |cassette| Gateway::new(GatewayOptions { cassette, ..GatewayOptions::default() }).unwrap();
    gateway(CassetteMode::Record(cassette.clone())).finish().unwrap();
    let config = parse(SOURCE).unwrap();
    let secrets = Secrets::new(&config, gateway(CassetteMode::Replay(cassette)), |_| None);
    assert_eq!(secrets.availability(config.source("trino").unwrap()).await, Availability::Ready);
    let availability = secrets.sink_availability(config.environment(Some("production")).unwrap()).await;
    assert!(matches!(availability, Availability::Unavailable { .. }));
}

#[tokio::test]
async fn where_records_go_needs_its_token_only_if_it_is_a_server() {
    let config = Config::parse("", Path::new("metahost.toml")).unwrap();
    let secrets = secrets(&config, &[]);
    let availability = secrets.sink_availability(config.environment(Some("dev")).unwrap()).await;
    assert_eq!(availability, Availability::Ready);
    let availability = secrets.sink_availability(config.environment(Some("production")).unwrap()).await;
    assert!(matches!(availability, Availability::Unavailable { .. }));
}
