//! Stars, arrays, structures, and what stands in the place of a table.

use metahost_lineage::Dialect;

use crate::{columns, expect_columns, expect_tables};

#[test]
fn a_star_becomes_columns_where_the_schema_is_known() {
    expect_columns(
        Dialect::Trino,
        &[
            ("SELECT * FROM customers", "id <- customers.id; name <- customers.name; city <- customers.city"),
            (
                "SELECT c.*, o.total FROM customers c, orders o",
                "id <- customers.id; name <- customers.name; city <- customers.city; total <- orders.total",
            ),
            (
                "SELECT * FROM (SELECT id FROM orders) a JOIN (SELECT id, city FROM customers) b USING (id)",
                "id <- customers.id orders.id; city <- customers.city",
            ),
            ("TABLE customers", "id <- customers.id; name <- customers.name; city <- customers.city"),
            ("SELECT * FROM unknown_table", "* <- unknown_table.*"),
            ("SELECT k FROM (SELECT *, 1 AS one FROM unknown_table)", "k <- unknown_table.k"),
            ("SELECT k FROM (SELECT * FROM a UNION ALL SELECT * FROM b)", "k <- a.k b.k"),
        ],
    );
}

#[test]
fn a_star_may_leave_out_replace_and_rename() {
    expect_columns(
        Dialect::BigQuery,
        &[
            ("SELECT * EXCEPT (id) FROM customers", "name <- customers.name; city <- customers.city"),
            ("SELECT * EXCEPT (id, name) REPLACE (upper(city) AS city) FROM customers", "city <- customers.city"),
        ],
    );
    expect_columns(
        Dialect::Snowflake,
        &[("SELECT * EXCLUDE (id) RENAME name AS n FROM customers", "n <- customers.name; city <- customers.city")],
    );
}

#[test]
fn semi_joins_give_no_columns() {
    expect_columns(
        Dialect::Spark,
        &[(
            "SELECT * FROM customers c LEFT SEMI JOIN orders o ON c.id = o.customer",
            "id <- customers.id; name <- customers.name; city <- customers.city",
        )],
    );
}

#[test]
fn arrays_become_rows() {
    expect_columns(
        Dialect::Trino,
        &[
            ("SELECT e.id, t.x FROM events e CROSS JOIN UNNEST(e.tags) AS t(x)", "id <- events.id; x <- events.tags"),
            ("SELECT k, v FROM events CROSS JOIN UNNEST(props) AS t(k, v)", "k <- events.props; v <- events.props"),
            (
                "SELECT a, b, n FROM events CROSS JOIN UNNEST(tags, map_keys(props)) WITH ORDINALITY AS t(a, b, n)",
                "a <- events.tags; b <- events.props; n <-",
            ),
            ("SELECT x FROM UNNEST(ARRAY[1, 2]) AS t(x)", "x <-"),
        ],
    );
    expect_columns(
        Dialect::BigQuery,
        &[
            ("SELECT i.sku, o FROM events, UNNEST(tags) AS i WITH OFFSET AS o", "sku <- events.tags; o <-"),
            ("SELECT (SELECT max(x) FROM UNNEST(tags) x) m FROM events", "m <- events.tags"),
        ],
    );
    expect_columns(
        Dialect::Spark,
        &[("SELECT id, y FROM events LATERAL VIEW explode(tags) x AS y", "id <- events.id; y <- events.tags")],
    );
    expect_columns(
        Dialect::Snowflake,
        &[("SELECT f.value AS v FROM events e, LATERAL FLATTEN(input => e.tags) f", "v <- events.tags")],
    );
}

#[test]
fn fields_of_a_structure_belong_to_its_column() {
    let sql = "SELECT payload.a, e.payload.b.c AS d, tags[1] t FROM events e";
    expect_columns(Dialect::Trino, &[(sql, "a <- events.payload; d <- events.payload; t <- events.tags")]);
    expect_columns(Dialect::BigQuery, &[(sql, "a <- events.payload.a; d <- events.payload.b.c; t <- events.tags")]);
}

#[test]
fn elements_and_fields_of_a_qualified_column() {
    expect_columns(
        Dialect::BigQuery,
        &[
            ("SELECT e.tags[SAFE_OFFSET(0)].a FROM events e", "a <- events.tags.a"),
            ("SELECT e.tags[OFFSET(e.id)].a AS x FROM events e", "x <- events.id events.tags.a"),
            ("SELECT (SELECT value.text FROM UNNEST(tags) WHERE key = 'k') v FROM events", "v <- events.tags"),
        ],
    );
}

