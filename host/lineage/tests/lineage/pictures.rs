//! Lineage in the language of Graphviz.

use insta::assert_snapshot;
use metahost_lineage::{Dialect, dot};
use proptest::prelude::*;

use crate::read;

#[test]
fn tables_are_records_and_columns_their_ports() {
    let sql = "INSERT INTO target (a, b, c) SELECT o.id, sum(total), rank() OVER (ORDER BY c.city) FROM orders o \
               JOIN customers c ON o.customer = c.id WHERE c.city = 'x' GROUP BY 1";
    assert_snapshot!(dot(&read(Dialect::Trino, sql)));
}

#[test]
fn what_has_no_columns_is_drawn_too() {
    assert_snapshot!(dot(&read(Dialect::Trino, "COPY target FROM 's3://bucket/key'")));
    assert_snapshot!(dot(&read(Dialect::Trino, "SELECT count(*) AS n FROM customers")));
    assert_eq!(dot(&read(Dialect::Trino, "")), "digraph lineage {\n  rankdir=LR;\n  node [shape=record];\n}\n");
}

/// The text between the quotes of a label, where all within is escaped; none where it is not.
fn label(line: &str) -> Option<Vec<String>> {
    let label = line.trim().split_once("[label=\"")?.1.strip_suffix("\"];")?;
    let mut fields = vec![String::new()];
    let mut letters = label.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => fields.last_mut()?.push(letters.next()?),
            '|' => fields.push(String::new()),
            '"' | '{' | '}' | '\n' => return None,
            other => fields.last_mut()?.push(other),
        }
    }
    Some(fields)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_name_breaks_a_picture(name in "[^\"\\p{C}&]{1,12}") {
        let sql = format!("CREATE TABLE made AS SELECT id AS \"{name}\", total AS other FROM orders");
        let drawn = dot(&read(Dialect::Trino, &sql));
        let made = drawn.lines().find(|line| line.contains("<t> made")).and_then(label);
        let expected = ["<t> made".to_owned(), format!("<c0> {name}"), "<c1> other".to_owned()];
        prop_assert_eq!(made, Some(expected.to_vec()), "{}", drawn);
        prop_assert!(drawn.contains(" -> n0:c0;"), "{}", drawn);
    }
}
