//! The stack by hand, without the rest of the project's tasks: `cargo run -p metahost-stack --example stack -- up [NAME..]`.

use std::io::Write;

use anyhow::{Result, bail};
use metahost_stack::{Server, bench_load, down, status, up_with};

fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some("bench-load") {
        return bench_load(10_000, 30);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let servers = match &arguments[arguments.len().min(1)..] {
        [] => Server::ALL.to_vec(),
        names => names.iter().map(|name| name.parse()).collect::<Result<_>>()?,
    };
    match arguments.first().map(String::as_str) {
        Some("up") => up_with(&servers, |event| say(&format!("{event:?}"))),
        Some("down") => down(&servers),
        Some("status") => {
            say(&serde_json::to_string_pretty(&status()?)?);
            Ok(())
        }
        _ => bail!("usage: stack up|down|status [NAME..], or bench-load"),
    }
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
