//! Words of Redash in OpenMetadata's and the host's: looks of visualizations, dialects of data sources.

use serde_json::Value;

/// OpenMetadata's chart type.
pub fn chart(kind: &str, options: &Value) -> &'static str {
    match (kind, options["globalSeriesType"].as_str().unwrap_or_default()) {
        ("CHART", "line") => "Line",
        ("CHART", "column" | "bar") => "Bar",
        ("CHART", "area") => "Area",
        ("CHART", "pie") => "Pie",
        ("CHART", "scatter" | "bubble") => "Scatter",
        ("CHART", "heatmap") => "Heatmap",
        ("TABLE" | "PIVOT" | "DETAILS" | "COHORT", _) => "Table",
        ("COUNTER" | "WORD_CLOUD", _) => "Text",
        ("SANKEY", _) => "SanKey",
        ("MAP" | "CHOROPLETH", _) => "Map",
        ("CHART", "box") | ("BOXPLOT", _) => "BoxPlot",
        _ => "Other",
    }
}

/// The dialect of a data source's type; none for what is not SQL.
pub fn dialect(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "pg" | "rds_postgres" | "cockroach" | "timescaledb" => "postgres",
        "mysql" | "rds_mysql" | "memsql" => "mysql",
        "trino" | "presto" | "athena" => "trino",
        "redshift" | "redshift_iam" => "redshift",
        "bigquery" => "bigquery",
        "snowflake" => "snowflake",
        "mssql" | "mssql_odbc" => "tsql",
        "databricks" | "sparksql" => "spark",
        "hive" | "hive_http" | "impala" => "hive",
        "clickhouse" => "clickhouse",
        "oracle" => "oracle",
        "duckdb" => "duckdb",
        "sqlite" | "results" => "sqlite",
        _ => return None,
    })
}
