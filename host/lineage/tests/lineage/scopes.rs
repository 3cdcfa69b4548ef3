//! Which name means which column: aliases, subqueries, named queries, lambdas, windows.

use metahost_lineage::{Confidence, Dialect, EdgeKind, Verdict};

use crate::{expect_columns, read};

#[test]
fn a_name_means_the_nearest_table_that_has_it() {
    expect_columns(
        Dialect::Trino,
        &[
            (
                "SELECT name, total FROM orders JOIN customers c ON customer = c.id",
                "name <- customers.name; total <- orders.total",
            ),
            ("SELECT o.id x FROM orders o", "x <- orders.id"),
            ("SELECT orders.id FROM orders", "id <- orders.id"),
            ("SELECT s.orders.id FROM s.orders", "id <- s.orders.id"),
            ("SELECT x FROM (SELECT total AS x FROM orders) q", "x <- orders.total"),
            ("SELECT q.b FROM (SELECT id, total FROM orders) AS q(a, b)", "b <- orders.total"),
            ("SELECT z FROM (SELECT y z FROM (SELECT id y FROM orders) a) b", "z <- orders.id"),
        ],
    );
}

#[test]
fn a_subquery_sees_the_names_around_it() {
    expect_columns(
        Dialect::Trino,
        &[
            (
                "SELECT (SELECT max(total) FROM orders o WHERE o.customer = c.id) m FROM customers c",
                "m <- orders.total",
            ),
            ("SELECT (SELECT c.name) n FROM customers c", "n <- customers.name"),
            ("SELECT id IN (SELECT customer FROM orders) b FROM customers", "b <- customers.id orders.customer"),
            ("SELECT x.y FROM customers c CROSS JOIN LATERAL (SELECT c.city AS y) x", "y <- customers.city"),
            ("SELECT EXISTS (SELECT total FROM orders) e FROM customers", "e <-"),
            ("SELECT total > ALL (SELECT id FROM customers) e FROM orders", "e <- customers.id orders.total"),
        ],
    );
}

#[test]
fn named_queries_hide_tables_and_may_read_those_before() {
    expect_columns(
        Dialect::Trino,
        &[
            ("WITH orders AS (SELECT name AS id FROM customers) SELECT id FROM orders", "id <- customers.name"),
            ("WITH a AS (SELECT id i FROM orders), b AS (SELECT i j FROM a) SELECT j FROM b", "j <- orders.id"),
            ("WITH t(x, y) AS (SELECT id, total FROM orders) SELECT y, x FROM t", "y <- orders.total; x <- orders.id"),
            ("WITH a AS (SELECT 1 x), a AS (SELECT x FROM a) SELECT x FROM a", "x <-"),
            ("SELECT * FROM (WITH t AS (SELECT id FROM orders) SELECT id AS k FROM t)", "k <- orders.id"),
        ],
    );
}

#[test]
fn a_recursive_query_is_followed_until_nothing_changes() {
    let sql = "WITH RECURSIVE t(a, b) AS (SELECT id, customer FROM orders \
               UNION ALL SELECT b, a FROM t JOIN customers c ON c.id = t.a) SELECT a, b FROM t";
    expect_columns(Dialect::Trino, &[(sql, "a <- orders.customer orders.id; b <- orders.customer orders.id")]);
}

#[test]
fn set_operations_go_by_position_or_by_name() {
    expect_columns(
        Dialect::DuckDb,
        &[
            (
                "SELECT id a, total b FROM orders UNION ALL SELECT name, city FROM customers",
                "a <- customers.name orders.id; b <- customers.city orders.total",
            ),
            (
                "SELECT id, total FROM orders UNION ALL BY NAME SELECT city total, id FROM customers",
                "id <- customers.id orders.id; total <- customers.city orders.total",
            ),
            ("SELECT id FROM orders EXCEPT SELECT id FROM customers", "id <- customers.id orders.id"),
            ("(SELECT id FROM orders) INTERSECT (SELECT id FROM customers) ORDER BY 1", "id <- customers.id orders.id"),
        ],
    );
}

#[test]
fn parameters_of_lambdas_are_no_columns() {
    expect_columns(
        Dialect::Trino,
        &[
            ("SELECT transform(tags, x -> upper(x)) u FROM events", "u <- events.tags"),
            ("SELECT transform(tags, id -> id || payload) u FROM events", "u <- events.payload events.tags"),
            ("SELECT reduce(tags, '', (s, x) -> s || x, s -> s) u FROM events", "u <- events.tags"),
        ],
    );
    expect_columns(Dialect::Postgres, &[("SELECT payload -> 'x' AS u FROM events", "u <- events.payload")]);
}

