//! One input of the fuzzer: a byte for the dialect, a byte for who knows the tables, then the text.
//!
//! What must hold for each: no panic, an end within the budget of steps, the same answer twice, and a reason with a place
//! for whatever was not understood. That it ends in time is what the fuzzer's own `-timeout` watches.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use metahost_lineage::{
    Analysis, Dialect, Limits, Request, Schemas, TableName, Verdict, analyse, fingerprint, tool_made,
};

/// The dialects by the letter that an input begins with, from `a` on.
const DIALECTS: [Dialect; 16] = [
    Dialect::Ansi,
    Dialect::Trino,
    Dialect::Postgres,
    Dialect::MySql,
    Dialect::Snowflake,
    Dialect::BigQuery,
    Dialect::Redshift,
    Dialect::Spark,
    Dialect::Databricks,
    Dialect::TSql,
    Dialect::DuckDb,
    Dialect::Hive,
    Dialect::Oracle,
    Dialect::ClickHouse,
    Dialect::Sqlite,
    Dialect::Teradata,
];

/// Few enough that each input ends soon, enough for what people write.
const LIMITS: Limits = Limits { steps: 200_000, depth: 2_000 };

/// Who knows the columns of tables, by the second letter of an input, from `a` on.
enum Known {
    /// Nobody.
    Nothing,
    /// A shop knows its own tables and no other.
    Shop,
    /// Every table has the same columns: what a query says of them is mostly wrong.
    Alike,
    /// Columns without a name, twice the same, with dots and stars in them; sometimes none at all.
    Odd,
}

impl Schemas for Known {
    fn columns(&self, table: &TableName) -> Option<Vec<String>> {
        let columns = match (self, table.name()) {
            (Self::Nothing, _) => return None,
            (Self::Shop, "orders") => "id customer total placed",
            (Self::Shop, "customers") => "id name city",
            (Self::Shop, "target") => "a b c",
            (Self::Shop, _) => return None,
            (Self::Alike, _) => "a b c d e f g h i j k l m n o p q r s t u v w x y z",
            (Self::Odd, name) => ["", "* id ID", "id  a.b", "@ $1 é İ"][name.len() % 4],
        };
        Some(columns.split(' ').map(str::to_owned).collect())
    }
}

fuzz_target!(|input: &[u8]| -> Corpus {
    let [dialect, known, text @ ..] = input else { return Corpus::Reject };
    let Some(dialect) = dialect.checked_sub(b'a').and_then(|at| DIALECTS.get(usize::from(at))) else {
        return Corpus::Reject;
    };
    let known = match known {
        b'a' => Known::Nothing,
        b'b' => Known::Shop,
        b'c' => Known::Alike,
        b'd' => Known::Odd,
        _ => return Corpus::Reject,
    };
    let text = String::from_utf8_lossy(text);
    let request = Request::new(&text, *dialect).within(Some("db"), Some("s")).with_schemas(&known).with_limits(LIMITS);
    let found = analyse(&request);
    assert!(found == analyse(&request), "the same request gave another answer");
    check(&found);
    assert_eq!(fingerprint(&text, *dialect), fingerprint(&text, *dialect));
    tool_made(&text, *dialect);
    Corpus::Keep
});

/// What holds for any answer.
fn check(found: &Analysis) {
    assert!(found.steps <= 2 * LIMITS.steps, "{} steps", found.steps);
    assert_eq!(found.verdict == Verdict::Full, found.reasons.is_empty(), "a verdict without a reason");
    for statement in &found.statements {
        assert_eq!(statement.verdict == Verdict::Full, statement.reasons.is_empty(), "{statement:?}");
    }
    for reason in &found.reasons {
        assert!(reason.span.is_some_and(|span| span.line > 0 && span.end_line >= span.line), "{reason:?}");
        assert!(!reason.text.is_empty());
    }
    for (input, output) in found.flows() {
        assert!(found.inputs.contains(&input) && found.outputs.contains(&output));
    }
    for edge in &found.columns {
        assert!(edge.table.as_ref().is_none_or(|table| found.outputs.contains(table)), "{edge:?}");
        assert!(edge.sources.is_sorted());
    }
}
