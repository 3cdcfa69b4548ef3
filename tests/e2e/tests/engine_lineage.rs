//! TPC-H and TPC-DS through the real Trino: what its own event listener tells of each query, beside what metahost finds in
//! the same text. The texts are those of Trino's benchmarks, which the stack downloads.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use metahost_e2e::{Project, answers, trino};
use serde_json::{Value, json};

/// Where the stack's Trino sends its events: `TRINO_EVENTS_PORT` of tests/stack/servers/common.sh.
const EVENTS: &str = "127.0.0.1:18095";

/// Columns of which the engine tells less than there is, and why. What it does tell must be found.
const LOSSY: [(&str, &str, &str); 1] =
    [("tpcds/q77", "c2", "a column of a UNION ALL in a subquery: the engine names that of the first branch alone")];

type Columns = BTreeMap<String, BTreeSet<(String, String)>>;

/// What one side says of a query.
#[derive(Debug, PartialEq, Eq)]
struct Lineage {
    tables: BTreeSet<String>,
    columns: Columns,
}

/// A query of one of the benchmarks.
struct Query {
    name: String,
    text: String,
}

#[test]
fn every_query_of_tpch_and_tpcds_has_the_lineage_that_the_engine_itself_tells() -> Result<()> {
    let events = listen()?;
    let schema = schema()?;
    let queries: Vec<Query> = queries("tpch", 22)?.into_iter().chain(queries("tpcds", 99)?).collect();
    let project = Project::new("")?;
    let bare = solve(&project, &schema, queries.iter().map(|query| (query.name.as_str(), query.text.as_str())))?;
    let mut made = Vec::new();
    for (query, found) in queries.iter().zip(&bare) {
        // Names for all columns, since some queries leave some without. The engine refuses a wrong number.
        let names: Vec<String> = (1..=found.count).map(|at| format!("c{at}")).collect();
        let table = format!("blackhole.default.zz_{}", query.name.replace('/', "_"));
        // Without data: the engine tells lineage by analysing, and the rows are nobody's concern.
        let sql = format!("CREATE TABLE {table} ({}) AS\n{}\nWITH NO DATA", names.join(", "), query.text);
        trino::rows(&format!("DROP TABLE IF EXISTS {table}"))?;
        trino::rows(&sql).with_context(|| query.name.clone())?;
        trino::rows(&format!("DROP TABLE {table}"))?;
        made.push((query.name.as_str(), sql));
    }
    let found = solve(&project, &schema, made.iter().map(|(name, sql)| (*name, sql.as_str())))?;
    for ((name, sql), found) in made.iter().zip(found) {
        assert_eq!(found.verdict, "full", "{name}");
        let told = told(&event(&events, sql)?)?;
        assert_eq!(without_lost(name, found.lineage, &told), told, "{name}: metahost's, then the engine's\n{sql}");
    }
    Ok(())
}

/// What metahost found, less what the engine is known to lose.
fn without_lost(name: &str, mut found: Lineage, told: &Lineage) -> Lineage {
    for (_, column, _) in LOSSY.iter().filter(|(query, ..)| *query == name) {
        let (Some(ours), Some(theirs)) = (found.columns.get_mut(*column), told.columns.get(*column)) else { continue };
        assert!(ours.is_superset(theirs) && *ours != *theirs, "{name}: the engine loses nothing of {column} any more");
        ours.clone_from(theirs);
    }
    found
}

/// The events that Trino sends, by the text of their query.
fn listen() -> Result<Arc<Mutex<HashMap<String, Value>>>> {
    let events = Arc::new(Mutex::new(HashMap::new()));
    let kept = Arc::clone(&events);
    answers::answering_at(EVENTS, move |asked| {
        if let Ok(event) = serde_json::from_str::<Value>(&asked.body)
            && let Some(query) = event["metadata"]["query"].as_str()
        {
            kept.lock().unwrap_or_else(PoisonError::into_inner).insert(query.to_owned(), event);
        }
        (200, String::new())
    })?;
    Ok(events)
}

