//! What only some dialects say.

use metahost_lineage::{Dialect, Verdict};

use crate::{expect_columns, expect_tables, read};

#[test]
fn dialects_have_many_names() {
    for (name, dialect) in [
        ("trino", Dialect::Trino),
        ("Starburst", Dialect::Trino),
        ("athena", Dialect::Trino),
        ("mssql", Dialect::TSql),
        ("postgresql", Dialect::Postgres),
        ("sparksql", Dialect::Spark),
        ("mariadb", Dialect::MySql),
        ("generic", Dialect::Ansi),
    ] {
        assert_eq!(Dialect::from_name(name), Some(dialect));
    }
    assert_eq!(Dialect::from_name("klingon"), None);
}

/// Texts whose only table is `orders`, whose only output is `x`, and which must be fully understood.
const UNDERSTOOD: [(Dialect, &str); 41] = [
    (Dialect::Trino, "CREATE TABLE x AS SELECT id FROM orders FOR VERSION AS OF 3"),
    (
        Dialect::Trino,
        "CREATE TABLE x AS SELECT id FROM orders FOR TIMESTAMP AS OF current_timestamp - INTERVAL '1' DAY WHERE id > 1",
    ),
    (Dialect::Trino, "CREATE TABLE x AS SELECT id FROM orders TABLESAMPLE BERNOULLI (10) o"),
    (
        Dialect::Trino,
        "CREATE OR REPLACE MATERIALIZED VIEW x GRACE PERIOD INTERVAL '1' DAY COMMENT 'c' WITH (a = 'b') AS SELECT id FROM orders",
    ),
    (Dialect::Trino, "CREATE VIEW x SECURITY INVOKER AS SELECT id FROM orders"),
    (Dialect::Trino, "CREATE TABLE x AS SELECT id FROM orders WITH NO DATA"),
    (Dialect::Trino, "CREATE TABLE x AS SELECT json_query(id, 'lax $.a' WITH ARRAY WRAPPER) AS id FROM orders"),
    (Dialect::Trino, "INSERT INTO x (id) SELECT id FROM orders ORDER BY total FETCH FIRST 5 ROWS WITH TIES"),
    (Dialect::Trino, "PREPARE p FROM INSERT INTO x SELECT id FROM orders WHERE total = ?"),
    (
        Dialect::Snowflake,
        "CREATE OR REPLACE DYNAMIC TABLE x TARGET_LAG = '1 minute' WAREHOUSE = w AS SELECT id FROM orders",
    ),
    (
        Dialect::Snowflake,
        "CREATE VIEW x COPY GRANTS COMMENT = 'c' AS SELECT id FROM orders QUALIFY row_number() OVER (PARTITION BY customer ORDER BY placed) = 1",
    ),
    (Dialect::Snowflake, "INSERT OVERWRITE INTO x SELECT id FROM IDENTIFIER('orders')"),
    (Dialect::Snowflake, "CREATE TASK k WAREHOUSE = w SCHEDULE = '1 m' AS INSERT INTO x SELECT id FROM orders"),
    (
        Dialect::BigQuery,
        "CREATE OR REPLACE TABLE x PARTITION BY DATE(id) CLUSTER BY id OPTIONS (description = \"d\") AS SELECT id, FROM orders",
    ),
    (
        Dialect::BigQuery,
        "INSERT x (id) SELECT id FROM orders FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR)",
    ),
    (Dialect::BigQuery, "INSERT x (id) FROM orders |> WHERE total > 1 |> SELECT id"),
    (Dialect::Redshift, "CREATE MATERIALIZED VIEW x AUTO REFRESH YES AS SELECT id FROM orders"),
    (Dialect::Redshift, "CREATE TABLE x DISTSTYLE KEY DISTKEY(id) SORTKEY(id) AS SELECT id FROM orders"),
    (Dialect::Redshift, "CREATE VIEW x AS SELECT id FROM orders WITH NO SCHEMA BINDING"),
    (Dialect::Redshift, "CREATE EXTERNAL TABLE x STORED AS PARQUET LOCATION 's3://b' AS SELECT id FROM orders"),
    (Dialect::Spark, "CREATE TABLE x USING parquet PARTITIONED BY (id) AS SELECT id FROM orders"),
    (Dialect::Spark, "CREATE TABLE x SELECT id FROM orders"),
    (Dialect::Spark, "INSERT INTO x REPLACE WHERE id = 1 SELECT id FROM orders"),
    (Dialect::Spark, "CACHE TABLE x SELECT id FROM orders"),
    (Dialect::Databricks, "CREATE OR REFRESH STREAMING TABLE x AS SELECT id FROM STREAM(orders)"),
    (
        Dialect::Hive,
        "CREATE TABLE x ROW FORMAT SERDE 's' STORED AS INPUTFORMAT 'a' OUTPUTFORMAT 'b' AS SELECT id FROM orders",
    ),
    (Dialect::TSql, "SELECT TOP (10) id INTO x FROM orders WITH (NOLOCK) OPTION (RECOMPILE)"),
    (Dialect::TSql, "INSERT x SELECT id = o.id FROM [orders] o"),
    (Dialect::TSql, "CREATE TABLE x WITH (DISTRIBUTION = HASH(id)) AS SELECT id FROM orders"),
    (Dialect::DuckDb, "CREATE OR REPLACE TABLE x AS FROM orders SELECT id"),
    (Dialect::Oracle, "CREATE TABLE x TABLESPACE s NOLOGGING AS SELECT id FROM orders PARTITION (p1)"),
    (
        Dialect::Oracle,
        "INSERT /*+ APPEND */ INTO x SELECT MAX(id) KEEP (DENSE_RANK FIRST ORDER BY id) AS id FROM orders",
    ),
    (Dialect::Oracle, "CREATE OR REPLACE FORCE VIEW x AS SELECT id FROM orders WITH READ ONLY"),
    (Dialect::MySql, "REPLACE INTO x SELECT id FROM orders LOCK IN SHARE MODE"),
    (Dialect::MySql, "INSERT INTO x (id) SELECT id FROM orders ON DUPLICATE KEY UPDATE id = VALUES(id)"),
    (Dialect::Postgres, "CREATE MATERIALIZED VIEW x AS SELECT id FROM orders WITH NO DATA"),
    (
        Dialect::Postgres,
        "INSERT INTO x (id) SELECT DISTINCT ON (id) id FROM ONLY orders ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id",
    ),
    (Dialect::ClickHouse, "INSERT INTO x SELECT id FROM orders FINAL PREWHERE id > 1 SETTINGS a = 1"),
    (Dialect::ClickHouse, "CREATE TABLE x ENGINE = MergeTree ORDER BY id AS SELECT id FROM orders"),
    (Dialect::Teradata, "CREATE VOLATILE TABLE x AS (SELECT id FROM orders) WITH DATA ON COMMIT PRESERVE ROWS"),
    (Dialect::Teradata, "INS INTO x SEL id FROM orders WHERE total EQ 1"),
];

