//! Where queries that ran are listed, and under which names. Never a place for an expression: only names.

use metahost_plugin_sdk::{Result, problem};
use serde::Deserialize;

/// A day in milliseconds.
pub const DAY_MS: u64 = 86_400_000;

/// The table with the queries that ran.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct QueryHistory {
    /// Names for a well-known table.
    pub preset: Preset,
    /// Another table: `catalog.schema.table`.
    pub table: Option<String>,
    /// Other columns.
    pub columns: ColumnMap,
    /// LIKE patterns, without regard to case, of queries to leave out.
    pub exclude: Vec<String>,
    /// Words in the state column that mean an error.
    pub failed_states: Vec<String>,
    /// How far back.
    pub days: u32,
    /// Queries a statement.
    pub page_size: u32,
}

impl Default for QueryHistory {
    fn default() -> Self {
        Self {
            preset: Preset::default(),
            table: None,
            columns: ColumnMap::default(),
            exclude: Vec::new(),
            failed_states: vec!["FAILED".to_owned()],
            days: 7,
            page_size: 1_000,
        }
    }
}

/// Well-known tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Trino's own, in the coordinator's memory.
    #[default]
    RuntimeQueries,
    /// Starburst Galaxy's telemetry.
    Galaxy,
}

/// Which column is what; a name that is missing comes from the preset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ColumnMap {
    /// Unique id of the query.
    pub id: Option<String>,
    /// Its text.
    pub query: Option<String>,
    /// Who ran it.
    pub user: Option<String>,
    /// When it began.
    pub started: Option<String>,
    /// When it ended; NULL while it runs.
    pub ended: Option<String>,
    /// How it ended.
    pub state: Option<String>,
    /// Which program sent it; this connector's own are left out.
    pub source: Option<String>,
    /// Catalog that unqualified names mean.
    pub catalog: Option<String>,
    /// Schema that unqualified names mean.
    pub schema: Option<String>,
}

impl Preset {
    const fn table(self) -> &'static str {
        match self {
            Self::RuntimeQueries => "system.runtime.queries",
            Self::Galaxy => "galaxy_telemetry.public.query_history",
        }
    }

    fn columns(self) -> ColumnMap {
        let name = |text: &str| Some(text.to_owned());
        match self {
            Self::RuntimeQueries => ColumnMap {
                id: name("query_id"),
                query: name("query"),
                user: name("user"),
                started: name("created"),
                ended: name("end"),
                state: name("state"),
                source: name("source"),
                ..ColumnMap::default()
            },
            Self::Galaxy => ColumnMap {
                query: name("query"),
                user: name("email"),
                started: name("create_time"),
                ended: name("end_time"),
                state: name("query_state"),
                ..ColumnMap::default()
            },
        }
    }
}

impl QueryHistory {
    /// The table's name in parts.
    pub fn table(&self) -> Vec<String> {
        parts(self.table.as_deref().unwrap_or(self.preset.table())).unwrap_or_default()
    }

    /// The columns in force. With another table only the named ones: the preset's need not be there.
    pub fn columns(&self) -> ColumnMap {
        let (own, base) = (self.columns.clone(), self.preset.columns());
        let other = self.table.is_some();
        let optional = |own: Option<String>, base: Option<String>| if other { own } else { own.or(base) };
        ColumnMap {
            query: own.query.or(base.query),
            user: own.user.or(base.user),
            started: own.started.or(base.started),
            ended: own.ended.or(base.ended),
            state: own.state.or(base.state),
            id: optional(own.id, base.id),
            source: optional(own.source, base.source),
            catalog: optional(own.catalog, base.catalog),
            schema: optional(own.schema, base.schema),
        }
    }

    /// What the schema of the configuration can't say.
    pub fn check(&self) -> Result<()> {
        let named = self.table.as_ref().is_none_or(|table| parts(table).is_some_and(|parts| parts.len() == 3));
        if !named {
            return Err(problem("/query-history/table", "three names are needed, as in `catalog.schema.table`"));
        }
        let dangling = |pattern: &String| pattern.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
        if let Some(at) = self.exclude.iter().position(dangling) {
            return Err(problem(&format!("/query-history/exclude/{at}"), "a pattern can't end in a single backslash"));
        }
        if self.page_size == 0 || self.days == 0 {
            return Err(problem("/query-history", "`page-size` and `days` are at least 1"));
        }
        Ok(())
    }
}

/// `a."b.c".d` in its parts.
fn parts(text: &str) -> Option<Vec<String>> {
    let part = |piece: &str| match crate::scan::quoted(piece) {
        Some((name, "")) => Some(name),
        Some(_) => None,
        None => Some(piece.to_owned()).filter(|piece| !piece.is_empty()),
    };
    crate::scan::split(text.trim(), '.').into_iter().map(part).collect()
}
