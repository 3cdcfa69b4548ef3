//! Lines, progress and skipped items from the guest. Never prints: the host's own log and report do.

use std::sync::Arc;

use metahost_model::Event;

use crate::bindings::metahost::source::log::{Host, Level};
use crate::instance::HostState;

/// Longest text taken from a guest for a line; the rest is cut, visibly.
const LINE: usize = 4_000;

/// Who listens to a guest's progress.
pub trait ProgressListener: Send + Sync {
    /// A stage of a split moved on.
    fn progress(&self, split: &str, stage: &str, done: u64, total: Option<u64>);
}

impl Host for HostState {
    async fn log(&mut self, level: Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.enter()?;
        self.usage.log_line()?;
        let fields = fields.iter().map(|(key, value)| format!("{key}={:?}", self.rights.clean(value)));
        let fields = self.rights.clean(&fields.collect::<Vec<_>>().join(" "));
        let (source, split) = (self.rights.source.as_str(), self.output.as_ref().map_or("-", |output| &output.split));
        // Cleaned before it is cut: half a secret would not be known as one.
        let message = self.rights.clean(&message);
        let (message, fields) = (cut(&message), cut(&fields));
        match level {
            Level::Trace => tracing::trace!(target: "guest", source, split, fields, "{message}"),
            Level::Debug => tracing::debug!(target: "guest", source, split, fields, "{message}"),
            Level::Info => tracing::info!(target: "guest", source, split, fields, "{message}"),
            Level::Warn => tracing::warn!(target: "guest", source, split, fields, "{message}"),
            Level::Error => tracing::error!(target: "guest", source, split, fields, "{message}"),
        }
        Ok(())
    }

    async fn progress(&mut self, stage: String, done: u64, total: Option<u64>) -> wasmtime::Result<()> {
        self.enter()?;
        let split = self.output.as_ref().map_or("", |output| &output.split);
        if let Some(listener) = &self.rights.listener {
            listener.progress(split, cut(&self.rights.clean(&stage)), done, total);
        }
        Ok(())
    }

    async fn skipped(&mut self, path: Vec<String>, reason: String) -> wasmtime::Result<()> {
        self.enter()?;
        // Counted as a line: a flood of skipped items is a flood.
        self.usage.log_line()?;
        let Some(output) = &self.output else { return Ok(()) };
        let bytes = (reason.len() + path.iter().map(String::len).sum::<usize>()) as u64;
        let path = path.iter().map(|part| self.rights.clean(part)).collect();
        let reason = cut(&self.rights.clean(&reason)).to_owned();
        let event = Event::Skipped { split: Arc::clone(&output.split), path, reason };
        // The receiver is gone only when the run is over; then nobody reads the report either.
        let _over = output.events.send(event, bytes).await;
        Ok(())
    }
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(LINE) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
