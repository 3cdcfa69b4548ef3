//! Why a column has its sources, as text and as JSON.

use insta::{assert_json_snapshot, assert_snapshot};
use metahost_lineage::{Dialect, Request, analyse, explain, explain_text};

use crate::{Shop, read};

const SCRIPT: &str = "CREATE TEMPORARY TABLE big AS\n\
    SELECT customer, sum(total) AS spent FROM orders WHERE placed > date '2026-01-01' GROUP BY customer;\n\
    INSERT INTO target (a, b, c)\n\
    WITH named AS (SELECT id, name, city FROM customers)\n\
    SELECT n.name, CASE WHEN n.city = 'x' THEN s.spent * 2 END, rank() OVER (PARTITION BY n.city ORDER BY s.spent)\n\
    FROM named n JOIN (SELECT customer, spent FROM big) s ON s.customer = n.id ORDER BY n.name";

#[test]
fn a_script_is_explained_column_by_column() {
    let found = analyse(&Request::new(SCRIPT, Dialect::Trino).with_schemas(&Shop).with_details());
    assert_snapshot!(explain_text(&found));
    assert_json_snapshot!(explain(&found)[1]);
}

#[test]
fn doubt_and_constants_are_said() {
    let sql = "SELECT x, y.z, 1 AS one, count(*) AS n, o.id FROM unknown y, strange, orders o WHERE o.nothing = 1";
    assert_snapshot!(explain_text(&read(Dialect::Trino, sql)));
}

#[test]
fn a_name_that_is_made_twice_has_the_influences_of_its_second_life_only() {
    let sql = "CREATE TEMPORARY TABLE x AS SELECT id FROM orders WHERE total > 1; INSERT INTO target (a) SELECT id FROM x; \
               DROP TABLE x; CREATE TEMPORARY TABLE x AS SELECT id FROM orders WHERE placed > 1; \
               INSERT INTO target (b) SELECT id FROM x";
    let told: Vec<String> = explain(&read(Dialect::Trino, sql))
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                one.column,
                one.influences.iter().map(|by| by.sources[0].column.as_str()).collect::<String>()
            )
        })
        .collect();
    assert_eq!(told, ["a total", "b placed"]);
}
