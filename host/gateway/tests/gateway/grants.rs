//! What may be reached, directly and by redirects.

use metahost_gateway::{Credential, ErrorKind, OriginRule, Request, Secret};

use crate::server::{Reply, Server, reply};
use crate::setup::{access, access_with, client, fetch, refused};

fn moved(status: u16, to: String) -> Reply {
    reply(status, "moved").header("location", to)
}

#[tokio::test]
async fn an_origin_that_was_not_granted_is_not_contacted() {
    let (granted, other) = (Server::start(|_, _| reply(200, "")).await, Server::start(|_, _| reply(200, "")).await);
    let client = client(access([granted.rule()]));
    let error = refused(&client, Request::get(other.url("/x")), ErrorKind::NotGranted).await;
    assert!(
        error.to_string().contains(&other.address.to_string()) && error.to_string().contains("sources.lab.origins")
    );
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_name_that_leads_to_loopback_needs_a_grant_of_its_own() {
    let server = Server::start(|_, _| reply(200, "here")).await;
    // Any name but `localhost` will do; machines know themselves by theirs.
    let Some(name) = loopback_name().await else {
        println!("skipped: this machine's name does not lead to loopback; the resolver's own tests cover the rest");
        return;
    };
    let url = format!("http://{name}:{}/", server.address.port());
    let mut access = access([OriginRule::from_url(&url).unwrap()]);
    let error = refused(&client(access.clone()), Request::get(&url), ErrorKind::NotGranted).await;
    assert!(error.to_string().contains("sources.lab.allow-private"), "{error}");
    assert!(server.seen().is_empty());
    access.allow_private = true;
    assert_eq!(fetch(&client(access), Request::get(&url)).await.1, "here");
}

async fn loopback_name() -> Option<String> {
    let name = std::fs::read_to_string("/etc/hostname").or_else(|_| std::env::var("HOSTNAME")).ok()?.trim().to_owned();
    let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await.ok()?.collect();
    found.iter().all(|at| at.ip().is_loopback()).then_some(name)
}

#[tokio::test]
async fn localhost_written_in_the_grant_needs_no_other() {
    let server = Server::start(|_, _| reply(200, "here")).await;
    let url = format!("http://localhost:{}/", server.address.port());
    let client = client(access([OriginRule::from_url(&url).unwrap()]));
    assert_eq!(fetch(&client, Request::get(&url)).await.1, "here");
}

#[tokio::test]
async fn a_redirect_to_an_origin_that_was_not_granted_is_not_followed() {
    let other = Server::start(|_, _| reply(200, "")).await;
    let to = other.url("/secret");
    let first = Server::start(move |_, _| moved(302, to.clone())).await;
    let error = refused(&client(access([first.rule()])), Request::get(first.url("/")), ErrorKind::NotGranted).await;
    assert!(error.to_string().contains("redirected-from"), "{error}");
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_redirect_to_another_origin_loses_credentials_and_cookies() {
    let other = Server::start(|_, _| reply(200, "there")).await;
    let to = other.url("/there");
    let first = Server::start(move |_, _| moved(307, to.clone())).await;
    let key =
        Credential::ApiKey { header: "X-Redash".into(), value: Secret::new("hunter2"), prefix: Some("Key ".into()) };
    let client = client(access_with([first.rule(), other.rule()], key));
    let request = Request::get(first.url("/"))
        .credential("login")
        .header("Cookie", "session=1")
        .header("X-Auth-Token", "own")
        .header("X-Plain", "kept");
    assert_eq!(fetch(&client, request).await.1, "there");
    assert_eq!(first.seen()[0].header("x-redash"), Some("Key hunter2"));
    let there = &other.seen()[0];
    assert_eq!(there.header("x-plain"), Some("kept"));
    for name in ["x-redash", "cookie", "x-auth-token", "authorization"] {
        assert_eq!(there.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_redirect_within_the_origin_keeps_the_credential() {
    let server = Server::start(|seen, _| match seen.path() {
        "/a" => moved(301, "/b?x=1".into()),
        _ => reply(200, seen.target.clone()),
    })
    .await;
    let basic = Credential::Basic { username: "ann".into(), password: Secret::new("hunter2") };
    let client = client(access_with([server.rule()], basic));
    assert_eq!(fetch(&client, Request::get(server.url("/a")).credential("login")).await.1, "/b?x=1");
    assert_eq!(server.seen()[1].header("authorization"), Some("Basic YW5uOmh1bnRlcjI="));
}

#[tokio::test]
async fn a_post_becomes_a_get_after_303_and_stays_a_post_after_307() {
    let server = Server::start(|seen, _| match seen.path() {
        "/303" => moved(303, "/done".into()),
        "/307" => moved(307, "/done".into()),
        _ => reply(200, format!("{} {} {:?}", seen.method, seen.body.len(), seen.header("content-type"))),
    })
    .await;
    let client = client(access([server.rule()]));
    let post = |path| Request::new("POST", server.url(path)).body("abc").header("content-type", "text/plain");
    assert_eq!(fetch(&client, post("/303")).await.1, "GET 0 None");
    assert_eq!(fetch(&client, post("/307")).await.1, "POST 3 Some(\"text/plain\")");
}

#[tokio::test]
async fn a_loop_of_redirects_ends() {
    let server = Server::start(|_, before| moved(302, format!("/{before}"))).await;
    refused(&client(access([server.rule()])), Request::get(server.url("/")), ErrorKind::Redirect).await;
    assert_eq!(server.seen().len(), 11);
}
