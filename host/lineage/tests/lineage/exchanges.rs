//! What only some dialects say: tables that change names or partitions, models of tables, what a statement outputs.

use metahost_lineage::{Dialect, InfluenceKind, StatementKind, Verdict};

use crate::{columns, expect_columns, expect_tables, read, tables};

#[test]
fn partitions_change_tables() {
    for (dialect, sql) in [
        (Dialect::Hive, "ALTER TABLE target EXCHANGE PARTITION (ds = '1') WITH TABLE customers"),
        (Dialect::MySql, "ALTER TABLE target EXCHANGE PARTITION p WITH TABLE customers WITHOUT VALIDATION"),
        (Dialect::Oracle, "ALTER TABLE target EXCHANGE PARTITION p WITH TABLE customers INCLUDING INDEXES"),
        (Dialect::ClickHouse, "ALTER TABLE target ON CLUSTER c REPLACE PARTITION 1 FROM customers"),
        (Dialect::ClickHouse, "ALTER TABLE target ATTACH PARTITION 1 FROM customers"),
        (Dialect::ClickHouse, "ALTER TABLE customers MOVE PARTITION 1 TO TABLE target"),
        (Dialect::TSql, "ALTER TABLE customers SWITCH PARTITION 1 TO target PARTITION 2"),
        (Dialect::Redshift, "ALTER TABLE target APPEND FROM customers"),
        (Dialect::Postgres, "ALTER TABLE target ATTACH PARTITION customers FOR VALUES FROM (1) TO (2)"),
    ] {
        assert_eq!(tables(dialect, sql), "customers -> target", "{sql}");
        let found = read(dialect, sql);
        assert_eq!((found.statements[0].kind, found.verdict), (StatementKind::Alter, Verdict::Full), "{sql}");
    }
    let sql = "ALTER TABLE a EXCHANGE PARTITION (ds = '1') WITH TABLE customers";
    assert_eq!(columns(Dialect::Hive, sql), "id <- customers.id; name <- customers.name; city <- customers.city");
    assert_eq!(tables(Dialect::Postgres, "ALTER TABLE target DETACH PARTITION orders"), "-> target");
}

#[test]
fn tables_change_names_with_each_other() {
    for (dialect, swap) in [
        (Dialect::Snowflake, "ALTER TABLE a SWAP WITH b"),
        (Dialect::ClickHouse, "EXCHANGE TABLES a AND b"),
        (Dialect::ClickHouse, "EXCHANGE TABLES a AND b ON CLUSTER c"),
    ] {
        let sql = format!("CREATE TABLE b AS SELECT id FROM orders; {swap}; DROP TABLE b");
        assert_eq!(tables(dialect, &sql), "orders -> a", "{swap}");
        assert_eq!(columns(dialect, &sql), "id <- orders.id", "{swap}");
    }
    expect_tables(Dialect::ClickHouse, &[("RENAME TABLE a TO b, c TO d ON CLUSTER x", "a c -> b d")]);
}

#[test]
fn what_a_statement_changed_goes_to_another_table() {
    for (sql, expected) in [
        (
            "INSERT INTO target (a) OUTPUT inserted.a, inserted.b INTO audit (x, y) SELECT id FROM orders",
            "x <- orders.id; y <- target.b; a <- orders.id",
        ),
        ("DELETE FROM orders OUTPUT deleted.id, deleted.total AS t INTO audit", "id <- orders.id; t <- orders.total"),
        (
            "UPDATE target SET a = o.id OUTPUT inserted.a, deleted.a, o.total INTO s.audit (x, y, z) FROM orders o",
            "x <- orders.id; y <- target.a; z <- orders.total; a <- orders.id",
        ),
        (
            "MERGE target t USING orders o ON t.a = o.id WHEN MATCHED THEN UPDATE SET b = o.total \
             OUTPUT $action, inserted.b, deleted.b INTO audit (x, y, z);",
            "x <-; y <- orders.total; z <- target.b; b <- orders.total",
        ),
        (
            "INSERT INTO audit (x) SELECT b FROM (MERGE target t USING orders o ON t.a = o.id WHEN MATCHED THEN \
             UPDATE SET b = o.total OUTPUT inserted.b) AS changed",
            "b <- orders.total; x <- orders.total",
        ),
    ] {
        assert_eq!(columns(Dialect::TSql, sql), expected, "{sql}");
        assert_eq!(read(Dialect::TSql, sql).verdict, Verdict::Full, "{sql}");
    }
    let sql = "DELETE FROM orders OUTPUT deleted.id INTO @gone; INSERT INTO target (a) SELECT id FROM @gone";
    assert_eq!(tables(Dialect::TSql, sql), "orders -> orders target");
    assert_eq!(tables(Dialect::TSql, "UPDATE target SET a = 1 OUTPUT inserted.a"), "-> target");
}

