//! Idioms that an engine or two have for themselves.

use metahost_lineage::{Dialect, Verdict};

use crate::{columns, expect_columns, expect_tables, read};

#[test]
fn what_says_nothing_of_columns_is_no_hindrance() {
    for (dialect, sql) in [
        (Dialect::TSql, "INSERT TOP (10) INTO x (id) SELECT id FROM orders"),
        (Dialect::TSql, "INSERT INTO x (id) SELECT o.id FROM orders FOR SYSTEM_TIME ALL o"),
        (
            Dialect::TSql,
            "INSERT INTO x (id) SELECT o.id FROM orders FOR SYSTEM_TIME BETWEEN '2020-01-01' AND '2021-01-01' o",
        ),
        (Dialect::TSql, "INSERT INTO x (id) SELECT o.id FROM orders o LEFT OUTER HASH JOIN orders p ON o.id = p.id"),
        (Dialect::Oracle, "INSERT INTO x (id) SELECT id FROM orders LOG ERRORS INTO e ('tag') REJECT LIMIT UNLIMITED"),
        (Dialect::DuckDb, "INSERT INTO x (id) SELECT id FROM (SELECT id FROM orders USING SAMPLE 10 ROWS) o"),
        (
            Dialect::Postgres,
            "INSERT INTO x (id) WITH RECURSIVE r AS (SELECT id FROM orders UNION ALL SELECT o.id FROM orders o JOIN r ON r.id = o.customer) SEARCH DEPTH FIRST BY id SET ord CYCLE id SET c USING p SELECT id FROM r",
        ),
        (Dialect::Teradata, "INSERT INTO x (id) LOCKING orders FOR ACCESS SELECT id (FORMAT 'Z9') FROM orders"),
        (Dialect::Teradata, "CREATE TABLE x AS (SELECT id FROM orders) WITH DATA PRIMARY INDEX (id)"),
        (Dialect::Teradata, "REPLACE VIEW x AS LOCKING ROW FOR ACCESS SELECT customer (NAMED id) FROM orders"),
    ] {
        let found = read(dialect, sql);
        assert_eq!(found.verdict, Verdict::Full, "{sql}: {:?}", found.reasons);
        assert_eq!(found.inputs.iter().map(ToString::to_string).collect::<Vec<_>>(), ["orders"], "{sql}");
        assert_eq!(found.outputs.iter().map(ToString::to_string).collect::<Vec<_>>(), ["x"], "{sql}");
        assert_eq!(found.columns.iter().map(|edge| edge.column.as_str()).collect::<Vec<_>>(), ["id"], "{sql}");
    }
}

#[test]
fn scripts_that_transform_rows_give_columns_made_of_all_they_are_given() {
    expect_columns(
        Dialect::Spark,
        &[
            (
                "SELECT TRANSFORM (id, total) USING 'cat' AS (x INT, y) FROM orders",
                "x <- orders.id orders.total; y <- orders.id orders.total",
            ),
            ("SELECT TRANSFORM (id) USING 'cat' FROM orders", "key <- orders.id; value <- orders.id"),
        ],
    );
}

#[test]
fn windows_may_be_distributed_and_sorted() {
    let sql = "SELECT rank() OVER (DISTRIBUTE BY customer SORT BY placed) r FROM orders";
    assert_eq!(columns(Dialect::Hive, sql), "r <- orders.customer orders.placed");
}

#[test]
fn the_name_of_an_element_is_no_column() {
    assert_eq!(columns(Dialect::Postgres, "SELECT XMLELEMENT(NAME city, id) x FROM orders"), "x <- orders.id");
}

