//! What is asked again, when, and what never is.

use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use metahost_gateway::{ErrorKind, Request};
use tokio::net::TcpListener;

use crate::server::{Reply, Server, reply};
use crate::setup::{access, client, fetch, refused};

#[tokio::test]
async fn busy_answers_are_asked_again_until_there_is_one() {
    let server = Server::start(|_, before| reply([429, 502, 503, 504, 200][before.min(4)], "x")).await;
    let client = client(access([server.rule()]));
    assert_eq!(fetch(&client, Request::get(server.url("/"))).await.0, 200);
    assert_eq!((server.seen().len(), client.counters().requests, client.counters().retries), (5, 1, 4));
}

#[tokio::test]
async fn the_last_busy_answer_is_the_callers() {
    let server = Server::start(|_, _| reply(503, "busy")).await;
    let mut access = access([server.rule()]);
    access.limits.retries = 2;
    assert_eq!(fetch(&client(access), Request::get(server.url("/"))).await, (503, "busy".into()));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn aws_asks_for_patience_with_400_and_a_word() {
    let throttled = r#"{"__type":"ThrottlingException","Message":"Rate exceeded"}"#;
    let server = Server::start(move |_, before| match before {
        0 => reply(400, throttled),
        1 => reply(400, "").header("x-amzn-errortype", "ThrottlingException:"),
        _ => reply(400, r#"{"__type":"EntityNotFoundException"}"#),
    })
    .await;
    let client = client(access([server.rule()]));
    let request = Request::new("POST", server.url("/")).body("{}").retry(true);
    assert!(fetch(&client, request).await.1.contains("EntityNotFound"));
    assert_eq!((server.seen().len(), client.counters().retries), (3, 2));
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let server = Server::start(|_, before| match before {
        0 => reply(429, "").header("retry-after", "1"),
        _ => reply(200, ""),
    })
    .await;
    let started = Instant::now();
    fetch(&client(access([server.rule()])), Request::get(server.url("/"))).await;
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_server_that_asks_for_more_patience_than_there_is_gets_its_answer_through() {
    let server = Server::start(|_, _| reply(503, "later").header("retry-after", "3600")).await;
    let response = client(access([server.rule()])).send(Request::get(server.url("/"))).await.unwrap();
    assert_eq!((response.status, response.header("Retry-After")), (503, Some("3600")));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_request_that_is_not_safe_is_sent_once() {
    let server = Server::start(|_, _| reply(503, "busy")).await;
    let client = client(access([server.rule()]));
    assert_eq!(fetch(&client, Request::new("POST", server.url("/")).body("x")).await.0, 503);
    assert_eq!((server.seen().len(), client.counters().retries), (1, 0));
}

#[tokio::test]
async fn other_errors_of_a_server_are_not_asked_again() {
    let server = Server::start(|_, before| reply([500, 200][before.min(1)], "")).await;
    assert_eq!(fetch(&client(access([server.rule()])), Request::get(server.url("/"))).await.0, 500);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_again_when_that_is_safe() {
    let flaky = |_: &_, before| Reply { cut: (before == 0).then_some(3), ..reply(200, "whole answer") };
    let server = Server::start(flaky).await;
    let safe = client(access([server.rule()]));
    assert_eq!(fetch(&safe, Request::get(server.url("/"))).await.1, "whole answer");
    let server = Server::start(flaky).await;
    let unsafe_one = client(access([server.rule()]));
    let error = refused(&unsafe_one, Request::new("POST", server.url("/")), ErrorKind::Unreachable).await;
    assert!(error.is_retryable());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_long_answer_that_breaks_off_goes_on_where_it_did() {
    let long = (0..130_000).map(|number: u32| number.to_string()).collect::<Vec<_>>().join(",");
    let breaks = |other: bool| {
        let whole = long.clone();
        move |_: &_, before: usize| match (before, other) {
            (0, _) => Reply { cut: Some(600_000), ..reply(200, whole.clone()) },
            (_, true) => reply(200, whole.replace("17,", "18,")),
            (_, false) => reply(200, whole.clone()),
        }
    };
    let server = Server::start(breaks(false)).await;
    let patient = client(access([server.rule()]));
    assert!(fetch(&patient, Request::get(server.url("/"))).await.1 == long);
    assert_eq!((server.seen().len(), patient.counters().retries), (2, 1));

    let server = Server::start(breaks(true)).await;
    let patient = client(access([server.rule()]));
    let body = patient.send(Request::get(server.url("/"))).await.unwrap().body;
    let error = body.collect(usize::MAX).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("another beginning"), "{error}");
}

#[tokio::test]
async fn a_server_that_answered_before_is_waited_for_while_it_is_started_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}/");
    let answer_one = |listener: TcpListener| async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 1024];
        let _some = stream.read(&mut head).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await.unwrap();
    };
    let mut access = access([metahost_gateway::OriginRule::from_url(&url).unwrap()]);
    access.limits.retries = 0;
    access.limits.outage = Duration::from_secs(20);
    let patient = client(access.clone());
    let ((), first) = tokio::join!(answer_one(listener), fetch(&patient, Request::get(&url)));
    assert_eq!(first.1, "ok");
    let back = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        answer_one(TcpListener::bind(address).await.unwrap()).await;
    };
    // Nothing of it reached the server, so even what is not safe to repeat is sent again.
    let ((), again) = tokio::join!(back, fetch(&patient, Request::new("POST", &url)));
    assert_eq!(again.1, "ok");
    assert!(patient.counters().retries > 0);

    access.limits.outage = Duration::ZERO;
    refused(&client(access), Request::get(&url), ErrorKind::Unreachable).await;
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable_after_all_attempts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let mut access = access([metahost_gateway::OriginRule::from_url(&url).unwrap()]);
    access.limits.retries = 2;
    let client = client(access);
    let error = refused(&client, Request::get(&url), ErrorKind::Unreachable).await;
    assert!(error.to_string().contains(url.trim_end_matches('/')) && error.is_retryable(), "{error}");
    assert_eq!(client.counters().retries, 2);
}
