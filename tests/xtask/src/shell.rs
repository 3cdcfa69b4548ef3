//! Runs other programs and says what is going on. A failure names the command and what to do.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a development tool talks to the terminal")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The repository's top folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Says what begins.
pub fn step(what: &str) {
    println!("\n==> {what}");
}

/// Says something on a line.
pub fn say(what: &str) {
    println!("{what}");
}

/// Says what went wrong.
pub fn complain(what: &str) {
    eprintln!("{what}");
}

/// A command that runs in the repository's top folder.
pub fn command(program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// `cargo`, the same one that runs this. A build in CI is the only one of its checkout: what speeds up the next is left out.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments);
    if std::env::var_os("CI").is_some() {
        cargo.env("CARGO_INCREMENTAL", "0");
    }
    cargo
}

/// Runs a command in the foreground; `remedy` tells what to do when it fails.
pub fn run(command: &mut Command, remedy: &str) -> Result<()> {
    let shown = format!("{command:?}").replace('"', "");
    let started = Instant::now();
    let status = command.status().with_context(|| format!("`{shown}` can't be started. {remedy}"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status} after {:.0} s. {remedy}", started.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Runs a command and answers what it printed, or nothing if it failed.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
