//! What must hold for any text: no panic, and no edge that depends on how a query is dressed.

use metahost_lineage::{Dialect, Request, analyse, dot, explain, explain_text};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::{Shop, columns, read};

/// All dialects.
pub(crate) const DIALECTS: [Dialect; 16] = [
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

/// Words that make texts which are nearly SQL.
const WORDS: [&str; 72] = [
    "SELECT",
    "FROM",
    "WHERE",
    "JOIN",
    "LEFT",
    "ON",
    "USING",
    "(",
    ")",
    ",",
    ";",
    "*",
    ".",
    "a",
    "b",
    "orders",
    "customers",
    "AS",
    "WITH",
    "RECURSIVE",
    "UNION",
    "ALL",
    "INSERT",
    "INTO",
    "VALUES",
    "CREATE",
    "TABLE",
    "VIEW",
    "MERGE",
    "UPDATE",
    "SET",
    "DELETE",
    "WHEN",
    "MATCHED",
    "THEN",
    "CASE",
    "END",
    "OVER",
    "PARTITION",
    "BY",
    "ORDER",
    "GROUP",
    "UNNEST",
    "LATERAL",
    "EXISTS",
    "IN",
    "=",
    "+",
    "->",
    "1",
    "'x'",
    "\"q\"",
    "[",
    "]",
    "PIVOT",
    "FOR",
    "MATCH_RECOGNIZE",
    "PATTERN",
    "DEFINE",
    "MEASURES",
    "JSON_TABLE",
    "COLUMNS",
    "COPY",
    "UNLOAD",
    "TO",
    "BEGIN",
    "PROCEDURE",
    "DO",
    "$$",
    "@",
    "DROP",
    "RENAME",
];

fn dialects() -> impl Strategy<Value = Dialect> {
    (0..DIALECTS.len()).prop_map(|at| DIALECTS[at])
}

fn nearly_sql() -> impl Strategy<Value = String> {
    vec(0..WORDS.len(), 0..60).prop_map(|words| words.into_iter().map(|at| WORDS[at]).collect::<Vec<_>>().join(" "))
}

/// A name that is no word of SQL.
fn names() -> impl Strategy<Value = String> {
    "[a-z]{3,8}_[0-9]{1,3}"
}

fn blanks() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(" "), Just("\n\t "), Just(" /* why, (not */ "), Just(" -- what ' ;\n")]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn no_text_panics(text in any::<String>(), dialect in dialects()) {
        read(dialect, &text);
    }

    #[test]
    fn no_text_that_is_nearly_sql_panics(text in nearly_sql(), dialect in dialects()) {
        read(dialect, &text);
    }

    #[test]
    fn each_column_of_what_is_nearly_sql_is_explained_and_drawn(text in nearly_sql(), dialect in dialects()) {
        let found = analyse(&Request::new(&text, dialect).with_schemas(&Shop).with_details());
        prop_assert_eq!(explain(&found).len(), found.columns.len());
        prop_assert_eq!(explain_text(&found).matches("  by statement ").count(), found.columns.len());
        prop_assert!(!dot(&found).contains("  -> "), "a line begins nowhere");
        prop_assert_eq!(&read(dialect, &text).inputs, &found.inputs);
    }

    #[test]
    fn a_cut_statement_does_not_panic(at in 0_usize..400, dialect in dialects()) {
        let sql = "WITH a AS (SELECT id, total FROM orders o JOIN customers c USING (id) WHERE city IN ('x', 'y')) \
                   MERGE INTO target t USING (SELECT * FROM a MATCH_RECOGNIZE (PARTITION BY id MEASURES LAST(x.total) AS l \
                   PATTERN (x+) DEFINE x AS total > 1), UNNEST(ARRAY[1, 2]) WITH ORDINALITY AS u(v, w)) s ON t.a = s.id \
                   WHEN MATCHED THEN UPDATE SET a = s.l + 1 WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.id, s.w)";
        read(dialect, &sql[..at.min(sql.len())]);
    }

    #[test]
    fn aliases_may_have_any_name(one in names(), two in names(), three in names()) {
        proptest::prop_assume!(one != two && two != three && one != three);
        let sql = format!(
            "WITH {one} AS (SELECT id AS {two}, total FROM orders) SELECT {three}.{two} AS x, sum({three}.total) AS y, city \
             FROM {one} AS {three} JOIN customers AS {two} ON {two}.id = {three}.{two} GROUP BY 1, 3"
        );
        prop_assert_eq!(columns(Dialect::Trino, &sql), "x <- orders.id; y <- orders.total; city <- customers.city");
    }

    #[test]
    fn named_queries_may_stand_in_any_order(order in Just(vec![0, 1, 2, 3]).prop_shuffle()) {
        let named = ["a AS (SELECT id FROM orders)", "b AS (SELECT name FROM customers)", "c AS (SELECT 1 AS x)", "d AS (SELECT city FROM customers)"];
        let list: Vec<&str> = order.into_iter().map(|at| named[at]).collect();
        let sql = format!("WITH {} SELECT a.id, b.name, x, city FROM a, b, c, d", list.join(", "));
        prop_assert_eq!(columns(Dialect::Trino, &sql), "id <- orders.id; name <- customers.name; x <-; city <- customers.city");
    }

    #[test]
    fn parentheses_change_no_edge(depth in 0_usize..40, around in 0_usize..20) {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        let (begin, end) = ("(".repeat(around), ")".repeat(around));
        let sql = format!("{begin}SELECT {open}id + {open}total{close}{close} AS x FROM orders WHERE {open}city = 1{close}{end}");
        prop_assert_eq!(columns(Dialect::Trino, &sql), "x <- orders.id orders.total");
    }

    #[test]
    fn comments_and_blanks_change_no_edge(blanks in vec(blanks(), 12)) {
        let words = ["INSERT", "INTO", "target", "(a)", "SELECT", "o.total * 2", "FROM", "orders o", "JOIN", "customers c", "ON", "o.id = c.id"];
        let sql: String = words.iter().zip(&blanks).flat_map(|(word, blank)| [*word, *blank]).collect();
        prop_assert_eq!(columns(Dialect::Trino, &sql), "a <- orders.total");
    }
}
