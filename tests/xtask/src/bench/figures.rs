//! What was measured, as a Markdown table: the least, the median, the most of several runs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Figures by what they say, in the order they were first met.
#[derive(Default)]
pub struct Figures {
    order: Vec<(String, &'static str)>,
    values: BTreeMap<String, Vec<f64>>,
}

impl Figures {
    /// Adds one run's figure.
    pub fn add(&mut self, what: impl Into<String>, unit: &'static str, value: f64) {
        let what = what.into();
        if !self.values.contains_key(&what) {
            self.order.push((what.clone(), unit));
        }
        self.values.entry(what).or_default().push(value);
    }

    /// All of them.
    pub fn table(&self) -> String {
        let mut text = "| what | unit | min | median | max | runs |\n|---|---|---:|---:|---:|---:|\n".to_owned();
        for (what, unit) in &self.order {
            let mut values = self.values.get(what).cloned().unwrap_or_default();
            values.sort_by(f64::total_cmp);
            let at = |index: usize| values.get(index).copied().map(shown).unwrap_or_default();
            let (middle, last) = (values.len() / 2, values.len().saturating_sub(1));
            // Writing to a String can't fail.
            let _ =
                writeln!(text, "| {what} | {unit} | {} | {} | {} | {} |", at(0), at(middle), at(last), values.len());
        }
        text
    }
}

/// Three digits that mean something.
fn shown(value: f64) -> String {
    match value {
        _ if value == 0.0 || value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
