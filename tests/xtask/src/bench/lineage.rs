//! `cargo xtask bench lineage`: how right and how fast the lineage engine is, beside other parsers, on the same cases.

mod corpus;
mod names;
mod score;
mod table;
mod tool;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::dist;
use crate::shell::{root, say, step};
use corpus::Corpus;
use score::Score;
use tool::{Peer, Tool};

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// A folder of cases, `*.jsonl`; the repository's own when it is not given.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Only these peers; all of them when none is named.
    #[arg(long = "peer", value_name = "NAME", conflicts_with = "alone")]
    peers: Vec<Peer>,
    /// Without any peer: nothing is installed.
    #[arg(long)]
    alone: bool,
    /// Name the cases that metahost misses.
    #[arg(long)]
    list: bool,
    /// Measure what target/dist holds, without building it first.
    #[arg(long)]
    built: bool,
}

/// Measures and prints a table for each corpus.
pub fn run_bench(options: &Options) -> Result<()> {
    let corpora = corpora(options)?;
    if !options.built {
        dist::build()?;
    }
    let tools = tools(options)?;
    for corpus in &corpora {
        step(&format!("{}: {} cases", corpus.name, corpus.cases.len()));
        let mut scores = Vec::new();
        for tool in &tools {
            let answers = tool.solve(corpus)?;
            scores.push((tool.name(), Score::of(corpus, &answers)));
        }
        say(&table::of(&scores));
        if options.list {
            for line in table::misses(&scores[0].1) {
                say(&line);
            }
        }
    }
    say(&format!("\n{}", super::machine()));
    Ok(())
}

fn corpora(options: &Options) -> Result<Vec<Corpus>> {
    let folder = options.cases.clone().unwrap_or_else(|| root().join("tests/bench/lineage/cases"));
    let entries = folder.read_dir().with_context(|| format!("{} can't be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    ensure!(!files.is_empty(), "{} holds no *.jsonl; name a folder of cases with --cases", folder.display());
    files.iter().map(|file| Corpus::read(file)).collect()
}

/// metahost, and the peers that are wanted, installed.
fn tools(options: &Options) -> Result<Vec<Tool>> {
    let mut tools = vec![Tool::metahost()];
    if !options.alone {
        let peers = if options.peers.is_empty() { &Peer::ALL[..] } else { &options.peers };
        for peer in peers {
            step(&format!("Installing {peer} where it is not yet"));
            tools.push(Tool::peer(*peer)?);
        }
    }
    Ok(tools)
}
