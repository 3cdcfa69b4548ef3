//! `metahost lineage`: SQL in a file or on the standard input, and what it says of tables and columns.

use anyhow::Result;
use metahost_e2e::Project;
use serde_json::{Value, json};

const DAILY: &str =
    "insert into mart.daily (day, total)\nselect o.day, sum(o.price * o.count) from sales.orders o group by 1;\n";

#[test]
fn tables_and_columns_are_told() -> Result<()> {
    let project = Project::new("")?;
    project.write("daily.sql", DAILY)?;
    let told = project.run(&["lineage", "daily.sql"])?.expect_code(0)?;
    assert_eq!(
        told.out,
        "sales.orders -> mart.daily\n  mart.daily.day <- sales.orders.day\n  \
         mart.daily.total <- sales.orders.count, sales.orders.price\nunderstood: full\n"
    );
    Ok(())
}

#[test]
fn it_is_drawn_told_as_an_event_and_explained() -> Result<()> {
    let project = Project::new("")?;
    project.write("daily.sql", DAILY)?;
    let told = |more: &[&str]| project.run(&[&["lineage", "daily.sql"][..], more].concat())?.expect_code(0);
    assert!(told(&["--format", "graphviz"])?.out.starts_with("digraph lineage {"));
    let event: Value = serde_json::from_str(&told(&["--format", "openlineage"])?.out)?;
    assert_eq!(event["eventType"], "COMPLETE");
    assert!(told(&["--explain"])?.out.contains("as sum(o.price * o.count)"));
    Ok(())
}

#[test]
fn stars_need_the_columns_of_tables() -> Result<()> {
    let project = Project::new("")?;
    project.write("copy.sql", "create table b as select * from a")?;
    project.write("columns.json", r#"{ "a": ["x", "y"] }"#)?;
    let told = project.run(&["lineage", "copy.sql", "--schema", "columns.json", "--json"])?.expect_code(0)?;
    let told: Value = serde_json::from_str(&told.out)?;
    assert_eq!(told["column_lineage"][1], json!({ "target_table": "b", "target_col": "y", "src": [["a", "y"]] }));
    project.write("columns.json", "[]")?;
    let refused = project.run(&["lineage", "copy.sql", "--schema", "columns.json"])?;
    assert!(refused.all().contains("columns.json: wanted is"), "{}", refused.all());
    Ok(())
}

#[test]
fn cases_are_solved_in_their_order() -> Result<()> {
    let project = Project::new("")?;
    let cases = [
        json!({ "id": "one", "sql": "select 1" }),
        json!({ "id": "two", "sql": "create view v as select x from t", "dialect": "postgres" }),
    ];
    project.write("cases.jsonl", &cases.map(|case| case.to_string()).join("\n"))?;
    let told = project.run(&["lineage", "--jsonl", "cases.jsonl"])?.expect_code(0)?;
    let told: Vec<Value> = told.out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!((&told[0]["id"], &told[1]["id"]), (&json!("one"), &json!("two")));
    assert_eq!(told[1]["outputs"], json!(["v"]));
    assert!(told[0]["micros"].is_u64(), "{}", told[0]);
    project.write("cases.jsonl", "{}\nnonsense")?;
    let refused = project.run(&["lineage", "--jsonl", "cases.jsonl"])?;
    assert!(refused.all().contains("cases.jsonl line 1"), "{}", refused.all());
    Ok(())
}

#[test]
fn what_is_no_sql_gets_a_verdict_with_a_reason() -> Result<()> {
    let project = Project::new("")?;
    project.write("half.sql", "insert into a select x from b where (")?;
    let half = project.run(&["lineage", "half.sql"])?.expect_code(0)?;
    assert!(half.out.starts_with("b -> a\n") && half.out.contains("understood: partial\n  "), "{}", half.out);
    let wrong = project.run(&["lineage", "half.sql", "--dialect", "klingon"])?.expect_code(3)?;
    assert!(wrong.all().contains("there is no dialect `klingon`"), "{}", wrong.all());
    let missing = project.run(&["lineage", "nowhere.sql"])?;
    assert!(missing.all().contains("nowhere.sql can't be read"), "{}", missing.all());
    Ok(())
}
