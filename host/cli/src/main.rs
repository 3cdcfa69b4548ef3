//! The metahost binary: reads the command line, runs one command, and answers with an exit code that says how it went.
//! Everything a library could hold is in one.

mod args;
mod commands;
mod context;
mod exit;
mod logging;
mod output;
mod progress;
mod run;
mod sinks;
mod sources;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::exit::Exit;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&anyhow::Error::from(error).context("the async runtime can't start")),
    };
    let result = runtime.block_on(commands::dispatch(cli));
    // Guests that were told to end may still be waiting for their sources; nobody waits for them.
    runtime.shutdown_background();
    match result {
        Ok(exit) => exit.into(),
        Err(error) if output::is_closed_pipe(&error) => Exit::Success.into(),
        Err(error) => exit::report(&error),
    }
}
