//! `cargo xtask test`: everything that must hold. Fails at the first group that does not, with what to do.

use std::time::Instant;

use anyhow::Result;
use clap::Args;
use metahost_stack::Server;

use crate::shell::{cargo, command, root, run, say, step};
use crate::{dist, stack};

/// What to leave out while working on something else.
#[derive(Args)]
pub struct Options {
    /// Only what needs no server: formatting, lints, unit tests.
    #[arg(long)]
    offline: bool,
}

/// Runs them.
pub fn run_tests(options: &Options) -> Result<()> {
    let started = Instant::now();
    dist::build()?;
    step("Formatting");
    run_cargo(&["fmt", "--all", "--check"], "`cargo fmt --all` mends it.")?;
    step("Lints");
    run_cargo(&["clippy", "--workspace", "--all-targets", "--locked"], "Mend what is listed above.")?;
    if options.offline {
        step("Unit and property tests");
        run_cargo(&["test", "--release", "--locked", "--workspace", "--exclude", "metahost-e2e"], "")?;
    } else {
        with_servers()?;
    }
    say(&format!("\nAll tests passed in {:.0} s.", started.elapsed().as_secs_f64()));
    Ok(())
}

fn with_servers() -> Result<()> {
    dist::hostile()?;
    step("Servers (started once and left running; `cargo xtask stack down` stops them)");
    stack::up(&Server::ALL)?;
    step("The stand-in for OpenMetadata, tested on its own");
    let script = root().join("tests/stack/openmetadata/run_tests.sh");
    run(&mut command(script, &[]), "tests/stack/openmetadata/README.md tells how to run it alone.")?;
    step("Unit, property and whole-binary tests");
    // Ignored elsewhere are the tests that need a server: here they all run.
    run_cargo(
        &["test", "--release", "--locked", "--workspace", "--no-fail-fast", "--", "--include-ignored"],
        "`cargo test --release -p PACKAGE NAME` runs one.",
    )
}

fn run_cargo(arguments: &[&str], remedy: &str) -> Result<()> {
    run(&mut cargo(arguments), remedy)
}