#[test]
fn rows_go_to_many_tables_and_conditions_decide_which() {
    let sql = "INSERT FIRST WHEN total > 1 THEN INTO x (p) VALUES (id) WHEN customer = 2 THEN INTO target \
               ELSE INTO z VALUES (placed) SELECT id, customer, total, placed FROM orders";
    for dialect in [Dialect::Snowflake, Dialect::Oracle] {
        expect_tables(dialect, &[(sql, "orders -> x target z")]);
        let influences = read(dialect, sql).influences;
        assert!(influences.iter().any(|found| found.kind == InfluenceKind::Filter), "{influences:?}");
    }
    let sql = "INSERT ALL INTO x (p) VALUES (id) INTO x (p) VALUES (total) SELECT id, total FROM orders";
    expect_columns(Dialect::Oracle, &[(sql, "p <- orders.id orders.total")]);
    let sql = "INSERT ALL INTO x VALUES (1, 2) INTO x VALUES (3, 4) SELECT * FROM dual";
    expect_columns(Dialect::Oracle, &[(sql, "")]);
    expect_tables(Dialect::Oracle, &[(sql, "-> x")]);
}

#[test]
fn a_table_is_made_after_the_model_of_another() {
    let all = "id <- customers.id; name <- customers.name; city <- customers.city";
    for (dialect, sql) in [
        (Dialect::Snowflake, "CREATE OR REPLACE TRANSIENT TABLE x CLONE customers COPY GRANTS"),
        (Dialect::Databricks, "CREATE OR REPLACE TABLE x DEEP CLONE customers VERSION AS OF 3 LOCATION 's3://b/k'"),
        (Dialect::BigQuery, "CREATE SNAPSHOT TABLE x CLONE customers"),
        (Dialect::Postgres, "CREATE TABLE x (LIKE customers INCLUDING ALL)"),
        (Dialect::Postgres, "CREATE TABLE x PARTITION OF customers FOR VALUES FROM (1) TO (2)"),
        (Dialect::Postgres, "CREATE TABLE x () INHERITS (customers)"),
        (Dialect::Trino, "CREATE TABLE IF NOT EXISTS x (LIKE customers INCLUDING PROPERTIES)"),
        (Dialect::Hive, "CREATE EXTERNAL TABLE x LIKE customers LOCATION '/x'"),
        (Dialect::ClickHouse, "CREATE TABLE x AS customers"),
        (Dialect::ClickHouse, "CREATE TABLE x ON CLUSTER c AS customers ENGINE = MergeTree ORDER BY id"),
        (Dialect::ClickHouse, "CREATE TABLE x CLONE AS customers"),
    ] {
        assert_eq!(columns(dialect, sql), all, "{sql}");
        expect_tables(dialect, &[(sql, "customers -> x")]);
    }
    for sql in [
        "CREATE TABLE x (extra int, LIKE customers INCLUDING ALL, PRIMARY KEY (id))",
        "CREATE TABLE x (extra varchar(10), LIKE customers)",
    ] {
        assert_eq!(columns(Dialect::Postgres, sql), format!("extra <-; {all}"), "{sql}");
    }
    let sql = "CREATE TABLE x PARTITION OF customers DEFAULT; INSERT INTO x SELECT customer, total, placed FROM orders";
    let found = read(Dialect::Postgres, sql);
    assert_eq!(
        crate::edges(&found.statements[1].columns),
        "id <- orders.customer; name <- orders.total; city <- orders.placed"
    );
    expect_tables(Dialect::Postgres, &[("REFRESH MATERIALIZED VIEW CONCURRENTLY v", "-> v")]);
}

