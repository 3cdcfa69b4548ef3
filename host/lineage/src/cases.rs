//! One case in, one result out, as lines of JSON: how a corpus of SQL is judged. Never reads or writes anything itself.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{Analysis, ColumnEdge, Dialect, Limits, Request, Schemas, TableName, Verdict, analyse};

/// A statement or a script with what is known around it.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// What it is called.
    pub id: String,
    /// The name of the dialect.
    #[serde(default)]
    pub dialect: Option<String>,
    /// The text.
    pub sql: String,
    /// The database that unqualified names mean.
    #[serde(default)]
    pub default_db: Option<String>,
    /// The schema that unqualified names mean.
    #[serde(default)]
    pub default_schema: Option<String>,
    /// Columns by table.
    #[serde(default)]
    pub schema: Option<BTreeMap<String, Vec<String>>>,
}

/// What was found in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What the case is called.
    pub id: String,
    /// Tables that are read.
    pub inputs: Vec<String>,
    /// Tables that are written.
    pub outputs: Vec<String>,
    /// From column to column.
    pub column_lineage: Vec<FoundColumn>,
    /// How much was understood.
    pub verdict: &'static str,
    /// Why it was not all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// One output column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundColumn {
    /// The table that is written; none for the result of a query.
    pub target_table: Option<String>,
    /// The column that is written.
    pub target_col: String,
    /// The columns it is made from: table and column.
    pub src: Vec<(String, String)>,
}

impl Case {
    /// Reads a case from a line of JSON.
    pub fn from_json(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }

    /// Finds the lineage of the case.
    pub fn solve(&self, limits: Limits) -> Found {
        Found::new(&self.id, &self.read(limits, false))
    }

    /// Analyses the case, with the details that an explanation needs.
    pub fn analyse(&self, limits: Limits) -> Analysis {
        self.read(limits, true)
    }

    fn read(&self, limits: Limits, details: bool) -> Analysis {
        let tables = Tables::new(self.schema.as_ref());
        let dialect = self.dialect.as_deref().and_then(Dialect::from_name).unwrap_or_default();
        let request = Request::new(&self.sql, dialect)
            .within(self.default_db.as_deref(), self.default_schema.as_deref())
            .with_schemas(&tables)
            .with_limits(limits);
        analyse(&if details { request.with_details() } else { request })
    }
}

impl Found {
    /// What an analysis found.
    pub fn new(id: &str, analysis: &Analysis) -> Self {
        let names = |tables: &[TableName]| tables.iter().map(ToString::to_string).collect();
        Self {
            id: id.to_owned(),
            inputs: names(&analysis.inputs),
            outputs: names(&analysis.outputs),
            column_lineage: analysis.columns.iter().map(FoundColumn::new).collect(),
            verdict: match analysis.verdict {
                Verdict::Full => "full",
                Verdict::Partial => "partial",
                Verdict::None => "none",
            },
            reasons: analysis.reasons.iter().map(|reason| reason.text.clone()).collect(),
        }
    }
}

impl FoundColumn {
    fn new(edge: &ColumnEdge) -> Self {
        let source = |source: &crate::Source| (source.table.to_string(), source.column.clone());
        Self {
            target_table: edge.table.as_ref().map(ToString::to_string),
            target_col: edge.column.clone(),
            src: edge.sources.iter().map(source).collect(),
        }
    }
}

/// Tables of a case by the last part of their name.
struct Tables<'c> {
    by_name: HashMap<String, Vec<(TableName, &'c [String])>>,
}

impl<'c> Tables<'c> {
    fn new(schema: Option<&'c BTreeMap<String, Vec<String>>>) -> Self {
        let mut by_name: HashMap<String, Vec<_>> = HashMap::new();
        for (name, columns) in schema.into_iter().flatten() {
            let table = TableName::dotted(name);
            by_name.entry(table.name().to_lowercase()).or_default().push((table, columns.as_slice()));
        }
        Self { by_name }
    }
}

impl Schemas for Tables<'_> {
    fn columns(&self, table: &TableName) -> Option<Vec<String>> {
        let tables = self.by_name.get(&table.name().to_lowercase())?;
        let exact = tables.iter().find(|(name, _)| name.parts().len() == table.parts().len() && name.may_be(table));
        let (_, columns) = exact.or_else(|| tables.iter().find(|(name, _)| name.may_be(table)))?;
        let mut once: Vec<String> = Vec::with_capacity(columns.len());
        for column in *columns {
            if !once.iter().any(|other| other.eq_ignore_ascii_case(column)) {
                once.push(column.clone());
            }
        }
        Some(once)
    }
}
