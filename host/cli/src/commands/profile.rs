//! `metahost profile`: what the columns of a file, or of a table of a configured source, hold. Of a file it reaches no server,
//! and never a catalog.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Result;
use comfy_table::Table;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use metahost_profile::{Format, Options, Profile, Progress, profile_file, show};

use crate::args::ProfileArgs;
use crate::context::Context;
use crate::exit::{Exit, Misconfigured};
use crate::{output, run};

/// How wide text is where no terminal says so.
const WIDTH: usize = 100;

/// Profiles a file and prints what was found.
pub async fn file(arguments: ProfileArgs) -> Result<Exit> {
    arguments.html.as_deref().map(output::check_file).transpose()?;
    let format = arguments.format.as_deref().map(format).transpose()?;
    let options = options(&arguments);
    let file = PathBuf::from(&arguments.what);
    // Reading takes the thread that does it, which must be none of those that others wait for.
    let read = move || {
        let bar = Bar::default();
        profile_file(&file, format, &options, &bar)
    };
    let found = tokio::task::spawn_blocking(read).await??;
    print(&found, arguments.json, arguments.html.as_deref()).map(|()| Exit::Success)
}

/// Profiles a table of a configured source and prints what was found.
pub async fn table(context: &Context, arguments: &ProfileArgs) -> Result<Exit> {
    arguments.html.as_deref().map(output::check_file).transpose()?;
    let found = run::profile_one(context, arguments).await?;
    print(&found, arguments.json, arguments.html.as_deref()).map(|()| Exit::Success)
}

/// Whether a file is meant: one that is there, or anything at all where no source is configured.
pub fn is_file(arguments: &ProfileArgs, config: &Path) -> bool {
    Path::new(&arguments.what).exists() || !config.exists()
}

fn options(arguments: &ProfileArgs) -> Options {
    let ProfileArgs { columns, top, patterns, exact, .. } = arguments.clone();
    let default = Options::default();
    let threads = arguments.threads.unwrap_or(default.threads);
    let exact_memory =
        arguments.exact_memory.map_or(default.exact_memory, |mebibytes| mebibytes.saturating_mul(1 << 20));
    Options { columns, top, patterns, exact, exact_memory, threads }
}

fn format(name: &str) -> Result<Format> {
    let unknown = || Misconfigured(format!("there is no format `{name}`; try parquet, csv, jsonl, avro, orc, arrow"));
    Ok(Format::named(name).ok_or_else(unknown)?)
}

fn print(found: &Profile, json: bool, html: Option<&Path>) -> Result<()> {
    if json {
        return output::json(found);
    }
    match html {
        Some(file) => output::file(file, &show::html(found)?),
        None => output::line(show::text(found, width()).trim_end()),
    }
}

fn width() -> usize {
    let is_terminal = std::io::stdout().is_terminal();
    is_terminal.then(|| Table::new().width()).flatten().map_or(WIDTH, usize::from)
}

/// A bar on a terminal, for files that take longer than a moment.
#[derive(Default)]
struct Bar(OnceLock<ProgressBar>);

impl Progress for Bar {
    fn begin(&self, values: u64) {
        let bar = ProgressBar::with_draw_target(Some(values), ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %, {eta} to go") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        // It begins once.
        let _again = self.0.set(bar);
    }

    fn advance(&self, values: u64) {
        if let Some(bar) = self.0.get() {
            bar.inc(values);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }
}
