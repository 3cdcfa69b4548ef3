//! Words of Redash in OpenMetadata's and the host's: looks of visualizations, dialects of data sources. Never guesses: a
//! word that is not listed has no other.

use serde_json::Value;

use crate::answer::DataSource;

/// The type of data source that reads other queries.
pub const RESULTS: &str = "results";

/// Types that take something else than SQL, whatever syntax Redash's editor colours them with.
const NO_SQL: &str = "url json csv excel script python graphite prometheus jirajql google_spreadsheets google_analytics \
                      elasticsearch elasticsearch2 kibana mongodb yandex_metrika yandex_appmetrika yandex_disk";

/// OpenMetadata's chart type. The host turns those that an older server does not know into "Other".
pub fn chart(kind: &str, options: &Value) -> &'static str {
    match kind {
        // Redash draws columns where nothing is chosen.
        "CHART" => series(options["globalSeriesType"].as_str().unwrap_or("column")),
        "TABLE" | "PIVOT" | "DETAILS" | "COHORT" => "Table",
        "COUNTER" | "WORD_CLOUD" => "Text",
        "BOXPLOT" => "BoxPlot",
        "MAP" | "CHOROPLETH" => "Map",
        "SANKEY" => "SanKey",
        _ => "Other",
    }
}

fn series(name: &str) -> &'static str {
    match name {
        "line" => "Line",
        "column" | "bar" => "Bar",
        "area" => "Area",
        "pie" => "Pie",
        "scatter" | "bubble" => "Scatter",
        "box" => "BoxPlot",
        "histogram" => "Histogram",
        "heatmap" => "Heatmap",
        _ => "Other",
    }
}

/// The dialect of a data source's type.
pub fn dialect(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "pg" | "rds_postgres" | "cockroach" | "risingwave" | "materialize" => "postgres",
        "redshift" | "redshift_iam" => "redshift",
        "mysql" | "rds_mysql" | "memsql" => "mysql",
        "trino" | "presto" | "athena" | "treasuredata" | "uptycs" => "trino",
        "bigquery" | "bigquery_gce" => "bigquery",
        "snowflake" => "snowflake",
        "mssql" | "mssql_odbc" | "azure_sql" | "azure_synapse" => "tsql",
        "clickhouse" | "tinybird" => "clickhouse",
        "databricks" | "databricks_internal" => "databricks",
        "sparksql" => "spark",
        "hive" | "hive_http" | "impala" => "hive",
        "oracle" => "oracle",
        "duckdb" | "motherduck" => "duckdb",
        "sqlite" | "d1" => "sqlite",
        "vertica" | "exasol" | "DB2" | "nz" | "kylin" | "drill" | "phoenix" | "ignite" | "rockset" | "dremio"
        | "e6data" => "ansi",
        _ => return None,
    })
}

/// Whether queries of a data source are no SQL.
pub fn is_no_sql(source: &DataSource) -> bool {
    let is_other = source.syntax.as_deref().is_some_and(|syntax| syntax != "sql");
    is_other || NO_SQL.split(' ').any(|kind| kind == source.kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn each_kind_of_visualization_is_a_kind_of_chart() {
        let drawn =
            ["line", "column", "bar", "area", "pie", "scatter", "bubble", "box", "histogram", "heatmap", "custom"];
        assert_eq!(
            drawn.map(|series| super::chart("CHART", &json!({ "globalSeriesType": series }))),
            ["Line", "Bar", "Bar", "Area", "Pie", "Scatter", "Scatter", "BoxPlot", "Histogram", "Heatmap", "Other"]
        );
        let others = ["CHART", "TABLE", "PIVOT", "COUNTER", "BOXPLOT", "CHOROPLETH", "SANKEY", "FROM_TOMORROW", ""];
        assert_eq!(
            others.map(|kind| super::chart(kind, &json!(null))),
            ["Bar", "Table", "Table", "Text", "BoxPlot", "Map", "SanKey", "Other", "Other"]
        );
    }

    #[test]
    fn the_dialect_is_that_of_the_type() {
        let told = ["pg", "athena", "mssql_odbc", "DB2", "from_tomorrow"].map(super::dialect);
        assert_eq!(told, [Some("postgres"), Some("trino"), Some("tsql"), Some("ansi"), None]);
    }
}
