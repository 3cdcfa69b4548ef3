//! Asset checks and promises of freshness as tests of the asset's table. Never runs a check, and never gives one whose
//! asset is no table: that is told in the task's description.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::activity::{TestCase, TestResult};
use metahost_plugin_sdk::output::Output;

use crate::answer::{Asset, Check, Key};
use crate::freshness;
use crate::tables::Table;
use crate::text::{owners, present};

/// The name, and kind, of the test that an asset is fresh.
const FRESHNESS: &str = "dagster_freshness";

/// A check whose executions are to be read.
pub struct Known {
    /// Its asset.
    pub key: Key,
    /// Its name.
    pub name: String,
    /// The table it is a test of.
    pub table: Table,
}

/// Gives the tests of one table.
pub fn emit(table: &Table, asset: &Asset, known: &mut Vec<Known>, out: &mut dyn Output) -> Result<()> {
    for check in asset.checks.iter().flat_map(|found| &found.checks) {
        out.test(test(table, asset, check))?;
        known.push(Known { key: asset.key.clone(), name: check.name.clone(), table: table.clone() });
    }
    let Some(policy) = freshness::policy(asset) else { return Ok(()) };
    out.test(TestCase {
        description: Some(format!("Promised in Dagster: {}.", policy.words)),
        parameters: vec![parameter(asset), ("policy".to_owned(), policy.words.clone())],
        ..blank(table, asset, FRESHNESS, FRESHNESS)
    })?;
    let Some(verdict) = freshness::verdict(asset, &policy) else { return Ok(()) };
    out.test_result(TestResult {
        test: FRESHNESS.to_owned(),
        service: Some(table.service.clone()),
        table: table.path.clone(),
        column: None,
        at: verdict.at,
        outcome: verdict.outcome,
        message: Some(verdict.message),
        failed_rows: None,
        values: Vec::new(),
    })
}

fn test(table: &Table, asset: &Asset, check: &Check) -> TestCase {
    TestCase {
        description: present(check.description.as_ref()),
        parameters: vec![parameter(asset), ("blocking".to_owned(), check.blocking.to_string())],
        ..blank(table, asset, &check.name, "dagster_asset_check")
    }
}

fn parameter(asset: &Asset) -> (String, String) {
    ("asset".to_owned(), asset.key.text())
}

fn blank(table: &Table, asset: &Asset, name: &str, definition: &str) -> TestCase {
    TestCase {
        name: name.to_owned(),
        display_name: None,
        service: Some(table.service.clone()),
        table: table.path.clone(),
        column: None,
        definition: definition.to_owned(),
        platform: "Dagster".to_owned(),
        description: None,
        parameters: Vec::new(),
        sql: None,
        owners: owners(&asset.owners),
        tags: Vec::new(),
    }
}
