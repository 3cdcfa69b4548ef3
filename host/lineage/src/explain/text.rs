//! Explanations as people read them: a line for the column, and one for each thing that is known of it.

use core::fmt::{self, Write};

use super::{Explanation, Made, Place, explain};
use crate::{Analysis, Confidence, Influence, InfluenceKind, Source, Stone};

/// Explains each column of the outputs to people.
pub fn explain_text(analysis: &Analysis) -> String {
    let mut text = String::new();
    for explanation in explain(analysis) {
        // Writing to a String never fails.
        let _ = write!(text, "{explanation}");
    }
    text
}

impl fmt::Display for Explanation {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table.as_ref().map_or_else(String::new, |table| format!("{table}."));
        let aggregated = if self.aggregated { ", one value of many rows" } else { "" };
        writeln!(text, "{table}{}: {}{aggregated}", self.column, self.made.told())?;
        let Place { number, span } = self.statement;
        writeln!(text, "  by statement {number}, line {} column {}", span.line, span.column)?;
        if !self.sources.is_empty() {
            writeln!(text, "  from {}", listed(&self.sources))?;
        }
        if let Some(expression) = &self.expression {
            writeln!(text, "  as {}", one_line(expression))?;
        }
        if !self.stones.is_empty() {
            let stones: Vec<String> = self.stones.iter().map(passed).collect();
            writeln!(text, "  through {}", stones.join(", "))?;
        }
        for influence in &self.influences {
            writeln!(text, "  {}", decided(influence))?;
        }
        if let Some(doubt) = doubt(self.confidence) {
            writeln!(text, "  {doubt}")?;
        }
        if !self.unresolved.is_empty() {
            writeln!(text, "  of a table that is not known: {}", self.unresolved.join(", "))?;
        }
        Ok(())
    }
}

impl Made {
    fn told(self) -> &'static str {
        match self {
            Self::Direct => "a copy",
            Self::Derived => "derived",
            Self::Constant => "a constant",
        }
    }
}

fn passed(stone: &Stone) -> String {
    match stone {
        Stone::Named(name) => format!("the named query {name}"),
        Stone::Subquery(alias) if alias.is_empty() => "a subquery".to_owned(),
        Stone::Subquery(alias) => format!("the subquery {alias}"),
        Stone::Table(table) => format!("the table {table}"),
    }
}

fn decided(influence: &Influence) -> String {
    let what = match influence.kind {
        InfluenceKind::Filter => "rows filtered by",
        InfluenceKind::Join => "rows joined by",
        InfluenceKind::Group => "rows grouped by",
        InfluenceKind::Order => "rows ordered by",
        InfluenceKind::Window => "window over",
        InfluenceKind::Condition => "value chosen by",
    };
    let expression = influence.expression.as_ref().map_or_else(String::new, |text| format!(": {}", one_line(text)));
    format!("{what} {}{expression}", listed(&influence.sources))
}

fn doubt(confidence: Confidence) -> Option<&'static str> {
    match confidence {
        Confidence::Certain => None,
        Confidence::Likely => Some("likely: no schema is known, but only one table can have it"),
        Confidence::Possible => Some("possible: several tables might have it, or the schema contradicts"),
    }
}

fn listed(sources: &[Source]) -> String {
    let names: Vec<String> = sources.iter().map(|source| format!("{}.{}", source.table, source.column)).collect();
    names.join(", ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
