//! Test cases with their definitions, and results. Never runs a test.

use std::collections::BTreeMap;

use metahost_model::{Fqn, Outcome as Verdict, TestCase, TestResult, encode_name};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::body::{Body, set, set_list, set_some};
use super::resolve::{Names, Resolved};
use super::server::{Answer, encode};
use super::{OpenMetadata, mixed, parallel};
use crate::error::Error;
use crate::{Outcome, Reference, Rejection, Write};

/// What test cases need and was looked up or made already.
#[derive(Default)]
pub struct Made {
    definitions: Mutex<BTreeMap<String, Prepared>>,
    suites: Mutex<BTreeMap<Fqn, Option<Rejection>>>,
}

/// A definition: whether it takes parameters, or why there is none.
type Prepared = Result<bool, Rejection>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    #[serde(default)]
    parameter_definition: Option<Vec<Value>>,
}

/// A test case to write.
struct Case {
    table: Reference,
    test: Box<TestCase>,
}

impl OpenMetadata {
    pub(super) async fn write_tests(&self, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut names = Names::default();
        let mut cases = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::TestCase { table, test } = write else { return Err(mixed()) };
            names.owners.extend(test.owners.iter().cloned());
            if self.profile.has_test_tags {
                names.tags.extend(test.tags.iter().cloned());
            }
            cases.push(Case { table, test });
        }
        let resolved = self.resolve(metahost_model::EntityKind::Other, &names).await?;
        let prepared = self.prepare(cases).await?;
        parallel::all(prepared, self.options.concurrency, |(case, prepared)| {
            let resolved = &resolved;
            async move {
                match prepared {
                    Ok(takes_parameters) => self.put_test(&case, takes_parameters, resolved).await,
                    Err(rejection) => Ok(Outcome::Rejected(rejection)),
                }
            }
        })
        .await
    }

    /// Definitions first, and for old servers the suites: one call for each, once.
    async fn prepare(&self, cases: Vec<Case>) -> Result<Vec<(Case, Prepared)>, Error> {
        let mut prepared = Vec::with_capacity(cases.len());
        for case in cases {
            let mut made = self.definition(&case.test).await?;
            if self.profile.needs_test_suite
                && let Some(rejection) = self.suite(&case.table.fqn).await?
            {
                made = Err(rejection);
            }
            prepared.push((case, made));
        }
        Ok(prepared)
    }

    async fn definition(&self, test: &TestCase) -> Result<Prepared, Error> {
        let name = encode_name(&test.definition);
        let mut known = self.quality.definitions.lock().await;
        if let Some(made) = known.get(&name) {
            return Ok(made.clone());
        }
        let path = format!("dataQuality/testDefinitions/name/{}", encode(Fqn::of_service(&name)));
        let found: Option<Definition> = self.server.get(&path).await?.found()?;
        let made = match found {
            Some(found) => Ok(found.parameter_definition.is_some_and(|parameters| !parameters.is_empty())),
            None => self.make_definition(&name, test).await?,
        };
        known.insert(name, made.clone());
        Ok(made)
    }

    async fn make_definition(&self, name: &str, test: &TestCase) -> Result<Prepared, Error> {
        let body = definition_body(name, test, self.profile.test_platform(&test.platform));
        let answer = self.server.put("dataQuality/testDefinitions", &body).await?;
        Ok(if answer.is_success() { Ok(!test.parameters.is_empty()) } else { Err(answer.rejection()) })
    }

    async fn suite(&self, table: &Fqn) -> Result<Option<Rejection>, Error> {
        let mut known = self.quality.suites.lock().await;
        if let Some(made) = known.get(table) {
            return Ok(made.clone());
        }
        let body = json!({ "name": suite_name(table), "executableEntityReference": table });
        let answer = self.server.put("dataQuality/testSuites/executable", &body).await?;
        let made = (!answer.is_success()).then(|| answer.rejection());
        known.insert(table.clone(), made.clone());
        Ok(made)
    }

    async fn put_test(&self, case: &Case, takes_parameters: bool, resolved: &Resolved) -> Result<Outcome, Error> {
        let mut body = case_body(case, takes_parameters);
        set_list(&mut body, "owners", resolved.owner_refs(&case.test.owners, &self.warnings));
        if self.profile.has_test_tags {
            set_list(&mut body, "tags", resolved.tag_labels(&case.test.tags));
        } else if !case.test.tags.is_empty() {
            self.warnings.add(format!("OpenMetadata {} keeps no tags of test cases", self.profile.version));
        }
        if self.profile.needs_test_suite {
            set(&mut body, "testSuite", suite_name(&case.table.fqn));
        }
        Ok(self.server.put("dataQuality/testCases", &body).await?.outcome())
    }

    pub(super) async fn write_results(&self, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut results = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::TestResult { test, result } = write else { return Err(mixed()) };
            results.push((test, result));
        }
        let test_of = |(test, _): &(Fqn, Box<TestResult>)| test.clone();
        parallel::by_key(results, self.options.concurrency, test_of, |(test, result)| async move {
            let body = result_body(&result);
            let mut answer = self.send_result(&test, &body).await?;
            if answer.is_missing() && result.column.len() > 1 {
                answer = self.send_result(&nested_name(&test, &result), &body).await?;
            }
            // There is a result of that moment already: the same one, from an earlier run.
            Ok(if answer.status == 409 { Outcome::Unchanged } else { answer.outcome() })
        })
        .await
    }

    async fn send_result(&self, test: &Fqn, body: &Value) -> Result<Answer, Error> {
        let name = encode(test);
        if self.profile.posts_test_results {
            // Safe to repeat: a second one of the same moment is refused.
            return self.server.post(&format!("dataQuality/testCases/testCaseResults/{name}"), body, true).await;
        }
        self.server.put(&format!("dataQuality/testCases/{name}/testCaseResult"), body).await
    }
}

