//! Many statements in one text: stepping stones, renames, procedures, changes of the schema.

use metahost_lineage::{Dialect, TableName, Verdict};

use crate::{columns, edges, expect_columns, expect_tables, read};

#[test]
fn temporary_tables_are_seen_through() {
    let sql = "CREATE TEMP TABLE x AS SELECT id AS k, total FROM orders; INSERT INTO target (a) SELECT k FROM x; DROP TABLE x";
    expect_tables(Dialect::Postgres, &[(sql, "orders -> target")]);
    let found = read(Dialect::Postgres, sql);
    assert_eq!(edges(&found.columns), "a <- orders.id");
    assert!(found.statements[0].temporary);
    assert_eq!(edges(&found.statements[1].columns), "a <- orders.id");
    assert_eq!(found.statements[1].inputs, [TableName::dotted("orders")]);
}

#[test]
fn lasting_tables_are_stepping_stones_of_the_whole_but_not_of_each_statement() {
    let sql = "CREATE TABLE x AS SELECT id AS k FROM orders; CREATE VIEW y AS SELECT k AS l FROM x";
    let found = read(Dialect::Trino, sql);
    assert_eq!(edges(&found.columns), "l <- orders.id");
    assert_eq!(edges(&found.statements[1].columns), "l <- x.k");
    expect_tables(Dialect::Trino, &[(sql, "orders -> y")]);
}

#[test]
fn a_table_that_is_only_added_to_stays_both() {
    let sql = "INSERT INTO x (k) SELECT id FROM orders; INSERT INTO y SELECT l FROM x";
    expect_tables(Dialect::Trino, &[(sql, "orders x -> x y")]);
    expect_columns(Dialect::Trino, &[(sql, "k <- orders.id; l <- x.l")]);
}

#[test]
fn a_star_over_an_unknown_stone_is_seen_through() {
    let sql = "CREATE TABLE x AS SELECT * FROM raw; INSERT INTO target (a) SELECT k FROM x";
    expect_columns(Dialect::Trino, &[(sql, "a <- raw.k")]);
}

#[test]
fn a_swap_by_renames_leaves_the_finished_table() {
    let sql = "create table s.t__dbt_tmp as (select id from orders); alter table s.t rename to t__dbt_backup; \
               alter table s.t__dbt_tmp rename to t; drop table if exists s.t__dbt_backup cascade";
    expect_tables(Dialect::Postgres, &[(sql, "orders -> s.t")]);
    expect_columns(Dialect::Postgres, &[(sql, "id <- orders.id")]);
    expect_tables(Dialect::Snowflake, &[("ALTER TABLE a SWAP WITH b", "b -> a")]);
    expect_tables(Dialect::MySql, &[("RENAME TABLE a TO b", "a -> b")]);
}

#[test]
fn names_that_tools_build_with_have_a_finished_name() {
    for (name, finished) in
        [("d.s.t__dbt_tmp", "d.s.t"), ("t__dbt_backup", "t"), ("t", "t"), ("__dbt_tmp", "__dbt_tmp")]
    {
        assert_eq!(TableName::dotted(name).finished().to_string(), finished);
    }
}

#[test]
fn what_is_dropped_is_no_output() {
    expect_tables(
        Dialect::Trino,
        &[
            ("CREATE TABLE x AS SELECT 1 a; DROP TABLE x", "->"),
            ("DROP TABLE IF EXISTS x; CREATE TABLE x AS SELECT 1 a", "-> x"),
            ("DROP TABLE x", "-> x"),
            ("DROP TABLE IF EXISTS x", "->"),
        ],
    );
}

#[test]
fn use_changes_what_names_mean() {
    expect_tables(
        Dialect::Trino,
        &[(
            "USE hive.raw; INSERT INTO t SELECT a FROM s; USE silver; INSERT INTO t SELECT a FROM x.s",
            "hive.raw.s hive.x.s -> hive.raw.t hive.silver.t",
        )],
    );
    expect_tables(Dialect::MySql, &[("USE d; SELECT a FROM t", "d.t ->")]);
    expect_tables(Dialect::Snowflake, &[("USE DATABASE d; USE SCHEMA s; SELECT a FROM t", "d.s.t ->")]);
}

