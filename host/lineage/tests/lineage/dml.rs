//! Statements that write: INSERT, CREATE, MERGE, UPDATE, DELETE, COPY.

use metahost_lineage::{Dialect, StatementKind};

use crate::{columns, expect_columns, expect_tables, read};

#[test]
fn an_insert_names_its_columns_lists_none_or_goes_by_name() {
    expect_columns(
        Dialect::Trino,
        &[
            ("INSERT INTO target (c, a) SELECT id, total FROM orders", "c <- orders.id; a <- orders.total"),
            (
                "INSERT INTO target SELECT id, customer, total FROM orders",
                "a <- orders.id; b <- orders.customer; c <- orders.total",
            ),
            ("INSERT INTO unknown_table SELECT id x FROM orders", "x <- orders.id"),
            (
                "INSERT INTO target WITH q AS (SELECT id, city, name FROM customers) SELECT * FROM q",
                "a <- customers.id; b <- customers.city; c <- customers.name",
            ),
            ("INSERT INTO target (a) VALUES (1), (2)", "a <-"),
            ("INSERT INTO unknown_table VALUES (1, 2)", ""),
        ],
    );
    expect_columns(
        Dialect::Spark,
        &[
            ("INSERT INTO target BY NAME SELECT id AS c, total AS a FROM orders", "c <- orders.id; a <- orders.total"),
            (
                "INSERT OVERWRITE TABLE target PARTITION (c = 1) SELECT id, total FROM orders",
                "a <- orders.id; b <- orders.total",
            ),
        ],
    );
}

#[test]
fn a_row_that_is_there_already_is_replaced_by_what_is_said() {
    let sql = "INSERT INTO target (a, b) SELECT id, total FROM orders \
               ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b + target.c, c = EXCLUDED.a";
    assert_eq!(columns(Dialect::Postgres, sql), "a <- orders.id; b <- orders.total target.c; c <- orders.id");
    let sql = "INSERT INTO target (a, b) SELECT id, total FROM orders ON DUPLICATE KEY UPDATE c = VALUES(b)";
    assert_eq!(columns(Dialect::MySql, sql), "a <- orders.id; b <- orders.total; c <- orders.total");
}

#[test]
fn an_insert_may_write_many_tables() {
    let sql = "INSERT ALL INTO x (p) VALUES (id) INTO y (q) VALUES (total) SELECT id, total FROM orders";
    assert_eq!(columns(Dialect::Snowflake, sql), "p <- orders.id; q <- orders.total");
    let sql = "FROM orders INSERT OVERWRITE TABLE x SELECT id WHERE total > 1 INSERT INTO TABLE y SELECT total";
    assert_eq!(columns(Dialect::Hive, sql), "id <- orders.id; total <- orders.total");
    expect_tables(Dialect::Hive, &[(sql, "orders -> x y")]);
}

#[test]
fn tables_and_views_are_made_from_queries() {
    for head in [
        "CREATE TABLE x (p, q) AS",
        "CREATE OR REPLACE VIEW x (p, q) AS",
        "CREATE TABLE IF NOT EXISTS x (p, q) COMMENT 'c' WITH (format = 'ORC') AS",
        "CREATE MATERIALIZED VIEW x (p, q) AS",
    ] {
        let sql = format!("{head} SELECT id, total FROM orders");
        assert_eq!(columns(Dialect::Trino, &sql), "p <- orders.id; q <- orders.total", "{sql}");
        expect_tables(Dialect::Trino, &[(sql.as_str(), "orders -> x")]);
    }
    expect_tables(
        Dialect::Snowflake,
        &[
            ("CREATE TABLE x CLONE y", "y -> x"),
            ("CREATE TABLE x LIKE y", "y -> x"),
            ("CREATE STREAM x ON TABLE y", "y -> x"),
            ("CREATE TABLE x (a INT)", "-> x"),
        ],
    );
    expect_tables(Dialect::TSql, &[("SELECT id INTO x FROM orders", "orders -> x")]);
    expect_tables(Dialect::ClickHouse, &[("CREATE MATERIALIZED VIEW v TO x AS SELECT id FROM orders", "orders -> x")]);
}

