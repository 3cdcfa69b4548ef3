//! `metahost profile`: what a file's columns hold, as text, JSON and a page.

use std::path::PathBuf;

use anyhow::Result;
use metahost_e2e::{Project, root};
use serde_json::{Value, json};

/// Twelve rows in three row groups, with nulls, NaN, infinity, a list, a struct, and a column of nulls only; made with pyarrow.
fn people() -> PathBuf {
    root().join("tests/e2e/fixtures/people.parquet")
}

fn project_with_people() -> Result<Project> {
    let project = Project::new("")?;
    std::fs::copy(people(), project.folder().join("people.parquet"))?;
    Ok(project)
}

#[test]
fn a_person_sees_each_column_with_its_numbers_and_its_shape() -> Result<()> {
    let told = project_with_people()?.run(&["profile", "people.parquet"])?.expect_code(0)?;
    insta::assert_snapshot!("text", told.out);
    assert_eq!(told.err, "");
    Ok(())
}

#[test]
fn programs_get_the_same_as_json() -> Result<()> {
    let told = project_with_people()?.run(&["profile", "people.parquet", "--json", "--top", "2"])?.expect_code(0)?;
    insta::assert_snapshot!("json", told.out);
    let profile: Value = serde_json::from_str(&told.out)?;
    assert_eq!(profile["rowCount"], 12);
    Ok(())
}

#[test]
fn the_page_asks_nobody_for_anything_and_shows_text_as_text() -> Result<()> {
    let project = Project::new("")?;
    project.write("rows.csv", "a,<b>\n1,<script>alert(1)</script>\n2,&amp;\n")?;
    project.run(&["profile", "rows.csv", "--html", "page.html"])?.expect_code(0)?;
    let page = project.read("page.html")?;
    assert!(page.contains("<svg") && page.contains("&lt;script&gt;"), "{page}");
    for outside in ["http:", "https:", "src=", "href=", "<script>", "@import", "url("] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    Ok(())
}

#[test]
fn rows_of_other_formats_say_the_same() -> Result<()> {
    let project = Project::new("")?;
    project.write("rows.csv", "id;name;paid\n1;Ann;2.5\n2;Bob;\n3;Ann;4.5\n")?;
    let rows = [
        "{\"id\":1,\"name\":\"Ann\",\"paid\":2.5}",
        "{\"id\":2,\"name\":\"Bob\"}",
        "{\"id\":3,\"name\":\"Ann\",\"paid\":4.5}",
    ];
    project.write("rows.jsonl", &rows.join("\n"))?;
    let metrics = |file: &str| -> Result<Vec<Value>> {
        let told = project.run(&["profile", file, "--json"])?.expect_code(0)?;
        let profile: Value = serde_json::from_str(&told.out)?;
        Ok(profile["columns"].as_array().into_iter().flatten().map(|column| column["metrics"].clone()).collect())
    };
    let found = metrics("rows.csv")?;
    assert_eq!(found, metrics("rows.jsonl")?);
    assert_eq!(found[1]["distinctCount"], json!({ "value": 2, "accuracy": "exact" }));
    assert_eq!(found[2]["nullCount"]["value"], 1);
    assert_eq!(found[2]["mean"]["value"], 3.5);
    Ok(())
}

#[test]
fn orc_says_of_each_column_what_parquet_says() -> Result<()> {
    let project = project_with_people()?;
    std::fs::copy(root().join("tests/e2e/fixtures/people.orc"), project.folder().join("people.orc"))?;
    // Batches are added in another order, which the last digit of a variance shows.
    let rounded =
        |metric: &Value| metric.as_f64().map_or_else(|| metric.to_string(), |number| format!("{number:.10e}"));
    let columns = |file: &str| -> Result<Vec<String>> {
        let told = project.run(&["profile", file, "--json"])?.expect_code(0)?;
        let profile: Value = serde_json::from_str(&told.out)?;
        let of_column = |column: &Value| {
            let metrics = column["metrics"].as_object().into_iter().flatten();
            let metrics =
                metrics.map(|(name, metric)| format!("{}.{name} {}", column["name"], rounded(&metric["value"])));
            metrics.collect::<Vec<_>>()
        };
        Ok(profile["columns"].as_array().into_iter().flatten().flat_map(of_column).collect())
    };
    assert_eq!(columns("people.orc")?, columns("people.parquet")?);
    Ok(())
}

#[test]
fn columns_are_chosen_by_name() -> Result<()> {
    let project = project_with_people()?;
    let told = project.run(&["profile", "people.parquet", "--json", "--columns", "id,home"])?.expect_code(0)?;
    let profile: Value = serde_json::from_str(&told.out)?;
    let names: Vec<&Value> =
        profile["columns"].as_array().into_iter().flatten().map(|column| &column["name"]).collect();
    assert_eq!(names, ["id", "home.zip", "home.note"]);
    let wrong = project.run(&["profile", "people.parquet", "--columns", "idd"])?.expect_code(3)?;
    assert!(wrong.err.contains("there is no column idd; there are id, price"), "{}", wrong.err);
    Ok(())
}

#[test]
fn bad_files_are_told_with_their_names() -> Result<()> {
    let project = project_with_people()?;
    let bytes = std::fs::read(people())?;
    std::fs::write(project.folder().join("cut.parquet"), &bytes[..bytes.len() / 2])?;
    project.write("broken.csv", "a,b\n1,2\n3\n")?;
    project.write("unknown", "what is this")?;
    project.write("table.orc", "ORC and more")?;
    let bytes = std::fs::read(root().join("tests/e2e/fixtures/people.orc"))?;
    std::fs::write(project.folder().join("cut.orc"), &bytes[..bytes.len() - 30])?;
    for (file, expected) in [
        ("cut.parquet", "file: cut.parquet"),
        ("broken.csv", "file: broken.csv"),
        ("unknown", "its format is not known"),
        ("table.orc", "file: table.orc"),
        ("cut.orc", "file: cut.orc"),
    ] {
        let told = project.run(&["profile", file])?.expect_code(5)?;
        assert!(told.err.contains(expected), "{file}: {}", told.err);
    }
    let nowhere = project.run(&["profile", "nowhere.parquet"])?.expect_code(3)?;
    assert!(nowhere.err.contains("`nowhere.parquet`: there is no such file, and no source"), "{}", nowhere.err);
    Ok(())
}
