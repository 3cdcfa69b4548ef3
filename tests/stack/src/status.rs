//! What each server is doing right now. Changes nothing.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use crate::process::Process;
use crate::server::Server;
use crate::{home, script, stamp};

/// How a server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It answers and holds its data.
    Ready,
    /// It answers, but its data was not loaded to the end, or has changed since.
    Running,
    /// Its process runs and does not answer.
    Silent,
    /// It does not run.
    Stopped,
}

/// One server's line in `stack status`.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Which server.
    pub server: Server,
    /// How it stands.
    pub state: State,
    /// Process id, if it runs.
    pub pid: Option<u32>,
    /// Base URL.
    pub url: String,
    /// Its own log.
    pub log: PathBuf,
}

/// The state of every server.
pub fn status() -> Result<Vec<Status>> {
    Server::ALL.into_iter().map(status_of).collect()
}

fn status_of(server: Server) -> Result<Status> {
    let process = process_of(server)?;
    let state = match process {
        None => State::Stopped,
        Some(_) if !script::healthy(server) => State::Silent,
        Some(process) if stamp::is_current(server, process)? => State::Ready,
        Some(_) => State::Running,
    };
    Ok(Status {
        server,
        state,
        pid: process.map(|process| process.pid),
        url: server.url(),
        log: script::log(server, "run")?,
    })
}

/// The server's process, if it runs.
pub(crate) fn process_of(server: Server) -> Result<Option<Process>> {
    Ok(Process::recorded(&home::run_file(server.name(), "pid")?))
}
