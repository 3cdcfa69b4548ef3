//! The command line. Never does anything.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::exit;

/// Loads metadata connectors as sandboxed WebAssembly components and brings what they read into OpenMetadata.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, arg_required_else_help = true, after_help = exit::HELP)]
pub struct Cli {
    /// The configuration file.
    #[arg(long, short, global = true, default_value = "metahost.toml", env = "METAHOST_CONFIG", value_name = "FILE")]
    pub config: PathBuf,
    /// How much to log: error, warn, info, debug, trace [default: the configuration's, else warn].
    #[arg(long, global = true, env = "METAHOST_LOG", value_name = "LEVEL")]
    pub log: Option<LogLevel>,
    /// Log as lines of JSON.
    #[arg(long, global = true)]
    pub log_json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How much to log.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run assets: read their sources and write what they hold into the catalog.
    Run(RunArgs),
    /// Run data-quality tests: those of the configuration, and those that people defined in OpenMetadata.
    Test(TestArgs),
    /// List the assets with source, kind, schedule and status.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check the configuration, the plugins, the secrets and the connections: each step with its time, and what to do
    /// where it fails.
    Check {
        /// Only these sources; all when none is named.
        sources: Vec<String>,
        /// Every source, as when none is named.
        #[arg(long, conflicts_with = "sources")]
        all: bool,
        /// Only what needs no network: configuration, plugins and grants.
        #[arg(long)]
        offline: bool,
        /// The environment whose catalog is checked too.
        #[arg(long, value_name = "NAME")]
        env: Option<String>,
    },
    /// List the plugins, or show one: version, what it asks for, what is granted, its configuration keys.
    Plugins {
        /// What to do; list when absent.
        #[command(subcommand)]
        command: Option<PluginsCommand>,
    },
    /// Look into the local catalog.
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Tell why a name, a field or an edge is as it is: who says so, which names are one table and why, why an edge is
    /// not there.
    Explain(ExplainArgs),
    /// Tell what a text of SQL reads and writes, column by column.
    Lineage(LineageArgs),
    /// Tell what the columns of a file or a table hold: how many values, nulls and different ones, extremes, quartiles,
    /// how they are spread.
    Profile(ProfileArgs),
    /// Write a configuration to start from.
    Init,
    /// Print the JSON Schema of the configuration, for editors.
    Schema,
}

/// What to explain.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A fully qualified name.
    #[arg(value_name = "FQN")]
    pub name: String,
    /// Another one, to which data may flow from the first: explains the edge.
    #[arg(value_name = "TO")]
    pub to: Option<String>,
    /// The environment whose catalog is asked [default: the project's].
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Which SQL, and what is known around it.
#[derive(Debug, Args)]
pub struct LineageArgs {
    /// The file; - for the standard input.
    pub file: PathBuf,
    /// Who speaks it: trino, postgres, mysql, snowflake, bigquery, redshift, spark, tsql, duckdb, hive, oracle,
    /// clickhouse, ansi.
    #[arg(long, default_value = "trino", value_name = "NAME")]
    pub dialect: String,
    /// The database that unqualified names mean.
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// The schema that unqualified names mean.
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Columns of tables: a JSON object from the name of each to a list of columns. Stars need it.
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
    /// How to print it [default: text].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<LineageFormat>,
    /// As JSON: short for `--format json`.
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Say of each column why it has its sources: the expression, what it goes through, what decides about its rows.
    /// As text or JSON.
    #[arg(long)]
    pub explain: bool,
    /// Where the tables are, as `OpenLineage` names it: `trino://host:8080`, `postgres://host:5432`
    /// [default: default]. For `--format openlineage`.
    #[arg(long, value_name = "URI")]
    pub namespace_uri: Option<String>,
    /// The file holds cases, one JSON object a line, with at least an id and the text under `sql`.
    #[arg(
        long,
        conflicts_with_all = ["json", "format", "explain", "namespace_uri", "schema", "database", "namespace"]
    )]
    pub jsonl: bool,
}

/// How to print lineage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LineageFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For Graphviz: `dot -Tsvg` draws it.
    Graphviz,
    /// As an event of a run that is complete.
    Openlineage,
}

