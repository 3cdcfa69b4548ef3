//! Size: everything is bounded, and the same on every machine.

use metahost_lineage::{Dialect, Limits, Request, Schemas, TableName, Verdict, analyse};

use crate::{columns, read};

fn repeat(text: &str, times: usize) -> String {
    text.repeat(times)
}

#[test]
fn ten_thousand_rows_of_values() {
    let rows: Vec<String> = (0..10_000).map(|row| format!("({row}, 'x', -{row}.5)")).collect();
    let found = read(Dialect::Trino, &format!("INSERT INTO target VALUES {}", rows.join(",")));
    assert_eq!(found.verdict, Verdict::Full);
    assert_eq!(found.columns.len(), 3);
}

#[test]
fn deep_nesting_is_read_or_refused_and_never_overflows() {
    for depth in [500, 2_000] {
        let sql = format!("SELECT {}id{} AS x FROM orders", repeat("(", depth), repeat(")", depth));
        assert_eq!(columns(Dialect::Trino, &sql), "x <- orders.id");
        let sql = format!("SELECT {}id{} AS x FROM orders", repeat("f(", depth), repeat(")", depth));
        assert_eq!(columns(Dialect::Trino, &sql), "x <- orders.id");
    }
    let sql = format!("SELECT id FROM {}orders{}", repeat("(SELECT id FROM ", 500), repeat(")", 500));
    assert_eq!(columns(Dialect::Trino, &sql), "id <- orders.id");
    let sql = format!("SELECT {}id{} FROM orders", repeat("(", 200_000), repeat(")", 200_000));
    let found = read(Dialect::Trino, &sql);
    assert_eq!(found.verdict, Verdict::Partial);
    assert!(found.reasons[0].text.contains("more than the limit"), "{:?}", found.reasons);
    assert_eq!(found.inputs, [TableName::dotted("orders")]);
}

#[test]
fn long_chains_of_operators_and_unions() {
    let sql = format!("SELECT id{} AS x FROM orders", repeat(" + total", 5_000));
    assert_eq!(columns(Dialect::Trino, &sql), "x <- orders.id orders.total");
    let sql = format!("SELECT id FROM orders{}", repeat(" UNION ALL SELECT id FROM customers", 2_000));
    assert_eq!(columns(Dialect::Trino, &sql), "id <- customers.id orders.id");
    for chain in ["[1]", ":b", ".b", "::int", " IS NULL", " COLLATE x", "[1].b"] {
        for dialect in [Dialect::Trino, Dialect::Postgres, Dialect::Snowflake] {
            for times in [1_000, 50_000] {
                let sql = format!("SELECT id{} AS x FROM orders", repeat(chain, times));
                assert_eq!(read(dialect, &sql).inputs, [TableName::dotted("orders")], "{dialect:?} {chain} {times}");
            }
        }
    }
    let sql = format!("SELECT id{} FROM orders", repeat(" + 1", 300_000));
    assert_eq!(read(Dialect::Trino, &sql).verdict, Verdict::Partial);
}

#[test]
fn a_hundred_joins() {
    let joins: Vec<String> = (0..100).map(|at| format!("JOIN t{at} USING (id)")).collect();
    let found = read(Dialect::Trino, &format!("SELECT id FROM orders {}", joins.join(" ")));
    assert_eq!(found.columns[0].sources.len(), 101);
}

/// Every table has two thousand columns.
struct Wide;

impl Schemas for Wide {
    fn columns(&self, _: &TableName) -> Option<Vec<String>> {
        Some((0..2_000).map(|column| format!("c{column}")).collect())
    }
}

#[test]
fn stars_over_two_thousand_columns() {
    let request = Request::new("CREATE TABLE x AS SELECT a.* FROM a JOIN b ON a.c1999 = b.c0", Dialect::Trino);
    let found = analyse(&request.with_schemas(&Wide));
    assert_eq!(found.columns.len(), 2_000);
    assert_eq!(found.columns[1_999].sources[0].column, "c1999");
}

#[test]
fn a_spent_budget_is_said_and_gives_the_tables() {
    let sql = "INSERT INTO x SELECT id + total + id + total FROM orders";
    let limits = Limits { steps: 3, ..Limits::default() };
    let found = analyse(&Request::new(sql, Dialect::Trino).with_limits(limits));
    assert_eq!(found.verdict, Verdict::Partial);
    assert!(found.reasons.iter().any(|reason| reason.text.contains("budget")), "{:?}", found.reasons);
    assert_eq!(found.outputs, [TableName::dotted("x")]);
}

#[test]
fn the_same_text_costs_the_same_steps() {
    let sql = "SELECT id, total * 2 FROM orders WHERE customer IN (SELECT id FROM customers)";
    let first = read(Dialect::Trino, sql);
    assert!(first.steps > 5);
    assert_eq!(read(Dialect::Trino, sql), first);
}

