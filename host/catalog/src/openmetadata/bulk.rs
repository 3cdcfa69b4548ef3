//! Many entities in one call. What the server refuses of a batch, or a batch it refuses whole, is written one by one: one
//! bad entity never takes its neighbours with it, and each gets its own answer.

use std::collections::BTreeSet;

use metahost_model::Fqn;
use serde::Deserialize;
use serde_json::Value;

use super::OpenMetadata;
use super::body::Body;
use super::collection::Collection;
use super::parallel;
use crate::Outcome;
use crate::error::Error;

/// One entity to write.
pub struct Item {
    /// Its fully qualified name.
    pub fqn: Fqn,
    /// Whether the server has nothing under this name.
    pub is_new: bool,
    /// The create request.
    pub body: Body,
}

/// OpenMetadata's `BulkOperationResult`, as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkResult {
    #[serde(default)]
    number_of_rows_failed: u64,
    #[serde(default)]
    failed_request: Option<Vec<Failed>>,
}

#[derive(Deserialize)]
struct Failed {
    request: Option<Value>,
}

impl OpenMetadata {
    pub(super) async fn write_bulk(&self, collection: Collection, items: Vec<Item>) -> Result<Vec<Outcome>, Error> {
        let mut chunks: Vec<Vec<Item>> = Vec::new();
        for item in items {
            match chunks.last_mut() {
                Some(chunk) if chunk.len() < self.options.bulk_size.max(1) => chunk.push(item),
                _ => chunks.push(vec![item]),
            }
        }
        let outcomes = parallel::all(chunks, self.options.concurrency, |chunk| self.write_chunk(collection, chunk));
        Ok(outcomes.await?.into_iter().flatten().collect())
    }

    async fn write_chunk(&self, collection: Collection, chunk: Vec<Item>) -> Result<Vec<Outcome>, Error> {
        let bodies: Vec<&Body> = chunk.iter().map(|item| &item.body).collect();
        let answer = self.server.put(&format!("{}/bulk?async=false", collection.path), &bodies).await?;
        if !answer.is_success() {
            if answer.is_unknown_call() {
                self.remember_no_bulk(collection.path);
            }
            return self.one_by_one(collection, chunk, |_| true).await;
        }
        let result: BulkResult = answer.json()?;
        let Some(failed) = failures(&result, &chunk) else {
            return self.one_by_one(collection, chunk, |_| true).await;
        };
        self.one_by_one(collection, chunk, |item| failed.contains(&item.fqn)).await
    }

    async fn one_by_one(
        &self,
        collection: Collection,
        chunk: Vec<Item>,
        is_due: impl Fn(&Item) -> bool,
    ) -> Result<Vec<Outcome>, Error> {
        let chunk: Vec<(bool, Item)> = chunk.into_iter().map(|item| (is_due(&item), item)).collect();
        parallel::all(chunk, self.options.concurrency, |(is_due, item)| async move {
            match (is_due, item.is_new) {
                (true, _) => self.write_one(collection, item).await,
                (false, true) => Ok(Outcome::Created),
                (false, false) => Ok(Outcome::Updated),
            }
        })
        .await
    }
}

/// The names of the entities that failed; none when the server does not say which they are.
fn failures(result: &BulkResult, chunk: &[Item]) -> Option<BTreeSet<Fqn>> {
    let failed = result.failed_request.as_deref().unwrap_or_default();
    let named: BTreeSet<Fqn> = failed.iter().filter_map(|failed| named(failed.request.as_ref()?, chunk)).collect();
    let said = usize::try_from(result.number_of_rows_failed).unwrap_or(usize::MAX).max(failed.len());
    (named.len() == said).then_some(named)
}

/// The entity that a request names: by its full name, or as the request that was sent.
fn named(request: &Value, chunk: &[Item]) -> Option<Fqn> {
    let same = |item: &&Item| match request {
        Value::String(name) => name == item.fqn.as_str(),
        Value::Object(sent) => {
            sent.get("name") == item.body.get("name") && sent.get("databaseSchema") == item.body.get("databaseSchema")
                || sent.get("fullyQualifiedName").and_then(Value::as_str) == Some(item.fqn.as_str())
        }
        _ => false,
    };
    chunk.iter().find(same).map(|item| item.fqn.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chunk() -> Vec<Item> {
        let item = |name: &str| {
            let body = json!({ "name": name, "databaseSchema": "s.d.x" }).as_object().unwrap().clone();
            Item { fqn: Fqn::parse(&format!("s.d.x.{name}")), is_new: true, body }
        };
        vec![item("a"), item("b")]
    }

    fn result(value: Value) -> BulkResult {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn failures_are_found_by_name_or_by_request() {
        let b = BTreeSet::from([Fqn::parse("s.d.x.b")]);
        let by_name = json!({ "numberOfRowsFailed": 1, "failedRequest": [{ "request": "s.d.x.b", "message": "no" }] });
        assert_eq!(failures(&result(by_name), &chunk()), Some(b.clone()));
        let by_body = json!({ "failedRequest": [{ "request": { "name": "b", "databaseSchema": "s.d.x" } }] });
        assert_eq!(failures(&result(by_body), &chunk()), Some(b));
        assert_eq!(failures(&result(json!({ "numberOfRowsFailed": 0 })), &chunk()), Some(BTreeSet::new()));
    }

    #[test]
    fn a_failure_without_a_name_is_never_taken_for_success() {
        assert_eq!(failures(&result(json!({ "numberOfRowsFailed": 1 })), &chunk()), None);
        let strange = json!({ "numberOfRowsFailed": 1, "failedRequest": [{ "request": "something" }] });
        assert_eq!(failures(&result(strange), &chunk()), None);
    }
}
