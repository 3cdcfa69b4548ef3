//! What dbt knows about a relation and OpenMetadata has no field for: custom properties, and tags for what a model is to
//! others. Never overwrites what people wrote below `meta`.

use metahost_plugin_sdk::enrichment::Annotation;
use metahost_plugin_sdk::names;
use serde_json::Value;

use super::tags::add;
use crate::artifacts::lenient::Strings;
use crate::artifacts::manifest::Node;
use crate::artifacts::semantic::{Part, SemanticModel};
use crate::config::Config;
use crate::project::Project;

/// Adds them.
pub fn apply(project: &Project, config: &Config, id: &str, node: &Node, annotation: &mut Annotation) {
    // Every model is protected unless somebody says otherwise: that would be a tag without news.
    let access = access(node).filter(|access| *access != "protected");
    if let Some(access) = access.filter(|_| !config.access_classification.is_empty()) {
        add(&mut annotation.tags, names::tag(&config.access_classification, access));
    }
    if !config.properties {
        return;
    }
    for (name, value) in properties(project, id, node) {
        if !annotation.extension.iter().any(|(there, _)| there == name) {
            annotation.extension.push((name.to_owned(), Value::String(value).to_string()));
        }
    }
}

fn access(node: &Node) -> Option<&str> {
    node.access.as_deref().filter(|_| node.resource_type == "model")
}

fn properties(project: &Project, id: &str, node: &Node) -> impl Iterator<Item = (&'static str, String)> {
    let own = |value: Option<&str>| value.map(str::to_owned);
    let pairs = [
        ("dbtMaterialized", materialized(node)),
        ("dbtAccess", own(access(node))),
        ("dbtGroup", own(node.group.as_deref().or(node.config.group.as_deref()))),
        ("dbtVersion", node.version.clone()),
        ("dbtLatestVersion", node.latest_version.clone()),
        ("dbtDeprecationDate", node.deprecation_date.clone()),
        ("dbtContract", node.contract.enforced.then(|| "enforced".to_owned())),
        ("dbtMacros", macros(project, node)),
        ("dbtSnapshot", snapshot(node)),
        ("dbtSemanticModel", semantic_models(project, id)),
        ("dbtJob", project.job.clone().filter(|_| node.resource_type != "source")),
    ];
    pairs.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

/// `incremental (merge)`; nothing for what can only be built in one way.
fn materialized(node: &Node) -> Option<String> {
    let kind = node.config.materialized.as_deref().filter(|_| node.resource_type == "model")?;
    let strategy = node.config.incremental_strategy.as_deref().filter(|_| kind == "incremental");
    Some(strategy.map_or_else(|| kind.to_owned(), |strategy| format!("{kind} ({strategy})")))
}

/// The project's and its packages' macros that a node is made with; those of the adapter say nothing of it.
fn macros(project: &Project, node: &Node) -> Option<String> {
    let adapter = project.manifest.metadata.adapter_type.as_ref().map(|adapter| format!("dbt_{adapter}."));
    let is_own = |name: &&String| adapter.as_ref().is_none_or(|adapter| !name.starts_with(adapter.as_str()));
    let names: Vec<&str> = node.depends_on.macros.iter().filter(is_own).map(String::as_str).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// How a snapshot keeps history.
fn snapshot(node: &Node) -> Option<String> {
    let config = &node.config;
    let strategy = config.strategy.as_deref().filter(|_| node.resource_type == "snapshot")?;
    let listed = |words: &Strings| Some(words.0.join(", ")).filter(|words| !words.is_empty());
    let parts = [
        ("unique key", listed(&config.unique_key)),
        ("updated at", config.updated_at.clone()),
        ("compared columns", listed(&config.check_cols)),
        ("hard deletes", config.hard_deletes.clone()),
    ];
    let parts = parts.into_iter().filter_map(|(name, value)| Some(format!("; {name}: {}", value?)));
    Some(format!("strategy: {strategy}{}", parts.collect::<String>()))
}

/// The semantic models that stand on a relation, one a line.
fn semantic_models(project: &Project, id: &str) -> Option<String> {
    let models = project.manifest.semantic_models.items.values();
    let here = models.filter(|model| model.depends_on.nodes.iter().any(|node| node == id));
    let lines: Vec<String> = here.map(|model| semantic_model(model)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn semantic_model(model: &SemanticModel) -> String {
    let named = |part: &Part| match &part.kind {
        Some(kind) => format!("{} ({kind})", part.name),
        None => part.name.clone(),
    };
    let list = |title: &str, words: Vec<String>| {
        if words.is_empty() { String::new() } else { format!("; {title} {}", words.join(", ")) }
    };
    let entities = list("entities", model.entities.iter().map(named).collect());
    let dimensions = list("dimensions", model.dimensions.iter().map(named).collect());
    let measures = model.measures.iter().map(|measure| match measure.sql() {
        Some(sql) => format!("{} = {sql}", measure.name),
        None => measure.name.clone(),
    });
    format!("{}{entities}{dimensions}{}", model.name, list("measures", measures.collect()))
}