/// The event of a query that has ended; the engine sends it a moment later.
fn event(events: &Mutex<HashMap<String, Value>>, sql: &str) -> Result<Value> {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(event) = events.lock().unwrap_or_else(PoisonError::into_inner).remove(sql) {
            return Ok(event);
        }
        let remedy = "was Trino started before it had a listener? `cargo xtask stack down trino`, then `up`";
        ensure!(Instant::now() < until, "no event came to {EVENTS}: {remedy}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// What an event says.
fn told(event: &Value) -> Result<Lineage> {
    let name = |of: &Value, catalog: &str| -> Option<String> {
        Some(format!("{}.{}.{}", of[catalog].as_str()?, of["schema"].as_str()?, of["table"].as_str()?))
    };
    let tables = event["metadata"]["tables"].as_array().context("no tables")?;
    let tables = tables.iter().map(|table| name(table, "catalog")).collect::<Option<_>>().context("no names")?;
    let mut columns = Columns::new();
    for column in event["ioMetadata"]["output"]["columns"].as_array().context("no columns")? {
        let source = |source: &Value| Some((name(source, "catalog")?, source["columnName"].as_str()?.to_owned()));
        let sources = column["sourceColumns"].as_array().context("no sources")?;
        let sources = sources.iter().map(source).collect::<Option<_>>().context("a source without a name")?;
        columns.insert(column["columnName"].as_str().context("no name")?.to_owned(), sources);
    }
    Ok(Lineage { tables, columns })
}

/// The queries of a benchmark over the catalog of its name.
fn queries(benchmark: &str, count: usize) -> Result<Vec<Query>> {
    let folder = metahost_stack::stack_dir()?.join("trino-queries/sql/presto").join(benchmark);
    let remedy = || format!("{} can't be read: `cargo xtask stack up trino` brings it", folder.display());
    let mut files: Vec<_> =
        fs::read_dir(&folder).with_context(remedy)?.filter_map(|file| Some(file.ok()?.path())).collect();
    files.sort();
    ensure!(files.len() == count, "{} queries of {benchmark} instead of {count}", files.len());
    files.iter().map(|file| query(benchmark, file)).collect()
}

fn query(benchmark: &str, file: &Path) -> Result<Query> {
    let name = file.file_stem().context("no name")?.to_string_lossy();
    let variables = [("${database}", benchmark), ("${schema}", "tiny"), ("${prefix}", ""), ("${scale}", "0.01")];
    let text = answers::renamed(fs::read_to_string(file)?, &variables);
    Ok(Query { name: format!("{benchmark}/{name}"), text: text.trim().trim_end_matches(';').trim_end().to_owned() })
}

/// The columns of all tables of both.
fn schema() -> Result<Value> {
    let mut schema = serde_json::Map::new();
    for catalog in ["tpch", "tpcds"] {
        let rows = trino::rows(&format!(
            "SELECT table_name, column_name FROM {catalog}.information_schema.columns WHERE table_schema = 'tiny' \
             ORDER BY table_name, ordinal_position"
        ))?;
        for row in rows {
            let table = format!("{catalog}.tiny.{}", row[0].as_str().context("a table without a name")?);
            schema.entry(table).or_insert_with(|| json!([])).as_array_mut().context("no list")?.push(row[1].clone());
        }
    }
    Ok(schema.into())
}

/// What metahost finds in a text.
struct Found {
    verdict: String,
    count: usize,
    lineage: Lineage,
}

fn solve<'q>(
    project: &Project,
    schema: &Value,
    queries: impl Iterator<Item = (&'q str, &'q str)>,
) -> Result<Vec<Found>> {
    let case =
        |(id, sql): (&str, &str)| json!({ "id": id, "sql": sql, "dialect": "trino", "schema": schema }).to_string();
    project.write("queries.jsonl", &queries.map(case).collect::<Vec<_>>().join("\n"))?;
    let told = project.run(&["lineage", "--jsonl", "queries.jsonl"])?.expect_code(0)?;
    told.out.lines().map(|line| found(&serde_json::from_str(line)?)).collect()
}

fn found(answer: &Value) -> Result<Found> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("no text");
    let mut columns = Columns::new();
    let listed = answer["column_lineage"].as_array().context("no columns")?;
    for column in listed {
        let sources = column["src"].as_array().context("no sources")?;
        let sources = sources.iter().map(|source| Ok((text(&source[0])?, text(&source[1])?))).collect::<Result<_>>()?;
        columns.insert(text(&column["target_col"])?, sources);
    }
    let tables = answer["inputs"].as_array().context("no inputs")?.iter().map(text).collect::<Result<_>>()?;
    Ok(Found { verdict: text(&answer["verdict"])?, count: listed.len(), lineage: Lineage { tables, columns } })
}
