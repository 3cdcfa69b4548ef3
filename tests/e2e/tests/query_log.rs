//! The query log of a real Trino, in which several people wrote to one table: edges with columns and counts, reads by
//! day, queries with their users; and that what others put on an edge stays there.

use anyhow::{Context, Result};
use metahost_e2e::{Project, StandIn, sum, trino};
use serde_json::{Value, json};

const METADATA: &str = "openmetadata__trino__metadata";
const LINEAGE: &str = "openmetadata__trino__lineage";
const USAGE: &str = "openmetadata__trino__usage";

/// A schema in which people work; dropped at the end.
struct Shop {
    schema: String,
}

impl Shop {
    fn open(name: &str) -> Result<Self> {
        let shop = Self { schema: format!("zz_log_{name}_{}", std::process::id()) };
        trino::rows(&format!("CREATE SCHEMA iceberg.{}", shop.schema))?;
        shop.work("ben", "CREATE TABLE {raw} (id bigint, amount double, who varchar)")?;
        shop.work("ada", "CREATE TABLE {daily} AS SELECT who, sum(amount) AS total FROM {raw} GROUP BY who")?;
        for (user, id) in [("ben", 1), ("cleo", 2)] {
            shop.work(user, &format!("INSERT INTO {{daily}} SELECT who, amount FROM {{raw}} WHERE id = {id}"))?;
        }
        shop.work(
            "ada",
            "MERGE INTO {daily} d USING {raw} r ON d.who = r.who WHEN MATCHED THEN UPDATE SET total = r.amount \
             WHEN NOT MATCHED THEN INSERT (who, total) VALUES (r.who, r.amount)",
        )?;
        shop.work("ben", "UPDATE {daily} SET total = (SELECT max(amount) FROM {raw}) WHERE who = 'x'")?;
        shop.work("ben", "DELETE FROM {daily} WHERE who = 'nobody'")?;
        shop.work("cleo", "CREATE VIEW {v} AS SELECT who FROM {daily}")?;
        let failed = shop.work("cleo", "INSERT INTO {daily} SELECT nowhere, amount FROM {raw}");
        assert!(failed.is_err(), "a column that is not there");
        Ok(shop)
    }

    /// Somebody runs a statement; `{t}` is the table `t` of this shop.
    fn work(&self, user: &str, sql: &str) -> Result<()> {
        let sql = ["raw", "daily", "v"].iter().fold(sql.to_owned(), |sql, table| {
            sql.replace(&format!("{{{table}}}"), &format!("iceberg.{}.{table}", self.schema))
        });
        trino::rows_as(user, &sql).map(drop)
    }

    fn name(&self, table: &str) -> String {
        format!("trino.iceberg.{}.{table}", self.schema)
    }

    /// Reads this schema, and of the log what is about it: other tests fill it, too.
    fn project(&self, more: &str) -> Result<Project> {
        let schema = &self.schema;
        Project::new(&format!(
            "[sources.trino]\nplugin = \"trino\"\nallow-private = true\n\
             config = {{ url = \"{}\", catalogs = [\"iceberg\"] }}\n\
             filters.schema = {{ includes = ['^{schema}$'] }}\nqueries.exclude = ['^(?!.*{schema})']\n\
             [assets.{USAGE}]\nsource = \"trino\"\nkind = \"usage\"\n{more}",
            trino::URL
        ))
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // What stays behind has a name of its own and is in nobody's way.
        let _untidy = trino::rows(&format!("DROP SCHEMA iceberg.{} CASCADE", self.schema));
    }
}

fn run(project: &Project, arguments: &[&str]) -> Result<Value> {
    project.run(&[&["run", "--report", "report.json"][..], arguments].concat())?.expect_code(0)?;
    project.json("report.json")
}

/// The edge between two tables of the local catalog, as one source of lineage tells it.
fn edge(graph: &Value, from: &str, to: &str, source: &str) -> Result<Value> {
    let flows = graph["flows"].as_array().into_iter().flatten();
    let mut between = flows.filter(|flow| flow["from"]["fqn"] == from && flow["to"]["fqn"] == to);
    let edges =
        between.next().map(|flow| flow["edges"].clone()).with_context(|| format!("{from} -> {to}: {graph:#}"))?;
    let edges = edges.as_array().cloned().unwrap_or_default();
    edges.into_iter().find(|edge| edge["source"] == source).with_context(|| format!("no {source}: {graph:#}"))
}

