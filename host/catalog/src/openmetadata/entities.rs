//! Writes entities of our own service: in bulk where the server can, one by one where it can't or where a batch failed.

use std::collections::BTreeMap;

use metahost_model::{Entity, EntityKind, Service};
use serde::Deserialize;
use serde_json::Value;

use super::body::{Body, Context};
use super::bulk::Item;
use super::collection::{self, Collection};
use super::resolve::Names;
use super::{OpenMetadata, mixed, parallel, unsupported};
use crate::error::Error;
use crate::{Outcome, Write};

/// All that is read from the answer to a write.
#[derive(Deserialize)]
struct Written {
    id: String,
}

impl OpenMetadata {
    pub(super) async fn write_entities(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut names = Names::default();
        for write in &batch {
            let Write::Entity { entity, .. } = write else { return Err(mixed()) };
            names.of_entity(&service.name, entity);
        }
        let kind = kind_of(&batch);
        if kind == EntityKind::Container {
            return self.write_containers(service, batch).await;
        }
        let items = self.map(service, kind, &names, batch).await?;
        self.write_items(kind, items).await
    }

    async fn map(
        &self,
        service: &Service,
        kind: EntityKind,
        names: &Names,
        batch: Vec<Write>,
    ) -> Result<Vec<(Option<Collection>, Item)>, Error> {
        let resolved = self.resolve(kind, names).await?;
        let context = Context { service, profile: &self.profile, resolved: &resolved, warnings: &self.warnings };
        let items = batch.into_iter().filter_map(|write| {
            let Write::Entity { fqn, entity, fingerprint, known } = write else { return None };
            let collection = collection::of(entity.kind()).or_else(|| collection_of_other(&entity));
            Some((collection, Item { fqn, is_new: known.is_none(), body: context.body(&entity, &fingerprint) }))
        });
        Ok(items.collect())
    }

    async fn write_items(
        &self,
        kind: EntityKind,
        items: Vec<(Option<Collection>, Item)>,
    ) -> Result<Vec<Outcome>, Error> {
        let Some(collection) = collection::of(kind) else {
            // One after another: a metric may be computed from one before it.
            return parallel::all(items, 1, |(collection, item)| async move {
                match collection {
                    Some(collection) => self.write_one(collection, item).await,
                    None => Ok(unsupported("entities of this type")),
                }
            })
            .await;
        };
        let items: Vec<Item> = items.into_iter().map(|(_, item)| item).collect();
        if self.has_bulk(collection) && items.len() > 1 {
            return self.write_bulk(collection, items).await;
        }
        parallel::all(items, self.options.concurrency, |item| self.write_one(collection, item)).await
    }

    /// Writes one entity, and says what became of it.
    pub(super) async fn write_one(&self, collection: Collection, item: Item) -> Result<Outcome, Error> {
        let answer = self.server.put(collection.path, &item.body).await?;
        if answer.is_success() {
            if collection.path == "containers" {
                self.remember_container(&item.fqn, &answer.json::<Written>()?.id);
            }
            return Ok(answer.outcome());
        }
        let Some(body) = without_foreign_keys(item.body) else { return Ok(answer.outcome()) };
        let again = self.server.put(collection.path, &body).await?;
        if !again.is_success() {
            return Ok(answer.outcome());
        }
        self.warnings.add(format!("foreign keys were left out until the next run: {}", answer.words()));
        Ok(again.outcome())
    }

    /// Buckets before what lies in them: the server wants the parent's id.
    async fn write_containers(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut levels: BTreeMap<usize, Vec<(usize, Write)>> = BTreeMap::new();
        for (index, write) in batch.into_iter().enumerate() {
            let Write::Entity { entity, .. } = &write else { return Err(mixed()) };
            levels.entry(entity.path().depth()).or_default().push((index, write));
        }
        let mut outcomes: Vec<(usize, Outcome)> = Vec::new();
        for level in levels.into_values() {
            let (indices, batch): (Vec<_>, Vec<_>) = level.into_iter().unzip();
            let mut names = Names::default();
            for write in &batch {
                if let Write::Entity { entity, .. } = write {
                    names.of_entity(&service.name, entity);
                }
            }
            let items = self.map(service, EntityKind::Container, &names, batch).await?;
            outcomes.extend(indices.into_iter().zip(self.write_items(EntityKind::Container, items).await?));
        }
        outcomes.sort_by_key(|(index, _)| *index);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    }
}

fn kind_of(batch: &[Write]) -> EntityKind {
    match batch.first() {
        Some(Write::Entity { entity, .. }) => entity.kind(),
        _ => EntityKind::Other,
    }
}

fn collection_of_other(entity: &Entity) -> Option<Collection> {
    let Entity::Other(other) = entity else { return None };
    let path = collection::of_other(&other.entity_type)?;
    Some(Collection { path, listed_by: collection::ListedBy::Service, has_bulk: false })
}

/// The same table without keys to tables that may not be there yet, and without its fingerprint: the next run writes it
/// again, with them. None if it has no such keys.
fn without_foreign_keys(mut body: Body) -> Option<Body> {
    let keys = body.get_mut("tableConstraints")?.as_array_mut()?;
    let all = keys.len();
    keys.retain(|key| key.get("constraintType").and_then(Value::as_str) != Some("FOREIGN_KEY"));
    let has_changed = keys.len() < all;
    body.remove("sourceHash");
    has_changed.then_some(body)
}