#[test]
fn aggregates_and_windows_count_all_that_they_look_at() {
    expect_columns(
        Dialect::Trino,
        &[
            ("SELECT count(*) c FROM orders", "c <-"),
            ("SELECT sum(total) FILTER (WHERE id > 1) s FROM orders", "s <- orders.id orders.total"),
            ("SELECT array_agg(id ORDER BY placed) s FROM orders", "s <- orders.id orders.placed"),
            (
                "SELECT rank() OVER (PARTITION BY customer ORDER BY total) r FROM orders",
                "r <- orders.customer orders.total",
            ),
            (
                "SELECT sum(id) OVER w s FROM orders WINDOW w AS (PARTITION BY customer)",
                "s <- orders.customer orders.id",
            ),
            (
                "SELECT customer, grouping(customer) g FROM orders GROUP BY GROUPING SETS ((customer), ())",
                "customer <- orders.customer; g <- orders.customer",
            ),
            ("SELECT listagg(id, ',') WITHIN GROUP (ORDER BY placed) l FROM orders", "l <- orders.id orders.placed"),
        ],
    );
}

#[test]
fn units_of_time_and_values_without_parentheses_are_no_columns() {
    expect_columns(
        Dialect::Snowflake,
        &[
            ("SELECT DATEDIFF(day, placed, CURRENT_DATE) d FROM orders", "d <- orders.placed"),
            ("SELECT DATE_TRUNC(month, placed) d FROM unknown_table", "d <- unknown_table.placed"),
        ],
    );
    expect_columns(Dialect::Oracle, &[("SELECT SYSDATE - placed d FROM dual, orders", "d <- orders.placed")]);
}

#[test]
fn an_alias_may_be_used_by_the_next_item_where_the_dialect_allows() {
    let sql = "SELECT a + b AS c, c * 2 AS d FROM t";
    expect_columns(Dialect::Snowflake, &[(sql, "c <- t.a t.b; d <- t.a t.b")]);
    expect_columns(Dialect::Trino, &[(sql, "c <- t.a t.b; d <- t.c")]);
}

#[test]
fn using_and_natural_joins_make_columns_one() {
    expect_columns(
        Dialect::Trino,
        &[
            ("SELECT id FROM orders JOIN customers USING (id)", "id <- customers.id orders.id"),
            (
                "SELECT id, city FROM orders NATURAL JOIN customers",
                "id <- customers.id orders.id; city <- customers.city",
            ),
            ("SELECT k FROM a JOIN b USING (k) JOIN c USING (k)", "k <- a.k b.k c.k"),
        ],
    );
}

#[test]
fn without_a_schema_an_only_table_has_the_column_and_of_two_nobody_knows() {
    let found = read(Dialect::Trino, "SELECT x, x + 1 y FROM t");
    assert_eq!(found.columns[0].confidence, Confidence::Likely);
    assert_eq!(found.columns[0].kind, EdgeKind::Direct);
    assert_eq!(found.columns[1].kind, EdgeKind::Derived("x + 1".to_owned()));
    let found = read(Dialect::Trino, "SELECT x FROM t, u");
    assert_eq!(found.columns[0].unresolved, ["x"]);
    assert_eq!(found.columns[0].confidence, Confidence::Possible);
    assert_eq!(found.verdict, Verdict::Partial);
}

#[test]
fn a_schema_that_contradicts_is_said() {
    let found = read(Dialect::Trino, "SELECT o.color FROM orders o");
    assert_eq!(found.verdict, Verdict::Partial);
    assert!(found.reasons[0].text.contains("orders has no column \"color\""), "{:?}", found.reasons);
    assert_eq!(found.columns[0].confidence, Confidence::Possible);
}

#[test]
fn columns_without_a_name_get_the_one_that_the_engine_gives() {
    expect_columns(Dialect::Trino, &[("SELECT id, total + 1 FROM orders", "id <- orders.id; _col1 <- orders.total")]);
    expect_columns(
        Dialect::Postgres,
        &[("SELECT max(id), total + 1, id::text FROM orders", "max <- orders.id; _0 <- orders.total; id <- orders.id")],
    );
    expect_columns(Dialect::Ansi, &[("SELECT total + 1 FROM orders", "total + 1 <- orders.total")]);
}
