//! The commands, one file each.

mod catalog;
mod check;
mod explain;
mod init;
mod lineage;
mod list;
mod plugins;
mod profile;
mod shown;

use std::sync::Arc;

use anyhow::Result;
use indicatif::MultiProgress;
use metahost_config::{Config, LogLevel as Configured};

use crate::args::{Cli, Command, LogLevel};
use crate::context::Context;
use crate::exit::Exit;
use crate::{logging, output, run};

/// Runs the command that was given.
pub async fn dispatch(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Init => init::init(&cli.config),
        Command::Lineage(arguments) => lineage::lineage(&arguments),
        Command::Profile(arguments) if profile::is_file(&arguments, &cli.config) => profile::file(arguments).await,
        Command::Schema => output::line(metahost_config::json_schema().trim_end()).map(|()| Exit::Success),
        command => configured(command, &cli.config, cli.log, cli.log_json).await,
    }
}

async fn configured(command: Command, file: &std::path::Path, log: Option<LogLevel>, log_json: bool) -> Result<Exit> {
    let config = Config::load(file)?;
    let bars = MultiProgress::new();
    logging::start(log.unwrap_or_else(|| level(&config)), log_json, &bars);
    let context = Context { config, bars };
    match command {
        Command::Run(arguments) => run::run(Arc::new(context), arguments).await,
        Command::Test(arguments) => run::test(Arc::new(context), arguments).await,
        Command::List { json } => list::list(&context, json).await,
        Command::Check { sources, all: _, offline, env } => {
            check::check(&context, &sources, offline, env.as_deref()).await
        }
        Command::Plugins { command } => plugins::plugins(&context, command).await,
        Command::Catalog(command) => catalog::catalog(&context, command),
        Command::Explain(arguments) => explain::explain(&context, &arguments).await,
        Command::Profile(arguments) => profile::table(&context, &arguments).await,
        Command::Init | Command::Schema | Command::Lineage(_) => Ok(Exit::Success),
    }
}

fn level(config: &Config) -> LogLevel {
    match config.log.level {
        Configured::Error => LogLevel::Error,
        Configured::Warn => LogLevel::Warn,
        Configured::Info => LogLevel::Info,
        Configured::Debug => LogLevel::Debug,
        Configured::Trace => LogLevel::Trace,
    }
}
