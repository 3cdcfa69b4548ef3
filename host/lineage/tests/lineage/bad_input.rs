//! What is no SQL, half of it, or another dialect's: a verdict with a reason, and what can be known.

use metahost_lineage::{Dialect, Verdict};

use crate::{read, tables};

#[test]
fn what_is_no_sql_gives_nothing_with_a_reason() {
    for text in
        ["lorem ipsum dolor", "{\"json\": [1, 2]}", "\u{0}\u{1}\u{fffd}\u{202e}", "SELECT as '\nFROM t", "import os"]
    {
        let found = read(Dialect::Trino, text);
        assert_eq!(found.verdict, Verdict::None, "{text:?}");
        assert!(!found.reasons.is_empty(), "{text:?}");
        assert!(found.inputs.is_empty() && found.outputs.is_empty(), "{text:?}: {found:?}");
    }
}

#[test]
fn nothing_is_fully_understood() {
    for text in ["", "   ", ";;;", "-- only a comment", "/* and */ ; /* another */"] {
        let found = read(Dialect::Trino, text);
        assert_eq!(found.verdict, Verdict::Full, "{text:?}");
        assert!(found.statements.is_empty(), "{text:?}");
    }
}

#[test]
fn half_a_statement_gives_its_tables_the_reason_and_the_place() {
    let found = read(Dialect::Trino, "INSERT INTO target\nSELECT id, FROM WHERE orders JOIN customers ON (");
    assert_eq!(found.verdict, Verdict::Partial);
    assert_eq!(found.outputs.iter().map(ToString::to_string).collect::<Vec<_>>(), ["target"]);
    let span = found.reasons[0].span.unwrap_or_default();
    assert!(span.line >= 1, "{span:?}");
}

#[test]
fn an_open_string_keeps_the_statements_before_it() {
    let sql = "INSERT INTO x SELECT id FROM orders; INSERT INTO y SELECT 'open FROM customers";
    assert_eq!(tables(Dialect::Trino, sql), "orders -> x y");
}

#[test]
fn templates_that_a_tool_would_fill_cost_nothing() {
    for sql in [
        "INSERT INTO x SELECT id FROM orders WHERE placed > {{ start }} AND customer IN ({{ customers }})",
        "INSERT INTO x SELECT id FROM orders WHERE {% if from_dttm %} placed > '{{ from_dttm }}' {% endif %}",
        "INSERT INTO x SELECT id FROM orders WHERE placed > %(start)s AND id = %s",
        "INSERT INTO x SELECT id FROM orders WHERE placed > ${start}",
        "INSERT INTO x SELECT id FROM orders WHERE placed > :start AND id = ?",
    ] {
        assert_eq!(tables(Dialect::Trino, sql), "orders -> x", "{sql}");
        assert_eq!(read(Dialect::Trino, sql).verdict, Verdict::Full, "{sql}: {:?}", read(Dialect::Trino, sql).reasons);
    }
    assert_eq!(tables(Dialect::Trino, "SELECT a FROM s.{{ table }} WHERE b"), "s.{{table}} ->");
}

#[test]
fn another_dialects_words_are_tried_too() {
    assert_eq!(tables(Dialect::Trino, "SELECT `id` FROM `orders`"), "orders ->");
    assert_eq!(tables(Dialect::Postgres, "COPY INTO x FROM 's3://b/k'"), "s3://b/k -> x");
    assert_eq!(
        tables(Dialect::MySql, "CREATE TABLE x USING delta PARTITIONED BY (a) AS SELECT id FROM orders"),
        "orders -> x"
    );
}
