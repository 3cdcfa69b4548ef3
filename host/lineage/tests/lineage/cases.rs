//! Cases as lines of JSON.

use metahost_lineage::Limits;
use metahost_lineage::cases::Case;

#[test]
fn a_case_comes_as_json_and_its_result_goes_as_json() -> Result<(), serde_json::Error> {
    let line = r#"{"id": "one", "dialect": "trino", "sql": "CREATE VIEW c.s.v AS SELECT *, a + 1 AS z FROM t",
        "default_db": "c", "default_schema": "s", "schema": {"c.s.t": ["a", "A", "b"], "d.t": ["x"]}, "expected": {}}"#;
    let found = Case::from_json(line)?.solve(Limits::default());
    let json = serde_json::to_value(&found)?;
    assert_eq!(json["id"], "one");
    assert_eq!(json["inputs"], serde_json::json!(["c.s.t"]));
    assert_eq!(json["outputs"], serde_json::json!(["c.s.v"]));
    assert_eq!(json["verdict"], "full");
    let columns = serde_json::json!([
        {"target_table": "c.s.v", "target_col": "a", "src": [["c.s.t", "a"]]},
        {"target_table": "c.s.v", "target_col": "b", "src": [["c.s.t", "b"]]},
        {"target_table": "c.s.v", "target_col": "z", "src": [["c.s.t", "a"]]},
    ]);
    assert_eq!(json["column_lineage"], columns);
    Ok(())
}

#[test]
fn a_case_of_an_unknown_dialect_is_read_as_plain_sql() -> Result<(), serde_json::Error> {
    let found = Case::from_json(r#"{"id": "two", "dialect": "klingon", "sql": "SELECT a FROM t"}"#)?;
    assert_eq!(found.solve(Limits::default()).inputs, ["t"]);
    assert!(Case::from_json("{\"sql\": 1}").is_err());
    Ok(())
}