#[test]
fn edges_have_columns_and_tell_who_moved_data_how_often() -> Result<()> {
    let shop = Shop::open("local")?;
    let project = shop.project("")?;
    let report = run(&project, &[METADATA, LINEAGE])?;
    let graph = project.run(&["catalog", "lineage", &shop.name("daily"), "--json"])?.expect_code(0)?.out;
    let graph: Value = serde_json::from_str(&graph)?;
    let logged = edge(&graph, &shop.name("raw"), &shop.name("daily"), "QueryLineage")?;
    let executions = &logged["executions"];
    assert_eq!(executions["users"], json!(["ada", "ben", "cleo"]), "{logged:#}");
    assert_eq!(executions["count"], 5, "CTAS, two INSERTs, MERGE, UPDATE: {logged:#}");
    let outputs: Vec<&Value> = logged["columns"].as_array().into_iter().flatten().map(|it| &it["output"]).collect();
    assert_eq!(outputs, ["total", "who"], "{logged:#}");
    let view = edge(&graph, &shop.name("daily"), &shop.name("v"), "ViewLineage")?;
    assert_eq!(view["columns"], json!([{ "inputs": ["who"], "output": "who" }]));
    let lineage = report["assets"].as_array().into_iter().flatten().find(|asset| asset["asset"] == LINEAGE);
    let lineage = lineage.context("no lineage")?;
    assert_eq!(lineage["ledger"]["query"]["filtered"]["failed query"], 1, "{lineage:#}");
    assert_eq!(lineage["ledger"]["query"]["filtered"]["runs again"], 1, "the second INSERT: {lineage:#}");
    assert_eq!(lineage["usedEdges"][0]["executions"], *executions, "{lineage:#}");
    let second = run(&project, &[METADATA, LINEAGE])?;
    assert_eq!(sum(&second, None, "created") + sum(&second, None, "updated"), 0, "{second:#}");
    Ok(())
}

fn environment(server: &StandIn) -> String {
    format!("[environments.test]\nopenmetadata = {{ url = \"{}\", token = \"env:OM_TOKEN\" }}\n", server.url())
}

/// The edge from raw to daily as the stand-in holds it.
fn held(server: &StandIn, shop: &Shop) -> Result<Value> {
    let edges = server.ask("edges")?;
    let mut edges = edges["data"].as_array().cloned().unwrap_or_default().into_iter();
    let is = |end: &Value, table: &str| end["fullyQualifiedName"] == shop.name(table);
    edges.find(|edge| is(&edge["fromEntity"], "raw") && is(&edge["toEntity"], "daily")).context("raw -> daily")
}

/// What a server is asked to change, but for how the run stands.
fn changes(server: &StandIn) -> Result<Vec<String>> {
    let requests = server.ask("requests")?;
    let all = requests["requests"].as_array().context("no requests")?.iter();
    let path = |request: &Value| request["path"].as_str().unwrap_or_default().to_owned();
    let changes = all.filter(|request| request["method"] != "GET").map(path);
    Ok(changes.filter(|path| !path.contains("ingestionPipelines")).collect())
}

/// Somebody says which pipeline moves the data, and describes the edge.
fn edit(server: &StandIn, edge: &Value) -> Result<()> {
    server.put("services/pipelineServices", &json!({ "name": "flow", "serviceType": "Dagster" }))?;
    let pipeline = server.put("pipelines", &json!({ "name": "load", "service": "flow" }))?;
    let end = |end: &Value| json!({ "id": end["id"], "type": "table" });
    let mut details = edge["lineageDetails"].clone();
    for stamp in ["createdAt", "createdBy", "updatedAt", "updatedBy"] {
        details.as_object_mut().context("no details")?.remove(stamp);
    }
    details["pipeline"] = json!({ "id": pipeline["id"], "type": "pipeline" });
    details["description"] = json!("Written by a person");
    let edge = json!({ "fromEntity": end(&edge["fromEntity"]), "toEntity": end(&edge["toEntity"]), "lineageDetails": details });
    server.put("lineage", &json!({ "edge": edge })).map(drop)
}

