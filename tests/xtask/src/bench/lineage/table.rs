//! Scores as a Markdown table.

use std::fmt::Write as _;

use super::score::Score;

/// One row for each tool.
pub fn of(scores: &[(&'static str, Score)]) -> String {
    let mut text =
        "| tool | tables exact | columns exact | gave up | full / partial / none | queries/s | p50 ms | p99 ms |\n\
                    |---|---:|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for (name, score) in scores {
        let tables = share(score.table_cases, score.wrong_tables.len());
        let columns = share(score.column_cases, score.wrong_columns.len());
        let [full, partial, none] = score.verdicts;
        let verdicts = if full + partial + none == 0 { String::new() } else { format!("{full} / {partial} / {none}") };
        let (rate, half, most) = (rate(&score.micros), score.within(0.5) / 1e3, score.within(0.99) / 1e3);
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "| {name} | {tables} | {columns} | {} | {verdicts} | {rate:.0} | {half:.3} | {most:.3} |",
            score.failed
        );
    }
    text
}

/// The cases that were missed.
pub fn misses(score: &Score) -> Vec<String> {
    let said =
        |what: &'static str, ids: &[String]| ids.iter().map(|id| format!("wrong {what}: {id}")).collect::<Vec<_>>();
    [said("tables", &score.wrong_tables), said("columns", &score.wrong_columns)].concat()
}

#[expect(clippy::cast_precision_loss, reason = "some hundred cases")]
fn share(all: usize, wrong: usize) -> String {
    if all == 0 {
        return String::new();
    }
    format!("{:.1} % of {all}", 100.0 * (all - wrong) as f64 / all as f64)
}

/// How many queries a second, by the time that all cases take together.
#[expect(clippy::cast_precision_loss, reason = "some hundred cases")]
fn rate(micros: &[f64]) -> f64 {
    let all: f64 = micros.iter().sum();
    if all > 0.0 { micros.len() as f64 * 1e6 / all } else { 0.0 }
}