impl LineageArgs {
    /// How to print.
    pub fn format(&self) -> LineageFormat {
        let short = if self.json { LineageFormat::Json } else { LineageFormat::Text };
        self.format.unwrap_or(short)
    }

    /// Which of the options can't be used with the format that is wanted.
    pub fn contradiction(&self) -> Option<&'static str> {
        let format = self.format();
        if self.explain && matches!(format, LineageFormat::Graphviz | LineageFormat::Openlineage) {
            return Some("`--explain` prints text or JSON: leave it out, or use `--format text` or `--format json`");
        }
        if self.namespace_uri.is_some() && format != LineageFormat::Openlineage {
            return Some("`--namespace-uri` is for `--format openlineage` only: leave it out, or use that format");
        }
        None
    }
}

/// Which file or table, and what is wanted of it.
#[derive(Debug, Clone, Args)]
pub struct ProfileArgs {
    /// A file (Parquet, CSV, lines of JSON, Avro, ORC, Arrow), or a table of a configured source by its fully qualified name,
    /// SERVICE.DATABASE.SCHEMA.TABLE: it is read now, and nothing is written.
    #[arg(value_name = "FILE|TABLE")]
    pub what: String,
    /// Its format, where neither its first bytes nor its name tell: parquet, csv, jsonl, avro, orc, arrow.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Only these columns; what lies in structs, lists and maps by its whole name, with points between, or all of it by the name of
    /// what it lies in.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Tell the most frequent values of each column too [default: 10 of them].
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "10")]
    pub top: Option<usize>,
    /// Tell the most frequent patterns of texts too: "A" a capital, "a" another letter, "9" a digit, "+" more of them [default: 10].
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "10")]
    pub patterns: Option<usize>,
    /// Estimate nothing: every different value is kept in memory, as long as `--exact-memory` lasts.
    #[arg(long)]
    pub exact: bool,
    /// How many MiB exact answers may take; with less than they need there is an error, never a wrong answer [default: 1024].
    #[arg(long, value_name = "MIB", requires = "exact")]
    pub exact_memory: Option<u64>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
    /// Write a page with plots to this file; `-` for standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub html: Option<PathBuf>,
    /// How many threads to use at most [default: one a core].
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZero<usize>>,
}

/// What to run and how.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Names of assets; `metahost list` shows them.
    #[arg(required_unless_present_any = ["all", "select"], value_name = "ASSET")]
    pub assets: Vec<String>,
    /// Every asset that is configured.
    #[arg(long, conflicts_with_all = ["assets", "select"])]
    pub all: bool,
    /// Assets whose name matches: `*trino*`, `*__metadata`.
    #[arg(long, value_name = "PATTERN", conflicts_with = "assets")]
    pub select: Vec<String>,
    /// The environment to write to [default: the project's].
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Write somewhere else than the environment says.
    #[arg(long, value_name = "SINK")]
    pub sink: Option<SinkArg>,
    /// The file that `--sink jsonl` writes; `-` for standard output.
    #[arg(long, value_name = "FILE", default_value = "metahost.jsonl")]
    pub output: PathBuf,
    /// Write nothing; say what would be written.
    #[arg(long)]
    pub dry_run: bool,
    /// Read and write everything again, also what an earlier run read and wrote.
    #[arg(long)]
    pub full: bool,
    /// Write every exchange with the sources into this folder, secrets replaced.
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    pub record: Option<PathBuf>,
    /// Read the sources from this folder of recorded exchanges, without network and secrets.
    #[arg(long, value_name = "DIR")]
    pub replay: Option<PathBuf>,
    /// How many days of queries, runs and reads to cover.
    #[arg(long, default_value_t = 7, value_name = "N")]
    pub days: u32,
    /// Write the report as JSON to this file; `-` for standard output.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Which tests to run.
