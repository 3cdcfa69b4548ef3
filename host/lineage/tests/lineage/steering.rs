//! Fingerprints of queries, and queries that tools make for themselves.

use metahost_lineage::{Dialect, ToolMade, fingerprint, tool_made};

#[test]
fn queries_that_differ_in_literals_blanks_and_case_are_one() {
    let one = fingerprint("SELECT a FROM t WHERE b = 1 AND c IN (1, 2, 3)", Dialect::Trino);
    for other in [
        "select A from T where b = 27 and c in (9)",
        "SELECT a -- what\nFROM t /* why */ WHERE b = 'x' AND c IN ('p', 'q')",
    ] {
        assert_eq!(fingerprint(other, Dialect::Trino), one, "{other}");
    }
    for other in [
        "SELECT a FROM t WHERE b = 1",
        "SELECT a FROM \"T\" WHERE b = 1 AND c IN (1)",
        "SELECT z FROM t WHERE b = 1 AND c IN (1)",
    ] {
        assert_ne!(fingerprint(other, Dialect::Trino), one, "{other}");
    }
}

#[test]
fn text_that_is_no_sql_has_a_fingerprint_of_its_own() {
    assert_ne!(fingerprint("SELECT 'a", Dialect::Trino), fingerprint("SELECT 'b", Dialect::Trino));
}

#[test]
fn questions_to_the_engine_about_itself_hold_no_lineage() {
    for sql in [
        "SELECT table_name FROM hive.information_schema.tables WHERE table_schema = 'x'",
        "SELECT * FROM system.metadata.table_comments",
        "select * from pg_catalog.pg_class c join pg_namespace n on true",
        "SELECT c.relname FROM pg_class c, pg_namespace AS n WHERE true",
        "WITH t AS (SELECT * FROM information_schema.tables) SELECT * FROM t",
        "SELECT * FROM lake.s.\"orders$snapshots\"",
    ] {
        assert_eq!(tool_made(sql, Dialect::Trino), Some(ToolMade::Metadata), "{sql}");
    }
    assert_eq!(tool_made("SELECT * FROM system.parts", Dialect::ClickHouse), Some(ToolMade::Metadata));
}

#[test]
fn what_moves_no_data_holds_no_lineage() {
    for sql in [
        "SHOW TABLES FROM x",
        "GRANT SELECT, INSERT ON t TO u",
        "SET SESSION a = 1",
        "DESCRIBE t",
        "",
        "-- nothing",
        "COMMIT",
        "DROP TABLE IF EXISTS t",
        "ALTER TABLE a RENAME TO b",
        "CREATE SCHEMA IF NOT EXISTS s",
        "USE x; SET SESSION a = 1;",
    ] {
        assert_eq!(tool_made(sql, Dialect::Trino), Some(ToolMade::Steering), "{sql}");
    }
}

#[test]
fn probes_and_plans_hold_no_lineage() {
    for sql in [
        "SELECT 1",
        "SELECT * FROM t LIMIT 0",
        "SELECT * FROM (SELECT a FROM t) x WHERE 1 = 0",
        "SELECT a FROM t WHERE FALSE",
        "SELECT a FROM t FETCH FIRST 0 ROWS ONLY",
        "SET SESSION a = 1; SELECT 1",
    ] {
        assert_eq!(tool_made(sql, Dialect::Trino), Some(ToolMade::Probe), "{sql}");
    }
    assert_eq!(tool_made("EXPLAIN INSERT INTO t SELECT a FROM b", Dialect::Trino), Some(ToolMade::Plan));
}

#[test]
fn what_moves_or_reads_data_is_nobodys_tool() {
    for sql in [
        "SELECT a FROM t",
        "INSERT INTO t SELECT 1",
        "WITH x AS (SELECT a FROM t) SELECT * FROM x",
        "SELECT * FROM information_schema.tables i JOIN t ON t.a = i.table_name",
        "SELECT * FROM information_schema.tables i, t",
        "SELECT * FROM metadata.orders",
        "SET SESSION a = 1; INSERT INTO t SELECT a FROM b",
        "DROP TABLE t; CREATE TABLE t AS SELECT a FROM b",
        "BEGIN INSERT INTO t SELECT a FROM b; END",
        "ALTER TABLE a SWITCH PARTITION 1 TO b",
        "EXPLAIN ANALYZE INSERT INTO t SELECT a FROM b",
        "SELECT a FROM t WHERE b IN (SELECT b FROM u WHERE 1 = 0)",
        "SELECT a FROM t WHERE 1 = 1",
        "SELECT a FROM (",
        "SELECT a FROM t WHERE 1 = 0 UNION ALL SELECT a FROM u",
    ] {
        assert_eq!(tool_made(sql, Dialect::Trino), None, "{sql}");
    }
}
