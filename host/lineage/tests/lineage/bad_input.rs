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

/// What holds for any answer: what was not understood has a reason, and each reason has a place.
fn check(dialect: Dialect, sql: &str) {
    let found = read(dialect, sql);
    assert_eq!(found.verdict == Verdict::Full, found.reasons.is_empty(), "{dialect:?} {sql:?}: {found:?}");
    for reason in &found.reasons {
        assert!(reason.span.is_some_and(|span| span.line > 0), "{dialect:?} {sql:?}: {reason:?}");
    }
    assert_eq!(read(dialect, sql), found, "{dialect:?} {sql:?}");
}

/// What each dialect says in a way of its own.
const TEXTS: [&str; 14] = [
    "COPY INTO target (a) FROM (SELECT t.$1:id::int FROM @stage/x (FILE_FORMAT => 'f') t) PATTERN = '.*'",
    "UNLOAD ('SELECT id FROM orders WHERE placed = ''x''') TO 's3://b/k' IAM_ROLE 'r' PARTITION BY (id)",
    "LOAD DATA LOCAL INFILE '/x' INTO TABLE target IGNORE 1 ROWS (a, @v) SET c = upper(@v), b = 1",
    "LOAD DATA OVERWRITE d.t FROM FILES (format = 'CSV', uris = ['gs://b/k', 'gs://b/l'])",
    "MERGE target t USING orders o ON t.a = o.id WHEN MATCHED THEN UPDATE SET b = o.total OUTPUT $action, deleted.b INTO x (y, z);",
    "WITH total * 2 AS t, q AS (SELECT id FROM orders) SELECT id, t FROM orders GLOBAL ANY LEFT JOIN q USING id",
    "CREATE TABLE x AS PIVOT orders ON placed IN ('p', q) USING sum(total) AS s GROUP BY customer",
    "INSERT FIRST WHEN total > 1 THEN INTO x (p) VALUES (id) ELSE INTO z SELECT id, total FROM orders",
    "CREATE TABLE x (extra int, LIKE orders INCLUDING ALL); ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b",
    "FROM orders o LATERAL VIEW explode(o.tags) t AS tag INSERT OVERWRITE DIRECTORY '/x' SELECT tag INSERT INTO y SELECT id",
    "CREATE PROCEDURE p() LANGUAGE SQL AS $$ BEGIN IF (1 = 1) THEN INSERT INTO x SELECT id FROM orders; END IF; END $$",
    "SELECT * EXCEPT (id), t.a.b[0] FROM `p.d.t` t, UNNEST(t.x) u WITH OFFSET o |> AGGREGATE sum(o) GROUP BY id",
    "SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY id MEASURES LAST(x.total) AS l PATTERN (x+ y?) DEFINE x AS total > 1)",
    "EXPLAIN PLAN FOR UPDATE target SET (a, b) = (SELECT id, total FROM orders CONNECT BY PRIOR id = customer)",
];

#[test]
fn every_dialect_reads_what_another_says() {
    for dialect in crate::properties::DIALECTS {
        for text in TEXTS {
            check(dialect, text);
        }
    }
}

#[test]
fn a_statement_that_is_cut_anywhere_has_a_verdict_and_a_reason() {
    for text in TEXTS {
        for (at, _) in text.char_indices().filter(|(at, _)| at % 3 == 0) {
            check(Dialect::Snowflake, &text[..at]);
            check(Dialect::DuckDb, &text[at..]);
        }
    }
}

#[test]
fn bytes_that_are_no_text_have_a_verdict_and_a_reason() {
    let bytes: Vec<u8> = (0..=255).cycle().take(4_000).collect();
    for width in [1, 7, 64, 1_000] {
        for chunk in bytes.chunks(width).take(60) {
            let text = String::from_utf8_lossy(chunk);
            check(Dialect::Ansi, &text);
            check(Dialect::MySql, &format!("INSERT INTO x SELECT id FROM orders WHERE {text}"));
        }
    }
    check(Dialect::Trino, "PK\u{3}\u{4}\u{14}\u{0}\u{8}\u{0}\u{fffd}!\u{fffd}\u{fffd}SELECT");
}

#[test]
fn a_schema_that_contradicts_the_query_is_told() {
    for (sql, told, expected) in [
        (
            "INSERT INTO target SELECT id, customer, total, placed FROM orders",
            "target has 3 columns, 4 are",
            "id <- orders.id; customer <- orders.customer; total <- orders.total; placed <- orders.placed",
        ),
        (
            "INSERT INTO target (a, gone) SELECT id, total FROM orders",
            "target has no column \"gone\"",
            "a <- orders.id; gone <- orders.total",
        ),
        (
            "INSERT INTO target (a) SELECT id, total FROM orders",
            "2 values for 1 columns",
            "a <- orders.id; total <- orders.total",
        ),
        ("SELECT gone FROM orders", "no table here has a column \"gone\"", "gone <- orders.gone"),
        (
            "SELECT o.gone, c.id FROM orders o JOIN customers c ON c.gone = o.id",
            "gone",
            "gone <- orders.gone; id <- customers.id",
        ),
        ("SELECT gone.id, id FROM orders", "gone", "id <-; id <- orders.id"),
    ] {
        let found = read(Dialect::Trino, sql);
        assert_eq!(found.verdict, Verdict::Partial, "{sql}");
        assert!(found.reasons.iter().any(|reason| reason.text.contains(told)), "{sql}: {:?}", found.reasons);
        assert_eq!(crate::edges(&found.columns), expected, "{sql}");
    }
}

#[test]
fn a_reason_ends_where_it_begins_or_later() {
    // What is set right before it is parsed stands in another order than in the text.
    let sql = "FROM \u{7f} INSERT OVkbCREATE ERWRITETABL& TABLE\nAS SELEECTORY 'CT ;CREATE TLE /x' \u{7f} INSERT OVTABLEERWRR\n";
    let found = read(Dialect::Hive, sql);
    assert_ne!(found.verdict, Verdict::Full);
    for reason in &found.reasons {
        let span = reason.span.unwrap();
        assert!((span.end_line, span.end_column) >= (span.line, span.column), "{reason:?}");
    }
}
