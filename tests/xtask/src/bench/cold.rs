//! How long it takes until metahost answers at all: without plugins, with a compiled one, with one to compile.

use std::fs;

use anyhow::Result;
use metahost_e2e::Project;

use super::figures::Figures;
use super::measure::wall;
use super::project::project;

const SOURCE: &str = "[sources.trino]\nplugin = \"trino\"\nconfig = { url = \"http://127.0.0.1:18080\" }";

/// Measures in turn, so that a busy moment of the machine meets all alike.
pub fn measure(runs: usize, figures: &mut Figures) -> Result<()> {
    let project = project(SOURCE, None)?;
    for run in 0..=runs {
        for arguments in [&["--version"][..], &["list"], &["plugins", "show", "trino"]] {
            let took = wall(&mut project.command(arguments)?)?;
            // The first run finds the files not yet in memory.
            if run > 0 {
                figures.add(format!("`metahost {}`", arguments.join(" ")), "ms", took.as_secs_f64() * 1e3);
            }
        }
    }
    for _ in 0..runs.div_ceil(3) {
        fs::remove_dir_all(cache(&project))?;
        let took = wall(&mut project.command(&["plugins", "show", "trino"])?)?;
        figures.add("`metahost plugins show trino`, to be compiled first", "ms", took.as_secs_f64() * 1e3);
    }
    Ok(())
}

fn cache(project: &Project) -> std::path::PathBuf {
    project.folder().join(".metahost/cache")
}