#[test]
fn procedures_are_opened() {
    let body = "INSERT INTO x (k) SELECT id FROM orders;";
    for (dialect, sql) in [
        (Dialect::BigQuery, format!("CREATE PROCEDURE d.p() BEGIN {body} END")),
        (Dialect::TSql, format!("CREATE PROCEDURE p AS\nBEGIN\n{body}\nEND")),
        (
            Dialect::Oracle,
            format!(
                "CREATE PROCEDURE p(a NUMBER) AS DECLARE v NUMBER := 0; BEGIN IF a IS NULL THEN v := 1; ELSE LOOP {body} EXIT WHEN v > 1; END LOOP; END IF; END;\n/"
            ),
        ),
        (Dialect::Postgres, format!("DO $$ BEGIN {body} END $$")),
        (Dialect::Trino, format!("EXECUTE IMMEDIATE '{body}' USING 1")),
        (Dialect::TSql, format!("EXEC sp_executesql N'{body}'")),
        (Dialect::Snowflake, format!("CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS $$ BEGIN {body} END $$")),
        (Dialect::MySql, format!("CREATE PROCEDURE p() BEGIN IF 1 > 0 THEN {body} END IF; END")),
    ] {
        assert_eq!(columns(dialect, &sql), "k <- orders.id", "{sql}");
        expect_tables(dialect, &[(sql.as_str(), "orders -> x")]);
    }
}

#[test]
fn statements_may_follow_each_other_without_a_semicolon() {
    let sql = "INSERT INTO x SELECT id FROM orders\nINSERT INTO y SELECT name FROM customers\nGO\nSELECT 1";
    expect_tables(Dialect::TSql, &[(sql, "customers orders -> x y")]);
    let sql = "DECLARE @t TABLE (a int); INSERT INTO @t SELECT id FROM orders; INSERT INTO u SELECT a FROM @t";
    expect_tables(Dialect::TSql, &[(sql, "orders -> u")]);
}

#[test]
fn what_steers_a_script_costs_nothing() {
    let sql = "DECLARE @from DATE = GETDATE()\nSET NOCOUNT ON\nIF OBJECT_ID('tempdb..#x') IS NOT NULL\nDROP TABLE #x\n\
               SELECT id INTO #x FROM orders\nIF @@ROWCOUNT > 0\nBEGIN\nINSERT INTO y (k)\nSELECT id FROM #x\nEND\n\
               EXEC dbo.done 1\nRETURN";
    expect_tables(Dialect::TSql, &[(sql, "orders -> y")]);
    expect_columns(Dialect::TSql, &[(sql, "k <- orders.id")]);
    assert_eq!(read(Dialect::TSql, sql).verdict, Verdict::Full, "{:?}", read(Dialect::TSql, sql).reasons);
}

#[test]
fn a_statement_that_fails_costs_the_others_nothing() {
    let found = read(Dialect::Trino, "NO SQL AT ALL;; INSERT INTO x SELECT id FROM orders; SELECT FROM WHERE");
    assert_eq!(edges(&found.columns), "id <- orders.id");
    assert_eq!(found.verdict, Verdict::Partial);
    let verdicts: Vec<Verdict> = found.statements.iter().map(|statement| statement.verdict).collect();
    assert_eq!(verdicts[..2], [Verdict::None, Verdict::Full]);
    assert_eq!(found.reasons[0].span.map(|span| (span.line, span.column)), Some((1, 4)));
}

#[test]
fn each_output_is_made_from_what_flows_into_it_and_from_nothing_else() {
    let flows = |sql: &str| -> Vec<String> {
        let found = read(Dialect::Trino, sql);
        found.flows().iter().map(|(from, to)| format!("{from} > {to}")).collect()
    };
    assert_eq!(flows("INSERT INTO a SELECT * FROM x; INSERT INTO b SELECT * FROM y"), ["x > a", "y > b"]);
    let through =
        "CREATE TABLE step AS SELECT * FROM x; INSERT INTO a SELECT * FROM step; INSERT INTO b SELECT * FROM y";
    assert_eq!(flows(through), ["x > a", "y > b"]);
    let renamed = "CREATE TABLE a__tmp AS SELECT * FROM x; ALTER TABLE a__tmp RENAME TO a";
    assert_eq!(flows(renamed), ["x > a"]);
    assert_eq!(flows("INSERT INTO a SELECT * FROM a JOIN x USING (id)"), ["a > a", "x > a"]);
}
