//! Test cases that people defined in OpenMetadata, page by page. Never runs a test, and tells only those whose definition is
//! one of OpenMetadata's own: those of dbt and others are run by others.

use std::collections::BTreeSet;

use metahost_model::{EntityPath, Fqn, Service, TestCase, decode_name};
use serde::Deserialize;

use super::OpenMetadata;
use crate::error::Error;

#[derive(Deserialize)]
struct Definition {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    entity_link: String,
    #[serde(default)]
    test_definition: Option<Definition>,
    #[serde(default)]
    parameter_values: Option<Vec<Parameter>>,
    #[serde(default)]
    use_dynamic_assertion: Option<bool>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    #[serde(default)]
    value: Option<String>,
}

impl OpenMetadata {
    /// See [`crate::Catalog::tests`].
    pub(super) async fn list_tests(&self, service: &Service) -> Result<Vec<TestCase>, Error> {
        let mut own = BTreeSet::new();
        self.each("dataQuality/testDefinitions", "testPlatform=OpenMetadata", |definition: Definition| {
            own.insert(definition.name);
        })
        .await?;
        let mut found = Vec::new();
        self.each("dataQuality/testCases", "fields=testDefinition", |case: Case| {
            let is_own = case.test_definition.as_ref().is_some_and(|definition| own.contains(&definition.name));
            let is_dynamic = case.use_dynamic_assertion == Some(true);
            let Some(test) = case.read(&service.name).filter(|_| is_own) else { return };
            if is_dynamic {
                self.warnings.add("tests with a dynamic assertion are not run: their limits are not told".to_owned());
            } else {
                found.push(test);
            }
        })
        .await?;
        Ok(found)
    }
}

impl Case {
    /// None for what is not about a table of the service.
    fn read(self, service: &str) -> Option<TestCase> {
        let (table, column) = linked(&self.entity_link)?;
        let path = below(&table, service).filter(|path| path.depth() == 3)?;
        let parameters = self.parameter_values.unwrap_or_default().into_iter();
        Some(TestCase {
            name: decode_name(&self.name),
            display_name: None,
            service: None,
            table: path,
            column,
            definition: self.test_definition?.name,
            platform: "OpenMetadata".to_owned(),
            description: None,
            parameters: parameters.filter_map(|given| Some((given.name, given.value?))).collect(),
            sql: None,
            owners: Vec::new(),
            tags: Vec::new(),
        })
    }
}

/// The table and the column of `<#E::table::service.db.schema.table::columns::a.b>`.
fn linked(link: &str) -> Option<(Fqn, Vec<String>)> {
    let inside = link.strip_prefix("<#E::table::")?.strip_suffix('>')?;
    let (table, column) = match inside.split_once("::columns::") {
        Some((table, column)) => (table, Fqn::parse(column).split().iter().map(|part| decode_name(part)).collect()),
        None => (inside, Vec::new()),
    };
    Some((Fqn::parse(table), column))
}

/// The names of a table below a service.
fn below(table: &Fqn, service: &str) -> Option<EntityPath> {
    let parts: Vec<String> = table.split().iter().map(|part| decode_name(part)).collect();
    let (first, rest) = parts.split_first()?;
    (first == service).then(|| EntityPath::new(rest.to_vec())).and_then(Result::ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_name_a_table_and_a_column() {
        let (table, column) = linked("<#E::table::trino.db.s.\"t.x\"::columns::a.\"b.c\">").unwrap();
        assert_eq!(column, ["a", "b.c"]);
        assert_eq!(below(&table, "trino").unwrap().parts(), ["db", "s", "t.x"]);
        assert_eq!(below(&table, "tri"), None);
        assert!(linked("<#E::dashboard::a.b>").is_none() && linked("nonsense").is_none());
        assert_eq!(linked("<#E::table::trino.db.s.t>").unwrap().1, Vec::<String>::new());
    }
}
