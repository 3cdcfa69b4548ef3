//! TLS with an authority of one's own.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use metahost_gateway::{Client, ErrorKind, Gateway, GatewayOptions, OriginRule, ProxyOptions, Request};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::server::{reply, serve};
use crate::setup::{access, fetch, refused};

/// A server whose certificate is from an authority nobody knows: its URL, and the authority as PEM.
async fn start() -> (String, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &authority).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap());
    let (acceptor, listener) =
        (TlsAcceptor::from(Arc::new(config.unwrap())), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let stream = acceptor.accept(stream).await?;
                serve(stream, Arc::new(|_, _| reply(200, "safe")), Arc::default()).await
            });
        }
    });
    (url, authority.pem())
}

fn trusting(ca_files: Vec<PathBuf>, url: &str) -> Client {
    let options = GatewayOptions { ca_files, proxy: Some(ProxyOptions::none()), ..GatewayOptions::default() };
    Gateway::new(options).unwrap().client(access([OriginRule::from_url(url).unwrap()]))
}

#[tokio::test]
async fn a_server_of_an_own_authority_is_trusted_when_its_file_is_named_and_not_before() {
    let (url, authority) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.pem");
    fs::write(&file, authority).unwrap();
    let error = refused(&trusting(Vec::new(), &url), Request::get(&url), ErrorKind::Tls).await;
    assert!(error.to_string().contains("ca-files"), "{error}");
    assert_eq!(fetch(&trusting(vec![file], &url), Request::get(&url)).await.1, "safe");
}

#[test]
fn a_file_that_holds_no_authority_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.pem");
    for text in [None, Some("no certificate")] {
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        let error =
            Gateway::new(GatewayOptions { ca_files: vec![file.clone()], ..GatewayOptions::default() }).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("own.pem"), "{error}");
    }
}