#[derive(Debug, Args)]
#[command(after_help = TEST_HELP)]
pub struct TestArgs {
    /// Only tests of this source; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub source: Vec<String>,
    /// Only tests of tables whose names fit: `lake.silver.*`; may be given several times.
    #[arg(long, value_name = "PATTERN")]
    pub table: Vec<String>,
    /// The environment whose tests are run, and where results go [default: the project's].
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Write results somewhere else than the environment says.
    #[arg(long, value_name = "SINK")]
    pub sink: Option<SinkArg>,
    /// The file that `--sink jsonl` writes; `-` for standard output.
    #[arg(long, value_name = "FILE", default_value = "metahost.jsonl")]
    pub output: PathBuf,
    /// Write no results.
    #[arg(long)]
    pub dry_run: bool,
    /// Write the report as JSON to this file; `-` for standard output.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What the exit codes of `metahost test` mean.
const TEST_HELP: &str = "\
A test names a table, mostly a column, and one of OpenMetadata's test definitions with its parameters:

  [[sources.trino.tests]]
  table = \"lake.silver.orders\"
  column = \"status\"
  test = \"columnValuesToBeInSet\"
  parameters = { allowedValues = [\"open\", \"paid\"] }

All tests of a table are asked for in one statement, with numbers that are exact. What can't be decided, as for a
column that is not there, is aborted with the reason, and never guessed. Results go to the catalog; test cases of the
configuration are made there if they are missing.

Exit codes:
  0    all tests passed
  3    the configuration is wrong, or there is no such test
  4    all tests passed, but the catalog refused a result
  5    no test failed, but some could not be run
  6    the catalog can't be used
  8    a test failed";

impl TestArgs {
    /// The run that it takes.
    pub fn run(self) -> RunArgs {
        RunArgs {
            assets: Vec::new(),
            all: false,
            select: Vec::new(),
            env: self.env,
            sink: self.sink,
            output: self.output,
            dry_run: self.dry_run,
            full: false,
            record: None,
            replay: None,
            days: 1,
            report: self.report,
        }
    }
}

/// Where to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SinkArg {
    /// The environment's OpenMetadata server.
    Openmetadata,
    /// The local catalog: one file below `.metahost`.
    Local,
    /// Lines of JSON.
    Jsonl,
}

/// What to do with plugins.
#[derive(Debug, Subcommand)]
pub enum PluginsCommand {
    /// List those that were found.
    List,
    /// Show one.
    Show {
        /// Its name.
        name: String,
    },
}

/// What to look at in the local catalog.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// List what it holds.
    List {
        /// Only this entity type: table, databaseSchema, ...
        #[arg(long, value_name = "TYPE")]
        kind: Option<String>,
        /// Only below this fully qualified name.
        #[arg(long, value_name = "FQN")]
        below: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 1000, value_name = "N")]
        limit: usize,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one entity with its columns, annotations and tests.
    Show {
        /// Its fully qualified name.
        fqn: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show where an entity's data comes from and where it goes.
    Lineage {
        /// Its fully qualified name.
        fqn: String,
        /// How many steps upstream.
        #[arg(long, default_value_t = 10, value_name = "N")]
        up: u32,
        /// How many steps downstream.
        #[arg(long, default_value_t = 10, value_name = "N")]
        down: u32,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::{Cli, Command};

    fn contradicts(options: &[&str]) -> Option<bool> {
        let words = ["metahost", "lineage", "x.sql"].iter().chain(options);
        let Command::Lineage(arguments) = Cli::try_parse_from(words).ok()?.command else { return None };
        Some(arguments.contradiction().is_some())
    }

    #[test]
    fn options_of_lineage_that_contradict_each_other_are_refused() {
        for (options, expected) in [
            (&["--explain"][..], Some(false)),
            (&["--explain", "--json"], Some(false)),
            (&["--explain", "--format", "graphviz"], Some(true)),
            (&["--explain", "--format", "openlineage"], Some(true)),
            (&["--namespace-uri", "trino://h", "--format", "openlineage"], Some(false)),
            (&["--namespace-uri", "trino://h"], Some(true)),
            (&["--json", "--format", "text"], None),
            (&["--jsonl", "--explain"], None),
        ] {
            assert_eq!(contradicts(options), expected, "{options:?}");
        }
    }
}
