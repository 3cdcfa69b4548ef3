//! Credentials on the wire, and tokens.

use std::time::Duration;

use futures::future::join_all;
use metahost_gateway::{AwsCredential, AwsIdentity, AwsKeys, Credential, ErrorKind, Request, Secret};

use crate::server::{Reply, Seen, Server, reply};
use crate::setup::{access_with, client, fetch, refused};

fn oauth(issuer: &Server) -> Credential {
    Credential::OAuth2ClientCredentials {
        token_url: issuer.url("/token"),
        client_id: "meta host".into(),
        client_secret: Secret::new("hunter2"),
        scopes: vec!["read".into(), "list".into()],
        audience: Some("trino".into()),
    }
}

/// Issues `token-0`, `token-1` and so on.
fn issue(_: &Seen, before: usize) -> Reply {
    let token = format!(r#"{{"access_token":"token-{before}","expires_in":3600,"token_type":"Bearer"}}"#);
    Reply { delay: Duration::from_millis(50), ..reply(200, token) }
}

#[tokio::test]
async fn each_kind_shows_up_as_its_header() {
    let server = Server::start(|seen, _| reply(200, seen.header("authorization").unwrap_or("nothing"))).await;
    let bearer = Credential::Bearer { token: Secret::new("t0ken") };
    let basic = Credential::Basic { username: "ann".into(), password: Secret::new("hunter2") };
    let kinds = [(Credential::None, "nothing"), (bearer, "Bearer t0ken"), (basic, "Basic YW5uOmh1bnRlcjI=")];
    for (credential, expected) in kinds {
        let client = client(access_with([server.rule()], credential));
        assert_eq!(fetch(&client, Request::get(server.url("/")).credential("login")).await.1, expected);
        assert_eq!(fetch(&client, Request::get(server.url("/"))).await.1, "nothing", "no slot was named");
    }
}

#[tokio::test]
async fn aws_requests_are_signed_for_their_region_and_service() {
    let server = Server::start(|_, _| reply(200, "")).await;
    let keys = Credential::AwsSigV4(AwsCredential {
        identity: AwsIdentity::Keys(AwsKeys {
            access_key_id: Secret::new("AKID"),
            secret_access_key: Secret::new("hunter2"),
            session_token: Some(Secret::new("session")),
        }),
        region: Some("eu-west-1".into()),
        service: "s3".into(),
        sts_endpoint: None,
    });
    let client = client(access_with([server.rule()], keys));
    fetch(&client, Request::get(server.url("/bucket?list-type=2")).credential("login")).await;
    let seen = &server.seen()[0];
    let authorization = seen.header("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{authorization}");
    assert!(authorization.contains("/eu-west-1/s3/aws4_request") && authorization.contains("host;"), "{authorization}");
    assert_eq!(seen.header("x-amz-security-token"), Some("session"));
    assert!(seen.header("x-amz-content-sha256").is_some() && seen.header("x-amz-date").is_some());
}

#[tokio::test]
async fn one_token_serves_many_requests_and_clients() {
    let issuer = Server::start(issue).await;
    let server = Server::start(|seen, _| reply(200, seen.header("authorization").unwrap())).await;
    let gateway = crate::setup::gateway(metahost_gateway::CassetteMode::Off);
    let clients = [(); 2].map(|()| gateway.client(access_with([server.rule()], oauth(&issuer))));
    let ask = |number: usize| fetch(&clients[number % 2], Request::get(server.url("/")).credential("login"));
    for (_, answer) in join_all((0..8).map(ask)).await {
        assert_eq!(answer, "Bearer token-0");
    }
    let asked = issuer.seen();
    assert_eq!(asked.len(), 1, "one fetch for all");
    assert_eq!(asked[0].body, b"grant_type=client_credentials&scope=read+list&audience=trino");
    assert_eq!(asked[0].header("authorization"), Some("Basic bWV0YStob3N0Omh1bnRlcjI="));
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let issuer = Server::start(issue).await;
    let server = Server::start(|seen, _| match seen.header("authorization") {
        Some("Bearer token-0") => reply(401, "expired"),
        _ => reply(200, "in"),
    })
    .await;
    let client = client(access_with([server.rule()], oauth(&issuer)));
    assert_eq!(fetch(&client, Request::new("POST", server.url("/")).credential("login")).await.1, "in");
    assert_eq!((issuer.seen().len(), server.seen().len()), (2, 2));
}

#[tokio::test]
async fn a_client_that_stays_refused_gets_the_refusal() {
    let issuer = Server::start(issue).await;
    let server = Server::start(|_, _| reply(401, "no")).await;
    let client = client(access_with([server.rule()], oauth(&issuer)));
    assert_eq!(fetch(&client, Request::get(server.url("/")).credential("login")).await, (401, "no".into()));
    assert_eq!((issuer.seen().len(), server.seen().len()), (2, 2));
}

#[tokio::test]
async fn a_token_near_its_end_is_fetched_anew() {
    let issuer =
        Server::start(|_, before| reply(200, format!(r#"{{"access_token":"t{before}","expires_in":"1"}}"#))).await;
    let server = Server::start(|seen, _| reply(200, seen.header("authorization").unwrap())).await;
    let client = client(access_with([server.rule()], oauth(&issuer)));
    let ask = || fetch(&client, Request::get(server.url("/")).credential("login"));
    assert_eq!(ask().await.1, "Bearer t0");
    tokio::time::sleep(Duration::from_millis(950)).await;
    assert_eq!(ask().await.1, "Bearer t1");
}

#[tokio::test]
async fn an_issuer_that_wants_the_secret_in_the_form_gets_it_there() {
    let issuer = Server::start(|seen, before| match seen.header("authorization") {
        Some(_) => reply(401, r#"{"error":"invalid_client"}"#),
        None => issue(seen, before),
    })
    .await;
    let server = Server::start(|seen, _| reply(200, seen.header("authorization").unwrap())).await;
    let client = client(access_with([server.rule()], oauth(&issuer)));
    assert_eq!(fetch(&client, Request::get(server.url("/")).credential("login")).await.1, "Bearer token-1");
    assert!(String::from_utf8_lossy(&issuer.seen()[1].body).contains("client_id=meta+host&client_secret=hunter2"));
}

#[tokio::test]
async fn a_refused_client_is_named_and_its_secret_is_not() {
    let issuer = Server::start(|_, _| reply(401, r#"{"error":"invalid_client"}"#)).await;
    let server = Server::start(|_, _| reply(200, "")).await;
    let client = client(access_with([server.rule()], oauth(&issuer)));
    let error = refused(&client, Request::get(server.url("/")).credential("login"), ErrorKind::CredentialRefused).await;
    let text = format!("{error} {error:?}");
    assert!(text.contains("invalid_client") && text.contains("/token") && !text.contains("hunter2"), "{text}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn the_issuer_can_be_reached_by_the_credential_alone() {
    let issuer = Server::start(issue).await;
    let server = Server::start(|_, _| reply(200, "")).await;
    let client = client(access_with([server.rule()], oauth(&issuer)));
    refused(&client, Request::get(issuer.url("/token")), ErrorKind::NotGranted).await;
    assert!(issuer.seen().is_empty());
}

#[tokio::test]
async fn a_login_posts_json_and_its_token_serves_until_it_ends() {
    let issuer = Server::start(issue).await;
    let server = Server::start(|seen, _| match seen.header("authorization") {
        Some("Bearer token-0") => reply(401, "expired"),
        other => reply(200, other.unwrap()),
    })
    .await;
    let login = Credential::Login {
        login_url: issuer.url("/api/v1/security/login"),
        username: "ann".into(),
        password: Secret::new("hunter2"),
        username_field: "username".into(),
        password_field: "password".into(),
        fields: [("provider".to_owned(), "ldap".to_owned())].into(),
        token_field: "access_token".into(),
    };
    let client = client(access_with([server.rule()], login));
    for _ in 0..3 {
        assert_eq!(fetch(&client, Request::get(server.url("/")).credential("login")).await.1, "Bearer token-1");
    }
    let asked = issuer.seen();
    assert_eq!(asked.len(), 2, "once, and once more when the server refused the first");
    assert_eq!(asked[0].body, br#"{"password":"hunter2","provider":"ldap","username":"ann"}"#);
}

#[tokio::test]
async fn a_refused_login_tells_the_servers_word_and_no_secret() {
    let issuer = Server::start(|_, _| reply(401, r#"{"message":"Not authorized"}"#)).await;
    let login = Credential::Login {
        login_url: issuer.url("/login"),
        username: "ann".into(),
        password: Secret::new("hunter2"),
        username_field: "client_id".into(),
        password_field: "client_secret".into(),
        fields: [].into(),
        token_field: "token".into(),
    };
    let client = client(access_with([issuer.rule()], login));
    let error = refused(&client, Request::get(issuer.url("/")).credential("login"), ErrorKind::CredentialRefused).await;
    let text = format!("{error} {error:?}");
    assert!(text.contains("Not authorized") && text.contains("/login") && !text.contains("hunter2"), "{text}");
}
