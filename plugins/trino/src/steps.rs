//! The steps of the connection test: each a cheap statement whose answer is shown to the user.

use metahost_plugin_sdk::connector::{Mode, TestStep};
use metahost_plugin_sdk::{Error, Result, test_step};

use crate::Trino;
use crate::client::Client;
use crate::config::Config;
use crate::history::Statement;
use crate::{catalogs, sql};

/// The steps, in order.
pub fn all() -> Vec<TestStep> {
    vec![
        test_step("CheckAccess", "Trino answers and takes the credentials", true),
        test_step("GetCatalogs", "catalogs can be listed", true),
        test_step("GetSchemas", "schemas of the first catalog can be listed", true),
        test_step("GetTables", "tables of its first schema can be listed", false),
        test_step("GetViews", "view definitions of that schema can be read", false),
        test_step("GetQueries", "the query history can be read", false),
        test_step("GetTags", "Starburst Galaxy's REST API lists its catalogs, where it is configured", false),
    ]
}

/// Runs one.
pub fn run(trino: &Trino, step: &str) -> Result<String> {
    let (client, config) = (&trino.client, &trino.config);
    match step {
        "CheckAccess" => {
            let rows: Vec<(String, String)> = client.all("SELECT current_user, version()")?;
            Ok(rows.first().map_or_else(String::new, |(user, version)| format!("Trino {version} as {user}")))
        }
        "GetCatalogs" => {
            let names: Vec<String> = catalogs::list(client, config)?.into_iter().map(|(name, _)| name).collect();
            Ok(format!("{} catalogs: {}", names.len(), names.join(", ")))
        }
        "GetSchemas" => {
            let catalog = first_catalog(client, config)?;
            Ok(format!("{} schemas in {catalog}", schemas(client, config, &catalog)?.len()))
        }
        "GetTables" => count(client, config, "tables", sql::tables),
        "GetViews" => count(client, config, "views", sql::views),
        "GetQueries" => queries(client, config),
        "GetTags" => tags(trino),
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}

fn first_catalog(client: &Client, config: &Config) -> Result<String> {
    let none =
        || metahost_plugin_sdk::problem("/catalogs", "none of these catalogs is there, or this user may not see it");
    catalogs::list(client, config)?.into_iter().next().map(|(name, _)| name).ok_or_else(none)
}

fn schemas(client: &Client, config: &Config, catalog: &str) -> Result<Vec<(String,)>> {
    client.all(sql::schemas(catalog, config.include_system_schemas))
}

fn count(client: &Client, config: &Config, what: &str, statement: fn(&str, &str) -> String) -> Result<String> {
    let catalog = first_catalog(client, config)?;
    let Some((schema,)) = schemas(client, config, &catalog)?.into_iter().next() else {
        return Ok(format!("{catalog} has no schema"));
    };
    let rows: Vec<Vec<Option<String>>> = client.all(statement(&catalog, &schema))?;
    Ok(format!("{} {what} in {catalog}.{schema}", rows.len()))
}

fn tags(trino: &Trino) -> Result<String> {
    let Some(galaxy) = &trino.galaxy else { return Ok("not configured".to_owned()) };
    let names = galaxy.catalogs()?;
    Ok(format!("{} catalogs: {}", names.len(), names.join(", ")))
}

fn queries(client: &Client, config: &Config) -> Result<String> {
    let now: Vec<(u64,)> = client.all(sql::NOW)?;
    let now = now.first().map_or(0, |(now,)| *now);
    let since = now.saturating_sub(u64::from(config.query_history.days) * crate::history::config::DAY_MS);
    let statement = Statement::new(config, Mode::Usage, since, now).count();
    let rows: Vec<(u64,)> = client.all(statement)?;
    let days = config.query_history.days;
    Ok(format!("{} queries of the last {days} days", rows.first().map_or(0, |(count,)| *count)))
}