#[test]
fn each_dialects_own_words_are_understood() {
    for (dialect, sql) in UNDERSTOOD {
        expect_columns(dialect, &[(sql, "id <- orders.id")]);
        expect_tables(dialect, &[(sql, "orders -> x")]);
        assert_eq!(read(dialect, sql).verdict, Verdict::Full, "{sql}: {:?}", read(dialect, sql).reasons);
    }
}

#[test]
fn functions_of_the_query_itself_are_passed_over() {
    let sql = "WITH FUNCTION f(a bigint) RETURNS bigint RETURN a + 1 SELECT f(id) AS x FROM orders";
    expect_columns(Dialect::Trino, &[(sql, "x <- orders.id")]);
}

#[test]
fn statements_that_only_steer_move_nothing() {
    for sql in [
        "SHOW STATS FOR t",
        "DESCRIBE INPUT p",
        "SET SESSION x = 1",
        "CALL s.p('a')",
        "ANALYZE t",
        "GRANT SELECT ON t TO u",
        "COMMENT ON TABLE t IS 'x'",
        "START TRANSACTION",
        "REFRESH TABLE t",
        "OPTIMIZE t REWRITE DATA USING BIN_PACK",
    ] {
        expect_tables(Dialect::Trino, &[(sql, "->")]);
        assert_eq!(read(Dialect::Trino, sql).verdict, Verdict::Full, "{sql}");
    }
}
