//! Queries, as far as they go without a database: grants, credentials, encryption, replays. The whole-binary tests ask a real one.

use std::fs;
use std::path::Path;

use metahost_gateway::{Access, CassetteMode, Credential, Error, ErrorKind, OriginRule, Query, Rows, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::setup::{access, access_with, client, gateway};

fn query(address: &str) -> Query {
    let credential = Some("login".to_owned());
    Query { address: address.to_owned(), credential, sql: "SELECT 1".to_owned(), max_rows: 10, ..Query::default() }
}

fn granted(address: &str) -> Access {
    let basic = Credential::Basic { username: "ann".to_owned(), password: Secret::new("hunter2") };
    access_with([OriginRule::from_url(address).unwrap()], basic)
}

async fn refused(access: Access, query: Query, kind: ErrorKind) -> Error {
    let error = client(access).query(query).await.err().unwrap();
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    error
}

#[tokio::test]
async fn what_is_not_granted_or_has_no_user_is_not_asked() {
    let (lake, other) = ("postgresql://127.0.0.1:9/lake", "postgresql://127.0.0.1:10/lake");
    let error = refused(granted(lake), query(other), ErrorKind::NotGranted).await;
    assert!(error.to_string().contains("`sources.lab.origins`"), "{error}");
    refused(granted("http://127.0.0.1:9"), query(lake), ErrorKind::NotGranted).await;
    let error = refused(access([OriginRule::from_url(lake).unwrap()]), query(lake), ErrorKind::UnknownCredential).await;
    assert!(error.to_string().contains("sources.lab.credentials.login"), "{error}");
    let token = Credential::Bearer { token: Secret::new("hunter2") };
    let with_token = access_with([OriginRule::from_url(lake).unwrap()], token);
    let error = refused(with_token, query(lake), ErrorKind::UnknownCredential).await;
    assert!(error.to_string().contains("kind = \"basic\""), "{error}");
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_does_not_encrypt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("postgresql://{}/lake", listener.local_addr().unwrap());
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 8];
        stream.read_exact(&mut asked).await.unwrap();
        stream.write_all(b"N").await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        rest
    };
    let (rest, error) = tokio::join!(serve, refused(granted(&address), query(&address), ErrorKind::Tls));
    assert!(rest.is_empty(), "the wish for encryption, and nothing after it");
    assert!(error.to_string().contains("sslmode=disable"), "{error}");
}

#[tokio::test]
async fn a_port_where_no_database_listens_is_unreachable_after_all_attempts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("postgresql://{}/lake?sslmode=disable", listener.local_addr().unwrap());
    drop(listener);
    let mut access = granted(&address);
    access.limits.retries = 2;
    let client = client(access);
    let error = client.query(query(&address)).await.err().unwrap();
    assert!(error.is_retryable() && error.to_string().contains("/lake"), "{error}");
    assert_eq!((client.counters().requests, client.counters().retries), (1, 2));
}

fn tape(folder: &Path, rows: &str) {
    let request = r#"{"method":"SQL","url":"postgresql://127.0.0.1:9/lake","body":{"json":{"max-rows":10,"parameters":[],"sql":"SELECT 1"}}}"#;
    let line = format!(
        r#"{{"request":{request},"response":{{"status":200,"headers":[],"body":{{"json":{rows}}}}},"attempts":1}}"#
    );
    fs::write(folder.join("cassette.json"), r#"{"format":1,"recorded_at":0,"recorded_by":"test"}"#).unwrap();
    fs::write(folder.join("lab.jsonl"), format!("{line}\n")).unwrap();
}

#[tokio::test]
async fn recorded_rows_are_replayed_without_a_database_or_a_credential() {
    let folder = tempfile::tempdir().unwrap();
    tape(folder.path(), r#"{"columns":["a"],"cells":[["1"],[null]],"more":true}"#);
    let lake = "postgresql://127.0.0.1:9/lake";
    let replay = || {
        let access = access([OriginRule::from_url(lake).unwrap()]);
        gateway(CassetteMode::Replay(folder.path().to_owned())).client(access)
    };
    let cells = vec![vec![Some("1".to_owned())], vec![None]];
    let client = replay();
    let rows = client.query(query(lake)).await.unwrap();
    assert_eq!(rows, Rows { columns: vec!["a".to_owned()], cells, more: true });
    let error = client.query(Query { sql: "SELECT 2".to_owned(), ..query(lake) }).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotInCassette, "{error}");
    tape(folder.path(), "[7]");
    assert_eq!(replay().query(query(lake)).await.err().unwrap().kind(), ErrorKind::Cassette);
}
