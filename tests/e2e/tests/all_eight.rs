//! All eight metadata assets, and both of lineage, in one `metahost run --all`: real Trino, S3, Iceberg, Superset and Dagster,
//! artifacts of real dbt runs, stand-ins for Redash and Airbyte. Nothing is rejected, and the second run writes nothing.

use std::collections::BTreeSet;
use std::sync::Mutex;

use anyhow::{Context, Result};
use metahost_e2e::{Landing, airbyte, redash, trino};
use metahost_stack::Server;
use serde_json::Value;

const ALL: [&str; 8] = ["trino", "dbt", "dagster", "superset", "airbyte", "s3", "iceberg", "redash"];

/// The stand-ins speak of the tables that really are there: Airbyte loads two of PostgreSQL into the lakehouse.
const LOADED: [(&str, &str); 6] = [
    ("\"namespace\": \"sales\"", "\"namespace\": \"raw\""),
    ("\"name\": \"orders\"", "\"name\": \"customer\""),
    ("\"name\": \"order_items\"", "\"name\": \"nation\""),
    ("\"prefix\": \"ab_\"", "\"prefix\": \"\""),
    ("\"namespaceDefinition\": \"source\"", "\"namespaceDefinition\": \"destination\""),
    ("\"schema\": \"raw\"", "\"schema\": \"bronze\""),
];
const LOADS: &str = ", services = { \"Postgres prod\" = { service = \"trino\", database = \"postgresql\" }, \
    \"Postgres dest 0\" = { service = \"trino\", database = \"iceberg\" } }";

/// Redash queries the lakehouse.
const QUERIED: [(&str, &str); 6] = [
    ("sales.orders", "bronze.orders"),
    ("crm.customers", "bronze.customer"),
    ("sales.order_items", "bronze.lineitem"),
    ("catalog.products", "bronze.part"),
    ("marts.fct_sales", "campus_marts.fct_enrollments"),
    ("marts.dim_date", "campus_marts.dim_learners"),
];
const QUERIES: &str = ", data-sources = { \"Shop PG\" = { service = \"trino\", database = \"iceberg\" }, \
    \"Warehouse PG\" = { service = \"trino\", database = \"iceberg\" } }";

/// What ran in Trino, as a table that an event listener would fill: the engine's own history is everybody's here, and this
/// test's second run must meet what its first one met.
const HISTORY: &str = "memory.zz_all_eight.history";
const RAN: [&str; 2] = [
    "insert into iceberg.ops.daily_orders select orderdate, count(*), sum(totalprice) from iceberg.bronze.orders group by orderdate",
    "merge into iceberg.ops.customer_value t using (select c.custkey, sum(o.totalprice) as value from iceberg.bronze.customer c \
     join iceberg.bronze.orders o on o.custkey = c.custkey group by 1) s on t.custkey = s.custkey \
     when matched then update set value = s.value",
];

/// Makes the history, unless another of these tests did.
fn history() -> Result<()> {
    static MADE: Mutex<bool> = Mutex::new(false);
    let mut made = MADE.lock().map_err(|_| anyhow::anyhow!("another test could not make {HISTORY}"))?;
    if *made {
        return Ok(());
    }
    let row = |(id, sql): (usize, &&str)| {
        let times = "current_timestamp - interval '2' minute, current_timestamp - interval '1' minute";
        format!("('{id}', '{}', 'airflow', {times}, 'FINISHED')", sql.replace('\'', "''"))
    };
    let rows: Vec<String> = RAN.iter().enumerate().map(row).collect();
    for sql in [
        "CREATE SCHEMA IF NOT EXISTS memory.zz_all_eight".to_owned(),
        format!("DROP TABLE IF EXISTS {HISTORY}"),
        format!(
            "CREATE TABLE {HISTORY} AS SELECT * FROM (VALUES {}) AS t (id, query, user_name, began, ended, state)",
            rows.join(", ")
        ),
    ] {
        trino::rows(&sql)?;
    }
    *made = true;
    Ok(())
}

/// Schemas that begin with `zz_` are those of other tests.
fn sources() -> Result<String> {
    metahost_stack::up(&[Server::Superset, Server::Dagster])?;
    history()?;
    let url = |server: Server| server.url();
    let keys = "kind = \"aws-sigv4\"\naccess-key-id = \"env:S3_ID\"\nsecret-access-key = \"env:S3_KEY\"\nregion = \"us-east-1\"\n";
    Ok([
        format!(
            "[sources.trino]\nplugin = \"trino\"\nallow-private = true\nfilters = {{ schema = {{ excludes = [\"^zz_\"] }} }}\n\
             [sources.trino.config]\nurl = \"{}\"\ncatalogs = [\"iceberg\", \"postgresql\"]\n\
             [sources.trino.config.query-history]\ntable = \"{HISTORY}\"\ncolumns = {{ id = \"id\", query = \"query\", \
             user = \"user_name\", started = \"began\", ended = \"ended\", state = \"state\" }}\n",
            url(Server::Trino)
        ),
        format!(
            "[sources.dbt]\nplugin = \"dbt\"\nservice = \"trino\"\nallow-private = true\n\
             [sources.dbt.config.s3]\nuri = \"s3://landing/dbt\"\nendpoint = \"{}\"\nregion = \"us-east-1\"\npath-style = true\n\
             [sources.dbt.credentials.artifacts]\n{keys}",
            url(Server::S3)
        ),
        format!(
            "[sources.dagster]\nplugin = \"dagster\"\nallow-private = true\n\
             config = {{ url = \"{}\", tables = {{ service = \"trino\" }} }}\n",
            url(Server::Dagster)
        ),
        format!(
            "[sources.superset]\nplugin = \"superset\"\nallow-private = true\n\
             config = {{ url = \"{0}\", databases = {{ Lakehouse = {{ service = \"trino\" }} }} }}\n\
             [sources.superset.credentials.superset]\nkind = \"login\"\nlogin-url = \"{0}/api/v1/security/login\"\n\
             username = \"admin\"\npassword = \"env:SUPERSET_PASSWORD\"\nfields = {{ provider = \"db\" }}\n",
            url(Server::Superset)
        ),
        format!(
            "[sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\nconfig = {{ url = \"{}\", database = \"iceberg\" }}\n\
             filters = {{ schema = {{ excludes = [\"^zz_\"] }} }}\n",
            url(Server::Iceberg)
        ),
        format!(
            "[sources.s3]\nplugin = \"s3\"\nallow-private = true\n\
             config = {{ endpoint = \"{}\", region = \"us-east-1\", buckets = [\"warehouse\"], tables = [{{ path = \
             \"warehouse/iceberg/{{schema}}/{{table}}\", service = \"trino\", database = \"iceberg\" }}] }}\n\
             filters = {{ container = {{ excludes = [\"iceberg/zz_\"] }} }}\n[sources.s3.credentials.s3]\n{keys}",
            url(Server::S3)
        ),
        airbyte::source_of(&LOADED, LOADS)?,
        redash::source_of(&QUERIED, QUERIES)?,
    ]
    .concat())
}

