//! An asset as a task of a pipeline. Never leaves out what the asset's owner wrote.

use metahost_plugin_sdk::entities::Task;
use metahost_plugin_sdk::{paragraphs, time};

use crate::answer::{self, Asset, Key, Materialization};
use crate::config::Config;
use crate::text::{kinds, short};
use crate::{freshness, tables};

/// The task; `after` are the tasks of the same pipeline that it waits for.
pub fn task(asset: &Asset, after: Vec<String>, config: &Config) -> Task {
    Task {
        name: asset.key.text(),
        kind: kind(asset),
        description: describe(asset, config),
        sql: None,
        after,
        source_url: Some(config.page(&page(asset))),
    }
}

/// The task of an asset of which nothing but its key could be read.
pub fn unread(key: &Key) -> Task {
    Task { name: key.text(), kind: None, description: None, sql: None, after: Vec::new(), source_url: None }
}

/// Where people look at it.
pub fn page(asset: &Asset) -> String {
    format!("assets/{}", asset.key.text())
}

fn kind(asset: &Asset) -> Option<String> {
    let kinds = kinds(asset);
    let observed = (asset.is_observable == Some(true)).then(|| "observed".to_owned());
    let external = (asset.is_executable == Some(false)).then(|| "external".to_owned());
    if kinds.is_empty() { observed.or(external) } else { Some(kinds.join(", ")) }
}

/// What makes the asset by itself, where something does.
pub fn condition(asset: &Asset) -> Option<String> {
    let condition = asset.automation_condition.as_ref().and_then(|condition| {
        let expanded = (!condition.expanded_label.is_empty()).then(|| short(&condition.expanded_label.join(" ")));
        condition.label.clone().or(expanded)
    });
    let before = || asset.auto_materialize_policy.as_ref().map(|policy| policy.policy_type.to_lowercase());
    condition.or_else(before).map(|label| format!("condition {label}"))
}

/// An asset's own words, and a line for each fact that has no field of its own.
fn describe(asset: &Asset, config: &Config) -> Option<String> {
    let line = |name: &str, text: Option<String>| text.map(|text| format!("{name}: {text}"));
    paragraphs([
        asset.description.clone(),
        line("Partitions", partitions(asset)),
        line("Freshness", freshness::policy(asset).map(|policy| policy.words)),
        line("Checks", checks(asset)),
        line("Relation", tables::relation(asset)),
        line("Location", asset.entry("dagster/uri").and_then(answer::Entry::words)),
        line("Storage", answer::tag(&asset.tags, "dagster/storage_kind").map(str::to_owned)),
        line("Code version", asset.op_version.clone()),
        line("Last materialized", last(&asset.materializations).filter(|_| config.last_materialization)),
        line("Last observed", last(&asset.observations).filter(|_| config.last_materialization)),
    ])
}

/// How it is partitioned; of a static one Dagster lists every key there is.
fn partitions(asset: &Asset) -> Option<String> {
    let partitions = asset.partition_definition.as_ref()?;
    let text = partitions.description.as_deref().map(short).filter(|text| !text.is_empty());
    text.or_else(|| partitions.kind.as_ref().map(|kind| kind.to_lowercase().replace('_', " ")))
}

fn checks(asset: &Asset) -> Option<String> {
    let checks = &asset.checks.as_ref()?.checks;
    let name =
        |check: &answer::Check| if check.blocking { format!("{} (blocking)", check.name) } else { check.name.clone() };
    (!checks.is_empty()).then(|| short(&checks.iter().map(name).collect::<Vec<_>>().join(", ")))
}

fn last(told: &[Materialization]) -> Option<String> {
    let at = time::format(told.first()?.at()?)?;
    let rows = told.iter().flat_map(|told| &told.metadata_entries);
    let rows = rows.filter(|entry| entry.label == "dagster/row_count").find_map(answer::Entry::words);
    Some(rows.map_or_else(|| at.clone(), |rows| format!("{at}, {rows} rows")))
}
