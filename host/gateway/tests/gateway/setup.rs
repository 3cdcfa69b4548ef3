//! Gateways and accesses as most tests want them.

use std::time::Duration;

use metahost_gateway::{
    Access, CassetteMode, Client, Credential, Error, ErrorKind, Gateway, GatewayOptions, OriginRule, ProxyOptions,
    Request, Response,
};

/// A gateway that ignores the proxies of the machine it runs on.
pub fn gateway(cassette: CassetteMode) -> Gateway {
    Gateway::new(GatewayOptions { cassette, proxy: Some(ProxyOptions::none()), ..GatewayOptions::default() }).unwrap()
}

/// Access to these origins, with short waits.
pub fn access(origins: impl IntoIterator<Item = OriginRule>) -> Access {
    let mut access = Access::new("lab");
    access.origins = origins.into_iter().collect();
    access.limits.timeout = Duration::from_secs(20);
    access.limits.backoff = Duration::from_millis(5);
    access
}

/// Such an access with one credential slot, `login`.
pub fn access_with(origins: impl IntoIterator<Item = OriginRule>, credential: Credential) -> Access {
    let mut access = access(origins);
    access.credentials.insert("login".into(), credential);
    access
}

pub fn client(access: Access) -> Client {
    gateway(CassetteMode::Off).client(access)
}

pub async fn text(response: Response) -> String {
    String::from_utf8(response.body.collect(1 << 20).await.unwrap().to_vec()).unwrap()
}

pub async fn fetch(client: &Client, request: Request) -> (u16, String) {
    let response = client.send(request).await.unwrap();
    (response.status, text(response).await)
}

/// The error of a request, which must be of this kind.
pub async fn refused(client: &Client, request: Request, kind: ErrorKind) -> Error {
    let error = client.send(request).await.err().unwrap();
    assert_eq!(error.kind(), kind, "{error:?}");
    error
}