fn lands(version: &str) -> Result<()> {
    let (id, key) = metahost_stack::s3_credentials();
    let landing = Landing::new(&sources()?, version)?
        .env("S3_ID", id)
        .env("S3_KEY", key)
        .env("SUPERSET_PASSWORD", "stack")
        .env("SECRET", "hunter2")
        .env("KEY", redash::KEY);
    let report = landing.lands(&["--all"])?;
    let ran: BTreeSet<&str> = report["assets"].as_array().context("no assets")?.iter().filter_map(name).collect();
    let metadata = ALL.iter().map(|source| format!("openmetadata__{source}__metadata"));
    let lineage = ["trino", "dbt"].iter().map(|source| format!("openmetadata__{source}__lineage"));
    assert_eq!(ran, metadata.chain(lineage).collect::<Vec<_>>().iter().map(String::as_str).collect());
    for asset in report["assets"].as_array().context("no assets")? {
        let emitted = asset["ledger"].as_object().context("no ledger")?.values();
        let emitted: u64 = emitted.filter_map(|row| row["emitted"].as_u64()).sum();
        assert!(emitted > 0, "{} emitted nothing", asset["asset"]);
    }
    graph(&landing)
}

fn name(asset: &Value) -> Option<&str> {
    asset["asset"].as_str()
}

/// One table through all of it: Dagster makes it from what was loaded, dbt describes it, Superset shows it.
fn graph(landing: &Landing) -> Result<()> {
    let id = |path: &str| -> Result<String> {
        Ok(landing.server.get(path)?["id"].as_str().with_context(|| format!("no {path}"))?.to_owned())
    };
    let learners = id("tables/name/trino.iceberg.bronze.learners")?;
    let dim = id("tables/name/trino.iceberg.campus_marts.dim_learners")?;
    let models = landing.server.get("dashboard/datamodels?service=superset&limit=100")?;
    let models: Vec<&Value> = models["data"].as_array().context("no data models")?.iter().collect();
    let model =
        models.iter().find(|model| model["displayName"] == "campus_marts.dim_learners").context("no data model")?;
    for (from, to, by) in [
        (&learners, &dim, "PipelineLineage"),
        (&dim, &model["id"].as_str().unwrap_or_default().to_owned(), "DashboardLineage"),
    ] {
        let edge = landing.server.get(&format!("lineage/getLineageEdge/{from}/{to}"))?;
        assert!(edge.to_string().contains(by), "{edge:#}");
    }
    let described =
        landing.server.get("tables/name/trino.iceberg.campus_marts.dim_learners?fields=tags,owners,dataModel")?;
    assert!(described["tags"].to_string().contains("dbtTags.marts"), "{described:#}");
    whole(landing)
}

/// Every edge of the catalog, from what Airbyte loads to what Superset and Redash show. Of columns how many.
fn whole(landing: &Landing) -> Result<()> {
    let edges = landing.server.ask("edges")?;
    let end = |edge: &Value, side: &str| {
        let text = |key: &str| edge[side][key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("type"), without_id(&text("fullyQualifiedName")))
    };
    let line = |edge: &Value| {
        let details = &edge["lineageDetails"];
        let columns = details["columnsLineage"].as_array().map_or(0, Vec::len);
        let by = details["pipeline"]["fullyQualifiedName"].as_str().map(|by| format!(" by {by}")).unwrap_or_default();
        let source = details["source"].as_str().unwrap_or_default();
        format!("{} -> {}: {source}, {columns} columns{by}\n", end(edge, "fromEntity"), end(edge, "toEntity"))
    };
    // Old folders of a table that was made anew differ in their ids only, and how many there are is a matter of history.
    let lines: BTreeSet<String> = edges["data"].as_array().context("no edges")?.iter().map(line).collect();
    insta::assert_snapshot!("graph", lines.into_iter().collect::<String>());
    Ok(())
}

/// The name of a table's folder without the id that Iceberg's catalogs put behind it, and without what dbt puts there
/// while it makes a table anew: the first run of dbt leaves a folder without, each later one a folder with it.
fn without_id(folder: &str) -> &str {
    let named =
        folder.rsplit_once('-').filter(|(_, id)| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let name = named.map_or(folder, |(name, _)| name);
    name.strip_suffix("__dbt_tmp").unwrap_or(name)
}

#[test]
fn version_1_7_takes_all_eight() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_takes_all_eight() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_takes_all_eight() -> Result<()> {
    lands("2.0.7.0")
}
