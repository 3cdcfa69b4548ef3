//! manifest.json v4 to v12 and dbt Fusion's: nodes, sources, exposures, groups. Macros and documentation blocks are
//! skipped while reading.

use core::ops::RangeInclusive;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Metadata;
use super::lenient::{Count, Entries, Pairs, Strings, macros, or_default, word};
use super::parse::Artifact;
use super::semantic::{Metric, SavedQuery, SemanticModel};

/// A project as dbt resolved it.
#[derive(Debug, Default, Deserialize)]
pub struct Manifest {
    /// About itself.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: Metadata,
    /// Models, seeds, snapshots, tests, analyses, hooks.
    pub nodes: Option<Entries<Node>>,
    /// Tables dbt reads and does not build.
    #[serde(default, deserialize_with = "or_default")]
    pub sources: Entries<Node>,
    /// What is made of models elsewhere.
    #[serde(default, deserialize_with = "or_default")]
    pub exposures: Entries<Exposure>,
    /// Owners of models.
    #[serde(default, deserialize_with = "or_default")]
    pub groups: Entries<Group>,
    /// Metrics.
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Entries<Metric>,
    /// Semantic models.
    #[serde(default, deserialize_with = "or_default")]
    pub semantic_models: Entries<SemanticModel>,
    /// Saved queries.
    #[serde(default, deserialize_with = "or_default")]
    pub saved_queries: Entries<SavedQuery>,
    /// Tests of a model's SQL with made-up rows.
    #[serde(default, deserialize_with = "or_default")]
    pub unit_tests: Entries<UnitTest>,
    /// Switched off.
    #[serde(default)]
    pub disabled: Count,
}

impl Artifact for Manifest {
    const NAME: &'static str = "manifest";
    const KNOWN: RangeInclusive<u32> = 4..=12;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn is_complete(&self) -> bool {
        self.nodes.is_some()
    }
}

/// A node or a source.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Node {
    /// "model", "seed", "snapshot", "source", "test", "analysis", "operation".
    #[serde(deserialize_with = "or_default")]
    pub resource_type: String,
    /// Database of its relation.
    pub database: Option<String>,
    /// Schema of its relation.
    pub schema: Option<String>,
    /// Its name in dbt.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Name of its relation.
    pub alias: Option<String>,
    /// Name of a source's relation.
    pub identifier: Option<String>,
    /// The relation as dbt writes it into SQL.
    pub relation_name: Option<String>,
    /// The package it belongs to.
    #[serde(deserialize_with = "or_default")]
    pub package_name: String,
    /// Its file.
    pub original_file_path: Option<String>,
    /// "sql" or "python".
    pub language: Option<String>,
    /// Its text, since v7.
    pub raw_code: Option<String>,
    /// Its text, up to v6.
    pub raw_sql: Option<String>,
    /// Its SQL, since v7.
    pub compiled_code: Option<String>,
    /// Its SQL, up to v6.
    pub compiled_sql: Option<String>,
    /// Markdown.
    #[serde(deserialize_with = "or_default")]
    pub description: String,
    /// Documented columns.
    #[serde(deserialize_with = "or_default")]
    pub columns: Pairs<Column>,
    /// Free keys.
    #[serde(deserialize_with = "or_default")]
    pub meta: Map<String, Value>,
    /// Tags.
    pub tags: Strings,
    /// Settings.
    #[serde(deserialize_with = "or_default")]
    pub config: Config,
    /// What it reads.
    #[serde(deserialize_with = "or_default")]
    pub depends_on: DependsOn,
    /// The group it belongs to.
    pub group: Option<String>,
    /// The contract it keeps.
    #[serde(deserialize_with = "or_default")]
    pub contract: Contract,
    /// Promises over columns.
    #[serde(deserialize_with = "or_default")]
    pub constraints: Vec<Constraint>,
    /// Name of the source a table belongs to.
    pub source_name: Option<String>,
    /// The tested column.
    pub column_name: Option<String>,
    /// The tested node.
    #[serde(rename = "attached_node")]
    pub tested: Option<String>,
    /// What kind of test.
    pub test_metadata: Option<TestMetadata>,
    /// How fresh a source should be.
    pub freshness: Option<Freshness>,
    /// The column that tells when a source was loaded.
    pub loaded_at_field: Option<String>,
    /// The query that tells it, since dbt 1.10.
    pub loaded_at_query: Option<String>,
    /// Who may refer to a model: "private", "protected", "public".
    #[serde(deserialize_with = "word")]
    pub access: Option<String>,
    /// Version of a model.
    #[serde(deserialize_with = "word")]
    pub version: Option<String>,
    /// The version that a reference without one means.
    #[serde(deserialize_with = "word")]
    pub latest_version: Option<String>,
    /// When a model goes away.
    #[serde(deserialize_with = "word")]
    pub deprecation_date: Option<String>,
    /// Of its file.
    #[serde(deserialize_with = "or_default")]
    pub checksum: Checksum,
}

