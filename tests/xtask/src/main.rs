//! Development tasks. `cargo xtask` lists them; each checks what it needs, installs what is missing, and can be repeated.
//! Never part of the product.

mod bench;
mod demo;
mod dist;
mod record;
mod shell;
mod stack;
mod test;
mod wasm_target;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Development tasks of metahost.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check and install what is missing, build host and plugins, run every asset from recorded exchanges into the
    /// embedded catalog, and show what landed.
    Demo(demo::Options),
    /// Run all tests: formatting, lints, unit tests, whole-binary tests against real servers, the stand-in's own tests.
    Test(test::Options),
    /// Build the binary and the plugins into target/dist, as they would be installed.
    Dist,
    /// Start, stop or show the real servers that tests run against.
    #[command(subcommand)]
    Stack(stack::Command),
    /// Record the cassettes of the demo and of the offline tests from the real servers.
    Record,
    /// Measure what tests/bench/README.md states, and print it.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::complain(&format!("\nerror: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Demo(options) => demo::run_demo(&options),
        Task::Test(options) => test::run_tests(&options),
        Task::Dist => dist::build().map(drop),
        Task::Stack(command) => stack::run(&command),
        Task::Record => record::run_all(),
        Task::Bench(options) => bench::run_bench(&options),
    }
}
