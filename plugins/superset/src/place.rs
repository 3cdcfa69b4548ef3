//! Where the tables of a database are in the catalog, and what SQL it speaks: from the address by which Superset reaches
//! it. Never guesses a database that nothing tells.

/// The parts of `trino://user@host:443/catalog/schema?key=value`.
#[derive(Debug, Default)]
struct Address<'u> {
    host: Option<&'u str>,
    first: Option<&'u str>,
    second: Option<&'u str>,
    query: &'u str,
}

impl<'u> Address<'u> {
    fn read(uri: &'u str) -> Self {
        let rest = uri.split_once("://").map_or("", |(_, rest)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.rsplit('@').next().filter(|host| !host.is_empty());
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        Self { host, first: parts.next(), second: parts.next(), query }
    }

    fn value(&self, key: &str) -> Option<&'u str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, value)| *name == key && !value.is_empty()).map(|(_, value)| value).next()
    }
}

/// Database and schema that names without them mean, as the catalog calls them.
pub fn defaults(
    backend: &str,
    uri: &str,
    catalog: Option<&str>,
    schema: Option<&str>,
) -> (Option<String>, Option<String>) {
    let address = Address::read(uri);
    let (database, usual) = match backend {
        // What these call a database is a schema in the catalog, below a database named "default".
        "mysql" | "mariadb" | "doris" | "pydoris" | "starrocks" | "clickhouse" | "clickhousedb" | "hive" | "impala"
        | "oceanbase" => (Some("default"), address.first),
        "sqlite" => (Some("default"), Some("main")),
        "awsathena" => (catalog.or(address.value("catalog_name")).or(Some("awsdatacatalog")), address.first),
        "oracle" => (catalog.or(Some("default")), None),
        "bigquery" => (catalog.or(address.host), address.first),
        "databricks" => (catalog.or(address.value("catalog")), schema.or(address.value("schema")).or(Some("default"))),
        "duckdb" => (catalog.or_else(|| stem(uri)), Some("main")),
        "postgresql" | "redshift" | "cockroachdb" => (catalog.or(address.first), Some("public")),
        "mssql" => (catalog.or(address.first), Some("dbo")),
        _ => (catalog.or(address.first), address.second),
    };
    (database.map(str::to_owned), schema.or(usual).map(str::to_owned))
}

/// A file's name without its ending: what `DuckDB` calls the database in it.
fn stem(uri: &str) -> Option<&str> {
    let file = uri.split('?').next()?.rsplit(['/', ':']).next()?;
    file.split('.').next().filter(|stem| !stem.is_empty() && *stem != "memory")
}

/// The dialect's name as the host's lineage engine knows it.
pub fn dialect(backend: &str) -> &'static str {
    match backend {
        "trino" | "starburst" => "trino",
        "presto" => "presto",
        "awsathena" => "athena",
        "postgresql" | "cockroachdb" | "netezza" | "crate" | "hana" | "timescaledb" | "aurora-data-api" => "postgres",
        "mysql" | "mariadb" | "doris" | "pydoris" | "starrocks" | "oceanbase" | "aurora_mysql" => "mysql",
        "redshift" => "redshift",
        "snowflake" => "snowflake",
        "bigquery" => "bigquery",
        "databricks" => "databricks",
        "sparksql" | "spark" => "spark",
        "hive" | "impala" => "hive",
        "mssql" | "sybase" => "mssql",
        "duckdb" | "motherduck" => "duckdb",
        "oracle" => "oracle",
        "clickhouse" | "clickhousedb" => "clickhouse",
        "sqlite" | "shillelagh" | "gsheets" => "sqlite",
        "teradatasql" | "teradata" => "teradata",
        _ => "ansi",
    }
}

/// A name as this dialect quotes it, whatever it holds.
pub fn quoted(dialect: &str, name: &str) -> String {
    match dialect {
        "mysql" | "bigquery" | "databricks" | "spark" | "hive" | "clickhouse" => {
            format!("`{}`", name.replace('`', ""))
        }
        "mssql" => format!("[{}]", name.replace(']', "]]")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_keeps_its_tables_where_the_catalog_has_them() {
        for (backend, uri, expected) in [
            ("trino", "trino://ann@starburst:443/lake/sales?verify=true", ["lake", "sales"]),
            ("postgresql", "postgresql://u:p@h/shop", ["shop", "public"]),
            ("mysql", "mysql://u:p@h/shop", ["default", "shop"]),
            ("sqlite", "sqlite:////data/ops.db", ["default", "main"]),
            ("duckdb", "duckdb:////data/ops.db", ["ops", "main"]),
            ("bigquery", "bigquery://project/sales", ["project", "sales"]),
            ("databricks", "databricks://token:x@h:443?http_path=/a&catalog=main&schema=gold", ["main", "gold"]),
            (
                "awsathena",
                "awsathena+rest://@athena.eu-west-1.amazonaws.com/raw?s3_staging_dir=x",
                ["awsdatacatalog", "raw"],
            ),
            ("snowflake", "snowflake://u:p@account/DB/PUBLIC?warehouse=W", ["DB", "PUBLIC"]),
            ("mssql", "mssql+pymssql://u:p@h/erp", ["erp", "dbo"]),
        ] {
            let (database, schema) = defaults(backend, uri, None, None);
            assert_eq!([database.as_deref(), schema.as_deref()], expected.map(Some), "{uri}");
        }
        let told = defaults("trino", "trino://h/lake/sales", Some("raw"), Some("x"));
        assert_eq!(told, (Some("raw".to_owned()), Some("x".to_owned())));
        assert_eq!(defaults("trino", "", None, Some("x")), (None, Some("x".to_owned())), "nothing is guessed");
        assert_eq!(defaults("duckdb", "duckdb:///:memory:", None, None).0, None);
    }

    #[test]
    fn each_backend_has_a_dialect_and_its_quotes() {
        let spoken = ["trino", "clickhousedb", "awsathena", "shillelagh", "a_new_one"].map(dialect);
        assert_eq!(spoken, ["trino", "clickhouse", "athena", "sqlite", "ansi"]);
        let names = ["trino", "bigquery", "mssql"].map(|dialect| quoted(dialect, "a\"b`c]"));
        assert_eq!(names, ["\"a\"\"b`c]\"", "`a\"bc]`", "[a\"b`c]]]"]);
    }
}
