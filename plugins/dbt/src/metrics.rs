//! Metrics of the semantic layer as entities of their own. Never gives what a record's common part carries: owners, tags,
//! names.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::{Common, Entity, Other};
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{Result, common, names, paragraphs};
use serde_json::{Value, json};

use crate::annotate::{Meta, description, owners_of_group, tags};
use crate::artifacts::lenient::text;
use crate::artifacts::semantic::{Metric, Part, SavedQuery, SemanticModel, aggregated};
use crate::config::Config;
use crate::project::Project;
use crate::project::graph::upstream;

/// Steps of time that OpenMetadata knows.
const GRANULARITIES: [&str; 8] = ["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
/// Units that it knows.
const UNITS: [&str; 9] =
    ["COUNT", "DOLLARS", "PERCENTAGE", "TIMESTAMP", "SIZE", "REQUESTS", "EVENTS", "TRANSACTIONS", "OTHER"];

/// Emits every metric, those that others are computed from first.
pub fn emit(project: &Project, config: &Config, out: &mut dyn Output) -> Result<()> {
    let mut waiting: Vec<&Metric> = project.manifest.metrics.items.values().map(AsRef::as_ref).collect();
    while !waiting.is_empty() {
        let names: BTreeSet<&str> = waiting.iter().map(|metric| metric.name.as_str()).collect();
        let is_ready = |metric: &&Metric| !related(project, metric).iter().any(|name| names.contains(name.as_str()));
        let (mut ready, rest): (Vec<_>, Vec<_>) = waiting.iter().copied().partition(is_ready);
        waiting = rest;
        if ready.is_empty() {
            // Two that refer to each other; dbt refuses that, so it does not matter which is first.
            ready.append(&mut waiting);
        }
        for metric in ready {
            match names::misfit(core::slice::from_ref(&metric.name)) {
                Some(reason) => out.skipped(&["metric", &metric.name], &reason),
                None => out.entity(Entity::Other(entity(project, config, metric)))?,
            }
        }
    }
    Ok(())
}

fn entity(project: &Project, config: &Config, metric: &Metric) -> Other {
    let meta = Meta::new(&metric.config.meta, &metric.meta, &config.meta_key);
    let mut owners = meta.owners();
    if let Some(group) = metric.group.as_deref().or(metric.config.group.as_deref()).filter(|_| owners.is_empty()) {
        owners = owners_of_group(project, group, &metric.package_name);
    }
    let mut all = tags(config, &metric.tags, &metric.config.tags);
    all.extend(meta.strings(&["tags"]));
    let display_name = meta.ours(&["displayName", "display_name"]).map(text).or_else(|| metric.label.clone());
    let text = paragraphs([description(&metric.description), stands_on(project, metric), asked_by(project, metric)]);
    Other {
        common: Common {
            display_name,
            description: text,
            owners: config.owners(owners),
            tags: all,
            ..common(vec![metric.name.clone()])
        },
        entity_type: "metric".to_owned(),
        body: body(project, metric, &meta).to_string(),
    }
}

/// The part of OpenMetadata's create request that all its versions since 1.7 take.
fn body(project: &Project, metric: &Metric, meta: &Meta<'_>) -> Value {
    let measure = measure(project, metric);
    let aggregation = aggregation(metric, measure);
    let kind = match (metric.kind.as_str(), aggregation.as_deref()) {
        ("ratio" | "conversion", _) => "RATIO",
        ("derived", _) => "OTHER",
        (_, Some("sum" | "sum_boolean")) => "SUM",
        (_, Some("count" | "count_distinct")) => "COUNT",
        (_, Some("average")) => "AVERAGE",
        (_, Some("min")) => "MIN",
        (_, Some("max")) => "MAX",
        (_, Some("median")) => "MEDIAN",
        _ => "OTHER",
    };
    let related: Vec<String> = related(project, metric).iter().map(|name| names::quoted(name)).collect();
    let unit = meta.ours(&["unit", "unitOfMeasurement"]).map(text).map(|unit| unit.to_uppercase());
    let unit =
        unit.filter(|unit| UNITS.contains(&unit.as_str())).or_else(|| (kind == "COUNT").then(|| kind.to_owned()));
    let mut body = json!({ "metricType": kind });
    let parts = [
        ("metricExpression", expression(metric, measure).map(|code| json!({ "language": "SQL", "code": code }))),
        ("granularity", granularity(metric, measure).map(Value::from)),
        ("unitOfMeasurement", unit.map(Value::from)),
        ("relatedMetrics", (!related.is_empty()).then(|| Value::from(related))),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            body[name] = value;
        }
    }
    body
}

