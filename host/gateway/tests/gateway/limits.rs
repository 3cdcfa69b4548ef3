//! Limits on time, size, number and pace.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use metahost_gateway::{ErrorKind, Request};

use crate::server::{Reply, Server, reply};
use crate::setup::{access, client, fetch, refused};

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_in_time() {
    let server = Server::start(|_, _| Reply { delay: Duration::from_secs(30), ..reply(200, "") }).await;
    let mut access = access([server.rule()]);
    access.limits.timeout = Duration::from_millis(200);
    let started = Instant::now();
    let error = refused(&client(access), Request::new("POST", server.url("/")), ErrorKind::Timeout).await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(
        error.to_string().contains("200ms") && error.to_string().contains("sources.lab.limits.timeout-s"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_that_stalls_is_given_up_in_time() {
    let server = Server::start(|_, _| Reply { stall: Duration::from_secs(30), ..reply(200, "half and half") }).await;
    let mut access = access([server.rule()]);
    access.limits.idle_timeout = Duration::from_millis(200);
    let error = refused(&client(access), Request::new("POST", server.url("/")), ErrorKind::Timeout).await;
    assert!(error.to_string().contains("no more of the answer within 200ms"), "{error}");
}

#[tokio::test]
async fn a_caller_can_ask_for_less_time_but_not_for_more() {
    let server = Server::start(|_, _| Reply { delay: Duration::from_millis(800), ..reply(200, "") }).await;
    let mut access = access([server.rule()]);
    access.limits.timeout = Duration::from_millis(200);
    let more = Request { timeout: Some(Duration::from_mins(1)), ..Request::new("GET", server.url("/")) };
    refused(&client(access.clone()), more, ErrorKind::Timeout).await;
    access.limits.timeout = Duration::from_mins(1);
    let less = Request { timeout: Some(Duration::from_millis(50)), ..Request::new("GET", server.url("/")) };
    refused(&client(access), less, ErrorKind::Timeout).await;
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_allowed() {
    let most = Arc::new(AtomicUsize::new(0));
    let (now, high) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&most));
    let server = Server::start(move |_, _| {
        high.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let now = Arc::clone(&now);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(30)).await;
            now.fetch_sub(1, Ordering::SeqCst);
        });
        Reply { delay: Duration::from_millis(60), ..reply(200, "") }
    })
    .await;
    let mut access = access([server.rule()]);
    access.limits.max_in_flight = 3;
    let client = client(access);
    join_all((0..12).map(|_| fetch(&client, Request::get(server.url("/"))))).await;
    assert_eq!((server.seen().len(), most.load(Ordering::SeqCst)), (12, 3));
}

#[tokio::test]
async fn a_caller_with_many_open_bodies_does_not_wait_for_itself() {
    let server = Server::start(|_, _| reply(200, vec![b'x'; 2 << 20])).await;
    let mut access = access([server.rule()]);
    access.limits.max_in_flight = 2;
    let client = client(access);
    let mut open = Vec::new();
    for _ in 0..6 {
        open.push(client.send(Request::get(server.url("/"))).await.unwrap());
    }
    for response in open {
        assert_eq!(response.body.collect(4 << 20).await.unwrap().len(), 2 << 20);
    }
}

#[tokio::test]
async fn requests_keep_the_pace() {
    let server = Server::start(|_, _| reply(200, "")).await;
    let mut access = access([server.rule()]);
    access.limits.requests_per_second = Some(10.0);
    let client = client(access);
    let started = Instant::now();
    join_all((0..13).map(|_| fetch(&client, Request::get(server.url("/"))))).await;
    assert!(started.elapsed() >= Duration::from_millis(290), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_pace_of_nothing_is_a_mistake_and_not_no_limit() {
    let server = Server::start(|_, _| reply(200, "")).await;
    let mut access = access([server.rule()]);
    access.limits.requests_per_second = Some(0.0);
    let error = refused(&client(access), Request::get(server.url("/")), ErrorKind::Config).await;
    assert!(error.to_string().contains("sources.lab.limits.requests-per-second"), "{error}");
}

#[tokio::test]
async fn the_budget_of_requests_ends() {
    let server = Server::start(|_, _| reply(200, "")).await;
    let mut access = access([server.rule()]);
    access.limits.max_requests = Some(2);
    let client = client(access);
    for _ in 0..2 {
        fetch(&client.clone(), Request::get(server.url("/"))).await;
    }
    let error = refused(&client, Request::get(server.url("/")), ErrorKind::Limit).await;
    assert!(error.to_string().contains("sources.lab.limits.requests"), "{error}");
    assert_eq!(server.seen().len(), 2);
}
