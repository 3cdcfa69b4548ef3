//! What the real Trino told of such queries when it was asked.

use metahost_lineage::Dialect;

use crate::expect_columns;

#[test]
fn a_star_of_one_table_leaves_out_what_using_made_one() {
    let sql = "SELECT o.*, c.city FROM orders o JOIN customers c USING (id)";
    let rest = "customer <- orders.customer; total <- orders.total; placed <- orders.placed; city <- customers.city";
    expect_columns(Dialect::Trino, &[(sql, rest)]);
    expect_columns(Dialect::Postgres, &[(sql, &format!("id <- orders.id; {rest}"))]);
}

#[test]
fn the_values_of_a_json_object_are_its_sources() {
    expect_columns(
        Dialect::Trino,
        &[
            (
                "SELECT json_object('k' : name, 'v' : city || 'x') o FROM customers",
                "o <- customers.city customers.name",
            ),
            ("SELECT json_objectagg(name : city) o FROM customers", "o <- customers.city customers.name"),
        ],
    );
}

#[test]
fn a_variable_of_a_row_pattern_needs_no_definition() {
    let sql = "SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY customer ORDER BY placed MEASURES a.total AS first, \
               last(b.total) AS low ONE ROW PER MATCH PATTERN (a (b | c)+) DEFINE b AS b.total < prev(b.total)) m";
    let found = "customer <- orders.customer; first <- orders.total; low <- orders.total";
    expect_columns(Dialect::Trino, &[(sql, found)]);
}

#[test]
fn functions_of_a_query_of_its_own_stand_before_it_wherever_it_is() {
    let function = "WITH FUNCTION twice(x bigint) RETURNS bigint RETURN x * 2 SELECT twice(total) d FROM orders";
    let found = "d <- orders.total";
    expect_columns(
        Dialect::Trino,
        &[
            (function, found),
            (&format!("CREATE TABLE t AS {function}"), found),
            (&format!("INSERT INTO t {function}"), found),
        ],
    );
}

#[test]
fn types_may_hold_types() {
    let sql =
        "SELECT r.b.c x FROM (SELECT CAST(row(name, row(city)) AS ROW(a VARCHAR, b ROW(c VARCHAR))) r FROM customers)";
    expect_columns(Dialect::Trino, &[(sql, "x <- customers.city customers.name")]);
}

#[test]
fn a_sequence_is_a_table_of_one_column() {
    expect_columns(Dialect::Trino, &[("SELECT * FROM TABLE(sequence(1, 10))", "sequential_number <-")]);
}
