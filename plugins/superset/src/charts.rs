//! Charts: what they draw, and from which dataset. Never runs their queries.

use metahost_plugin_sdk::entities::Chart as Entity;
use serde_json::Value;

use crate::answer::Chart;
use crate::config::Config;
use crate::people::People;
use crate::text::{certified, changed, common, property, status, tags};

/// As OpenMetadata keeps it.
pub fn entity(config: &Config, people: &People, chart: &Chart) -> Entity {
    let (by, details) = (chart.certified_by.as_ref(), chart.certification_details.as_ref());
    let certified = certified(by, details);
    let mut tags = tags(&chart.tags);
    tags.extend(certified.is_some().then(|| status("Certified")));
    let thumbnail = chart.thumbnail_url.as_ref().map(|path| format!("[Thumbnail]({})", config.page(path)));
    let paragraphs = vec![chart.description.clone(), shown(chart), certified, thumbnail];
    let mut common = common(chart.id, chart.slice_name.as_ref(), paragraphs);
    common.tags = tags;
    common.extension = changed(&chart.changed);
    let inputs = inputs(chart);
    common.extension.extend((!inputs.is_empty()).then(|| property("inputFields", &inputs.join(", "))));
    common.owners = people.names(&chart.owners);
    common.source_url = chart.url.as_ref().map(|path| config.page(path));
    Entity { common, kind: kind(chart.viz_type.as_deref().unwrap_or_default()).to_owned() }
}

/// OpenMetadata's word for how it looks.
fn kind(viz: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| viz.contains(word));
    match viz {
        _ if has(&["box_plot", "boxplot"]) => "BoxPlot",
        _ if has(&["hist"]) => "Histogram",
        _ if has(&["scatter", "bubble"]) => "Scatter",
        _ if has(&["sankey"]) => "SanKey",
        _ if has(&["heatmap", "cal_heatmap"]) => "Heatmap",
        _ if has(&["gauge"]) => "Gauge",
        _ if has(&["map", "deck_"]) && !viz.contains("treemap") => "Map",
        _ if has(&["graph"]) && !viz.contains("timeseries") => "Graph",
        _ if has(&["bar", "waterfall"]) => "Bar",
        _ if has(&["area"]) => "Area",
        _ if has(&["pie", "sunburst", "rose"]) => "Pie",
        _ if has(&["line", "timeseries", "compare"]) => "Line",
        _ if has(&["table"]) => "Table",
        _ if has(&["big_number", "markup", "handlebars"]) => "Text",
        _ => "Other",
    }
}