impl Node {
    /// Its text as written.
    pub fn raw(&self) -> Option<&str> {
        self.raw_code.as_deref().or(self.raw_sql.as_deref()).filter(|code| !code.trim().is_empty())
    }

    /// Its SQL as run; none for other languages.
    pub fn compiled(&self) -> Option<&str> {
        let sql = self.language.as_deref().is_none_or(|language| language == "sql");
        let code = self.compiled_code.as_deref().or(self.compiled_sql.as_deref());
        code.filter(|code| sql && !code.trim().is_empty())
    }
}

/// A documented column.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Column {
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Markdown.
    #[serde(deserialize_with = "or_default")]
    pub description: String,
    /// Its type in the contract.
    pub data_type: Option<String>,
    /// Free keys.
    #[serde(deserialize_with = "or_default")]
    pub meta: Map<String, Value>,
    /// Tags.
    pub tags: Strings,
    /// Meta and tags again, since dbt 1.10.
    #[serde(deserialize_with = "or_default")]
    pub config: ColumnConfig,
    /// Promises about it.
    #[serde(deserialize_with = "or_default")]
    pub constraints: Vec<Constraint>,
}

/// Settings of a column. There are more columns than anything else, so that what is not used takes no room here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ColumnConfig {
    /// Free keys.
    #[serde(deserialize_with = "or_default")]
    pub meta: Map<String, Value>,
    /// Tags.
    pub tags: Strings,
}

/// Settings of a node, those that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// "table", "view", "incremental", "ephemeral", ...
    pub materialized: Option<String>,
    /// Free keys.
    #[serde(deserialize_with = "or_default")]
    pub meta: Map<String, Value>,
    /// Tags.
    pub tags: Strings,
    /// Group of a node.
    pub group: Option<String>,
    /// How bad a failing test is.
    pub severity: Option<String>,
    /// Rows a test looks at.
    #[serde(rename = "where")]
    pub filter: Option<Value>,
    /// Rows a test returns at most.
    pub limit: Option<Value>,
    /// When a test warns.
    pub warn_if: Option<String>,
    /// When a test fails.
    pub error_if: Option<String>,
    /// Whether the rows that a test finds are kept in a table.
    pub store_failures: Option<bool>,
    /// What Snowflake is told with each statement: a map, JSON as text, or a word.
    pub query_tag: Value,
    /// How an incremental model takes in new rows.
    #[serde(deserialize_with = "word")]
    pub incremental_strategy: Option<String>,
    /// How a snapshot finds what changed: "timestamp", "check".
    #[serde(deserialize_with = "word")]
    pub strategy: Option<String>,
    /// What tells rows apart.
    pub unique_key: Strings,
    /// The column that tells when a row of a snapshot changed.
    #[serde(deserialize_with = "word")]
    pub updated_at: Option<String>,
    /// Columns that a snapshot compares.
    pub check_cols: Strings,
    /// What a snapshot does with rows that are gone, since dbt 1.9.
    #[serde(deserialize_with = "word")]
    pub hard_deletes: Option<String>,
}

