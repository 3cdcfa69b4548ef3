//! What is said of a Vault that is down, sealed, or refuses; how one logs in; and which version of KV is read.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::common::parse;
use crate::stand_in::VaultStandIn;
use metahost_config::{ErrorKind, Result, Secrets};
use metahost_gateway::{Gateway, GatewayOptions, ProxyOptions, Secret};

const REFERENCE: &str = "vault:kv/team/om#jwt";
const MOUNT: &str = "GET /v1/sys/internal/ui/mounts/kv/team/om";
const V1: &str = r#"{"data":{"path":"kv/","type":"kv","options":{"version":"1"}}}"#;
const V2: &str = r#"{"data":{"path":"kv/","type":"kv","options":{"version":"2"}}}"#;
const READ_V1: &str = "GET /v1/kv/team/om";
const READ_V2: &str = "GET /v1/kv/data/team/om";
const SECRET_V2: &str =
    r#"{"data":{"data":{"jwt":"hunter2","port":5432,"list":["hunter2"],"none":""},"metadata":{"version":1}}}"#;
const TOKEN: &str = r#"{ method = "token", token = "env:VAULT_TOKEN" }"#;

fn secrets(address: &str, auth: &str, more: &str) -> Secrets {
    let config = parse(&format!("[vault]\naddress = \"{address}\"\nauth = {auth}\n{more}")).unwrap();
    let options = GatewayOptions { proxy: Some(ProxyOptions::none()), ..config.gateway_options() };
    Secrets::new(&config, Gateway::new(options).unwrap(), |name| Some(format!("planted-{name}")))
}

async fn resolve(answers: &[(&str, u16, &str)], reference: &str) -> Result<Secret> {
    let server = VaultStandIn::start(answers);
    secrets(&server.address, TOKEN, "").resolve(&reference.parse().unwrap()).await
}

async fn why(answers: &[(&str, u16, &str)], reference: &str) -> (String, bool) {
    let error = resolve(answers, reference).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SecretUnavailable);
    let text = format!("{error} {error:?}");
    assert!(text.contains(reference) && !text.contains("hunter2") && !text.contains("planted"), "{text}");
    (error.to_string(), error.is_retryable())
}

