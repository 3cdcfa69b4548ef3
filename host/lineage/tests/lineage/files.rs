//! Files as ends of edges: what loads, what unloads, what reads them in place.

use metahost_lineage::{Dialect, Request, Schemas, StatementKind, TableName, Verdict, analyse};

use crate::{columns, edges, read, tables};

/// What a text reads and writes, and from which column to which.
fn both(dialect: Dialect, sql: &str) -> String {
    assert_eq!(read(dialect, sql).verdict, Verdict::Full, "{sql}: {:?}", read(dialect, sql).reasons);
    format!("{} | {}", tables(dialect, sql), columns(dialect, sql))
}

#[test]
fn a_load_reads_its_files() {
    for (dialect, sql) in [
        (Dialect::Snowflake, "COPY INTO target FROM 's3://b/k' CREDENTIALS = (AWS_SECRET_KEY = 'x') PATTERN = '.*'"),
        (Dialect::Snowflake, "CREATE OR REPLACE PIPE p AUTO_INGEST = TRUE AS COPY INTO target FROM 's3://b/k'"),
        (Dialect::Redshift, "COPY target FROM 's3://b/k' IAM_ROLE default JSON 's3://b/paths.json' READRATIO 50"),
        (Dialect::Postgres, "COPY target FROM 's3://b/k' WITH (FORMAT csv, HEADER)"),
        (Dialect::DuckDb, "COPY target FROM 's3://b/k' (AUTO_DETECT true)"),
        (Dialect::TSql, "BULK INSERT target FROM 's3://b/k' WITH (FORMAT = 'CSV', FIRSTROW = 2)"),
        (Dialect::TSql, "COPY INTO target FROM 's3://b/k' WITH (FILE_TYPE = 'CSV')"),
        (Dialect::TSql, "INSERT INTO target SELECT * FROM OPENROWSET(BULK N's3://b/k', FORMAT = 'CSV') AS r"),
        (Dialect::MySql, "LOAD DATA LOCAL INFILE 's3://b/k' REPLACE INTO TABLE target FIELDS TERMINATED BY ','"),
        (Dialect::MySql, "LOAD XML INFILE 's3://b/k' INTO TABLE target CHARACTER SET utf8 ROWS IDENTIFIED BY '<r>'"),
        (Dialect::Hive, "LOAD DATA LOCAL INPATH 's3://b/k' OVERWRITE INTO TABLE target"),
        (Dialect::Spark, "LOAD DATA INPATH 's3://b/k' INTO TABLE target PARTITION (p = 1)"),
        (Dialect::Spark, "INSERT INTO target SELECT * FROM parquet.`s3://b/k`"),
        (Dialect::Hive, "IMPORT TABLE target FROM 's3://b/k'"),
        (Dialect::BigQuery, "LOAD DATA INTO target FROM FILES (format = 'CSV', uris = ['s3://b/k'])"),
        (Dialect::ClickHouse, "INSERT INTO target FROM INFILE 's3://b/k' FORMAT CSV"),
        (Dialect::ClickHouse, "INSERT INTO target SELECT * FROM s3('s3://b/k', 'CSV')"),
        (Dialect::DuckDb, "INSERT INTO target FROM 's3://b/k'"),
        (Dialect::DuckDb, "INSERT INTO target SELECT * FROM read_parquet('s3://b/k', union_by_name = true)"),
        (Dialect::Databricks, "INSERT INTO target SELECT * FROM read_files('s3://b/k', format => 'csv')"),
        (Dialect::Databricks, "COPY INTO target BY POSITION FROM 's3://b/k' FILEFORMAT = CSV COPY_OPTIONS ('a' = 'b')"),
    ] {
        let expected = "s3://b/k -> target | a <- s3://b/k.*; b <- s3://b/k.*; c <- s3://b/k.*";
        assert_eq!(both(dialect, sql), expected, "{sql}");
        assert!(read(dialect, sql).inputs[0].is_location(), "{sql}");
    }
    assert_eq!(read(Dialect::TSql, "BULK INSERT target FROM 'x'").statements[0].kind, StatementKind::Copy);
    let by_name = "COPY INTO target FROM '/x' FILEFORMAT = PARQUET";
    assert_eq!(both(Dialect::Databricks, by_name), "/x -> target | * <- /x.*");
}