/// The measure of a simple or cumulative metric, and its model.
type Measure<'p> = (&'p SemanticModel, &'p Part);

fn measure<'p>(project: &'p Project, metric: &Metric) -> Option<Measure<'p>> {
    let name = metric.parameter("measure").map(input_name)?;
    let models = || project.manifest.semantic_models.items.iter();
    let depends_on = |id: &String| metric.depends_on.nodes.contains(id);
    let found = |model: &'p SemanticModel| Some((model, model.measures.iter().find(|part| part.name == name)?));
    let near = models().filter(|(id, _)| depends_on(id)).find_map(|(_, model)| found(model));
    near.or_else(|| models().find_map(|(_, model)| found(model)))
}

fn aggregation(metric: &Metric, measure: Option<Measure<'_>>) -> Option<String> {
    let own = metric.parameter("metric_aggregation_params").and_then(|params| params.get("agg")).map(text);
    let known = own.or_else(|| measure?.1.agg.clone()).or_else(|| metric.calculation_method.clone());
    known.map(|word| word.to_lowercase())
}

/// How it is computed, as near to SQL as dbt tells.
fn expression(metric: &Metric, measure: Option<Measure<'_>>) -> Option<String> {
    let name = |key: &str| metric.parameter(key).map(input_name);
    let own = || metric.parameter("expr").map(text);
    let code = match metric.kind.as_str() {
        "ratio" => format!("{} / {}", name("numerator")?, name("denominator")?),
        "derived" => own()?,
        _ => measure.and_then(|(_, measure)| measure.sql()).or_else(|| {
            let inner = own().or_else(|| metric.expression.clone())?;
            Some(aggregation(metric, None).map_or_else(|| inner.clone(), |agg| aggregated(&agg, &inner)))
        })?,
    };
    let filter = metric.filter.0.join(" and ");
    Some(if filter.is_empty() { code } else { format!("{code} where {filter}") })
}

fn granularity(metric: &Metric, measure: Option<Measure<'_>>) -> Option<String> {
    let of_measure = || {
        let (model, measure) = measure?;
        let time = measure.agg_time_dimension.as_ref().or(model.defaults.agg_time_dimension.as_ref())?;
        model.dimensions.iter().find(|dimension| dimension.name == *time)?.type_params.time_granularity.clone()
    };
    let step = metric.time_granularity.clone().or_else(of_measure)?.to_uppercase();
    GRANULARITIES.contains(&step.as_str()).then_some(step)
}

/// Metrics that it is computed from, by name.
fn related(project: &Project, metric: &Metric) -> Vec<String> {
    let known = |id: &String| project.manifest.metrics.items.get(id).map(|metric| metric.name.clone());
    metric.depends_on.nodes.iter().filter_map(known).filter(|name| *name != metric.name).collect()
}

/// The tables it is computed from.
fn stands_on(project: &Project, metric: &Metric) -> Option<String> {
    let tables = upstream(project, &metric.depends_on.nodes).relations;
    let paths: Vec<_> =
        tables.iter().filter_map(|id| project.relation(id)).map(|path| format!("`{}`", path.join("."))).collect();
    (!paths.is_empty()).then(|| format!("Computed from {}.", paths.join(", ")))
}

/// The saved queries that ask for it.
fn asked_by(project: &Project, metric: &Metric) -> Option<String> {
    let queries = project.manifest.saved_queries.items.values();
    let asking = queries.filter(|query| query.query_params.metrics.0.contains(&metric.name));
    let lines: Vec<_> = asking.map(|query| saved_query(query)).collect();
    (!lines.is_empty()).then(|| format!("Saved queries:\n{}", lines.join("\n")))
}

fn saved_query(query: &SavedQuery) -> String {
    let clause = |word: &str, parts: &[String], between: &str| {
        if parts.is_empty() { String::new() } else { format!(" {word} `{}`", parts.join(between)) }
    };
    let title = query.label.as_ref().unwrap_or(&query.name);
    let (by, filter) = (&query.query_params.group_by.0, &query.query_params.filter.0);
    let about = description(&query.description).map(|text| format!(": {text}")).unwrap_or_default();
    format!("- {title}{}{}{about}", clause("by", by, "`, `"), clause("where", filter, " and "))
}

/// The name of an input, which is a word or a map with settings.
fn input_name(input: &Value) -> String {
    input.get("name").map_or_else(|| text(input), text)
}
