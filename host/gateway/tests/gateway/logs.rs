//! What the gateway and the crates below it write to the log.

use std::io;
use std::sync::{Arc, Mutex};

use metahost_gateway::{AwsCredential, AwsIdentity, AwsKeys, AwsRole, AwsToken, Credential, Request, Secret};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Server, reply};
use crate::setup::{access_with, client, fetch};

const SECRET: &str = "hunter2-is-planted";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

fn kinds(issuer: &Server) -> [Credential; 6] {
    let secret = || Secret::new(SECRET);
    [
        Credential::Basic { username: "ann".into(), password: secret() },
        Credential::Bearer { token: secret() },
        Credential::ApiKey { header: "X-Key".into(), value: secret(), prefix: None },
        Credential::OAuth2ClientCredentials {
            token_url: issuer.url("/token"),
            client_id: "metahost".into(),
            client_secret: secret(),
            scopes: Vec::new(),
            audience: None,
        },
        Credential::AwsSigV4(AwsCredential {
            identity: AwsIdentity::WebIdentity {
                token: AwsToken::Value(secret()),
                role: AwsRole {
                    arn: "arn:aws:iam::1:role/reader".into(),
                    session_name: "metahost".into(),
                    external_id: None,
                    source_identity: None,
                    duration: None,
                },
            },
            region: Some("eu-west-1".into()),
            service: "glue".into(),
            sts_endpoint: Some(issuer.url("/sts")),
        }),
        Credential::AwsSigV4(AwsCredential {
            identity: AwsIdentity::Keys(AwsKeys {
                access_key_id: Secret::new("AKID"),
                secret_access_key: secret(),
                session_token: Some(secret()),
            }),
            region: Some("eu-west-1".into()),
            service: "s3".into(),
            sts_endpoint: None,
        }),
    ]
}

/// Keys as STS lends them.
fn lent() -> String {
    let keys = format!("<SecretAccessKey>{SECRET}-key</SecretAccessKey><SessionToken>{SECRET}-session</SessionToken>");
    let keys = format!("<Credentials><AccessKeyId>ASIA</AccessKeyId>{keys}</Credentials>");
    format!("<R><AssumeRoleWithWebIdentityResult>{keys}</AssumeRoleWithWebIdentityResult></R>")
}

#[tokio::test]
async fn no_secret_is_logged_even_at_trace_level() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).with_max_level(LevelFilter::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let issuer = Server::start(|seen, _| match seen.path() {
        "/sts" => reply(200, lent()),
        _ => reply(200, format!(r#"{{"access_token":"{SECRET}-token"}}"#)),
    })
    .await;
    let server = Server::start(|_, before| reply([503, 200][before % 2], "")).await;
    for credential in kinds(&issuer) {
        let client = client(access_with([server.rule()], credential));
        let url = server.url(&format!("/path-{SECRET}?query={SECRET}"));
        assert_eq!(fetch(&client, Request::get(url).credential("login").body(SECRET)).await.0, 200);
    }
    let text = log.text();
    let own: Vec<_> = text.lines().filter(|line| line.contains("metahost_gateway")).collect();
    assert!(own.iter().any(|line| line.contains("status=503") && line.contains("path-***")), "{own:#?}");
    // The crate that writes a request at trace level shows up here by its name.
    let base64_of_the_pair = "YW5uOmh1bnRlcjIt";
    let shows = |line: &&str| line.contains("hunter2") || line.contains(base64_of_the_pair);
    assert_eq!(text.lines().find(shows), None);
}
