//! README.md names tests: each must exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use metahost_e2e::root;

/// Adds the name of every function in the Rust files below a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            functions(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path)?;
            let names =
                text.lines().filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn "));
            found.extend(names.filter_map(|rest| rest.split('(').next()).map(str::to_owned));
        }
    }
    Ok(())
}

/// What stands in backticks in rows of tables and looks like the name of a test.
fn named(readme: &str) -> BTreeSet<&str> {
    let rows = readme.lines().filter(|line| line.starts_with("| "));
    let words = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    words
        .filter(|word| word.matches('_').count() > 2 && word.chars().all(|at| at == '_' || at.is_alphanumeric()))
        .collect()
}

#[test]
fn the_tables_name_tests_that_exist() -> Result<()> {
    let mut known = BTreeSet::new();
    for folder in ["host", "plugins", "tests"] {
        functions(&root().join(folder), &mut known)?;
    }
    let readme = fs::read_to_string(root().join("tests/e2e/README.md"))?;
    let all = named(&readme);
    ensure!(all.len() > 80, "the tables name only {} tests", all.len());
    let missing: Vec<&&str> = all.iter().filter(|name| !known.contains(**name)).collect();
    ensure!(missing.is_empty(), "README.md names tests that do not exist: {missing:?}");
    let cells = readme.lines().filter(|line| line.starts_with("| ") && line.matches(" | ").count() == 9);
    ensure!(cells.clone().count() == 12, "eleven kinds of bad input and the head");
    let empty: Vec<&str> = cells.filter(|row| row.split(" | ").skip(2).any(|cell| cell.trim().is_empty())).collect();
    ensure!(empty.is_empty(), "cells without a test: {empty:?}");
    Ok(())
}
