//! Bad input: each kind has its own clear error, and nothing is emitted before it.

use std::fs;

use super::{Records, fixture, words};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

fn error(files: &[(&str, &str)]) -> String {
    let root = folder(files);
    words(Records::read(root.path().to_str().unwrap(), "{}").unwrap_err())
}

const GOOD: &str = r#"{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/manifest/v12.json"},
    "nodes":{"model.a.b":{"resource_type":"model","database":"d","schema":"s","name":"b"}},"sources":{}}"#;

#[test]
fn a_manifest_that_is_not_json_names_file_and_position() {
    let said = error(&[("manifest.json", "{\"nodes\": {\n  oops")]);
    assert!(said.contains("manifest.json is not JSON") && said.contains("line 2 column 3"), "{said}");
    assert!(error(&[("manifest.json", "<html>")]).contains("login or error page"));
    assert!(error(&[("manifest.json", "")]).contains("empty"));
}

#[test]
fn a_missing_manifest_names_the_setting_and_the_place() {
    let said = error(&[("catalog.json", "{}")]);
    assert!(said.contains("no `manifest.json`") && said.contains("setting `manifest`"), "{said}");
}

#[test]
fn an_unknown_version_without_nodes_names_the_known_ones() {
    let said = error(&[(
        "manifest.json",
        r#"{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/manifest/v99.json"},"graph":{}}"#,
    )]);
    assert!(said.contains("v99") && said.contains("v4 to v12") && said.contains("manifest.json"), "{said}");
    let shape = error(&[(
        "manifest.json",
        r#"{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/manifest/v99.json"},"nodes":[]}"#,
    )]);
    assert!(shape.contains("v99") && shape.contains("does not look like"), "{shape}");
}

#[test]
fn another_artifact_in_its_place_is_named() {
    let catalog = fs::read_to_string(format!("{}/catalog.json", fixture("1.8-duck"))).unwrap();
    let said = error(&[("manifest.json", &catalog)]);
    assert!(said.contains("is a dbt catalog artifact"), "{said}");
}

#[test]
fn run_results_that_were_cut_off_do_not_hide_the_others() {
    let good = r#"{"metadata":{"generated_at":"2026-01-01T00:00:00Z"},"results":[{"unique_id":"model.a.b","status":"success"}]}"#;
    let root =
        folder(&[("manifest.json", GOOD), ("runs/1/run_results.json", good), ("runs/2/run_results.json", "{\"resu")]);
    let records = Records::read(root.path().to_str().unwrap(), "{}").unwrap();
    let run = records.annotation("d.s.b").data_model.as_ref().unwrap().last_run.as_ref().unwrap();
    assert_eq!(run.status_text, "success");
    assert!(records.reason("runs/2/run_results.json").contains("is not JSON"));
}

#[test]
fn only_so_many_runs_are_read_and_the_rest_is_told() {
    let run = |status: &str, day: u32| {
        format!(
            r#"{{"metadata":{{"generated_at":"2026-01-0{day}T00:00:00Z"}},"results":[{{"unique_id":"model.a.b","status":"{status}"}}]}}"#
        )
    };
    let (first, second) = (run("success", 1), run("error", 2));
    let root =
        folder(&[("manifest.json", GOOD), ("runs/1/run_results.json", &first), ("runs/2/run_results.json", &second)]);
    let old = fs::File::options().write(true).open(root.path().join("runs/2/run_results.json")).unwrap();
    old.set_modified(std::time::UNIX_EPOCH).unwrap();
    let folder = root.path().to_str().unwrap();
    let status = |config: &str| {
        let records = Records::read(folder, config).unwrap();
        let run = records.annotation("d.s.b").data_model.as_ref().unwrap().last_run.clone().unwrap();
        (run.status_text, records.notes.iter().any(|note| note.contains("left-out")))
    };
    assert_eq!(status("{}"), ("error".to_owned(), false));
    assert_eq!(status(r#"{"max-runs":1}"#), ("success".to_owned(), true));
}

#[test]
fn two_projects_in_one_folder_are_two_splits() {
    let other = GOOD.replace("model.a.b", "model.c.d").replace("\"name\":\"b\"", "\"name\":\"d\"");
    let root = folder(&[("a/manifest.json", GOOD), ("c/manifest.json", &other)]);
    let records = Records::read(root.path().to_str().unwrap(), r#"{"manifest":"*/manifest.json"}"#).unwrap();
    let paths: Vec<_> = records.annotations.iter().map(|annotation| annotation.path.join(".")).collect();
    assert_eq!(paths, ["d.s.b", "d.s.d"]);
}

#[test]
fn a_wrong_setting_is_refused_with_its_name() {
    let said = words(Records::read("/artifacts", r#"{"url":"https://x","s3":{"uri":"s3://b"}}"#).unwrap_err());
    assert!(said.contains("one of `folder`, `url`, `s3` and `cloud`"), "{said}");
    let said = words(Records::read("/artifacts", r#"{"fodler":"/x"}"#).unwrap_err());
    assert!(said.contains("fodler"), "{said}");
}

#[test]
fn a_name_can_hold_anything_but_must_fit() {
    let names = ["a.b", "say \\\"hi\\\"", "x::y", "naïve 🚀", &"n".repeat(256), &"n".repeat(300), " "];
    let node = |(index, name): (usize, &&str)| {
        format!(
            r#""model.a.m{index}": {{"resource_type": "model", "database": "d", "schema": "s", "name": "{name}", "package_name": "a"}},
               "test.a.t{index}": {{"resource_type": "test", "name": "{name}", "attached_node": "model.a.m{index}"}}"#
        )
    };
    let nodes: Vec<String> = names.iter().enumerate().map(node).collect();
    let manifest = GOOD.replace("\"nodes\":{", &format!("\"nodes\":{{{},", nodes.join(",")));
    let root = folder(&[("manifest.json", &manifest)]);
    let records = Records::read(root.path().to_str().unwrap(), "{}").unwrap();
    let known = |name: &str| records.annotations.iter().any(|known| known.path[2] == name);
    assert!(["a.b", "say \"hi\"", "x::y", "naïve 🚀"].into_iter().all(known) && known(&"n".repeat(256)));
    assert_eq!(records.annotations.len(), 6, "with the one that is always there");
    assert!(
        records.skipped.iter().any(|reason| reason.contains("300 characters, at most 256")),
        "{:?}",
        records.skipped
    );
    assert!(records.skipped.iter().any(|reason| reason.contains("is empty")), "{:?}", records.skipped);
    assert_eq!(records.tests.len(), 5, "a test goes with its table");
}