/// The name of a test on a nested column, where the server takes the column's whole path for one name.
fn nested_name(test: &Fqn, result: &TestResult) -> Fqn {
    let levels = result.column.len() + 1;
    let table = (0..levels).fold(test.clone(), |fqn, _| fqn.parent().unwrap_or(fqn));
    table.child(&result.column.join(".")).child(&result.test)
}

fn suite_name(table: &Fqn) -> String {
    format!("{table}.testSuite")
}

fn definition_body(name: &str, test: &TestCase, platform: &str) -> Body {
    let mut body = Body::new();
    set(&mut body, "name", name);
    set(&mut body, "description", format!("The test `{}` of {}.", test.definition, test.platform));
    set(&mut body, "entityType", if test.column.is_empty() { "TABLE" } else { "COLUMN" });
    set(&mut body, "testPlatforms", vec![platform]);
    let parameters = test.parameters.iter().map(|(name, _)| json!({ "name": name, "dataType": "STRING" }));
    set_list(&mut body, "parameterDefinition", parameters.collect());
    body
}

fn case_body(case: &Case, takes_parameters: bool) -> Body {
    let test = &case.test;
    let mut body = Body::new();
    set(&mut body, "name", encode_name(&test.name));
    set_some(&mut body, "displayName", test.display_name.as_deref());
    set_some(&mut body, "description", test.description.as_deref());
    set(&mut body, "testDefinition", Fqn::of_service(&test.definition).as_str());
    set(&mut body, "entityLink", entity_link(&case.table, &test.column));
    if takes_parameters {
        let values = test.parameters.iter().map(|(name, value)| json!({ "name": name, "value": value }));
        set_list(&mut body, "parameterValues", values.collect());
    }
    body
}

fn entity_link(table: &Reference, column: &[String]) -> String {
    let table_link = format!("<#E::{}::{}", table.kind, table.fqn);
    if column.is_empty() {
        return format!("{table_link}>");
    }
    let column: Vec<String> = column.iter().map(|part| Fqn::of_service(part).as_str().to_owned()).collect();
    format!("{table_link}::columns::{}>", column.join("."))
}

fn result_body(result: &TestResult) -> Value {
    let status = match result.outcome {
        Verdict::Success => "Success",
        Verdict::Failed => "Failed",
        Verdict::Aborted => "Aborted",
    };
    let values: Vec<Value> =
        result.values.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut body = Body::new();
    set(&mut body, "timestamp", result.at);
    set(&mut body, "testCaseStatus", status);
    set(&mut body, "testResultValue", values);
    set_some(&mut body, "result", result.message.as_deref());
    if let Some(failed) = result.failed_rows {
        set(&mut body, "failedRows", failed);
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use metahost_model::{EntityKind, EntityPath};

    use super::*;

    #[test]
    fn a_test_points_at_its_column_and_passes_what_its_definition_takes() {
        let test: TestCase = serde_json::from_value(json!({
            "name": "accepted", "table": ["d", "s", "t.x"], "column": ["a", "b.c"], "definition": "accepted_values",
            "platform": "dbt", "parameters": [["values", "[1]"]],
        }))
        .unwrap();
        let path = EntityPath::new(vec!["d".into(), "s".into(), "t.x".into()]).unwrap();
        let table = Reference { kind: EntityKind::Table, fqn: Fqn::new("svc", &path), id: "1".into() };
        let case = Case { table, test: Box::new(test) };
        assert_eq!(
            Value::Object(case_body(&case, true)),
            json!({
                "name": "accepted", "testDefinition": "accepted_values",
                "entityLink": r#"<#E::table::svc.d.s."t.x"::columns::a."b.c">"#,
                "parameterValues": [{ "name": "values", "value": "[1]" }],
            })
        );
        assert_eq!(case_body(&case, false).get("parameterValues"), None);
    }
}
