//! Requests that go through a proxy.

use metahost_gateway::{Client, Gateway, GatewayOptions, OriginRule, ProxyOptions, Request};

use crate::server::{Server, reply};
use crate::setup::{access, fetch};

fn behind(proxy: ProxyOptions, origin: &str) -> Client {
    let options = GatewayOptions { proxy: Some(proxy), ..GatewayOptions::default() };
    Gateway::new(options).unwrap().client(access([OriginRule::parse(origin).unwrap()]))
}

#[tokio::test]
async fn a_proxy_gets_the_whole_url_and_resolves_the_name_itself() {
    let proxy = Server::start(|seen, _| reply(200, seen.target.clone())).await;
    let url = format!("http://ann:hunter2@{}", proxy.address);
    let client = behind(ProxyOptions::new::<&str>(&url, &[]), "http://trino.invalid:8080");
    let answer = fetch(&client, Request::get("http://trino.invalid:8080/v1/info?x=1")).await;
    assert_eq!(answer.1, "http://trino.invalid:8080/v1/info?x=1");
    assert_eq!(proxy.seen()[0].header("proxy-authorization"), Some("Basic YW5uOmh1bnRlcjI="));
}

#[tokio::test]
async fn hosts_in_no_proxy_are_asked_directly() {
    let proxy = Server::start(|_, _| reply(200, "proxy")).await;
    let server = Server::start(|_, _| reply(200, "server")).await;
    let options = ProxyOptions::new(&format!("http://{}", proxy.address), &["127.0.0.0/8"]);
    let client = behind(options, &server.url(""));
    assert_eq!(fetch(&client, Request::get(server.url("/"))).await.1, "server");
    assert!(proxy.seen().is_empty());
}

#[test]
fn the_password_of_a_proxy_is_not_shown() {
    let options = ProxyOptions::new::<&str>("http://ann:hunter2@proxy:3128", &[]);
    assert!(!format!("{options:?}").contains("hunter2"));
    let wrong = GatewayOptions {
        proxy: Some(ProxyOptions::new::<&str>("http://ann:hunter2@", &[])),
        ..GatewayOptions::default()
    };
    let error = Gateway::new(wrong).err().unwrap();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
