//! Signing for AWS with keys that have to be got first: roles, web identities, profiles, containers.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use metahost_gateway::{
    Access, AwsCredential, AwsIdentity, AwsKeys, AwsProfile, AwsRole, AwsToken, CassetteMode, Credential, ErrorKind,
    Request, Secret,
};

use crate::server::{Reply, Seen, Server, reply};
use crate::setup::{access, access_with, client, fetch, gateway, refused};
use crate::sts::{FORBIDDEN, ID, KEY, READER, SESSION, StsStandIn};

fn keys() -> AwsIdentity {
    let (access_key_id, secret_access_key) = (Secret::new(ID), Secret::new(KEY));
    AwsIdentity::Keys(AwsKeys { access_key_id, secret_access_key, session_token: None })
}

/// Keys that are temporary themselves.
fn temporary() -> AwsIdentity {
    let (access_key_id, secret_access_key) = (Secret::new(format!("{ID}2")), Secret::new(KEY));
    AwsIdentity::Keys(AwsKeys { access_key_id, secret_access_key, session_token: Some(Secret::new(SESSION)) })
}

fn role(arn: &str) -> AwsRole {
    AwsRole {
        arn: arn.into(),
        session_name: "metahost".into(),
        external_id: None,
        source_identity: None,
        duration: None,
    }
}

fn as_role(base: AwsIdentity, arn: &str) -> AwsIdentity {
    AwsIdentity::Role { base: Box::new(base), role: role(arn) }
}

fn with_token(token: AwsToken) -> AwsIdentity {
    AwsIdentity::WebIdentity { token, role: role(READER) }
}

fn signing(identity: AwsIdentity, sts: &StsStandIn) -> AwsCredential {
    AwsCredential {
        identity,
        region: Some("eu-west-1".into()),
        service: "glue".into(),
        sts_endpoint: Some(sts.server.url("/")),
    }
}

fn slot(server: &Server, credential: AwsCredential) -> Access {
    access_with([server.rule()], Credential::AwsSigV4(credential))
}

/// A service that says whose valid signature it was shown.
async fn service(sts: &StsStandIn) -> Server {
    let signed = sts.signed();
    Server::start(move |seen, _| {
        let fine = signed(seen, "eu-west-1", "glue");
        if fine { reply(200, id(seen)) } else { reply(403, "signature") }
    })
    .await
}

/// The identifier of the key that a request was signed with.
fn id(seen: &Seen) -> String {
    let header = seen.header("authorization").unwrap();
    header.split("Credential=").nth(1).unwrap().split('/').next().unwrap().to_owned()
}

fn ask(server: &Server) -> Request {
    Request::new("POST", server.url("/"))
        .credential("login")
        .header("content-type", "application/x-amz-json-1.1")
        .body("{}")
}

fn no_secret(text: &str) {
    assert!(!text.contains("planted") && !text.contains(ID) && !text.contains("ASIA"), "{text}");
}

#[tokio::test]
async fn one_slot_signs_for_s3_and_another_for_glue() {
    let server = Server::start(|_, _| reply(200, "fine")).await;
    let mut access = access([server.rule()]);
    for name in ["s3", "glue"] {
        let aws = AwsCredential {
            identity: temporary(),
            region: Some("eu-west-1".into()),
            service: name.into(),
            sts_endpoint: None,
        };
        access.credentials.insert(name.into(), Credential::AwsSigV4(aws));
    }
    let client = client(access);
    for name in ["s3", "glue"] {
        let answer = client.send(Request::get(server.url("/a%20b")).credential(name)).await.unwrap();
        no_secret(&format!("{answer:?}"));
    }
    let seen = server.seen();
    let header = |at: usize, name: &str| seen[at].header(name).unwrap_or_default().to_owned();
    assert!(header(0, "authorization").contains("/eu-west-1/s3/aws4_request"));
    assert!(header(1, "authorization").contains("/eu-west-1/glue/aws4_request"));
    assert!(!header(0, "x-amz-content-sha256").is_empty() && header(1, "x-amz-content-sha256").is_empty());
    assert_eq!(header(1, "x-amz-security-token"), SESSION);
}