#[test]
fn literal_rows_have_no_sources_but_their_subqueries_do() {
    expect_columns(
        Dialect::Trino,
        &[
            ("SELECT a, b FROM (VALUES (1, 'x'), (2, 'y')) AS t(a, b)", "a <-; b <-"),
            ("SELECT a FROM (VALUES (1), ((SELECT max(id) FROM orders))) AS t(a)", "a <- orders.id"),
            ("VALUES 1, 2", "_col0 <-"),
        ],
    );
}

#[test]
fn row_patterns_give_the_partition_and_the_measures() {
    let pattern = "PATTERN (x y+) DEFINE y AS y.total > PREV(y.total)";
    let one = format!(
        "SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY customer ORDER BY placed MEASURES LAST(y.total) AS l, \
         CLASSIFIER() AS c ONE ROW PER MATCH {pattern})"
    );
    assert_eq!(columns(Dialect::Trino, &one), "customer <- orders.customer; l <- orders.total; c <-");
    let all = "SELECT id, f FROM orders MATCH_RECOGNIZE (ORDER BY placed MEASURES FINAL FIRST(u.total) AS f \
               ALL ROWS PER MATCH AFTER MATCH SKIP TO NEXT ROW PATTERN (x{2,3} y*?) SUBSET u = (x, y) DEFINE x AS total > 1)";
    assert_eq!(columns(Dialect::Trino, all), "id <- orders.id; f <- orders.total");
}

#[test]
fn pivots_spread_aggregates_and_keep_the_rest() {
    expect_columns(
        Dialect::Snowflake,
        &[
            (
                "SELECT * FROM customers PIVOT (count(id) FOR city IN ('x' AS a, 'y' AS b))",
                "name <- customers.name; a <- customers.id; b <- customers.id",
            ),
            (
                "SELECT * FROM customers UNPIVOT (v FOR k IN (name, city))",
                "id <- customers.id; k <-; v <- customers.city customers.name",
            ),
        ],
    );
}

#[test]
fn tables_of_json_come_from_the_document() {
    let sql = "SELECT j.a, j.n, j.b FROM events, JSON_TABLE(payload, 'lax $[*]' AS \"root\" PASSING id AS p COLUMNS \
               (a bigint PATH 'lax $.a' DEFAULT 0 ON EMPTY, n FOR ORDINALITY, NESTED PATH 'lax $.c' COLUMNS (b varchar PATH 'lax $'))) AS j";
    assert_eq!(columns(Dialect::Trino, sql), "a <- events.id events.payload; n <-; b <- events.id events.payload");
}

#[test]
fn functions_that_give_tables() {
    expect_columns(
        Dialect::Trino,
        &[
            (
                "SELECT * FROM TABLE(exclude_columns(input => TABLE(customers), columns => DESCRIPTOR(name)))",
                "id <- customers.id; city <- customers.city",
            ),
            ("SELECT n FROM TABLE(sequence(1, 10)) AS t(n)", "n <-"),
        ],
    );
    expect_tables(
        Dialect::Trino,
        &[("SELECT * FROM TABLE(f(input => TABLE(orders) PARTITION BY id ORDER BY total, n => 3))", "orders ->")],
    );
    expect_columns(Dialect::Postgres, &[("SELECT n FROM generate_series(1, 10) AS g(n)", "n <-")]);
}

#[test]
fn shards_and_files_are_tables_too() {
    expect_tables(
        Dialect::BigQuery,
        &[
            ("SELECT a FROM `p.d.events_2024*`", "p.d.events_yyyymmdd ->"),
            ("SELECT a FROM `p.d.events_20240131`", "p.d.events_yyyymmdd ->"),
            ("SELECT a FROM `p.d.t$20240131`", "p.d.t ->"),
            ("SELECT a FROM `p`.d.model_v2", "p.d.model_v2 ->"),
        ],
    );
    expect_tables(Dialect::Spark, &[("SELECT * FROM parquet.`s3://b/k`", "s3://b/k ->")]);
    expect_tables(
        Dialect::DuckDb,
        &[("SELECT * FROM 'x.parquet'", "x.parquet ->"), ("SELECT a FROM read_parquet('s3://b/*')", "s3://b/* ->")],
    );
    expect_tables(Dialect::Snowflake, &[("SELECT $1 FROM @s.stage/x (FILE_FORMAT => 'f')", "@s.stage/x ->")]);
}