#[test]
fn a_star_may_name_its_columns_by_a_pattern() {
    expect_columns(
        Dialect::Snowflake,
        &[
            ("SELECT * ILIKE '%TO%' FROM orders", "customer <- orders.customer; total <- orders.total"),
            ("SELECT * LIKE 'i_' FROM orders", "id <- orders.id"),
            ("SELECT * ILIKE '%x%' FROM unknown", "* <- unknown.*"),
        ],
    );
    expect_columns(
        Dialect::DuckDb,
        &[(
            "SELECT COLUMNS('.*') FROM events",
            "id <- events.id; tags <- events.tags; props <- events.props; payload <- events.payload",
        )],
    );
    expect_columns(
        Dialect::ClickHouse,
        &[(
            "SELECT * APPLY (sum) FROM orders",
            "id <- orders.id; customer <- orders.customer; total <- orders.total; placed <- orders.placed",
        )],
    );
}

#[test]
fn arrays_are_joined_as_rows() {
    expect_columns(
        Dialect::ClickHouse,
        &[
            ("SELECT id, x FROM events ARRAY JOIN tags AS x", "id <- events.id; x <- events.tags"),
            ("SELECT id, tags FROM events LEFT ARRAY JOIN tags WHERE id = 1", "id <- events.id; tags <- events.tags"),
            (
                "SELECT x, y FROM events e ARRAY JOIN e.tags AS x, arrayMap(z -> z + 1, props) AS y ORDER BY x",
                "x <- events.tags; y <- events.props",
            ),
        ],
    );
    expect_tables(Dialect::ClickHouse, &[("INSERT INTO t SELECT n.x FROM events ARRAY JOIN tags AS n", "events -> t")]);
}

#[test]
fn a_field_of_an_array_that_became_rows_is_a_part_of_that_array() {
    let sql = "SELECT p.value.int_value v, p.key k FROM events e CROSS JOIN UNNEST(e.props) p";
    assert_eq!(columns(Dialect::BigQuery, sql), "v <- events.props; k <- events.props");
}

#[test]
fn what_wraps_a_query_reads_what_the_query_reads() {
    expect_tables(Dialect::Postgres, &[("DECLARE c NO SCROLL CURSOR FOR SELECT id FROM orders", "orders ->")]);
    expect_tables(
        Dialect::BigQuery,
        &[
            ("CREATE OR REPLACE TABLE FUNCTION f(x INT64) AS SELECT id FROM orders WHERE id = x", "orders ->"),
            ("EXECUTE IMMEDIATE \"INSERT INTO t SELECT id FROM orders\"", "orders -> t"),
        ],
    );
    expect_tables(Dialect::DuckDb, &[("CREATE MACRO m(x) AS TABLE SELECT id FROM orders WHERE id = x", "orders ->")]);
}

#[test]
fn a_table_may_get_another_name() {
    expect_tables(
        Dialect::Oracle,
        &[("CREATE OR REPLACE PUBLIC SYNONYM s FOR orders", "orders -> s"), ("RENAME orders TO old", "orders -> old")],
    );
    assert_eq!(columns(Dialect::TSql, "CREATE SYNONYM s FOR target"), "a <- target.a; b <- target.b; c <- target.c");
}

#[test]
fn a_table_is_made_whatever_is_said_of_its_columns() {
    for (dialect, sql) in [
        (Dialect::ClickHouse, "CREATE TABLE t (a UInt8, b String) ENGINE = Distributed('c', 'd', 's', rand())"),
        (
            Dialect::Snowflake,
            "CREATE EXTERNAL TABLE t (a INT AS (value:c1::INT), b INT AS (value:c2::INT)) LOCATION = @s/p FILE_FORMAT = (TYPE = parquet)",
        ),
    ] {
        let found = read(dialect, sql);
        assert_eq!(found.verdict, Verdict::Full, "{sql}: {:?}", found.reasons);
        assert_eq!(crate::edges(&found.columns), "a <-; b <-", "{sql}");
    }
}

