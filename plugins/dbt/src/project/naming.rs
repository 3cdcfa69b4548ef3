//! From dbt's names to the catalog's: database mapping, case, and the warehouse's own spelling where it is known.

use std::collections::BTreeMap;

use metahost_plugin_sdk::names::misfit;

use super::relation::parts;
use crate::artifacts::catalog::Relation;
use crate::artifacts::manifest::Node;
use crate::config::{Case, Config};

/// How names are written.
pub struct Naming {
    mapping: BTreeMap<String, String>,
    default_database: Option<String>,
    case: Case,
}

impl Naming {
    /// As configured.
    pub fn new(config: &Config) -> Self {
        let mapping = config.database_mapping.iter().map(|(from, to)| (from.to_lowercase(), to.clone())).collect();
        Self { mapping, default_database: config.default_database.clone(), case: config.case }
    }

    /// Database, schema and name of a node's relation, or why they can't be told.
    pub fn path(&self, node: &Node, warehouse: Option<&Relation>) -> Result<Vec<String>, String> {
        let path = self.told(node, warehouse)?;
        misfit(&path).map_or(Ok(path), Err)
    }

    fn told(&self, node: &Node, warehouse: Option<&Relation>) -> Result<Vec<String>, String> {
        let about = warehouse.map(|relation| &relation.metadata);
        let name = node.alias.as_deref().or(node.identifier.as_deref()).unwrap_or(&node.name);
        let name = self.spelling(name, about.and_then(|about| about.name.as_deref()));
        let written = node.relation_name.as_deref().and_then(parts).unwrap_or_default();
        let schema = given(node.schema.as_deref()).or_else(|| from_end(&written, 2));
        let Some(schema) = schema else { return Err("dbt names no schema for it".to_owned()) };
        let schema = self.spelling(schema, about.and_then(|about| about.schema.as_deref()));
        let seen = about.and_then(|about| given(about.database.as_deref()));
        let database = given(node.database.as_deref()).or_else(|| from_end(&written, 3)).or(seen);
        match database {
            Some(database) => Ok(vec![self.database(database, seen), schema, name]),
            None => match &self.default_database {
                Some(database) => Ok(vec![database.clone(), schema, name]),
                None => Err("dbt names no database for it: set `default-database`".to_owned()),
            },
        }
    }

    /// The path of a relation that SQL names in full.
    pub fn path_of(&self, relation: &str) -> Option<Vec<String>> {
        let mut parts = parts(relation)?;
        let (name, schema, database) = (parts.pop()?, parts.pop()?, parts.pop());
        if parts.is_empty() { self.place(database.as_deref(), &schema, &name) } else { None }
    }

    /// The path of a relation that no catalog of dbt's tells.
    pub fn place(&self, database: Option<&str>, schema: &str, name: &str) -> Option<Vec<String>> {
        let database = match given(database) {
            Some(database) => self.database(database, None),
            None => self.default_database.clone()?,
        };
        let path = vec![database, self.case.apply(schema), self.case.apply(name)];
        misfit(&path).is_none().then_some(path)
    }

    /// Whether SQL that names this database means another one in the catalog.
    pub fn renames(&self, database: Option<&str>) -> bool {
        let database = database.unwrap_or_default();
        self.mapping.get(&database.to_lowercase()).is_some_and(|to| !to.eq_ignore_ascii_case(database))
    }

    /// A column's name where the warehouse does not tell it.
    pub fn column(&self, name: &str) -> String {
        self.case.apply(name)
    }

    fn database(&self, name: &str, seen: Option<&str>) -> String {
        match self.mapping.get(&name.to_lowercase()) {
            Some(mapped) => mapped.clone(),
            None => self.spelling(name, seen),
        }
    }

    /// The warehouse's spelling, if it is the same name; an older catalog may name another relation.
    fn spelling(&self, name: &str, seen: Option<&str>) -> String {
        let same = seen.filter(|seen| seen.eq_ignore_ascii_case(name));
        same.map_or_else(|| self.case.apply(name), str::to_owned)
    }
}

fn given(name: Option<&str>) -> Option<&str> {
    name.map(str::trim).filter(|name| !name.is_empty())
}

fn from_end(parts: &[String], place: usize) -> Option<&str> {
    parts.len().checked_sub(place).map(|at| parts[at].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::catalog::TableMetadata;

    fn naming(json: &str) -> Naming {
        Naming::new(&Config::parse(json).unwrap())
    }

    fn node(json: &str) -> Node {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_warehouse_knows_best_how_its_names_are_written() {
        let model = node(r#"{"database":"analytics","schema":"mart","name":"x","alias":"orders"}"#);
        let metadata = TableMetadata {
            database: Some("ANALYTICS".to_owned()),
            schema: Some("MART".to_owned()),
            name: Some("OLD_NAME".to_owned()),
            owner: None,
        };
        let seen = Relation { metadata, columns: BTreeMap::new() };
        let path = naming(r#"{"case":"upper"}"#).path(&model, Some(&seen)).unwrap();
        assert_eq!(path, ["ANALYTICS", "MART", "ORDERS"]);
        assert_eq!(naming("{}").path(&model, None).unwrap(), ["analytics", "mart", "orders"]);
    }

    #[test]
    fn a_database_is_mapped_whatever_its_case() {
        let naming = naming(r#"{"database-mapping":{"Awsdatacatalog":"lake"}}"#);
        let model = node(r#"{"database":"awsdatacatalog","schema":"mart","name":"orders"}"#);
        assert_eq!(naming.path(&model, None).unwrap(), ["lake", "mart", "orders"]);
        assert!(naming.renames(Some("AWSDATACATALOG")) && !naming.renames(Some("other")));
    }

    #[test]
    fn a_missing_database_comes_from_the_relation_or_the_setting() {
        let model = node(r#"{"schema":"mart","name":"orders","relation_name":"`mart`.`orders`"}"#);
        assert!(naming("{}").path(&model, None).unwrap_err().contains("default-database"));
        let path = naming(r#"{"default-database":"default"}"#).path(&model, None).unwrap();
        assert_eq!(path, ["default", "mart", "orders"]);
        let named = node(r#"{"database":null,"schema":"mart","name":"orders","relation_name":"`c`.`mart`.`orders`"}"#);
        assert_eq!(naming("{}").path(&named, None).unwrap(), ["c", "mart", "orders"]);
    }
}
