//! Recording and replaying.

use std::fs;
use std::path::Path;

use metahost_gateway::{
    Access, CassetteMode, Client, Credential, ErrorKind, Gateway, GatewayOptions, OriginRule, ProxyOptions, Request,
    Secret,
};

use crate::server::{Server, reply};
use crate::setup::{access, access_with, fetch, gateway, refused};

const SECRET: &str = "s3cr3t/of \"ann\"";

fn record(folder: &Path) -> Gateway {
    gateway(CassetteMode::Record(folder.to_owned()))
}

fn replay(folder: &Path) -> Gateway {
    gateway(CassetteMode::Replay(folder.to_owned()))
}

/// All that a client can see of an answer.
async fn whole(client: &Client, request: Request) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let response = client.send(request).await.unwrap();
    (response.status, response.headers, response.body.collect(1 << 24).await.unwrap().to_vec())
}

/// Everything that was written into a folder.
fn written(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.flatten().collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

async fn lab() -> Server {
    Server::start(|seen, before| match seen.path() {
        "/json" => reply(200, r#"{"b": 1.10,"a":[null,"é\/"]}"#).header("content-type", "application/json"),
        "/lines" => reply(200, "one\ntwo\r\n\"three\""),
        "/binary" => reply(203, [0, 255, 10, 13]).header("x-kind", "binary"),
        "/empty" => reply(204, ""),
        "/moved" => reply(302, "").header("location", "/json"),
        "/flaky" => reply(if before % 2 == 0 { 200 } else { 503 }, format!("answer {before}")),
        "/large" => reply(200, vec![b'x'; 3 << 20]),
        _ => reply(404, "nothing here"),
    })
    .await
}

fn requests(server: &Server) -> Vec<Request> {
    let paths = ["/json", "/lines", "/binary", "/empty", "/moved", "/flaky", "/flaky", "/large", "/none?b=1&a=2"];
    let mut requests: Vec<_> = paths.iter().map(|path| Request::get(server.url(path))).collect();
    requests.push(Request::new("POST", server.url("/json")).body("select 1"));
    requests.push(Request::new("POST", server.url("/json")).body(vec![b'y'; 100 << 10]));
    requests.push(Request::new("HEAD", server.url("/large")));
    requests
}

async fn record_all(server: &Server, recording: &Gateway) -> Vec<(u16, Vec<(String, String)>, Vec<u8>)> {
    let client = recording.client(access([server.rule()]));
    let mut answers = Vec::new();
    for request in requests(server) {
        answers.push(whole(&client, request).await);
    }
    recording.finish().unwrap();
    answers
}

#[tokio::test]
async fn a_replay_gives_every_answer_byte_for_byte_and_asks_nobody() {
    let (server, folder) = (lab().await, tempfile::tempdir().unwrap());
    let recording = record(folder.path());
    let answers = record_all(&server, &recording).await;
    let asked = server.seen().len();
    let player = replay(folder.path());
    let client = player.client(access([server.rule()]));
    for (request, answer) in requests(&server).into_iter().zip(answers) {
        assert_eq!(whole(&client, request).await, answer);
    }
    assert_eq!(server.seen().len(), asked);
    assert!(player.replay_clock().is_some() && player.replay_clock() == recording.replay_clock());
}

#[tokio::test]
async fn a_compressed_cassette_replays_the_same() {
    let (server, folder) = (lab().await, tempfile::tempdir().unwrap());
    let options = GatewayOptions {
        cassette: CassetteMode::Record(folder.path().to_owned()),
        compress_cassette: true,
        proxy: Some(ProxyOptions::none()),
        ..GatewayOptions::default()
    };
    let answers = record_all(&server, &Gateway::new(options).unwrap()).await;
    assert!(folder.path().join("lab.jsonl.zst").exists() && !folder.path().join("lab.jsonl").exists());
    let client = replay(folder.path()).client(access([server.rule()]));
    for (request, answer) in requests(&server).into_iter().zip(answers) {
        assert_eq!(whole(&client, request).await, answer);
    }
}

#[tokio::test]
async fn the_same_request_gets_its_answers_in_their_order_and_no_more_of_them() {
    let (server, folder) =
        (Server::start(|_, before| reply(200, format!("{before}"))).await, tempfile::tempdir().unwrap());
    let recording = record(folder.path());
    let client = recording.client(access([server.rule()]));
    for _ in 0..3 {
        fetch(&client, Request::get(server.url("/"))).await;
    }
    let client = replay(folder.path()).client(access([server.rule()]));
    for expected in ["0", "1", "2"] {
        assert_eq!(fetch(&client, Request::get(server.url("/"))).await.1, expected);
    }
    let error = refused(&client, Request::get(server.url("/")), ErrorKind::NotInCassette).await;
    assert!(error.to_string().contains("more often"), "{error}");
}

#[tokio::test]
async fn requests_that_differ_in_their_headers_alone_find_their_own_answers() {
    let server = Server::start(|seen, _| reply(200, seen.header("x-trino-schema").unwrap())).await;
    let folder = tempfile::tempdir().unwrap();
    let show = |schema| Request::new("POST", server.url("/")).header("X-Trino-Schema", schema).body("show tables");
    let client = record(folder.path()).client(access([server.rule()]));
    for schema in ["a", "b"] {
        fetch(&client, show(schema)).await;
    }
    let client = replay(folder.path()).client(access([server.rule()]));
    for schema in ["b", "a"] {
        assert_eq!(fetch(&client, show(schema)).await.1, schema);
    }
}

#[tokio::test]
async fn a_request_that_was_not_recorded_is_named_with_what_comes_closest() {
    let (server, folder) = (lab().await, tempfile::tempdir().unwrap());
    let client = record(folder.path()).client(access([server.rule()]));
    fetch(&client, Request::get(server.url("/json"))).await;
    fetch(&client, Request::new("POST", server.url("/json")).body("select 1")).await;
    let client = replay(folder.path()).client(access([server.rule()]));
    let asked = Request::new("POST", server.url("/json")).body("select 2");
    let error = refused(&client, asked, ErrorKind::NotInCassette).await.to_string();
    for part in ["POST", "/json", "select 2", "select 1", "lab.jsonl"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let mut other = access([server.rule()]);
    other.owner = "other".into();
    let error =
        refused(&replay(folder.path()).client(other), Request::get(server.url("/json")), ErrorKind::NotInCassette)
            .await;
    assert!(error.to_string().contains("other.jsonl"), "{error}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_replay_checks_grants_and_resolves_no_name() {
    let (server, folder) = (lab().await, tempfile::tempdir().unwrap());
    record_all(&server, &record(folder.path())).await;
    let name = "https://nowhere.invalid";
    let client = replay(folder.path()).client(access([OriginRule::parse(name).unwrap()]));
    refused(&client, Request::get(server.url("/json")), ErrorKind::NotGranted).await;
    refused(&client, Request::get(format!("{name}/")), ErrorKind::NotInCassette).await;
}

/// Repeats what it was told but for its caller's own secrets, and hands out secrets of its own.
async fn parrot() -> Server {
    Server::start(|seen, _| {
        let told = String::from_utf8_lossy(&seen.body).into_owned();
        let own = |name: &str| matches!(name, "cookie" | "x-auth-token");
        let headers: Vec<_> = seen.headers.iter().filter(|(name, _)| !own(name)).collect();
        let body = serde_json::json!({
            "target": seen.target, "headers": headers, "told": told, "access_token": "issued-by-the-server",
        });
        reply(200, body.to_string())
            .header("set-cookie", "session=given-by-the-server")
            .header("x-echo", seen.header("authorization").unwrap_or_default())
            .header("x-csrf-token", "csrf-of-the-server")
    })
    .await
}

fn with_secrets(server: &Server) -> Vec<Request> {
    let mut url = url::Url::parse(&server.url("/a")).unwrap();
    url.query_pairs_mut().append_pair("key", SECRET);
    let json = serde_json::json!({ "password_of_ann": SECRET }).to_string();
    vec![
        Request::get(url.to_string()).credential("login").header("Cookie", "session=of-the-guest"),
        Request::new("POST", server.url("/b")).credential("login").body(json),
        Request::new("POST", server.url("/c")).body(format!("x={SECRET}&client_secret=unknown-to-us")),
        Request::new("PUT", server.url("/d")).header("X-Auth-Token", "header-of-the-guest").header("X-Note", SECRET),
    ]
}

#[tokio::test]
async fn a_planted_secret_is_nowhere_in_a_cassette() {
    let (server, folder) = (parrot().await, tempfile::tempdir().unwrap());
    let basic = || Credential::Basic { username: "ann".into(), password: Secret::new(SECRET) };
    let gateway = record(folder.path());
    let client = gateway.client(access_with([server.rule()], basic()));
    for request in with_secrets(&server) {
        assert!(contains(fetch(&client, request).await.1.as_bytes(), "issued-by-the-server"), "the caller sees it all");
    }
    gateway.finish().unwrap();
    let written = written(folder.path());
    assert!(contains(&written, "***"));
    let base64 = server.seen()[0].header("authorization").unwrap()["Basic ".len()..].to_owned();
    let hidden =
        ["s3cr3t", "of+", "of%20", &base64, "issued-by", "given-by", "csrf-of", "of-the-guest", "unknown-to-us"];
    for secret in hidden {
        assert!(!contains(&written, secret), "{secret} is in {}", String::from_utf8_lossy(&written));
    }
    // The recording serves whoever does not know the secrets, and whoever has others.
    let access = Access { credentials: std::collections::BTreeMap::new(), ..access([server.rule()]) };
    let client = replay(folder.path()).client(access);
    for request in with_secrets(&server) {
        assert_eq!(fetch(&client, request).await.0, 200);
    }
}

#[tokio::test]
async fn tokens_that_were_fetched_on_the_way_are_masked() {
    let issuer = Server::start(|_, _| reply(200, r#"{"access_token":"t0ken-of-the-issuer","expires_in":600}"#)).await;
    let (server, folder) = (parrot().await, tempfile::tempdir().unwrap());
    let oauth = Credential::OAuth2ClientCredentials {
        token_url: issuer.url("/token"),
        client_id: "metahost".into(),
        client_secret: Secret::new(SECRET),
        scopes: Vec::new(),
        audience: None,
    };
    let client = record(folder.path()).client(access_with([server.rule()], oauth));
    let (_, told) = fetch(&client, Request::get(server.url("/")).credential("login")).await;
    assert!(told.contains("t0ken-of-the-issuer"));
    assert!(!contains(&written(folder.path()), "t0ken-of"));
}

#[tokio::test]
async fn owners_that_are_not_recorded_always_use_the_network() {
    let (server, folder) = (lab().await, tempfile::tempdir().unwrap());
    let mut access = access([server.rule()]);
    access.recorded = false;
    fetch(&record(folder.path()).client(access.clone()), Request::get(server.url("/json"))).await;
    assert!(!folder.path().join("lab.jsonl").exists());
    assert_eq!(fetch(&replay(folder.path()).client(access), Request::get(server.url("/json"))).await.0, 200);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_cassette_that_was_cut_off_says_so() {
    let (server, folder) = (lab().await, tempfile::tempdir().unwrap());
    record_all(&server, &record(folder.path())).await;
    let file = folder.path().join("lab.jsonl");
    let text = fs::read(&file).unwrap();
    fs::write(&file, &text[..text.len() - 20]).unwrap();
    let client = replay(folder.path()).client(access([server.rule()]));
    let error = refused(&client, Request::get(server.url("/json")), ErrorKind::Cassette).await.to_string();
    assert!(
        error.contains("middle of an exchange") && error.contains("lab.jsonl") && error.contains("line: 12"),
        "{error}"
    );
}

#[test]
fn a_folder_is_recorded_into_once_and_only_recordings_are_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let options = |cassette| GatewayOptions { cassette, ..GatewayOptions::default() };
    let replaying = || Gateway::new(options(CassetteMode::Replay(folder.path().to_owned())));
    assert_eq!(replaying().err().unwrap().kind(), ErrorKind::Cassette);
    record(folder.path());
    let again = Gateway::new(options(CassetteMode::Record(folder.path().to_owned()))).err().unwrap();
    assert_eq!(again.kind(), ErrorKind::Config);
    fs::write(folder.path().join("cassette.json"), r#"{"format":99,"recorded_at":1,"recorded_by":"x"}"#).unwrap();
    assert!(replaying().err().unwrap().to_string().contains("found: 99"));
}
