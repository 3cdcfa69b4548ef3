//! What the server holds: names, ids and fingerprints, page by page. Never keeps a body.

use std::collections::BTreeMap;

use metahost_model::{EntityKind, EntityPath, Fingerprint, Fqn, Service, decode_name};
use serde::Deserialize;

use super::OpenMetadata;
use super::collection::{self, Collection, ListedBy};
use super::paging::Page;
use super::server::{Answer, encode};
use crate::Known;
use crate::error::Error;

/// All of an entity that is looked at: the rest is skipped while it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    fully_qualified_name: Fqn,
    source_hash: Option<String>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    columns: Option<Vec<ListedColumn>>,
}

#[derive(Deserialize)]
struct ListedColumn {
    name: String,
}

impl From<Item> for Known {
    fn from(item: Item) -> Self {
        Self {
            id: item.id,
            fingerprint: item.source_hash.map(Fingerprint::from_text),
            deleted: item.deleted,
            columns: item.columns.iter().flatten().map(|column| decode_name(&column.name)).collect(),
        }
    }
}

impl OpenMetadata {
    /// See [`crate::Catalog::known`].
    pub(super) async fn list(
        &self,
        service: &Service,
        kind: EntityKind,
        scope: &EntityPath,
    ) -> Result<BTreeMap<Fqn, Known>, Error> {
        let mut found = BTreeMap::new();
        let Some(collection) = collection::of(kind) else { return Ok(found) };
        let within = Fqn::new(&service.name, scope);
        for parent in self.parents(service, collection.listed_by, scope).await? {
            self.pages(kind, collection, &parent, |item| {
                if item.fully_qualified_name.is_within(&within) {
                    found.insert(item.fully_qualified_name.clone(), item.into());
                }
            })
            .await?;
        }
        Ok(found)
    }

    /// See [`crate::Catalog::find`].
    pub(super) async fn look_up(&self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>, Error> {
        let Some(collection) = collection::of(kind) else { return Ok(None) };
        let path = format!("{}/name/{}?include=all", collection.path, encode(fqn));
        let item: Option<Item> = self.server.get(&path).await?.found()?;
        Ok(item.map(Known::from))
    }

    /// The names to list by, so that together they cover the scope.
    async fn parents(&self, service: &Service, by: ListedBy, scope: &EntityPath) -> Result<Vec<Fqn>, Error> {
        let needed = match by {
            ListedBy::Service => 0,
            ListedBy::Database => 1,
            ListedBy::Schema => 2,
        };
        if scope.depth() >= needed {
            let parts = scope.parts().iter().take(needed);
            return Ok(vec![parts.fold(service.fqn(), |fqn, part| fqn.child(part))]);
        }
        let kind = if needed == 1 { EntityKind::Database } else { EntityKind::DatabaseSchema };
        let above = Box::pin(self.list(service, kind, scope)).await?;
        Ok(above.into_keys().collect())
    }

    async fn pages(
        &self,
        kind: EntityKind,
        collection: Collection,
        parent: &Fqn,
        mut take: impl FnMut(Item) + Send,
    ) -> Result<(), Error> {
        let by = match collection.listed_by {
            ListedBy::Service => "service",
            ListedBy::Database => "database",
            ListedBy::Schema => "databaseSchema",
        };
        let query = format!(
            "{}?{by}={}&include=all&limit={}",
            collection.path,
            encode(parent),
            self.options.page_size.clamp(1, 10_000)
        );
        let mut after = String::new();
        loop {
            let answer = self.page(kind, &format!("{query}{after}")).await?;
            if answer.is_missing() {
                // The parent is not there, and so nothing is below it.
                return Ok(());
            }
            if !answer.is_success() {
                return Err(answer.failure().with("listing", format!("{kind} below {parent}")));
            }
            let page: Page<Item> = answer.json()?;
            let next = page.next();
            page.data.into_iter().for_each(&mut take);
            match next {
                Some(next) => after = next,
                None => return Ok(()),
            }
        }
    }

    /// Asks for the fingerprint by name where the collection knows the field; where it does not, it is always sent.
    async fn page(&self, kind: EntityKind, query: &str) -> Result<Answer, Error> {
        if !self.knows_no_hash_field(kind) {
            let columns = if kind == EntityKind::Table { ",columns" } else { "" };
            let answer = self.server.get(&format!("{query}&fields=sourceHash{columns}")).await?;
            if answer.status != 400 {
                return Ok(answer);
            }
            self.remember_no_hash_field(kind);
        }
        self.server.get(query).await
    }
}
