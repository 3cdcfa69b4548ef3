//! Each connector, from a stand-in that makes up as many entities as are wanted, into the local catalog: time, requests and memory
//! for a thousand, ten thousand and a hundred thousand. What grows must grow with the number of entities.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use metahost_e2e::answers::answering;
use metahost_e2e::made_up::{SOURCES, Source};

use super::figures::Figures;
use super::project::{forget, project, run};

/// How many entities.
const SIZES: [usize; 2] = [1_000, 10_000];
/// How many entities where that is asked for.
const LARGE: usize = 100_000;

/// Measures all, or those of these names.
pub fn measure(names: &[String], runs: usize, large: bool, figures: &mut Figures) -> Result<()> {
    let known: Vec<&str> = SOURCES.iter().map(|source| source.name).collect();
    for name in names {
        ensure!(known.contains(&name.as_str()), "`{name}` is none of {}", known.join(", "));
    }
    for source in SOURCES.iter().filter(|source| names.is_empty() || names.iter().any(|name| name == source.name)) {
        for size in SIZES {
            one(source, size, runs, figures)?;
        }
        if large {
            one(source, LARGE, 1, figures)?;
        }
    }
    Ok(())
}

fn one(source: &'static Source, size: usize, runs: usize, figures: &mut Figures) -> Result<()> {
    let asked = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&asked);
    let url = answering(move |request| {
        counter.fetch_add(1, Ordering::Relaxed);
        source.answer(request, size)
    })?;
    let project = project(&source.section(&url), None)?;
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