#[test]
fn select_into_fills_variables_where_it_makes_no_table() {
    expect_tables(
        Dialect::Oracle,
        &[(
            "BEGIN SELECT max(id) INTO v FROM orders; INSERT INTO t SELECT id FROM customers; END;",
            "customers orders -> t",
        )],
    );
    expect_tables(Dialect::MySql, &[("SELECT id INTO v FROM orders", "orders ->")]);
    expect_tables(
        Dialect::Postgres,
        &[
            ("DO $$ BEGIN SELECT id INTO v FROM orders; END $$", "orders ->"),
            ("SELECT id INTO v FROM orders", "orders -> v"),
        ],
    );
}

#[test]
fn blocks_may_be_tried_and_may_end_where_they_begin() {
    let lines = "BEGIN TRY\nINSERT INTO t (a) SELECT id FROM orders\nEND TRY\nBEGIN CATCH\nINSERT INTO e (a) SELECT 1\nEND CATCH";
    for sql in [lines.to_owned(), lines.replace('\n', " ")] {
        assert_eq!(crate::tables(Dialect::TSql, &sql), "orders -> t e", "{sql}");
    }
    let sql = "WHILE 1 = 1 BEGIN INSERT INTO t SELECT CASE WHEN id = 1 THEN 2 END a FROM orders END INSERT INTO u SELECT id FROM customers";
    assert_eq!(crate::tables(Dialect::TSql, sql), "customers orders -> t u");
    assert_eq!(read(Dialect::TSql, "THROW;").verdict, Verdict::Full);
}

#[test]
fn a_schema_may_be_left_out_between_two_dots() {
    let within = |sql: &str, schema| {
        let request = metahost_lineage::Request::new(sql, Dialect::TSql).within(Some("home"), schema);
        metahost_lineage::analyse(&request).inputs[0].to_string()
    };
    assert_eq!(within("SELECT a FROM db..t", Some("dbo")), "db.dbo.t");
    assert_eq!(within("SELECT a FROM db..t", None), "db.t");
    // A user has the same default schema in each database.
    assert_eq!(within("USE db\nSELECT a FROM t", Some("dbo")), "db.dbo.t");
}

#[test]
fn an_update_through_a_query_writes_the_table_behind_it() {
    let sql = "UPDATE (SELECT t.a old, o.total new FROM target t JOIN orders o ON o.id = t.b) SET old = new";
    assert_eq!(crate::tables(Dialect::Oracle, sql), "orders -> target");
    assert_eq!(columns(Dialect::Oracle, sql), "a <- orders.total");
}

#[test]
fn columns_that_a_mysql_table_lists_stand_beside_those_of_its_query() {
    let sql = "CREATE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, id INT) SELECT id, total FROM orders";
    assert_eq!(columns(Dialect::MySql, sql), "n <-; id <- orders.id; total <- orders.total");
}

#[test]
fn a_row_that_is_there_already_takes_what_the_query_gives() {
    let sql = "INSERT INTO t SELECT id FROM orders ON DUPLICATE KEY UPDATE id = VALUES(id), other = VALUES(other)";
    assert_eq!(columns(Dialect::MySql, sql), "id <- orders.id; other <-");
}

#[test]
fn models_of_dbt_name_their_tables_in_calls() {
    expect_tables(
        Dialect::Ansi,
        &[
            ("{{ config(materialized='table') }}\nCREATE TABLE t AS SELECT id FROM {{ ref('orders') }}", "orders -> t"),
            ("SELECT 1 FROM {{ ref('package', 'orders') }}, {{ source('raw', 'x') }}", "orders raw.x ->"),
        ],
    );
    assert_eq!(read(Dialect::Ansi, "{{ some_macro() }}").verdict, Verdict::None);
}

#[test]
fn files_keep_the_dots_of_their_address() {
    let sql = "LOAD DATA INTO d.t FROM FILES (FORMAT = 'CSV', URIS = ['gs://b/x.csv'])";
    assert_eq!(crate::tables(Dialect::BigQuery, sql), "gs://b/x.csv -> d.t");
}