/// A hash of a file.
#[derive(Debug, Default, Deserialize)]
pub struct Checksum {
    /// In hexadecimal digits.
    #[serde(default, deserialize_with = "or_default")]
    pub checksum: String,
}

/// A test of a model's SQL with made-up rows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UnitTest {
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Markdown.
    #[serde(deserialize_with = "or_default")]
    pub description: String,
    /// The tested model.
    #[serde(deserialize_with = "or_default")]
    pub depends_on: DependsOn,
    /// What the model reads instead of its tables.
    #[serde(deserialize_with = "or_default")]
    pub given: Vec<MadeUp>,
    /// What it should make of that.
    #[serde(deserialize_with = "or_default")]
    pub expect: MadeUp,
    /// Tags and meta.
    #[serde(deserialize_with = "or_default")]
    pub config: Config,
}

/// Made-up rows, of which only the number is kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MadeUp {
    /// What they stand for: `ref('orders')`.
    #[serde(deserialize_with = "or_default")]
    pub input: String,
    /// A list, or CSV or SQL as text.
    pub rows: Count,
}

/// What a node reads.
#[derive(Debug, Default, Deserialize)]
pub struct DependsOn {
    /// Unique ids.
    #[serde(default, deserialize_with = "or_default")]
    pub nodes: Vec<String>,
    /// Macros that are not dbt's own, `package.name`.
    #[serde(default, deserialize_with = "macros")]
    pub macros: Vec<String>,
}

/// Whether a model's columns are a promise.
#[derive(Debug, Default, Deserialize)]
pub struct Contract {
    /// They are.
    #[serde(default, deserialize_with = "or_default")]
    pub enforced: bool,
}

/// A promise over one or more columns.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Constraint {
    /// `not_null`, `unique`, `primary_key`, `foreign_key`, `check`, `custom`.
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// Columns, for a promise of the whole model.
    pub columns: Strings,
    /// SQL behind the keyword.
    pub expression: Option<String>,
    /// The table a foreign key points to.
    pub to: Option<String>,
    /// The columns it points to.
    pub to_columns: Strings,
}

/// A generic test's kind and arguments.
#[derive(Debug, Default, Deserialize)]
pub struct TestMetadata {
    /// `not_null`.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Package of the test.
    #[serde(default)]
    pub namespace: Option<String>,
    /// Its arguments.
    #[serde(default, deserialize_with = "or_default")]
    pub kwargs: Map<String, Value>,
}

/// How fresh a source should be.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Freshness {
    /// Older warns.
    #[serde(default)]
    pub warn_after: Option<Age>,
    /// Older fails.
    #[serde(default)]
    pub error_after: Option<Age>,
    /// Rows that count.
    #[serde(default)]
    pub filter: Option<String>,
}

/// An age, "24 hour".
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Age {
    /// How many.
    #[serde(default)]
    pub count: Option<u64>,
    /// Of what.
    #[serde(default)]
    pub period: Option<String>,
}

impl Age {
    /// As dbt's own messages write it; none where nothing is set.
    pub fn text(&self) -> Option<String> {
        Some(format!("{} {}", self.count?, self.period.as_deref()?))
    }
}

/// What is made of models elsewhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Exposure {
    /// Where people look at it.
    pub url: Option<String>,
    /// "dashboard", "notebook", "analysis", "ml", "application".
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// Free keys.
    #[serde(deserialize_with = "or_default")]
    pub meta: Map<String, Value>,
    /// Meta again, since dbt 1.10.
    #[serde(deserialize_with = "or_default")]
    pub config: Config,
    /// What it reads.
    #[serde(deserialize_with = "or_default")]
    pub depends_on: DependsOn,
}

/// Who answers for some models.
#[derive(Debug, Default, Deserialize)]
pub struct Group {
    /// Its name, which nodes give.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The package it belongs to.
    #[serde(default, deserialize_with = "or_default")]
    pub package_name: String,
    /// Name and e-mail.
    #[serde(default)]
    pub owner: Value,
}
