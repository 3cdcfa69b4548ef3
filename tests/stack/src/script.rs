//! Runs one step of a server's script. A failure says which step, shows the end of its log and what to do.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Error, Result, anyhow};

use crate::home;
use crate::server::Server;

const TAIL_LINES: usize = 25;

/// The script of a server.
pub(crate) fn path(server: Server) -> PathBuf {
    home::package_dir().join(format!("servers/{server}.sh"))
}

/// Where the output of a step goes; the server's own is that of `run`.
pub(crate) fn log(server: Server, step: &str) -> Result<PathBuf> {
    home::log_file(&format!("{server}.{step}"), "log")
}

/// Runs a step to its end.
pub(crate) fn run(server: Server, step: &str) -> Result<()> {
    run_with(server, step, &[])
}

/// Runs a step that takes arguments to its end.
pub(crate) fn run_with(server: Server, step: &str, arguments: &[String]) -> Result<()> {
    let log = log(server, step)?;
    let output = fs::File::create(&log).with_context(|| format!("cannot write the log {}", log.display()))?;
    let errors = output.try_clone().with_context(|| format!("cannot write the log {}", log.display()))?;
    let status = command(server, step)
        .args(arguments)
        .stdout(output)
        .stderr(errors)
        .status()
        .context("cannot run bash: install it")?;
    if status.success() { Ok(()) } else { Err(failure(server, step, &format!("ended with {status}"))) }
}

/// Whether the server answers. Says nothing of why not: its log does.
pub(crate) fn healthy(server: Server) -> bool {
    let status = command(server, "health").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn command(server: Server, step: &str) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "5", "bash"]).arg(path(server)).arg(step).stdin(Stdio::null());
    command
}

/// An error that names the step, what happened, the logs with their last lines, and a remedy.
pub(crate) fn failure(server: Server, step: &str, what: &str) -> Error {
    let mut text = format!("stack: step {step} of {server} failed: {what}");
    let steps = if step == "run" { vec!["run"] } else { vec![step, "run"] };
    for log in steps.into_iter().filter_map(|step| log(server, step).ok()) {
        if let Some(tail) = tail(&log) {
            let _ = write!(text, "\n--- end of {}\n{tail}", log.display());
        }
    }
    let _ = write!(text, "\n--- {}", remedy(server, step));
    anyhow!(text)
}

fn tail(log: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&fs::read(log).ok()?).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.len().saturating_sub(TAIL_LINES);
    (!lines.is_empty()).then(|| lines[start..].join("\n"))
}

fn remedy(server: Server, step: &str) -> String {
    let dir = home::stack_dir().map_or_else(|_| "the stack's folder".to_owned(), |dir| dir.display().to_string());
    match step {
        "install" => format!(
            "to repeat it by hand: bash tests/stack/servers/{server}.sh install; what was installed is in {dir}"
        ),
        "run" => format!(
            "is port {} free and enough memory left? `cargo xtask stack down {server}`, then `up {server}` starts it afresh",
            server.port()
        ),
        _ => format!(
            "`cargo xtask stack down {server}`, then `up {server}` tries again; deleting {dir} with all servers down starts from nothing"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_keeps_the_last_lines_only() {
        let file = std::env::temp_dir().join(format!("metahost-stack-tail-{}", std::process::id()));
        let text: Vec<String> = (0..100).map(|line| format!("line {line}")).collect();
        fs::write(&file, text.join("\n")).unwrap();
        let tail = tail(&file).unwrap();
        assert!(tail.starts_with("line 75") && tail.ends_with("line 99"), "{tail}");
        fs::remove_file(&file).unwrap();
    }
}
