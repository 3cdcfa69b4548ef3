//! Planted secrets are nowhere: not in logs at trace level, records, cassettes, reports, state or error texts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Result;
use metahost_e2e::{Project, StandIn};

/// Each planted where a user would put it, by the variable that holds it. Unlike anything that could stand in an
/// output by chance.
const PLANTED: [(&str, &str); 6] = [
    ("PASSWORD", "pl4nted-p4ssword-7c1"),
    ("BEARER", "pl4nted-bearer-9d2"),
    ("CLIENT", "pl4nted-client-5e3"),
    ("KEY", "pl4nted-key-1f4"),
    ("OM", "pl4nted-om-2a6"),
    ("BAO", "pl4nted-bao-8b7"),
];

/// What the token endpoint issues: a secret that nobody planted.
const ISSUED: &str = "1ssued-access-3c8";

/// All of them; each must have been sent for the test to mean anything.
fn secrets() -> impl Iterator<Item = &'static str> {
    PLANTED.iter().map(|(_, secret)| *secret).chain([ISSUED])
}

/// A stand-in for a careless source: it repeats the request's head, credentials and all, in its error and its headers.
struct CarelessStandIn {
    url: String,
    heard: Arc<Mutex<String>>,
}

impl CarelessStandIn {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let heard = Arc::new(Mutex::new(String::new()));
        let ears = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let ears = Arc::clone(&ears);
                thread::spawn(move || echo(stream, &ears));
            }
        });
        Ok(Self { url, heard })
    }

    /// Whether this secret reached it, in whatever form.
    fn heard(&self, secret: &str) -> bool {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        forms(secret).iter().any(|form| heard.contains(&*String::from_utf8_lossy(form)))
    }
}

fn echo(mut stream: TcpStream, ears: &Mutex<String>) -> Option<()> {
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
    ears.lock().ok()?.push_str(&said);
    if head.starts_with("POST /token") {
        return issue(stream);
    }
    let echoed = head.lines().find(|line| line.to_lowercase().starts_with("authorization")).unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 500 Oops\r\nx-you-sent: {echoed}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
        said.len()
    )
    .ok()
}

/// Answers as a token endpoint that is content.
fn issue(mut stream: TcpStream) -> Option<()> {
    let token = format!(r#"{{"access_token":"{ISSUED}","token_type":"bearer","expires_in":3600}}"#);
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{token}",
        token.len()
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
        format!("[vault]\naddress = \"{url}\"\nauth = {{ method = \"token\", token = \"env:BAO\" }}\n"),
        format!("[environments.refused]\nopenmetadata = {{ url = \"{url}/api\", token = \"env:OM\" }}\n"),
        format!("[environments.works]\nopenmetadata = {{ url = \"{server}\", token = \"env:WORKS\" }}\n"),
        trino("basic", "kind = \"basic\"\nusername = \"u\"\npassword = \"env:PASSWORD\""),
        trino("bearer", "kind = \"bearer\"\ntoken = \"env:BEARER\""),
        trino("oauth", &format!("kind = \"oauth2-client-credentials\"\ntoken-url = \"{url}/token\"\nclient-id = \"c\"\nclient-secret = \"env:CLIENT\"")),
        trino("refused", &format!("kind = \"oauth2-client-credentials\"\ntoken-url = \"{url}/refused\"\nclient-id = \"c\"\nclient-secret = \"env:CLIENT\"")),
        trino("vault", "kind = \"bearer\"\ntoken = \"vault:kv/trino#token\""),
        format!(
            "[sources.key]\nplugin = \"dbt\"\nservice = \"quiet\"\nconfig = {{ url = \"{url}/artifacts/\" }}\nlimits = {{ retries = 0 }}\n[sources.key.credentials.artifacts]\nkind = \"api-key\"\nheader = \"X-Key\"\nvalue = \"env:KEY\"\n[assets.key]\nsource = \"key\"\nkind = \"metadata\"\n"
        ),
        "[sources.quiet]\nplugin = \"hostile\"\nconfig = { misdeed = \"none\" }\n[assets.quiet]\nsource = \"quiet\"\nkind = \"metadata\"\n".to_owned(),
    ];
    let project = Project::new(&config.concat())?;
    let project = PLANTED.iter().fold(project, |project, (name, secret)| project.env(name, secret));
    Ok(project.env("WORKS", StandIn::token()))
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
    for secret in secrets().chain([StandIn::token()]) {
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
    let (careless, server) = (CarelessStandIn::start()?, StandIn::start("2.0.7.0")?);
    let project = planted(&careless.url, &server.url())?;
    let runs: [(&[&str], &[i32]); 8] = [
        (&["run", "--all", "--record", "tape", "--report", "report.json"], &[3, 5]),
        (&["--log-json", "run", "--all", "--dry-run"], &[3, 5]),
        (&["run", "--all", "--sink", "jsonl", "--output", "out.jsonl"], &[3, 5]),
        (&["run", "--all", "--env", "refused"], &[6]),
        (&["run", "quiet", "--env", "works"], &[0]),
        (&["run", "basic", "--replay", "tape"], &[5]),
        (&["check"], &[3, 5, 6]),
        (&["list", "--json"], &[0]),
    ];
    for (arguments, codes) in runs {
        let finished = project.run(&[&["--log", "trace"], arguments].concat())?;
        assert!(codes.contains(&finished.code), "{arguments:?}: {} {}", finished.code, finished.all());
        assert!(finished.all().len() > 100, "{arguments:?} said nothing");
        assert_clean(&format!("{arguments:?}"), finished.all().as_bytes());
    }
    for secret in secrets() {
        assert!(careless.heard(secret), "{secret} was never sent, so nothing could have let it out");
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