#[test]
fn a_recursive_view_is_no_source_of_itself() {
    let sql = "CREATE RECURSIVE VIEW v (n) AS SELECT id FROM orders UNION ALL SELECT n + 1 FROM v";
    assert_eq!(columns(Dialect::Postgres, sql), "n <- orders.id");
    expect_tables(Dialect::Postgres, &[(sql, "orders -> v")]);
}

#[test]
fn a_merge_writes_what_its_clauses_say() {
    let sql = "MERGE INTO target t USING (SELECT id k, total s FROM orders) o ON t.a = o.k \
               WHEN MATCHED AND o.s > 1 THEN UPDATE SET c = o.s + t.c WHEN MATCHED THEN DELETE \
               WHEN NOT MATCHED THEN INSERT VALUES (o.k, NULL, o.s)";
    assert_eq!(columns(Dialect::Trino, sql), "c <- orders.total target.c; a <- orders.id; b <-");
    expect_tables(Dialect::Trino, &[(sql, "orders -> target")]);
    let sql = "MERGE d.target USING orders ON FALSE WHEN NOT MATCHED THEN INSERT (a) VALUES (id)";
    assert_eq!(columns(Dialect::BigQuery, sql), "a <- orders.id");
    let sql = "MERGE INTO t USING customers s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *";
    assert_eq!(columns(Dialect::Databricks, sql), "id <- customers.id; name <- customers.name; city <- customers.city");
}

#[test]
fn an_update_writes_one_of_its_tables_and_reads_the_others() {
    for (dialect, sql) in [
        (Dialect::Postgres, "UPDATE target t SET a = o.id FROM orders o WHERE o.total = t.b"),
        (Dialect::TSql, "UPDATE t SET t.a = o.id FROM target t JOIN orders o ON o.total = t.b"),
        (Dialect::TSql, "UPDATE target SET a = o.id FROM target JOIN orders o ON o.total = target.b"),
        (Dialect::MySql, "UPDATE target t INNER JOIN orders o ON o.total = t.b SET t.a = o.id"),
        (Dialect::MySql, "UPDATE target t, orders o SET t.a = o.id WHERE o.total = t.b"),
        (Dialect::Trino, "UPDATE target SET a = (SELECT max(id) FROM orders)"),
        (Dialect::Oracle, "UPDATE target SET (a) = (SELECT id FROM orders)"),
    ] {
        assert_eq!(columns(dialect, sql), "a <- orders.id", "{sql}");
        expect_tables(dialect, &[(sql, "orders -> target")]);
    }
    assert_eq!(columns(Dialect::TSql, "UPDATE target SET a += b"), "a <- target.a target.b");
}

#[test]
fn a_delete_writes_its_table_and_reads_what_decides() {
    expect_tables(
        Dialect::Postgres,
        &[
            ("DELETE FROM target WHERE a IN (SELECT id FROM orders)", "orders -> target"),
            ("DELETE FROM target USING orders WHERE a = id", "orders -> target"),
            ("TRUNCATE TABLE target", "-> target"),
        ],
    );
    expect_tables(Dialect::TSql, &[("DELETE t FROM target t JOIN orders o ON o.id = t.a", "orders -> target")]);
}

#[test]
fn queries_that_write_aside_are_told() {
    let sql = "WITH gone AS (DELETE FROM orders RETURNING id, total) INSERT INTO target (a, b) SELECT * FROM gone";
    assert_eq!(columns(Dialect::Postgres, sql), "a <- orders.id; b <- orders.total");
    expect_tables(Dialect::Postgres, &[(sql, "orders -> orders target")]);
}

#[test]
fn an_explained_statement_moves_nothing_unless_it_is_run() {
    let found = read(Dialect::Trino, "EXPLAIN INSERT INTO target SELECT id, id, id FROM orders");
    assert_eq!(found.statements[0].kind, StatementKind::Explain);
    expect_tables(
        Dialect::Postgres,
        &[
            ("EXPLAIN INSERT INTO target SELECT 1, 2, id FROM orders", "orders ->"),
            ("EXPLAIN ANALYZE INSERT INTO target SELECT 1, 2, id FROM orders", "orders -> target"),
        ],
    );
}