#[tokio::test]
async fn a_role_is_taken_on_once_for_many_requests_and_with_everything_that_was_said() {
    let sts = StsStandIn::usual().await;
    let server = service(&sts).await;
    let role = AwsRole {
        session_name: "nightly".into(),
        external_id: Some("ex&ternal".into()),
        source_identity: Some("ann".into()),
        duration: Some(900),
        ..role(READER)
    };
    let identity = AwsIdentity::Role { base: Box::new(temporary()), role };
    let client = client(slot(&server, signing(identity, &sts)));
    for (_, answer) in join_all((0..8).map(|_| fetch(&client, ask(&server)))).await {
        assert_eq!(answer, "ASIA0");
    }
    let asked = sts.asked();
    assert_eq!(asked.len(), 1, "once for all");
    let expected = [
        ("Action", "AssumeRole"),
        ("DurationSeconds", "900"),
        ("ExternalId", "ex&ternal"),
        ("RoleArn", READER),
        ("RoleSessionName", "nightly"),
        ("SourceIdentity", "ann"),
        ("Version", "2011-06-15"),
    ];
    let asked: Vec<_> = asked[0].iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn lent_keys_are_renewed_before_they_end() {
    let sts = StsStandIn::start(Duration::from_secs(1), &Arc::default()).await;
    let server = service(&sts).await;
    let client = client(slot(&server, signing(as_role(keys(), READER), &sts)));
    assert_eq!(fetch(&client, ask(&server)).await.1, "ASIA0");
    tokio::time::sleep(Duration::from_millis(950)).await;
    assert_eq!(fetch(&client, ask(&server)).await.1, "ASIA1");
}

#[tokio::test]
async fn keys_that_are_refused_as_over_are_renewed_once_in_the_middle_of_a_run() {
    let answers: [fn() -> Reply; 4] = [
        || reply(400, "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"),
        || reply(400, r#"{"__type":"ExpiredTokenException","Message":"over"}"#),
        || reply(403, r#"{"message":"The security token included in the request is expired"}"#),
        || reply(403, "{}").header("x-amzn-errortype", "ExpiredTokenException:http://internal"),
    ];
    for answer in answers {
        let sts = StsStandIn::usual().await;
        let server =
            Server::start(move |seen, _| if id(seen) == "ASIA0" { answer() } else { reply(200, id(seen)) }).await;
        let client = client(slot(&server, signing(as_role(keys(), READER), &sts)));
        for _ in 0..2 {
            assert_eq!(fetch(&client, ask(&server)).await, (200, "ASIA1".into()));
        }
        assert_eq!((sts.asked().len(), server.seen().len()), (2, 3));
    }
}

#[tokio::test]
async fn a_client_that_stays_refused_gets_the_refusal_and_another_refusal_renews_nothing() {
    for (body, asked) in [("<Code>ExpiredToken</Code>", 2), ("<Code>AccessDenied</Code>", 1)] {
        let sts = StsStandIn::usual().await;
        let server = Server::start(move |_, _| reply(403, body)).await;
        let client = client(slot(&server, signing(as_role(keys(), READER), &sts)));
        assert_eq!(fetch(&client, ask(&server)).await, (403, body.into()));
        assert_eq!((sts.asked().len(), server.seen().len()), (asked, asked));
    }
}

#[tokio::test]
async fn a_refused_role_is_told_with_the_servers_words_the_remedy_and_no_secret() {
    let sts = StsStandIn::usual().await;
    let server = service(&sts).await;
    let credential = signing(as_role(temporary(), FORBIDDEN), &sts);
    no_secret(&format!("{credential:?}"));
    let client = client(slot(&server, credential));
    let error = refused(&client, ask(&server), ErrorKind::CredentialRefused).await;
    let text = format!("{error} {error:?}");
    for part in ["trust policy", FORBIDDEN, "error: AccessDenied", "User: ann is not authorized", "status: 403"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    no_secret(&text);
    assert!(server.seen().is_empty() && !error.is_retryable());
}

#[tokio::test]
async fn wrong_keys_and_a_server_that_is_no_sts_are_told_apart() {
    let sts = StsStandIn::usual().await;
    let server = service(&sts).await;
    let AwsIdentity::Keys(base) = keys() else { panic!() };
    let wrong = AwsIdentity::Keys(AwsKeys { secret_access_key: Secret::new("planted-wrong"), ..base });
    let client_of = |credential| client(slot(&server, credential));
    let error = refused(&client_of(signing(as_role(wrong, READER), &sts)), ask(&server), ErrorKind::CredentialRefused)
        .await
        .to_string();
    assert!(error.contains("SignatureDoesNotMatch") && error.contains("check the secret access key"), "{error}");
    no_secret(&error);
    for page in ["<html>planted</html>", "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>planted"] {
        let other = Server::start(move |_, _| reply(200, page)).await;
        let credential = AwsCredential { sts_endpoint: Some(other.url("/")), ..signing(as_role(keys(), READER), &sts) };
        let error = refused(&client_of(credential), ask(&server), ErrorKind::CredentialRefused).await.to_string();
        assert!(error.contains("not one of AWS's STS; check `sts-endpoint`"), "{error}");
        no_secret(&error);
    }
}

#[tokio::test]
async fn sts_can_be_reached_by_the_credential_alone() {
    let sts = StsStandIn::usual().await;
    let server = service(&sts).await;
    let client = client(slot(&server, signing(as_role(keys(), READER), &sts)));
    refused(&client, Request::get(sts.server.url("/")), ErrorKind::NotGranted).await;
    assert!(sts.asked().is_empty());
}

#[tokio::test]
async fn the_file_of_a_web_identity_is_read_anew_for_each_renewal() {
    let folder = tempfile::tempdir().unwrap();
    let (file, valid) = (folder.path().join("token"), Arc::new(Mutex::new(String::new())));
    let write = |token: &str| {
        token.clone_into(&mut valid.lock().unwrap());
        fs::write(&file, format!("{token}\n")).unwrap();
    };
    write("planted-web-1");
    let sts = StsStandIn::start(Duration::from_secs(1), &valid).await;
    let server = service(&sts).await;
    let client = client(slot(&server, signing(with_token(AwsToken::File(file.clone())), &sts)));
    assert_eq!(fetch(&client, ask(&server)).await.1, "ASIA0");
    write("planted-web-2");
    tokio::time::sleep(Duration::from_millis(950)).await;
    assert_eq!(fetch(&client, ask(&server)).await.1, "ASIA1");
    assert_eq!(sts.asked()[1]["WebIdentityToken"], "planted-web-2");
    fs::write(&file, "planted-web-1").unwrap();
    tokio::time::sleep(Duration::from_millis(950)).await;
    let error = refused(&client, ask(&server), ErrorKind::CredentialRefused).await.to_string();
    assert!(error.contains("InvalidIdentityToken") && error.contains("audience"), "{error}");
    no_secret(&error);
}

#[tokio::test]
async fn the_role_of_a_web_identity_takes_on_another() {
    let valid = Arc::new(Mutex::new("planted-web".to_owned()));
    let sts = StsStandIn::start(Duration::from_hours(1), &valid).await;
    let server = service(&sts).await;
    let identity = as_role(with_token(AwsToken::Value(Secret::new("planted-web"))), "arn:aws:iam::2:role/next");
    let client = client(slot(&server, signing(identity, &sts)));
    assert_eq!(fetch(&client, ask(&server)).await, (200, "ASIA1".into()));
    let asked: Vec<_> = sts.asked().iter().map(|form| (form["Action"].clone(), form["RoleArn"].clone())).collect();
    let pair = |action: &str, role: &str| (action.to_owned(), role.to_owned());
    let expected = [pair("AssumeRoleWithWebIdentity", READER), pair("AssumeRole", "arn:aws:iam::2:role/next")];
    assert_eq!(asked, expected);
}

fn profile(folder: &Path, name: &str) -> AwsIdentity {
    let (credentials_file, config_file) = (folder.join("credentials"), folder.join("config"));
    AwsIdentity::Profile(AwsProfile { name: name.into(), credentials_file, config_file })
}

/// The shared files of a test.
fn shared_files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    fs::write(&token, "planted-web").unwrap();
    let credentials = format!(
        "[default]\naws_access_key_id = {ID}\naws_secret_access_key = {KEY}\n\n[temporary]\naws_access_key_id={ID}2\n\
         aws_secret_access_key={KEY}\naws_session_token={SESSION} # until noon\n[half]\naws_access_key_id = {ID}\n"
    );
    let config = format!(
        "[default]\nregion = eu-west-1\n[profile temporary]\nregion = eu-west-1\n\
         [profile lake]\nregion = eu-west-1\nrole_arn = {READER}\nsource_profile = temporary\nexternal_id = x\n\
         role_session_name = lake\nduration_seconds = 900\n\
         [profile pod]\nregion = eu-west-1\nrole_arn = {READER}\nweb_identity_token_file = {}\n\
         [profile own]\nregion = eu-west-1\nrole_arn = {READER}\nsource_profile = own\naws_access_key_id = {ID}\n\
         aws_secret_access_key = {KEY}\n\
         [profile a]\nrole_arn = {READER}\nsource_profile = b\n[profile b]\nrole_arn = {READER}\nsource_profile = a\n\
         [profile nobody]\nrole_arn = {READER}\n[profile mfa]\nrole_arn = {READER}\nsource_profile = default\n\
         mfa_serial = 1\n[profile sso]\nsso_session = corp\n[profile astray]\nrole_arn = {READER}\n\
         source_profile = gone\n[profile empty]\nregion = eu-west-1\n[sso-session corp]\nsso_region = us-east-1\n",
        token.display()
    );
    fs::write(folder.path().join("credentials"), credentials).unwrap();
    fs::write(folder.path().join("config"), config).unwrap();
    folder
}

#[tokio::test]
async fn profiles_sign_with_their_keys_or_roles_and_their_region() {
    let folder = shared_files();
    let valid = Arc::new(Mutex::new("planted-web".to_owned()));
    for (name, signer, asked) in [
        ("default", ID, 0),
        ("temporary", "AKIAPLANTEDID2", 0),
        ("lake", "ASIA0", 1),
        ("pod", "ASIA0", 1),
        ("own", "ASIA0", 1),
    ] {
        let sts = StsStandIn::start(Duration::from_hours(1), &valid).await;
        let server = service(&sts).await;
        let credential = AwsCredential { region: None, ..signing(profile(folder.path(), name), &sts) };
        credential.check().unwrap();
        let client = client(slot(&server, credential));
        assert_eq!(fetch(&client, ask(&server)).await, (200, signer.into()), "{name}");
        assert_eq!(sts.asked().len(), asked, "{name}");
        if name == "lake" {
            let form = &sts.asked()[0];
            assert_eq!((form["ExternalId"].as_str(), form["RoleSessionName"].as_str()), ("x", "lake"));
        }
    }
}

#[tokio::test]
async fn a_profile_can_be_the_base_of_a_role() {
    let (folder, sts) = (shared_files(), StsStandIn::usual().await);
    let server = service(&sts).await;
    let identity = as_role(profile(folder.path(), "lake"), "arn:aws:iam::2:role/next");
    let client = client(slot(&server, signing(identity, &sts)));
    assert_eq!(fetch(&client, ask(&server)).await, (200, "ASIA1".into()));
}

#[test]
fn a_profile_that_cannot_sign_says_why_and_what_there_is() {
    let folder = shared_files();
    let wrong = [
        ("laek", "there is no AWS profile `laek`"),
        ("laek", "profiles: a, astray, b, default, empty, half, lake, mfa, nobody, own, pod, sso, temporary"),
        ("astray", "there is no AWS profile `gone`"),
        ("half", "the AWS profile `half` has no `aws_secret_access_key`; add it"),
        ("a", "the AWS profile `b` leads back to itself by `source_profile`"),
        ("nobody", "has `role_arn` and nobody to take it on; add `source_profile`"),
        ("mfa", "wants a code of an MFA device"),
        ("sso", "gets its keys by `sso_session`"),
        ("empty", "holds no keys"),
    ];
    let credential = |identity| AwsCredential { identity, region: None, service: "s3".into(), sts_endpoint: None };
    for (name, part) in wrong {
        let error = credential(profile(folder.path(), name)).check().unwrap_err().to_string();
        let place = folder.path().join("credentials").display().to_string();
        assert!(error.contains(part) && error.contains(&place), "{name}: {error}");
        no_secret(&error);
    }
    let nowhere = credential(profile(&folder.path().join("none"), "default")).check().unwrap_err().to_string();
    assert!(nowhere.contains("neither file of AWS profiles is there"), "{nowhere}");
    fs::write(folder.path().join("config"), "[default]\n").unwrap();
    let regionless = credential(profile(folder.path(), "default")).check().unwrap_err().to_string();
    assert!(regionless.contains("add `region`"), "{regionless}");
    let missing = credential(with_token(AwsToken::File(folder.path().join("gone"))));
    let missing = AwsCredential { region: Some("eu-west-1".into()), ..missing }.check().unwrap_err().to_string();
    assert!(missing.contains("no such token file") && missing.contains("gone"), "{missing}");
}

#[tokio::test]
async fn a_container_shows_its_token_and_gets_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "planted-pod-token\n").unwrap();
    let beside = Server::start(|seen, _| match seen.header("authorization") {
        Some("planted-pod-token") => reply(
            200,
            format!(r#"{{"AccessKeyId":"{ID}2","SecretAccessKey":"{KEY}","Token":"{SESSION}","Expiration":"2099-01-01T00:00:00Z"}}"#),
        ),
        other => reply(403, format!(r#"{{"code":"AccessDenied","message":"not {}"}}"#, other.unwrap_or("anyone"))),
    })
    .await;
    let sts = StsStandIn::usual().await;
    let server = service(&sts).await;
    let container = |token| AwsIdentity::Container { url: beside.url("/v1/credentials"), token };
    let granted = client(slot(&server, signing(container(Some(AwsToken::File(file))), &sts)));
    for _ in 0..2 {
        assert_eq!(fetch(&granted, ask(&server)).await, (200, format!("{ID}2")));
    }
    assert_eq!(beside.seen().len(), 1);
    let other = container(Some(AwsToken::Value(Secret::new("planted-other"))));
    let error = refused(&client(slot(&server, signing(other, &sts))), ask(&server), ErrorKind::CredentialRefused).await;
    let text = format!("{error} {error:?}");
    assert!(text.contains("check the role of the task or the pod") && text.contains("said: not ***"), "{text}");
    no_secret(&text);
}

#[tokio::test]
async fn a_cassette_holds_no_keys_and_its_replay_asks_nobody_for_any() {
    let (folder, valid) = (tempfile::tempdir().unwrap(), Arc::new(Mutex::new("planted-web".to_owned())));
    let sts = StsStandIn::start(Duration::from_hours(1), &valid).await;
    // A service that repeats whatever it was sent.
    let server =
        Server::start(|seen, _| reply(200, format!("{:?}", seen.headers)).header("x-seen", format!("{seen:?}"))).await;
    let identity = as_role(with_token(AwsToken::Value(Secret::new("planted-web"))), READER);
    let recording = gateway(CassetteMode::Record(folder.path().join("cassette")));
    let recorder = recording.client(slot(&server, signing(identity, &sts)));
    assert_eq!(fetch(&recorder, ask(&server)).await.0, 200);
    recording.finish().unwrap();
    let files = fs::read_dir(folder.path().join("cassette")).unwrap();
    let written: Vec<u8> = files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains("x-amz-date") && !written.contains("planted"), "{written}");
    let asked = (sts.asked().len(), server.seen().len());
    let player = gateway(CassetteMode::Replay(folder.path().join("cassette")));
    let player = player.client(slot(&server, signing(as_role(keys(), FORBIDDEN), &sts)));
    assert_eq!(fetch(&player, ask(&server)).await.0, 200);
    assert_eq!((sts.asked().len(), server.seen().len()), asked);
}