#[test]
fn a_load_may_name_columns_and_compute_them() {
    for (dialect, sql, expected) in [
        (Dialect::Redshift, "COPY target (c, a) FROM '/x' CSV", "/x -> target | c <- /x.*; a <- /x.*"),
        (
            Dialect::Snowflake,
            "COPY INTO target (b, a) FROM (SELECT t.$1:id::int, $2 FROM @stage/x (FILE_FORMAT => 'f') t) FORCE = TRUE",
            "@stage/x -> target | b <- @stage/x.$1; a <- @stage/x.$2",
        ),
        (
            Dialect::Databricks,
            "COPY INTO target FROM (SELECT p AS c, q::int FROM '/x') FILEFORMAT = JSON",
            "/x -> target | a <- /x.p; b <- /x.q",
        ),
        (
            Dialect::MySql,
            "LOAD DATA INFILE '/x' INTO TABLE target IGNORE 1 ROWS (a, @v) SET c = upper(@v), b = 1",
            "/x -> target | a <- /x.*; c <- /x.*; b <-",
        ),
        (
            Dialect::TSql,
            "COPY INTO target (a DEFAULT 'x' 2) FROM '/x', '/y' WITH (FILE_TYPE = 'CSV')",
            "/x /y -> target | a <- /x.* /y.*",
        ),
        (
            Dialect::DuckDb,
            "CREATE TABLE t AS SELECT p FROM read_csv(['/x', '/y'], header = true)",
            "/x /y -> t | p <- /x.p /y.p",
        ),
    ] {
        assert_eq!(both(dialect, sql), expected, "{sql}");
    }
}

/// Knows what is in a file.
struct Lake;

impl Schemas for Lake {
    fn columns(&self, table: &TableName) -> Option<Vec<String>> {
        let columns = match (table.is_location(), table.name()) {
            (true, "/x") => "p q r",
            (false, "target") => "a b c",
            _ => return None,
        };
        Some(columns.split(' ').map(str::to_owned).collect())
    }
}

#[test]
fn columns_of_files_that_are_known_go_by_position_or_by_name() {
    for (dialect, sql, expected) in [
        (Dialect::Postgres, "COPY target FROM '/x'", "a <- /x.p; b <- /x.q; c <- /x.r"),
        (Dialect::Postgres, "COPY target (c, a, b) FROM '/x'", "c <- /x.p; a <- /x.q; b <- /x.r"),
        (Dialect::Snowflake, "COPY INTO target (a) FROM (SELECT $3 FROM '/x')", "a <- /x.r"),
        (
            Dialect::Snowflake,
            "COPY INTO target FROM '/x' MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE",
            "p <- /x.p; q <- /x.q; r <- /x.r",
        ),
        (
            Dialect::MySql,
            "LOAD DATA INFILE '/x' INTO TABLE target (b, @v, a) SET c = @v * 2",
            "b <- /x.p; a <- /x.r; c <- /x.q",
        ),
    ] {
        let found = analyse(&Request::new(sql, dialect).with_schemas(&Lake));
        assert_eq!(edges(&found.columns), expected, "{sql}");
    }
}