#[tokio::test]
async fn both_versions_of_kv_are_told_apart_by_the_server() {
    let v2 = resolve(&[(MOUNT, 200, V2), (READ_V2, 200, SECRET_V2)], REFERENCE).await.unwrap();
    assert_eq!(v2.expose(), "hunter2");
    let v1 = resolve(&[(MOUNT, 200, V1), (READ_V1, 200, r#"{"data":{"jwt":"hunter2"}}"#)], REFERENCE).await.unwrap();
    assert_eq!(v1.expose(), "hunter2");
    let port = resolve(&[(MOUNT, 200, V2), (READ_V2, 200, SECRET_V2)], "vault:kv/team/om#port").await.unwrap();
    assert_eq!(port.expose(), "5432");
}

#[tokio::test]
async fn the_mount_may_have_several_parts() {
    let deep = V2.replace("kv/", "kv/team/");
    let found = resolve(&[(MOUNT, 200, &deep), ("GET /v1/kv/team/data/om", 200, SECRET_V2)], REFERENCE).await;
    assert_eq!(found.unwrap().expose(), "hunter2");
}

#[tokio::test]
async fn a_version_that_is_configured_is_not_asked_for_and_the_namespace_and_token_are_sent() {
    let server = VaultStandIn::start(&[(READ_V2, 200, SECRET_V2)]);
    let secrets = secrets(&server.address, TOKEN, "namespace = \"/team/\"\nkv-version = 2\n");
    secrets.resolve(&REFERENCE.parse().unwrap()).await.unwrap();
    secrets.resolve(&REFERENCE.parse().unwrap()).await.unwrap();
    let [asked] = &server.asked()[..] else { panic!("{:?}", server.asked()) };
    let asked = asked.to_lowercase();
    assert!(asked.contains("x-vault-namespace: team\r\n"), "{asked}");
    assert!(asked.contains("x-vault-token: planted-vault_token\r\n"), "{asked}");
}

#[tokio::test]
async fn a_version_that_is_configured_wrongly_is_suspected() {
    for (status, body) in [(403, r#"{"errors":["permission denied"]}"#), (404, r#"{"errors":[]}"#)] {
        let server = VaultStandIn::start(&[(READ_V1, status, body)]);
        let secrets = secrets(&server.address, TOKEN, "kv-version = 1\n");
        let error = secrets.resolve(&REFERENCE.parse().unwrap()).await.unwrap_err().to_string();
        assert!(error.contains("leave out `vault.kv-version`"), "{error}");
    }
}

#[tokio::test]
async fn a_role_logs_in_once_for_all_secrets() {
    let login = r#"{"auth":{"client_token":"session"}}"#;
    let answers = [("POST /v1/auth/app/eu/login", 200, login), (MOUNT, 200, V2), (READ_V2, 200, SECRET_V2)];
    let server = VaultStandIn::start(&answers);
    let auth = r#"{ method = "approle", mount = "app/eu", role-id = "metahost", secret-id = "env:SECRET_ID" }"#;
    let secrets = secrets(&server.address, auth, "");
    secrets.resolve(&REFERENCE.parse().unwrap()).await.unwrap();
    secrets.resolve(&"vault:kv/team/om#port".parse().unwrap()).await.unwrap();
    let asked = server.asked();
    assert!(asked[0].ends_with(r#"{"role_id":"metahost","secret_id":"planted-SECRET_ID"}"#), "{}", asked[0]);
    assert_eq!(asked.iter().filter(|request| request.contains("/login")).count(), 1);
    assert!(asked[1].to_lowercase().contains("x-vault-token: session\r\n"), "{}", asked[1]);
}

#[tokio::test]
async fn a_pod_logs_in_with_its_service_account() {
    let login = r#"{"auth":{"client_token":"session"}}"#;
    let answers = [("POST /v1/auth/kubernetes/login", 200, login), (MOUNT, 200, V2), (READ_V2, 200, SECRET_V2)];
    let server = VaultStandIn::start(&answers);
    let auth = r#"{ method = "kubernetes", role = "metahost", jwt = "env:JWT" }"#;
    secrets(&server.address, auth, "").resolve(&REFERENCE.parse().unwrap()).await.unwrap();
    assert!(server.asked()[0].ends_with(r#"{"jwt":"planted-JWT","role":"metahost"}"#), "{}", server.asked()[0]);
}

#[tokio::test]
async fn a_refused_login_repeats_the_servers_words() {
    let server =
        VaultStandIn::start(&[("POST /v1/auth/approle/login", 400, r#"{"errors":["invalid role or secret ID"]}"#)]);
    let auth = r#"{ method = "approle", role-id = "metahost", secret-id = "env:SECRET_ID" }"#;
    let error = secrets(&server.address, auth, "").resolve(&REFERENCE.parse().unwrap()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("logging in to Vault: the login was refused (invalid role or secret ID)"), "{text}");
    assert!(!text.contains("planted") && !error.is_retryable(), "{text}");
}

#[tokio::test]
async fn each_failure_has_its_own_message() {
    let sealed = (MOUNT, 503, r#"{"errors":["Vault is sealed"]}"#);
    let (text, retryable) = why(&[sealed], REFERENCE).await;
    assert!(text.contains("sealed") && text.contains("help: unseal it") && retryable, "{text}");

    let denied = r#"{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"#;
    let (text, retryable) = why(&[(MOUNT, 200, V2), (READ_V2, 403, denied)], REFERENCE).await;
    assert!(text.contains("refused to read `kv/data/team/om` (permission denied)"), "{text}");
    assert!(text.contains("token has not expired") && !retryable, "{text}");

    let (text, _) = why(&[(MOUNT, 403, denied)], REFERENCE).await;
    assert!(text.contains("refused to read `kv/team/om`") && text.contains("the mount exists"), "{text}");

    let (text, _) = why(&[(MOUNT, 200, V2)], REFERENCE).await;
    assert!(text.contains("there is no secret at `team/om` in the mount `kv`"), "{text}");

    let deleted = r#"{"data":{"data":null,"metadata":{"deletion_time":"2026-01-01T00:00:00Z"}}}"#;
    let (text, _) = why(&[(MOUNT, 200, V2), (READ_V2, 404, deleted)], REFERENCE).await;
    assert!(text.contains("is deleted"), "{text}");

    let there = [(MOUNT, 200, V2), (READ_V2, 200, SECRET_V2)];
    let (text, _) = why(&there, "vault:kv/team/om#jwt_token").await;
    assert!(text.contains("no field `jwt_token`") && text.contains("its fields are: jwt, list, none, port"), "{text}");
    assert!(why(&there, "vault:kv/team/om#list").await.0.contains("`list` is not a text"));
    assert!(why(&there, "vault:kv/team/om#none").await.0.contains("`none` is empty"));

    let (text, _) = why(&[(MOUNT, 200, r#"{"data":{"path":"kv/","type":"pki"}}"#)], REFERENCE).await;
    assert!(text.contains("of the pki engine"), "{text}");

    let (text, retryable) = why(&[(MOUNT, 500, "oops")], REFERENCE).await;
    assert!(text.contains("Vault answered 500") && retryable, "{text}");

    let (text, _) = why(&[(MOUNT, 200, "<html>")], REFERENCE).await;
    assert!(text.contains("the answer is not Vault's"), "{text}");
}

#[tokio::test]
async fn a_vault_that_is_not_there_is_said_to_be_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("http://127.0.0.1:{port}");
    let error = secrets(&address, TOKEN, "").resolve(&REFERENCE.parse().unwrap()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&format!("Vault at {address}/ can't be reached")) && error.is_retryable(), "{text}");
}

#[tokio::test]
async fn a_silent_vault_holds_nobody_up_and_is_asked_once() {
    let secrets = secrets(&VaultStandIn::silent().address, TOKEN, "");
    let start = Instant::now();
    for field in ["jwt", "port", "jwt"] {
        let error = secrets.resolve(&format!("vault:kv/team/om#{field}").parse().unwrap()).await.unwrap_err();
        assert!(error.to_string().contains("can't be reached"), "{error}");
    }
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
}
