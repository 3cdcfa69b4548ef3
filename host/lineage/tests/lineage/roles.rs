//! What columns are read for, and what they go through on their way.

use metahost_lineage::{Analysis, ColumnEdge, Dialect, Request, Stone, Use, analyse};

use crate::{Shop, read};

/// What each source of the only column is read for: `id value; total aggregated masked`.
fn roles(sql: &str) -> String {
    let found = read(Dialect::Trino, sql);
    let [edge] = found.columns.as_slice() else { return format!("{} columns", found.columns.len()) };
    let one = |(source, used): (&metahost_lineage::Source, Use)| {
        let Use { value, aggregated, masked, window, condition } = used;
        let all = [
            (value && !aggregated && !masked, " value"),
            (aggregated, " aggregated"),
            (masked, " masked"),
            (window, " window"),
            (condition, " condition"),
        ];
        all.iter().filter(|(is, _)| *is).fold(source.column.clone(), |text, (_, role)| text + role)
    };
    edge.reads().map(one).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_column_is_read_for_what_it_does() {
    for (sql, expected) in [
        ("SELECT id FROM orders", "id value"),
        ("SELECT id + total FROM orders", "id value; total value"),
        ("SELECT sum(total) FROM orders", "total aggregated"),
        ("SELECT array_agg(total) FROM orders", "total aggregated"),
        ("SELECT count(id) FROM orders", "id aggregated masked"),
        ("SELECT sha256(name) FROM customers", "name masked"),
        ("SELECT sha256(name) || name FROM customers", "name value"),
        ("SELECT rank() OVER (PARTITION BY customer ORDER BY total) FROM orders", "customer window; total window"),
        ("SELECT sum(total) OVER (ORDER BY total) FROM orders", "total aggregated window"),
        ("SELECT sum(total) OVER w FROM orders WINDOW w AS (ORDER BY id)", "id window; total aggregated"),
        (
            "SELECT CASE customer WHEN id THEN total ELSE placed END FROM orders",
            "customer condition; id condition; placed value; total value",
        ),
        ("SELECT CASE WHEN total > 1 THEN total END FROM orders", "total value condition"),
        ("SELECT IF(id > 1, total, placed) FROM orders", "id condition; placed value; total value"),
        ("SELECT sum(total) FILTER (WHERE id > 1) FROM orders", "id condition; total aggregated"),
    ] {
        assert_eq!(roles(sql), expected, "{sql}");
    }
}

#[test]
fn a_role_is_kept_on_the_way() {
    let sql = "WITH a AS (SELECT customer, sum(total) AS t FROM orders GROUP BY 1) SELECT CASE WHEN t > 1 THEN customer END FROM a";
    assert_eq!(roles(sql), "customer value; total condition");
    let sql = "CREATE TABLE a AS SELECT max(total) AS t FROM orders; SELECT rank() OVER (ORDER BY t) FROM a";
    let found = read(Dialect::Trino, sql);
    let last = &found.columns[found.columns.len() - 1];
    let uses: Vec<Use> = last.reads().map(|(_, used)| used).collect();
    assert_eq!(uses, [Use { window: true, ..Use::default() }]);
}

#[test]
fn what_is_one_value_of_many_rows_is_said() {
    let found = read(
        Dialect::Trino,
        "SELECT count(*), total, 1 + max(total), rank() OVER (ORDER BY max(id)), sum(id) OVER () FROM orders",
    );
    let aggregated: Vec<bool> = found.columns.iter().map(|edge| edge.aggregated).collect();
    assert_eq!(aggregated, [true, false, true, false, true]);
}

fn detailed(sql: &str) -> Analysis {
    analyse(&Request::new(sql, Dialect::Trino).with_schemas(&Shop).with_details())
}

fn stones(edge: &ColumnEdge) -> String {
    let one = |stone: &Stone| match stone {
        Stone::Named(name) => format!("with {name}"),
        Stone::Subquery(alias) => format!("as {alias}"),
        Stone::Table(table) => format!("table {table}"),
        _ => "something else".to_owned(),
    };
    edge.stones.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_column_tells_what_it_went_through() {
    let found = detailed(
        "CREATE TABLE tmp AS WITH a AS (SELECT id FROM orders) SELECT id FROM a; \
         INSERT INTO target (a, b) SELECT s.id, city FROM (SELECT id FROM tmp) s JOIN customers ON true",
    );
    let through: Vec<String> = found.columns.iter().map(stones).collect();
    assert_eq!(through, ["with a, table tmp, as s", ""]);
    let statements: Vec<usize> = found.columns.iter().map(|edge| edge.statement).collect();
    assert_eq!(statements, [1, 1]);
    assert_eq!(found.statements[1].stones[0].to_string(), "tmp");
}

#[test]
fn what_decides_about_rows_has_its_expression_and_its_statements() {
    let sql = "INSERT INTO target (a) SELECT id FROM orders JOIN customers USING (id) WHERE total > 1 ORDER BY placed DESC, city; \
               INSERT INTO target (a) SELECT id FROM orders WHERE total > 1";
    let found = detailed(sql);
    let told: Vec<_> = found
        .influences
        .iter()
        .map(|found| (found.expression.as_deref().unwrap_or(""), found.statements.as_slice()))
        .collect();
    assert_eq!(told, [("total > 1", &[0, 1][..]), ("USING (id)", &[0]), ("placed DESC, city", &[0])]);
    assert!(read(Dialect::Trino, sql).influences.iter().all(|found| found.expression.is_none()));
}

#[test]
fn details_change_nothing_else() {
    let sql =
        "WITH a AS (SELECT id, total FROM orders) SELECT x.id, sum(x.total) AS t FROM (SELECT * FROM a) x GROUP BY 1";
    let (plain, detailed) = (read(Dialect::Trino, sql), detailed(sql));
    let edges = |mut found: Analysis| {
        found.columns.iter_mut().for_each(|edge| edge.stones.clear());
        found.columns
    };
    assert_eq!(edges(plain), edges(detailed));
}
