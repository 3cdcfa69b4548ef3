//! The log on standard error, kept apart from the progress bars. Never sees a secret: the types that hold one can't be
//! shown.

use std::io::{self, Write};

use indicatif::MultiProgress;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::args::LogLevel;

/// Starts logging. What the host's own crates and the guests say goes by `level`; other libraries only warn.
pub fn start(level: LogLevel, json: bool, bars: &MultiProgress) {
    let level = format!("{level:?}").to_lowercase();
    let quiet = if level == "trace" { "debug" } else { "warn" };
    let own = ["metahost", "guest"].map(|target| format!("{target}={level}"));
    let crates =
        ["catalog", "config", "gateway", "pipeline", "runtime", "store"].map(|name| format!("metahost_{name}={level}"));
    let filter = EnvFilter::new(format!("{quiet},{},{}", own.join(","), crates.join(",")));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(BesideBars(bars.clone()));
    if json {
        log.json().init();
    } else {
        log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init();
    }
}

/// Writes whole lines between the bars.
struct BesideBars(MultiProgress);

impl<'a> MakeWriter<'a> for BesideBars {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

impl Write for &BesideBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
