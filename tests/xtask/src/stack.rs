//! `cargo xtask stack`: the servers, by hand.

use anyhow::Result;
use clap::Subcommand;
use metahost_stack::{Event, Server};

use crate::shell::say;

/// What to do with the servers.
#[derive(Subcommand)]
pub enum Command {
    /// Install, start and fill servers and all they need; those that run already are left alone.
    Up {
        /// s3, postgres, iceberg, trino, openbao, superset, dagster; all when none is named.
        servers: Vec<Server>,
    },
    /// Stop servers and all that depend on them.
    Down {
        /// As for `up`.
        servers: Vec<Server>,
    },
    /// Show which run, on which port.
    Status,
}

/// Does it.
pub fn run(command: &Command) -> Result<()> {
    match command {
        Command::Up { servers } => up(&some(servers)),
        Command::Down { servers } => metahost_stack::down(&some(servers)),
        Command::Status => {
            for status in metahost_stack::status()? {
                let state = format!("{:?}", status.state).to_lowercase();
                say(&format!("{:<9} {state:<8} {}", status.server.name(), status.url));
            }
            Ok(())
        }
    }
}

/// Starts servers and says what happens meanwhile.
pub fn up(servers: &[Server]) -> Result<()> {
    metahost_stack::up_with(servers, |event| match event {
        Event::Step(server, step) => say(&format!("    {server}: {step}")),
        Event::Ready(server, after) => say(&format!("    {server}: ready after {:.0} s", after.as_secs_f64())),
    })
}

fn some(servers: &[Server]) -> Vec<Server> {
    if servers.is_empty() { Server::ALL.to_vec() } else { servers.to_vec() }
}