#[test]
fn an_unload_writes_its_files() {
    for (dialect, sql) in [
        (
            Dialect::Redshift,
            "UNLOAD ('SELECT id FROM orders WHERE placed = ''x''') TO '/x' IAM_ROLE 'r' PARTITION BY (id)",
        ),
        (Dialect::Redshift, "UNLOAD ($$SELECT id FROM orders$$) TO '/x' PARQUET"),
        (Dialect::Trino, "UNLOAD (SELECT id FROM orders) TO '/x' WITH (format = 'ORC')"),
        (Dialect::Postgres, "COPY (SELECT id FROM orders) TO '/x' WITH CSV"),
        (Dialect::Postgres, "COPY orders (id) TO '/x'"),
        (Dialect::DuckDb, "COPY (SELECT id FROM orders) TO '/x' (FORMAT PARQUET, PARTITION_BY (id))"),
        (Dialect::Snowflake, "COPY INTO '/x' FROM (SELECT id FROM orders) OVERWRITE = TRUE"),
        (Dialect::MySql, "SELECT id INTO OUTFILE '/x' FIELDS TERMINATED BY ',' FROM orders WHERE total > 1"),
        (Dialect::MySql, "SELECT id FROM orders INTO OUTFILE '/x' LINES TERMINATED BY 'x'"),
        (Dialect::ClickHouse, "SELECT id FROM orders INTO OUTFILE '/x' FORMAT CSV"),
        (Dialect::ClickHouse, "INSERT INTO FUNCTION file('/x', 'CSV') SELECT id FROM orders"),
        (Dialect::Hive, "INSERT OVERWRITE LOCAL DIRECTORY '/x' STORED AS ORC SELECT id FROM orders"),
        (Dialect::Spark, "INSERT OVERWRITE DIRECTORY USING csv OPTIONS ('a' 'b', 'path' '/x') SELECT id FROM orders"),
        (Dialect::BigQuery, "EXPORT DATA OPTIONS (uri = '/x') AS SELECT id FROM orders"),
    ] {
        assert_eq!(both(dialect, sql), "orders -> /x | id <- orders.id", "{sql}");
        assert!(read(dialect, sql).outputs[0].is_location(), "{sql}");
    }
    assert_eq!(tables(Dialect::Hive, "EXPORT TABLE orders TO '/x'"), "orders -> /x");
    assert_eq!(tables(Dialect::Snowflake, "COPY INTO @%orders/x FROM orders"), "orders -> @%orders/x");
    assert_eq!(tables(Dialect::Postgres, "COPY orders TO STDOUT"), "orders ->");
}

#[test]
fn files_are_no_tables_of_the_same_name() {
    let found = read(Dialect::Postgres, "COPY orders FROM 'orders'; INSERT INTO target (a) SELECT id FROM orders");
    assert_eq!(found.statements[1].columns[0].sources[0].table, TableName::dotted("orders"));
    assert_eq!(found.inputs, [TableName::dotted("orders"), TableName::location("orders")]);
    let found = read(Dialect::DuckDb, "COPY orders TO 'S3://b/Key'; COPY customers TO 'S3://b/key'");
    assert_eq!(found.outputs.len(), 2, "addresses tell case apart");
}

#[test]
fn half_an_unload_gives_its_tables_its_files_and_the_reason() {
    let sql = "UNLOAD ('SELECT id, FROM WHERE orders JOIN customers ON (') TO '/x'";
    assert_eq!(tables(Dialect::Redshift, sql), "customers -> /x");
    let found = read(Dialect::Redshift, sql);
    assert_eq!(found.verdict, Verdict::Partial);
    assert_eq!(found.reasons[0].span.map(|span| span.line), Some(1));
}

#[test]
fn what_is_told_of_files_holds_no_secret() {
    for sql in [
        "COPY target FROM 'https://user:hunter2@host/x?sig=hunter2'",
        "COPY INTO target FROM (SELECT 1 FROM 'hunter2' 'hunter2') CREDENTIALS = (SECRET = 'hunter2')",
        "COPY target (a b) FROM STDIN CREDENTIALS 'hunter2'",
        "UNLOAD (SELECT 1) 'hunter2' TO '/x'",
        "CREATE SECRET s 'hunter2'",
        "INSERT INTO FUNCTION remote('host', 'db', 'user', 'hunter2') SELECT f('hunter2').* FROM orders",
    ] {
        for dialect in [Dialect::Redshift, Dialect::Snowflake, Dialect::DuckDb, Dialect::Ansi] {
            let mut found = read(dialect, sql);
            // The text of a statement is the caller's own; names and reasons are shown.
            found.inputs.retain(|table| table != &TableName::location("hunter2"));
            let shown = format!("{:?} {:?} {:?}", found.inputs, found.outputs, found.reasons);
            assert!(!shown.contains("hunter2"), "{sql}: {shown}");
        }
    }
}
