//! What solves cases: metahost as a whole process, and other parsers, each in a Python environment of its own.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::corpus::{Answer, Corpus, answers};
use crate::shell::{command, root, run};

/// How often metahost is given a corpus in one process; peers have as many rounds as they manage in five seconds.
const ROUNDS: usize = 15;

/// Another parser.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// sqlglot with a resolver around its lineage module.
    Sqlglot,
    /// DataHub's parser, on sqlglot.
    Datahub,
    /// polyglot-sql, a port of sqlglot to Rust.
    Polyglot,
    /// sqllineage on sqlfluff.
    Sqllineage,
    /// OpenMetadata's parser, on a fork of sqllineage.
    Openmetadata,
    /// openlineage-sql, in Rust on sqlparser.
    Openlineage,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Sqlglot, Self::Datahub, Self::Polyglot, Self::Sqllineage, Self::Openmetadata, Self::Openlineage];

    fn name(self) -> &'static str {
        match self {
            Self::Sqlglot => "sqlglot",
            Self::Datahub => "datahub",
            Self::Polyglot => "polyglot",
            Self::Sqllineage => "sqllineage",
            Self::Openmetadata => "openmetadata",
            Self::Openlineage => "openlineage",
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What solves cases.
pub enum Tool {
    /// The binary.
    Metahost,
    /// Another parser, installed.
    Peer(Peer),
}

impl Tool {
    /// metahost as it was built.
    pub fn metahost() -> Self {
        Self::Metahost
    }

    /// Another parser; installs what its lock file says.
    pub fn peer(peer: Peer) -> Result<Self> {
        let script = root().join("tests/bench/lineage/peers/install.sh");
        let mut install = command("bash", &[&script.to_string_lossy(), peer.name()]);
        run(&mut install, "What it wants is above; --alone measures without peers.")?;
        Ok(Self::Peer(peer))
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Metahost => "metahost",
            Self::Peer(peer) => peer.name(),
        }
    }

    /// Solves a corpus on one core.
    pub fn solve(&self, corpus: &Corpus) -> Result<HashMap<String, Answer>> {
        let lines: Vec<&str> = corpus.cases.iter().map(|case| case.line.as_str()).collect();
        let text = lines.join("\n");
        let (mut solver, text) = match self {
            Self::Metahost => {
                let binary = root().join("target/dist/metahost");
                (command(binary, &["lineage", "--jsonl", "-"]), vec![text; ROUNDS].join("\n"))
            }
            Self::Peer(peer) => {
                let driver = root().join(format!("tests/bench/lineage/peers/{peer}.py"));
                let python = metahost_stack::stack_dir()?.join(format!("lineage-peers/{peer}/bin/python"));
                (command(python, &[&driver.to_string_lossy()]), text)
            }
        };
        solver.env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1");
        answers(&told(&mut solver, &text).with_context(|| format!("{} on {}", self.name(), corpus.name))?)
    }
}

/// What a command says when it is given a text. Both go through files: no pipe can fill.
fn told(command: &mut Command, text: &str) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let (given, said, complaints) = (folder.path().join("in"), folder.path().join("out"), folder.path().join("err"));
    std::fs::write(&given, text)?;
    command.stdin(File::open(&given)?).stdout(File::create(&said)?).stderr(Stdio::from(File::create(&complaints)?));
    let status = command.status().with_context(|| format!("{command:?} can't be started"))?;
    if !status.success() {
        let complaints = std::fs::read_to_string(&complaints).unwrap_or_default();
        bail!("{command:?} ended with {status}: {}", complaints.trim());
    }
    Ok(std::fs::read_to_string(&said)?)
}
