//! One table of 1,000 columns, three levels deep, from the sandbox into each catalog; every one must arrive.

use anyhow::{Context, Result, ensure};
use metahost_e2e::{Project, StandIn};
use serde_json::Value;

use super::figures::Figures;
use super::project::{VERSIONS, forget, project, run};

const SOURCE: &str = "[sources.trino]\nplugin = \"bench\"\nconfig = { work = \"nested\", columns = 10 }";
const ASSET: &str = "openmetadata__trino__metadata";
const TABLE: &str = "trino.bench.made.nested";
const COLUMNS: usize = 1_000;
const DEPTH: usize = 3;

/// Measures.
pub fn measure(runs: usize, figures: &mut Figures) -> Result<()> {
    let project = project(SOURCE, None)?;
    for _ in 0..runs {
        forget(&project)?;
        let took = run(&project, ASSET, &["--sink", "local"])?.expect(3, 0)?.taken;
        figures.add("1,000 nested columns into the local catalog, whole process", "ms", took.wall.as_secs_f64() * 1e3);
    }
    check_local(&project)?;
    VERSIONS.iter().try_for_each(|version| served(version, runs, figures))
}

fn served(version: &str, runs: usize, figures: &mut Figures) -> Result<()> {
    let server = StandIn::start(version)?;
    let project = project(SOURCE, Some(&server))?;
    for at in 0..runs {
        forget(&project)?;
        // Without state a later run finds its table there and the same.
        let took = run(&project, ASSET, &[])?.taken;
        let what = if at == 0 { "for the first time" } else { "found unchanged without state" };
        let what = format!("1,000 nested columns into the stand-in {version}, {what}");
        figures.add(what, "ms", took.wall.as_secs_f64() * 1e3);
    }
    let tables = server.ask("entities?collection=tables")?;
    let table = tables.pointer("/data/0").context("the stand-in holds no table")?;
    whole(table)
}

fn check_local(project: &Project) -> Result<()> {
    let shown = project.run(&["catalog", "show", TABLE, "--json"])?.expect_code(0)?;
    let shown: Value = serde_json::from_str(&shown.out)?;
    whole(shown.pointer("/entity/entity").context("`catalog show` prints no entity")?)
}

/// All columns are there, as deep as they should be.
fn whole(table: &Value) -> Result<()> {
    let columns = table.get("columns").context("the table has no columns")?;
    let found = count(columns);
    ensure!(found == (COLUMNS, DEPTH), "{} columns, {} levels arrived instead of {COLUMNS}, {DEPTH}", found.0, found.1);
    Ok(())
}

/// How many columns there are, and how many levels.
fn count(columns: &Value) -> (usize, usize) {
    let Some(columns) = columns.as_array().filter(|columns| !columns.is_empty()) else { return (0, 0) };
    let below = columns.iter().map(|column| count(column.get("children").unwrap_or(&Value::Null)));
    let (many, deep) = below.fold((0, 0), |(many, deep), (more, deeper)| (many + more, deep.max(deeper)));
    (columns.len() + many, 1 + deep)
}
