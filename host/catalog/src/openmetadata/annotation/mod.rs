//! Adds what one source knows to an entity of another: one read, at most one patch and one data model. Fields that people
//! filled stay as they are.

mod columns;
mod fields;
mod model;
mod patch;
#[cfg(test)]
mod tests;

use metahost_model::{Annotation, EntityKind, Service};
use serde_json::Value;

use super::resolve::{Names, Resolved};
use super::{OpenMetadata, collection, mixed, parallel, unsupported};
use crate::error::Error;
use crate::{Outcome, Reference, Rejection, Write};
use patch::Patch;

/// One annotation to write.
struct Noted {
    target: Reference,
    annotation: Box<Annotation>,
    previous: Option<Box<Annotation>>,
}

/// Everything that decides about a patch; pure.
struct Merge<'m> {
    /// The catalog's own name for a domain's field.
    domain_key: &'m str,
    service: &'m Service,
    resolved: &'m Resolved,
    warnings: &'m super::warnings::Warnings,
    /// The entity as it is.
    now: &'m Value,
    /// What is to be written.
    new: &'m Annotation,
    /// What was written last time.
    old: &'m Annotation,
}

impl OpenMetadata {
    pub(super) async fn write_annotations(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        let mut names = Names::default();
        let mut noted = Vec::with_capacity(batch.len());
        for write in batch {
            let Write::Annotation { target, annotation, previous } = write else { return Err(mixed()) };
            names.of_annotation(&annotation);
            // Only to recognise what was written: a tag that is gone must not be made again for it.
            names.owners.extend(previous.iter().flat_map(|previous| previous.owners.iter().cloned()));
            noted.push(Noted { target, annotation, previous });
        }
        let kind = noted.first().map_or(EntityKind::Other, |noted| noted.target.kind);
        let resolved = self.resolve(kind, &names).await?;
        let target = |noted: &Noted| noted.target.id.clone();
        let resolved = &resolved;
        parallel::by_key(noted, self.options.concurrency, target, |noted| self.annotate(service, noted, resolved)).await
    }

    async fn annotate(&self, service: &Service, noted: Noted, resolved: &Resolved) -> Result<Outcome, Error> {
        let Some(collection) = collection::of(noted.target.kind) else {
            return Ok(unsupported("annotations of this type"));
        };
        let path = format!("{}/{}", collection.path, noted.target.id);
        let answer = self.server.get(&format!("{path}?fields={}", self.fields(noted.target.kind))).await?;
        if !answer.is_success() {
            return Ok(Outcome::Rejected(answer.rejection()));
        }
        let now: Value = answer.json()?;
        let merge = Merge {
            domain_key: self.profile.domain_key(),
            service,
            resolved,
            warnings: &self.warnings,
            now: &now,
            new: &noted.annotation,
            old: &noted.previous.unwrap_or_else(|| Box::new(nothing(&noted.annotation))),
        };
        let changes = merge.patch();
        let is_patched = !changes.operations.is_empty();
        if let Some(rejection) = self.apply(&path, changes).await? {
            return Ok(Outcome::Rejected(rejection));
        }
        match merge.data_model(&self.profile) {
            Some(model) if noted.target.kind == EntityKind::Table => {
                let answer = self.server.put(&format!("{path}/dataModel"), &model).await?;
                Ok(if answer.is_success() { Outcome::Updated } else { Outcome::Rejected(answer.rejection()) })
            }
            _ if is_patched => Ok(Outcome::Updated),
            _ => Ok(Outcome::Unchanged),
        }
    }

    /// Sends a patch; why the server refused it, if it did.
    async fn apply(&self, path: &str, changes: Patch) -> Result<Option<Rejection>, Error> {
        if changes.operations.is_empty() {
            return Ok(None);
        }
        let answer = self.server.patch(path, &changes.operations, changes.is_repeatable()).await?;
        Ok((!answer.is_success()).then(|| answer.rejection()))
    }

    fn fields(&self, kind: EntityKind) -> String {
        let mut fields = vec!["tags", "owners", self.profile.domain_key()];
        if kind != EntityKind::Chart || self.profile.has_chart_extension {
            fields.push("extension");
        }
        if kind == EntityKind::Table {
            fields.extend(["columns", "tableConstraints", "dataModel"]);
        }
        fields.join(",")
    }
}

/// What was written last time when nothing was.
fn nothing(like: &Annotation) -> Annotation {
    Annotation {
        service: like.service.clone(),
        kind: like.kind,
        path: like.path.clone(),
        display_name: None,
        description: None,
        owners: Vec::new(),
        tags: Vec::new(),
        glossary_terms: Vec::new(),
        domain: None,
        extension: std::collections::BTreeMap::new(),
        columns: Vec::new(),
        keys: Vec::new(),
        data_model: None,
    }
}
