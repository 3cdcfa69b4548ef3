//! Each connector, from a stand-in that makes up as many entities as are wanted, into the local catalog: time, requests and memory
//! for a thousand and for ten thousand. What grows must grow with the number of entities.

mod airbyte;
mod dagster;
mod dbt;
mod iceberg;
mod redash;
mod s3;
mod superset;
mod trino;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use metahost_e2e::answers::{Asked, answering};

use super::figures::Figures;
use super::project::{forget, project, run};

/// How many entities.
const SIZES: [usize; 2] = [1_000, 10_000];

/// A connector and the stand-in of its source.
struct Source {
    name: &'static str,
    /// Its configuration; `{}` is the stand-in's address.
    config: &'static str,
    /// More of its section, and of the file.
    more: &'static str,
    /// An asset that has to be there before.
    after: Option<&'static str>,
    answer: fn(&Asked, usize) -> String,
}

/// What most of them are configured by.
const URL: &str = "url = \"{}\"";

const SOURCES: [Source; 8] = [
    Source { name: "trino", config: URL, more: "", after: None, answer: trino::answer },
    Source {
        name: "dbt",
        config: "url = \"{}\", catalog = \"\", run-results = [], sources = \"\"",
        more: "service = \"iceberg\"\n[sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\nconfig = { url = \"{}\", database = \"lake\" }\n\
               limits = { requests = 1000000, host-calls = 10000000 }\n",
        after: Some("openmetadata__iceberg__metadata"),
        answer: dbt::answer,
    },
    Source {
        name: "dagster",
        config: "url = \"{}\", mode = \"asset\"",
        more: "",
        after: None,
        answer: dagster::answer,
    },
    Source {
        name: "superset",
        config: URL,
        more: "credentials.superset = { kind = \"bearer\", token = \"env:BENCH_TOKEN\" }\n",
        after: None,
        answer: superset::answer,
    },
    Source {
        name: "redash",
        config: URL,
        more: "credentials.redash = { kind = \"bearer\", token = \"env:BENCH_TOKEN\" }\n",
        after: None,
        answer: redash::answer,
    },
    Source { name: "airbyte", config: URL, more: "", after: None, answer: airbyte::answer },
    Source { name: "iceberg", config: URL, more: "", after: None, answer: iceberg::answer },
    Source {
        name: "s3",
        config: "region = \"x\", buckets = [\"lake\"], endpoint = \"{}\"",
        more: "",
        after: None,
        answer: s3::answer,
    },
];

/// Measures.
pub fn measure(runs: usize, figures: &mut Figures) -> Result<()> {
    for source in &SOURCES {
        SIZES.iter().try_for_each(|size| one(source, *size, runs, figures))?;
    }
    Ok(())
}

fn one(source: &Source, size: usize, runs: usize, figures: &mut Figures) -> Result<()> {
    let asked = Arc::new(AtomicU64::new(0));
    let project = project(&section(source, &server(source, size, &asked)?), None)?;
    let read = |asset: &str| run(&project, asset, &["--sink", "local", "--days", "36500"]);
    let asset = format!("openmetadata__{}__metadata", source.name);
    for _ in 0..runs {
        forget(&project)?;
        source.after.map(read).transpose()?;
        asked.store(0, Ordering::Relaxed);
        let ran = read(&asset)?.expect_at_least(size as u64)?;
        let what = format!("{}, {size} entities", source.name);
        figures.add(format!("{what}: time"), "s", ran.taken.wall.as_secs_f64());
        figures.add(format!("{what}: requests"), "", asked.load(Ordering::Relaxed) as f64);
        figures.add(format!("{what}: peak memory"), "MiB", ran.taken.peak_mib);
    }
    Ok(())
}

/// Starts the stand-in, which counts what it is asked. Answers its address.
fn server(source: &Source, size: usize, asked: &Arc<AtomicU64>) -> Result<String> {
    let (counter, answer) = (Arc::clone(asked), source.answer);
    answering(move |request| {
        counter.fetch_add(1, Ordering::Relaxed);
        // No bucket has a list of its tables, or tags: S3's connector asks for both.
        let is_asked_for = |(name, _): &(String, String)| name == "tagging";
        let is_missing = request.path.ends_with("/openmetadata.json") || request.query.iter().any(is_asked_for);
        let status = if is_missing { 404 } else { 200 };
        (status, answer(request, size))
    })
}

fn section(source: &Source, url: &str) -> String {
    let name = source.name;
    format!(
        "[sources.{name}]\nplugin = \"{name}\"\nallow-private = true\nconfig = {{ {} }}\n\
         limits = {{ requests = 1000000, host-calls = 10000000 }}\n{}",
        source.config, source.more
    )
    .replace("{}", url)
}

/// Numbers of one page.
fn numbers(count: usize, from: usize, size: usize) -> std::ops::Range<usize> {
    from.min(count)..(from + size).min(count)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
