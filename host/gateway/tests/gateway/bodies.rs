//! Answers: decoding, streaming, size.

use metahost_gateway::{ErrorKind, Request};

use crate::server::{Server, reply};
use crate::setup::{access, client, fetch, refused};

/// `hello gzip`, as gzip wrote it.
const GZIP: [u8; 30] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 87, 72, 175, 202, 44, 0, 0, 25, 106, 210, 223, 10, 0, 0, 0,
];

#[tokio::test]
async fn gzip_and_zstd_are_asked_for_and_decoded() {
    let server = Server::start(|seen, _| match seen.path() {
        "/gzip" => reply(200, GZIP).header("content-encoding", "gzip"),
        _ => reply(200, zstd::encode_all(&b"hello zstd"[..], 3).unwrap()).header("content-encoding", "zstd"),
    })
    .await;
    let client = client(access([server.rule()]));
    assert_eq!(fetch(&client, Request::get(server.url("/gzip")).header("Accept-Encoding", "br")).await.1, "hello gzip");
    assert_eq!(fetch(&client, Request::get(server.url("/zstd"))).await.1, "hello zstd");
    for seen in server.seen() {
        let accepted = seen.header("accept-encoding").unwrap();
        assert!(accepted.contains("gzip") && accepted.contains("zstd") && !accepted.contains("br"), "{accepted}");
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_said_to_be_so() {
    let server = Server::start(|_, _| reply(200, "no gzip at all").header("content-encoding", "gzip")).await;
    let error =
        refused(&client(access([server.rule()])), Request::get(server.url("/")), ErrorKind::InvalidResponse).await;
    assert!(!error.is_retryable());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_answer_announced_too_large_is_refused_before_it_is_read() {
    let server = Server::start(|_, _| reply(200, vec![0; 2000])).await;
    let mut access = access([server.rule()]);
    access.limits.max_response_bytes = 1999;
    let client = client(access);
    let error = refused(&client, Request::get(server.url("/")), ErrorKind::TooLarge).await;
    assert!(error.to_string().contains("sources.lab.limits.response-mib"), "{error}");
    assert_eq!(client.counters().bytes_in, 0);
}

#[tokio::test]
async fn a_small_answer_that_unpacks_to_a_large_one_is_refused() {
    let bomb = zstd::encode_all(&vec![0; 64 << 20][..], 3).unwrap();
    let server = Server::start(move |_, _| reply(200, bomb.clone()).header("content-encoding", "zstd")).await;
    let mut access = access([server.rule()]);
    access.limits.max_response_bytes = 1 << 20;
    let client = client(access);
    let response = client.send(Request::get(server.url("/"))).await.unwrap();
    assert_eq!(response.body.collect(usize::MAX).await.unwrap_err().kind(), ErrorKind::TooLarge);
    assert!(client.counters().bytes_in < 3 << 20, "it was read on to the end");
}

#[tokio::test]
async fn a_body_comes_part_by_part_and_its_reader_has_a_limit_too() {
    let server = Server::start(|_, _| reply(200, vec![7; 3 << 20])).await;
    let client = client(access([server.rule()]));
    let mut response = client.send(Request::get(server.url("/"))).await.unwrap();
    let (mut parts, mut bytes) = (0, 0);
    while let Some(part) = response.body.chunk().await.unwrap() {
        parts += 1;
        bytes += part.len();
    }
    assert!(parts > 1 && bytes == 3 << 20, "{parts} parts, {bytes} bytes");
    let response = client.send(Request::get(server.url("/"))).await.unwrap();
    assert_eq!(response.body.collect(1 << 20).await.unwrap_err().kind(), ErrorKind::TooLarge);
}