#[test]
fn an_expression_may_have_a_name() {
    expect_columns(
        Dialect::ClickHouse,
        &[
            ("WITH total * 2 AS t SELECT id, t FROM orders", "id <- orders.id; t <- orders.total"),
            (
                "WITH (SELECT max(total) FROM orders) AS m SELECT id, m FROM customers",
                "id <- customers.id; m <- orders.total",
            ),
            ("WITH 1 AS one, q AS (SELECT id + one AS x FROM orders) SELECT x FROM q", "x <- orders.id"),
            ("WITH id AS k, k + total AS s SELECT s FROM orders", "s <- orders.id orders.total"),
            ("WITH (x, y) -> x + y AS f SELECT f(id, total) AS s FROM orders", "s <- orders.id orders.total"),
            ("WITH customer AS c SELECT z FROM (SELECT c AS z FROM orders)", "z <- orders.customer"),
            ("INSERT INTO target (a) WITH sum(total) AS t SELECT t FROM orders GROUP BY id", "a <- orders.total"),
        ],
    );
    let found = read(Dialect::ClickHouse, "WITH total > 1 AS big SELECT id FROM orders WHERE big");
    assert_eq!(found.influences[0].sources[0].column, "total");
    assert_eq!(found.verdict, Verdict::Full);
}

#[test]
fn a_pivot_may_be_a_statement() {
    expect_columns(
        Dialect::DuckDb,
        &[
            (
                "PIVOT orders ON placed USING sum(total) GROUP BY customer",
                "customer <- orders.customer; * <- orders.total",
            ),
            (
                "CREATE TABLE x AS PIVOT orders ON placed IN ('p', q) USING sum(total) AS s GROUP BY customer",
                "customer <- orders.customer; p_s <- orders.total; q_s <- orders.total",
            ),
            (
                "SELECT * FROM (PIVOT orders ON placed IN ('p') USING max(total))",
                "id <- orders.id; customer <- orders.customer; p <- orders.total",
            ),
            (
                "WITH p AS (PIVOT_WIDER (SELECT id, total FROM orders) ON id USING max(total)) SELECT * FROM p",
                "* <- orders.total",
            ),
            (
                "UNPIVOT orders ON id, total INTO NAME n VALUE v",
                "customer <- orders.customer; placed <- orders.placed; n <-; v <- orders.id orders.total",
            ),
        ],
    );
    let cannot = "CREATE TABLE x AS UNPIVOT orders ON COLUMNS(* EXCLUDE id) INTO NAME n VALUE v";
    assert_eq!(tables(Dialect::DuckDb, cannot), "orders -> x");
    assert_eq!(read(Dialect::DuckDb, cannot).verdict, Verdict::Partial);
}

#[test]
fn explaining_runs_a_statement_or_does_not() {
    let insert = "INSERT INTO target (a) SELECT id FROM orders";
    for (dialect, head, runs) in [
        (Dialect::Postgres, "EXPLAIN (ANALYZE, BUFFERS)", true),
        (Dialect::Postgres, "EXPLAIN (ANALYZE off)", false),
        (Dialect::Postgres, "EXPLAIN (VERBOSE)", false),
        (Dialect::Trino, "EXPLAIN ANALYZE VERBOSE", true),
        (Dialect::MySql, "EXPLAIN FORMAT=TREE", false),
        (Dialect::Spark, "EXPLAIN EXTENDED", false),
        (Dialect::Oracle, "EXPLAIN PLAN SET STATEMENT_ID = 'x' FOR", false),
    ] {
        let expected = if runs { "orders -> target" } else { "orders ->" };
        assert_eq!(tables(dialect, &format!("{head} {insert}")), expected, "{head}");
        assert_eq!(read(dialect, &format!("{head} {insert}")).verdict, Verdict::Full, "{head}");
    }
}
