//! DuckDB and Polars in a Python environment of their own, the table they are measured on, and DuckDB's exact answers.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{home, scripts};
use crate::shell::{command, run, step};

/// The environment they are installed in.
pub struct Peers(PathBuf);

impl Peers {
    /// Installs what is missing, pinned.
    pub fn installed() -> Result<Self> {
        let (environment, lock) = (home().join("python"), scripts().join("requirements.txt"));
        let stamp = environment.join("installed");
        let wanted = fs::read_to_string(&lock)?;
        if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
            step("Installing DuckDB, Polars and the generator of TPC-H");
            let remedy = "Python 3.11 and its package index are needed; see tests/bench/README.md.";
            run(command("python3", &["-m", "venv"]).arg(&environment), remedy)?;
            run(command(environment.join("bin/pip"), &["install", "--quiet", "--requirement"]).arg(&lock), remedy)?;
            fs::write(stamp, wanted)?;
        }
        Ok(Self(environment))
    }

    /// TPC-H's lineitem of this scale as Parquet.
    pub fn lineitem(&self, scale: u32) -> Result<PathBuf> {
        let folder = home().join(format!("tpch-{scale}"));
        let file = folder.join("lineitem.parquet");
        if !file.is_file() {
            step(&format!("Making lineitem of scale {scale}"));
            let making = home().join(format!("tpch-{scale}.making"));
            let scale = scale.to_string();
            let mut maker =
                command(self.0.join("bin/tpchgen-cli"), &["parquet", "--scale-factor", &scale, "--tables", "lineitem"]);
            run(maker.args(["--overwrite", "--output-dir"]).arg(&making), "tpchgen-cli makes the table.")?;
            fs::rename(making, folder)?;
        }
        Ok(file)
    }

    /// Trips as New York's taxis have them: 3,000,000 times the scale.
    pub fn taxi(&self, scale: u32) -> Result<PathBuf> {
        let file = home().join(format!("taxi-{scale}.parquet"));
        if !file.is_file() {
            step(&format!("Making trips of scale {scale}"));
            let making = home().join(format!("taxi-{scale}.making"));
            let mut maker = self.python("taxi.py", &[&scale.to_string()]);
            run(maker.arg(&making), "DuckDB makes the trips.")?;
            fs::rename(making, &file)?;
        }
        Ok(file)
    }

    /// What is measured of them.
    pub fn contenders(&self, file: &str) -> Vec<(String, Command)> {
        let duckdb = |mode: &str, threads: &str| self.python("duckdb_profile.py", &[mode, file, threads]);
        vec![
            ("DuckDB, one query, one thread".to_owned(), duckdb("query", "1")),
            ("DuckDB, SUMMARIZE, one thread".to_owned(), duckdb("summarize", "1")),
            ("Polars".to_owned(), self.python("polars_profile.py", &[file])),
        ]
    }

    /// DuckDB's exact answers by column, with as many histograms as the profile has. It gets the profile as it was printed: edges of
    /// bins that were read here first would have lost their last digit.
    pub fn truth(&self, file: &str, profile: &str) -> Result<Value> {
        let mut child = self.python("duckdb_profile.py", &["truth", file, "2"]);
        let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("DuckDB can't be asked")?;
        let mut stdin = child.stdin.take().context("DuckDB's input is a pipe")?;
        stdin.write_all(profile.as_bytes())?;
        drop(stdin);
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "DuckDB has no exact answers; what it said is above");
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn python(&self, script: &str, arguments: &[&str]) -> Command {
        let mut python = command(self.0.join("bin/python"), &[]);
        python.arg(scripts().join(script)).args(arguments);
        python
    }
}
