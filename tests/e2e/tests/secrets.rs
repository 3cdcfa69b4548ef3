//! Planted secrets are nowhere: not in logs at trace level, records, cassettes, reports, state or error texts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use anyhow::Result;
use metahost_e2e::{Project, StandIn};

/// Each planted where a user would put it. Unlike anything that could stand in an output by chance.
const SECRETS: [&str; 5] =
    ["pl4nted-p4ssword-7c1", "pl4nted-bearer-9d2", "pl4nted-client-5e3", "pl4nted-key-1f4", "pl4nted-om-2a6"];

/// A stand-in for a careless source: it repeats the request's head, credentials and all, in its error and its headers.
fn careless_stand_in() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || echo(stream));
        }
    });
    Ok(url)
}

fn echo(mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let said = format!("you sent: {head} {}", String::from_utf8_lossy(&body));
    let echoed = head.lines().find(|line| line.to_lowercase().starts_with("authorization")).unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 500 Oops\r\nx-you-sent: {echoed}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
        said.len()
    )
    .ok()
}

fn planted(url: &str, server: &str) -> Result<Project> {
    let trino = |name: &str, credential: &str| {
        format!(
            "[sources.{name}]\nplugin = \"trino\"\nconfig = {{ url = \"{url}\" }}\nlimits = {{ retries = 0 }}\n[sources.{name}.credentials.trino]\n{credential}\n[assets.{name}]\nsource = \"{name}\"\nkind = \"metadata\"\n"
        )
    };
    let config = [
        format!("[environments.test]\nopenmetadata = {{ url = \"{server}\", token = \"env:OM\" }}\n"),
        trino("basic", "kind = \"basic\"\nusername = \"u\"\npassword = \"env:PASSWORD\""),
        trino("bearer", "kind = \"bearer\"\ntoken = \"env:BEARER\""),
        trino("oauth", &format!("kind = \"oauth2-client-credentials\"\ntoken-url = \"{url}/token\"\nclient-id = \"c\"\nclient-secret = \"env:CLIENT\"")),
        format!(
            "[sources.key]\nplugin = \"dbt\"\nservice = \"quiet\"\nconfig = {{ url = \"{url}/artifacts/\" }}\nlimits = {{ retries = 0 }}\n[sources.key.credentials.artifacts]\nkind = \"api-key\"\nheader = \"X-Key\"\nvalue = \"env:KEY\"\n[assets.key]\nsource = \"key\"\nkind = \"metadata\"\n"
        ),
        "[sources.quiet]\nplugin = \"hostile\"\nconfig = { misdeed = \"none\" }\n[assets.quiet]\nsource = \"quiet\"\nkind = \"metadata\"\n".to_owned(),
    ];
    let project = Project::new(&config.concat())?;
    Ok(["PASSWORD", "BEARER", "CLIENT", "KEY", "OM"]
        .into_iter()
        .zip(SECRETS)
        .fold(project, |project, (name, secret)| project.env(name, secret)))
}

/// Plain, in base64 at every offset that matters, and as part of basic credentials.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let encoded = |text: String| base64(text.as_bytes()).trim_end_matches('=').as_bytes().to_vec();
    let mut forms = vec![secret.as_bytes().to_vec(), secret.replace('-', "%2D").into_bytes()];
    forms.extend([encoded(secret.to_owned()), encoded(format!("u:{secret}")), encoded(format!("c:{secret}"))]);
    forms
}

fn base64(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| alphabet.get((bits & 63) as usize).copied().map_or('=', char::from);
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let bits = chunk.iter().enumerate().fold(0, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
            let all = [digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), digit(bits)];
            all.into_iter().take(chunk.len() + 1).collect::<Vec<_>>()
        })
        .collect()
}

fn assert_clean(place: &str, bytes: &[u8]) {
    for secret in SECRETS {
        for form in forms(secret) {
            let found = bytes.windows(form.len()).any(|window| window == form);
            assert!(!found, "{secret} stands in {place} as {}", String::from_utf8_lossy(&form));
        }
    }
}

fn assert_folder_clean(folder: &Path) -> Result<usize> {
    let mut files = 0;
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.path().is_dir() {
            files += assert_folder_clean(&entry.path())?;
        } else {
            assert_clean(&entry.path().display().to_string(), &std::fs::read(entry.path())?);
            files += 1;
        }
    }
    Ok(files)
}

#[test]
fn a_planted_secret_is_in_no_output_of_any_run() -> Result<()> {
    let server = StandIn::start("2.0.7.0")?;
    let project = planted(&careless_stand_in()?, &server.url())?;
    let runs: [&[&str]; 6] = [
        &["--log", "trace", "run", "--all", "--record", "tape", "--report", "report.json"],
        &["--log", "trace", "--log-json", "run", "--all", "--dry-run"],
        &["--log", "trace", "run", "--all", "--sink", "jsonl", "--output", "out.jsonl"],
        &["--log", "trace", "run", "--all", "--env", "test"],
        &["--log", "trace", "check"],
        &["--log", "trace", "list", "--json"],
    ];
    for arguments in runs {
        let finished = project.run(arguments)?;
        assert!(finished.all().len() > 100, "{arguments:?} said nothing");
        assert_clean(&format!("{arguments:?}"), finished.all().as_bytes());
    }
    assert!(project.read("tape/basic.jsonl")?.contains("you sent"), "the careless answer was recorded");
    assert!(project.read("report.json")?.contains("500"), "the failures are in the report");
    assert!(assert_folder_clean(project.folder())? > 8);
    Ok(())
}

#[test]
fn what_looks_for_secrets_would_find_one() {
    let leak = |text: &str| std::panic::catch_unwind(|| assert_clean("a text", text.as_bytes())).is_err();
    assert!(leak("token=pl4nted-bearer-9d2;"));
    assert!(leak(&format!("Basic {}", base64(b"u:pl4nted-p4ssword-7c1"))));
    assert!(!leak("nothing here"));
}
