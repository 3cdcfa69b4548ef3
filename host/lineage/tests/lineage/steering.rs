//! Fingerprints of queries, and queries that tools make for themselves.

use metahost_lineage::{Dialect, fingerprint, is_tool_made};

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
        "SHOW TABLES FROM x",
        "GRANT SELECT ON t TO u",
        "SET SESSION a = 1",
        "DESCRIBE t",
        "",
        "-- nothing",
        "SELECT 1",
        "SELECT table_name FROM hive.information_schema.tables WHERE table_schema = 'x'",
        "SELECT * FROM system.metadata.table_comments",
        "select * from pg_catalog.pg_class c join pg_namespace n on true",
        "COMMIT",
    ] {
        assert!(is_tool_made(sql, Dialect::Trino), "{sql}");
    }
    for sql in [
        "SELECT a FROM t",
        "INSERT INTO t SELECT 1",
        "WITH x AS (SELECT a FROM t) SELECT * FROM x",
        "SELECT * FROM information_schema.tables i JOIN t ON t.a = i.table_name",
        "SELECT * FROM metadata.orders",
    ] {
        assert!(!is_tool_made(sql, Dialect::Trino), "{sql}");
    }
}
