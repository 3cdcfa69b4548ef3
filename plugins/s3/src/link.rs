//! Which table of which service reads a folder, as the operator's rules say. Never guesses.

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::Column;
use metahost_plugin_sdk::lineage::{ColumnEdge, Edge, EdgeSource, Endpoint};
use serde::Deserialize;

/// Whichever database service of the catalog has the table.
const ANY_SERVICE: &str = "*";

/// What dbt appends to a table's name while it builds it. The table is renamed when it is done, its folder is not.
const BUILD_SUFFIXES: [&str; 4] = ["__dbt_tmp", "__dbt_temp", "__dbt_backup", "__dbt_intermediate"];

/// Folders of this form are tables of that service.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Bucket and folders, `*` for any one, `**` for any, parts of them named: `lake/{schema}.db/{table}`.
    pub path: String,
    /// The service; without one, whichever has the table.
    pub service: Option<String>,
    /// The database, unless the path names it.
    pub database: Option<String>,
    /// The schema, unless the path names it.
    pub schema: Option<String>,
    /// The table, unless the path names it.
    pub table: Option<String>,
}

impl Rule {
    /// Whether it tells every part of a table's name.
    pub fn check(&self) -> Result<(), String> {
        let told = [("database", &self.database), ("schema", &self.schema), ("table", &self.table)];
        match told.iter().find(|(name, value)| value.is_none() && !self.path.contains(&format!("{{{name}}}"))) {
            Some((name, _)) => Err(format!("which {name}? Give `{name}`, or `{{{name}}}` in `path`")),
            None => Ok(()),
        }
    }

    fn table(&self, bucket: &str, root: &str) -> Option<Endpoint> {
        let mut pattern: Vec<&str> = self.path.trim_matches('/').split('/').collect();
        let parts: Vec<&str> = [bucket].into_iter().chain(root.split('/')).collect();
        if let Some(at) = pattern.iter().position(|part| *part == "**") {
            let any = (parts.len() + 1).checked_sub(pattern.len())?;
            pattern.splice(at..=at, std::iter::repeat_n("*", any));
        }
        if pattern.len() != parts.len() {
            return None;
        }
        let mut named = BTreeMap::new();
        for (pattern, part) in pattern.iter().zip(parts) {
            let (name, value) = capture(pattern, part)?;
            named.insert(name, value);
        }
        let part =
            |name: &str, told: &Option<String>| told.clone().or_else(|| named.get(name).map(|it| (*it).to_owned()));
        let table = named.get("table").map(|name| finished(without_id(name)).to_owned());
        let path =
            vec![part("database", &self.database)?, part("schema", &self.schema)?, self.table.clone().or(table)?];
        let service = Some(self.service.clone().unwrap_or_else(|| ANY_SERVICE.to_owned()));
        Some(Endpoint { service, entity_type: "table".to_owned(), path })
    }
}

/// The table that reads a folder, by the first rule of its form.
pub fn table(rules: &[Rule], bucket: &str, root: &str) -> Option<Endpoint> {
    rules.iter().find_map(|rule| rule.table(bucket, root))
}

/// From a folder to its table; the columns that are both's.
pub fn edge(container: &[String], table: Endpoint, shared: &[Column]) -> Edge {
    let column =
        |column: &Column| ColumnEdge { inputs: vec![column.name.clone()], output: column.name.clone(), function: None };
    Edge {
        upstream: Endpoint { service: None, entity_type: "container".to_owned(), path: container.to_vec() },
        downstream: table,
        columns: shared.iter().filter(|column| column.parent.is_none()).map(column).collect(),
        source: EdgeSource::ExternalTable,
        sql: None,
        pipeline: None,
    }
}

/// What `{name}` in a pattern stands for; an empty name where it names nothing. None where they differ.
fn capture<'p>(pattern: &'p str, part: &'p str) -> Option<(&'p str, &'p str)> {
    let Some((before, (name, after))) = pattern.split_once('{').and_then(|(b, rest)| Some((b, rest.split_once('}')?)))
    else {
        return (pattern == "*" || pattern == part).then_some(("", part));
    };
    let value = part.strip_prefix(before)?.strip_suffix(after)?;
    (!value.is_empty()).then_some((name, value))
}

/// Catalogs put an id behind the name of a table's folder: `orders-6f1c…`.
fn without_id(folder: &str) -> &str {
    let is_id = |id: &str| {
        id.chars().filter(char::is_ascii_hexdigit).count() == 32
            && id.chars().all(|it| it.is_ascii_hexdigit() || it == '-')
    };
    let cut = |length: usize| {
        let at = folder.len().checked_sub(length + 1)?;
        let (name, id) = (folder.get(..at)?, folder.get(at..)?.strip_prefix('-')?);
        (is_id(id) && !name.is_empty()).then_some(name)
    };
    cut(32).or_else(|| cut(36)).unwrap_or(folder)
}

/// The name of the table that was built under another one: `orders__dbt_tmp` is the folder of `orders`.
fn finished(name: &str) -> &str {
    let built = BUILD_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
    built.filter(|name| !name.is_empty()).unwrap_or(name)
}
