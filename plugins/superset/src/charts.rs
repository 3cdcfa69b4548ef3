//! Charts: what they draw, and from which dataset. Never runs their queries.

use metahost_plugin_sdk::entities::Chart as Entity;
use serde_json::Value;

use crate::answer::Chart;
use crate::config::Config;
use crate::people::People;
use crate::text::{certified, common, status, tags};

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
    fn filters_of_both_sorts_are_shown() {
        let simple = serde_json::json!({"subject": "country", "operator": "IN", "comparator": ["DE", "FR"]});
        assert_eq!(filter(&simple).as_deref(), Some("`country IN [\"DE\",\"FR\"]`"));
        let own = serde_json::json!({"expressionType": "SQL", "sqlExpression": "qty > 0"});
        assert_eq!(filter(&own).as_deref(), Some("`qty > 0`"));
        let open = serde_json::json!({"subject": "at", "operator": "TEMPORAL_RANGE", "comparator": "No filter"});
        assert_eq!(filter(&open), None);
    }
}