#[test]
fn statements_that_fail_deep_down_are_bounded_too() {
    for (open, close) in [("(", ")"), ("(SELECT * FROM (", "))")] {
        let sql = format!("SELECT id FROM {}orders JOIN b ON 1 = 1{} what (", repeat(open, 12), repeat(close, 12));
        assert_eq!(read(Dialect::Trino, &sql).verdict, Verdict::Partial);
    }
    let sql = format!("SELECT id FROM {}orders{}", repeat("(", 5_000), repeat(")", 5_000));
    assert!(read(Dialect::Trino, &sql).reasons[0].text.contains("parentheses"));
    let sql = format!("SELECT {} FROM orders", repeat("{{ a }},", 1_000));
    assert_eq!(read(Dialect::Trino, &sql).inputs, [TableName::dotted("orders")]);
}

#[test]
fn a_hundred_tables_give_all_their_columns() {
    let joins: Vec<String> = (0..99).map(|at| format!("JOIN orders o{at} ON o{at}.id = o.customer")).collect();
    let found = read(Dialect::Trino, &format!("CREATE TABLE x AS SELECT * FROM orders o {}", joins.join(" ")));
    assert_eq!((found.verdict, found.columns.len()), (Verdict::Full, 400));
    let tables: Vec<String> = (0..100).map(|at| format!("t{at}")).collect();
    let found = read(Dialect::Trino, &format!("SELECT id FROM {}", tables.join(", ")));
    assert!(found.reasons[0].text.contains("may belong to several tables"), "{:?}", found.reasons);
    assert_eq!(found.inputs.len(), 100);
}

#[test]
fn a_megabyte_is_read() {
    let statements = repeat("INSERT INTO target (a) SELECT id FROM orders WHERE total = 1;\n", 16_500);
    let found = read(Dialect::Trino, &statements);
    assert_eq!((found.verdict, found.statements.len()), (Verdict::Full, 16_500));
    let listed = format!("SELECT id FROM orders WHERE id IN ({}1)", repeat("1234567,", 125_000));
    assert_eq!(columns(Dialect::Trino, &listed), "id <- orders.id");
    let text = format!("INSERT INTO target (a, b) SELECT id, '{}' FROM orders", repeat("x", 1_000_000));
    assert_eq!(columns(Dialect::Trino, &text), "a <- orders.id; b <-");
    let found = read(Dialect::Trino, &repeat("lorem ipsum ", 83_000));
    assert_eq!(found.verdict, Verdict::None);
}

#[test]
fn what_grows_with_the_square_of_a_text_costs_steps() {
    let limits = Limits { steps: 200_000, ..Limits::default() };
    let joins: Vec<String> = (0..1_500).map(|at| format!("JOIN t{at} USING (id)")).collect();
    let joins = format!("INSERT INTO x SELECT id FROM orders {}", joins.join(" "));
    let views = format!("INSERT INTO x SELECT id FROM orders{}", repeat(" LATERAL VIEW explode(id) y AS z", 3_000));
    for (dialect, sql, inputs) in [(Dialect::Trino, joins, 1_501), (Dialect::Hive, views, 1)] {
        let found = analyse(&Request::new(&sql, dialect).with_limits(limits));
        assert!(found.reasons.iter().any(|reason| reason.text.contains("budget")), "{:?}", found.reasons);
        assert_eq!(found.inputs.len(), inputs, "the words still name all tables");
    }
    let listed: Vec<String> = (0..30_000).map(|at| format!("c{at}")).collect();
    let found = read(Dialect::Trino, &format!("SELECT {} FROM t", listed.join(", ")));
    assert_eq!((found.verdict, found.columns.len()), (Verdict::Full, 30_000));
    let added: Vec<String> = (0..20_000).map(|at| format!("a{at} += b")).collect();
    assert_eq!(read(Dialect::TSql, &format!("UPDATE target SET {}", added.join(", "))).columns.len(), 20_000);
    let files = format!("COPY INTO target (a) FROM (SELECT {}$1 FROM @s)", repeat("@s/x, ", 20_000));
    assert_eq!(read(Dialect::Snowflake, &files).outputs, [TableName::dotted("target")]);
    let found = read(Dialect::Trino, &format!("UPDATE {} SET a = id", vec!["orders"; 20_000].join(", ")));
    assert!(found.outputs.len() < 2, "{:?}", found.outputs);
}

#[test]
fn statements_within_statements_are_bounded() {
    for head in [
        "IF x THEN ",
        "WHILE x ",
        "BEGIN ",
        "PREPARE a FROM ",
        "PREPARE a AS ",
        "DESCRIBE ",
        "EXPLAIN ",
        "INSERT INTO t ",
    ] {
        for dialect in [Dialect::Ansi, Dialect::TSql, Dialect::Postgres, Dialect::BigQuery] {
            for times in [2_000, 12_000] {
                let sql = format!("{}SELECT id FROM orders", repeat(head, times));
                assert!(read(dialect, &sql).statements.len() <= times + 1, "{head}");
            }
        }
    }
    let named: Vec<String> = (0..20_000).map(|at| format!("c{} AS (SELECT a FROM c{at})", at + 1)).collect();
    assert_eq!(columns(Dialect::Trino, &format!("WITH {} SELECT a FROM c20000", named.join(", "))), "a <- c0.a");
    let scalars: Vec<String> = (0..300).map(|at| format!("(SELECT max(total) FROM orders) AS s{at}")).collect();
    let found = read(Dialect::ClickHouse, &format!("WITH {} SELECT s1 FROM customers", scalars.join(", ")));
    assert_eq!(found.inputs.len(), 2, "{:?}", found.reasons);
}
