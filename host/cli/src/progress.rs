//! What a person sees while assets run: bars on a terminal, a line now and then elsewhere. Never on standard output.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use metahost_runtime::ProgressListener;

/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of a run.
#[derive(Clone)]
pub struct Progress {
    bars: MultiProgress,
    terminal: bool,
}

/// The progress of one asset.
pub struct AssetProgress {
    asset: String,
    bar: Option<ProgressBar>,
    state: Mutex<State>,
    run: Progress,
}

struct State {
    splits: (usize, usize),
    stages: BTreeMap<String, String>,
    records: u64,
    last_line: Instant,
}

impl Progress {
    /// Bars if standard error is a terminal.
    pub fn new(bars: &MultiProgress) -> Self {
        Self { bars: bars.clone(), terminal: std::io::stderr().is_terminal() }
    }

    /// A line above the bars.
    #[expect(clippy::print_stderr, reason = "progress is for people, beside the log")]
    pub fn say(&self, text: &str) {
        self.bars.suspend(|| eprintln!("{text}"));
    }

    /// The progress of one more asset.
    pub fn asset(&self, asset: &str) -> Arc<AssetProgress> {
        let bar = self.terminal.then(|| self.bars.add(ProgressBar::new_spinner()));
        if let Some(bar) = &bar {
            bar.enable_steady_tick(Duration::from_millis(120));
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:<36} {elapsed:>5} {wide_msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(asset.to_owned());
        }
        let state = State { splits: (0, 0), stages: BTreeMap::new(), records: 0, last_line: Instant::now() };
        Arc::new(AssetProgress { asset: asset.to_owned(), bar, state: Mutex::new(state), run: self.clone() })
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        // A terminal that can't be cleared only looks less tidy.
        let _untidy = self.bars.clear();
    }
}

impl AssetProgress {
    /// How many splits there are.
    pub fn splits(&self, total: usize) {
        self.update(|state| state.splits.1 = total);
    }

    /// So many records were emitted, and so many splits are over.
    pub fn records(&self, records: u64, splits: usize) {
        self.update(|state| (state.records, state.splits.0) = (records, splits));
    }

    /// The asset is over.
    pub fn done(&self, how: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.run.say(&format!("{}: {how}", self.asset));
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        let text = state.text();
        match &self.bar {
            Some(bar) => bar.set_message(text),
            None if state.last_line.elapsed() >= LINE_EVERY => {
                state.last_line = Instant::now();
                self.run.say(&format!("{}: {text}", self.asset));
            }
            None => {}
        }
    }
}

impl State {
    fn text(&self) -> String {
        let (done, total) = self.splits;
        let stage = self.stages.values().next_back().map(String::as_str).unwrap_or_default();
        format!("{done}/{total} splits, {} records {stage}", self.records)
    }
}

impl ProgressListener for AssetProgress {
    fn progress(&self, split: &str, stage: &str, done: u64, total: Option<u64>) {
        let text = total
            .map_or_else(|| format!("{split}: {stage} {done}"), |total| format!("{split}: {stage} {done}/{total}"));
        self.update(|state| {
            state.stages.clear();
            state.stages.insert(split.to_owned(), text);
        });
    }
}