fn lands(version: &str) -> Result<()> {
    let server = StandIn::start(version)?;
    let shop = Shop::open(&version.replace('.', "_"))?;
    let project = shop.project(&environment(&server))?.env("OM_TOKEN", StandIn::token());
    let all = ["--env", "test", METADATA, LINEAGE, USAGE];
    run(&project, &all)?;
    assert_eq!(server.ask("check")?["problems"], json!([]), "every kept document is one of this version's");
    let edge = held(&server, &shop)?;
    let details = &edge["lineageDetails"];
    let told = details["description"].as_str().unwrap_or_default();
    assert!(told.starts_with("Seen in the query log: 5 times, by ada, ben, cleo, last on 20"), "{edge:#}");
    assert_eq!(details["source"], "QueryLineage");
    assert_eq!(details["columnsLineage"].as_array().map(Vec::len), Some(2), "{edge:#}");
    reads_and_queries(&server, &shop)?;
    server.forget_requests()?;
    run(&project, &all)?;
    assert_eq!(changes(&server)?, Vec::<String>::new(), "the second run writes nothing");
    keeps_what_people_wrote(&server, &shop, &project, &edge)
}

fn reads_and_queries(server: &StandIn, shop: &Shop) -> Result<()> {
    let series = server.ask(&format!("series?collection=tables&fqn={}", shop.name("raw")))?;
    let days = series["usage"].as_object().with_context(|| format!("no reads: {series:#}"))?;
    assert_eq!(days.values().filter_map(Value::as_u64).sum::<u64>(), 5, "each of the five reads it: {series:#}");
    let changed = changes(server)?;
    for day in days.keys() {
        let ranked = format!("usage/compute.percentile/table/{day}");
        assert!(changed.iter().any(|path| path.ends_with(&ranked)), "{ranked}: {changed:?}");
    }
    let queries = server.ask("entities?collection=queries")?;
    let queries = queries["data"].as_array().context("no queries")?;
    let inserts = |query: &&Value| query["query"].as_str().is_some_and(|sql| sql.starts_with("INSERT"));
    let inserts: Vec<&Value> = queries.iter().filter(inserts).collect();
    assert_eq!(inserts.len(), 1, "two that differ in values: {queries:#?}");
    assert_eq!(inserts[0]["usedBy"], json!(["ben", "cleo"]), "{:#}", inserts[0]);
    assert_eq!(inserts[0]["queryUsedIn"].as_array().map(Vec::len), Some(2), "{:#}", inserts[0]);
    assert!(inserts[0]["duration"].as_f64().is_some_and(|seconds| seconds > 0.0), "{:#}", inserts[0]);
    Ok(())
}

fn keeps_what_people_wrote(server: &StandIn, shop: &Shop, project: &Project, edge: &Value) -> Result<()> {
    edit(server, edge)?;
    shop.work("ada", "INSERT INTO {daily} (who, total) SELECT who, id FROM {raw}")?;
    run(project, &["--env", "test", LINEAGE])?;
    let kept = held(server, shop)?;
    let details = &kept["lineageDetails"];
    assert_eq!(details["pipeline"]["name"], "load", "{kept:#}");
    assert_eq!(details["description"], "Written by a person", "{kept:#}");
    let columns = details["columnsLineage"].to_string();
    for column in ["amount", "id", "who"] {
        assert!(columns.contains(&format!("raw.{column}\"")), "{column}: {kept:#}");
    }
    Ok(())
}

#[test]
fn version_1_7_takes_the_log() -> Result<()> {
    lands("1.7.7.4")
}

#[test]
fn version_1_13_takes_the_log() -> Result<()> {
    lands("1.13.6.3")
}

#[test]
fn version_2_0_takes_the_log() -> Result<()> {
    lands("2.0.7.0")
}