/// Its measures, dimensions and filters on one line each.
fn shown(chart: &Chart) -> Option<String> {
    let params: Value = serde_json::from_str(chart.params.as_deref()?).ok()?;
    let metrics = ["metrics", "metric"].iter().flat_map(|key| names(&params[*key]));
    let dimensions = ["groupby", "columns", "all_columns"].iter().flat_map(|key| names(&params[*key]));
    let filters = params["adhoc_filters"].as_array().into_iter().flatten().filter_map(filter);
    let said = |key: &str| match &params[key] {
        Value::String(text) if !text.is_empty() && text != "No filter" => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let lines = [
        line("Metrics", metrics),
        line("Dimensions", dimensions),
        line("Filters", filters),
        line("Time range", said("time_range").into_iter()),
        line("Row limit", said("row_limit").into_iter()),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n\n"))
}

/// Columns and measures of its dataset that it names, each once. What an expression of its own names is told as SQL.
fn inputs(chart: &Chart) -> Vec<String> {
    let params: Value = chart.params.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let named = ["metrics", "metric", "groupby", "columns", "all_columns", "x_axis", "granularity_sqla"];
    let filters = params["adhoc_filters"].as_array().into_iter().flatten();
    let filtered = filters.filter_map(|filter| filter["subject"].as_str().map(str::to_owned));
    let mut inputs: Vec<String> = Vec::new();
    for input in named.iter().flat_map(|key| fields(&params[*key])).chain(filtered) {
        if !inputs.contains(&input) {
            inputs.push(input);
        }
    }
    inputs
}

/// Fields that are named, and those of measures that a chart makes of one column.
fn fields(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(fields).collect(),
        Value::String(name) if !name.is_empty() => vec![name.clone()],
        Value::Object(own) => {
            let column = own.get("column").and_then(|column| column["column_name"].as_str());
            column.map(str::to_owned).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn line(title: &str, items: impl Iterator<Item = String>) -> Option<String> {
    let mut seen: Vec<String> = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    (!seen.is_empty()).then(|| format!("{title}: {}", seen.join(", ")))
}

/// Names of saved measures and columns, and the SQL of those that the chart holds itself.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(names).collect(),
        Value::String(name) => vec![format!("`{name}`")],
        Value::Object(own) => {
            let sql = own.get("sqlExpression").and_then(Value::as_str).filter(|sql| !sql.is_empty());
            let label = own.get("label").and_then(Value::as_str);
            sql.or(label).map(|text| format!("`{text}`")).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn filter(filter: &Value) -> Option<String> {
    if let Some(sql) = filter["sqlExpression"].as_str().filter(|sql| !sql.is_empty()) {
        return Some(format!("`{sql}`"));
    }
    let (subject, operator) = (filter["subject"].as_str()?, filter["operator"].as_str()?);
    // `No filter` is how Superset writes that a range of time is open.
    let value = match &filter["comparator"] {
        Value::Null => String::new(),
        Value::String(text) if text == "No filter" => return None,
        Value::String(text) => format!(" {text}"),
        other => format!(" {other}"),
    };
    Some(format!("`{subject} {operator}{value}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_has_a_kind() {
        let kinds = [
            ("echarts_timeseries_bar", "Bar"),
            ("dist_bar", "Bar"),
            ("echarts_timeseries_line", "Line"),
            ("echarts_area", "Area"),
            ("pie", "Pie"),
            ("table", "Table"),
            ("pivot_table_v2", "Table"),
            ("big_number_total", "Text"),
            ("heatmap_v2", "Heatmap"),
            ("treemap_v2", "Other"),
            ("box_plot", "BoxPlot"),
            ("histogram_v2", "Histogram"),
            ("echarts_timeseries_scatter", "Scatter"),
            ("sankey_v2", "SanKey"),
            ("country_map", "Map"),
            ("graph_chart", "Graph"),
            ("a_new_one", "Other"),
        ];
        for (viz, expected) in kinds {
            assert_eq!(kind(viz), expected, "{viz}");
        }
    }

    #[test]
    fn a_chart_tells_the_fields_that_it_names() {
        let params = serde_json::json!({
            "metrics": ["revenue", {"expressionType": "SIMPLE", "column": {"column_name": "qty"}, "label": "SUM(qty)"},
                {"expressionType": "SQL", "sqlExpression": "SUM(a) / SUM(b)"}],
            "groupby": ["country", "country"], "x_axis": "ordered_at", "granularity_sqla": null,
            "adhoc_filters": [{"subject": "status", "operator": "==", "comparator": "paid"}, {"sqlExpression": "qty > 0"}],
        });
        let row = serde_json::json!({"id": 1, "params": params.to_string()});
        let found = inputs(&serde_json::from_value(row).unwrap());
        assert_eq!(found, ["revenue", "qty", "country", "ordered_at", "status"]);
        assert!(inputs(&serde_json::from_str(r#"{"id": 2, "params": "no JSON"}"#).unwrap()).is_empty());
    }

    #[test]
    fn filters_of_both_sorts_are_shown() {
        let simple = serde_json::json!({"subject": "country", "operator": "IN", "comparator": ["DE", "FR"]});
        assert_eq!(filter(&simple).as_deref(), Some("`country IN [\"DE\",\"FR\"]`"));
        let own = serde_json::json!({"expressionType": "SQL", "sqlExpression": "qty > 0"});
        assert_eq!(filter(&own).as_deref(), Some("`qty > 0`"));
        let open = serde_json::json!({"subject": "at", "operator": "TEMPORAL_RANGE", "comparator": "No filter"});
        assert_eq!(filter(&open), None);
    }
}
