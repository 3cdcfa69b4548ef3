//! Entities as the server's create requests. Pure: everything that has to be looked up stands in [`Context`]. Only keys
//! that the server's version knows are written, since it refuses all others.

mod column;
mod dashboard;
mod pipeline;
mod storage;
mod table;
#[cfg(test)]
mod tests;
mod topic;

use metahost_model::{Common, Entity, EntityPath, Fingerprint, Fqn, Service, Timestamp, encode_name};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::profile::Profile;
use super::resolve::Resolved;
use super::warnings::Warnings;

pub use column::{columns, constraint_name};
pub use table::{constraint, key_kind};

/// A request's body.
pub type Body = Map<String, Value>;

/// What a body depends on beside its entity.
pub struct Context<'c> {
    /// The service written to.
    pub service: &'c Service,
    /// The server's version.
    pub profile: &'c Profile,
    /// Owners, tags and properties that exist.
    pub resolved: &'c Resolved,
    /// Where to count what is left out.
    pub warnings: &'c Warnings,
}

impl Context<'_> {
    /// The body of an entity.
    pub fn body(&self, entity: &Entity, fingerprint: &Fingerprint) -> Body {
        let mut body = self.common(entity.common());
        set(&mut body, "sourceHash", fingerprint.as_str());
        let service = self.service.fqn();
        let above = Fqn::new(&self.service.name, &entity.path().parent());
        match entity {
            Entity::Database(_) => set(&mut body, "service", service.as_str()),
            Entity::DatabaseSchema(_) => set(&mut body, "database", above.as_str()),
            Entity::Table(table) => self.table(&mut body, table, &above),
            Entity::StoredProcedure(routine) => Self::routine(&mut body, routine, &above),
            Entity::Topic(topic) => self.topic(&mut body, topic),
            Entity::Pipeline(pipeline) => self.pipeline(&mut body, pipeline),
            Entity::Dashboard(dashboard) => self.dashboard(&mut body, dashboard),
            Entity::Chart(chart) => self.chart(&mut body, chart),
            Entity::DashboardDataModel(model) => self.data_model(&mut body, model),
            Entity::Container(container) => self.container(&mut body, container, &above),
            Entity::Other(other) => {
                if let Value::Object(more) = &other.body {
                    body.extend(more.clone());
                }
                // What belongs to no service has no place for the marks of one.
                if entity.is_global() {
                    body.remove("sourceHash");
                    body.remove("sourceUrl");
                } else {
                    set(&mut body, "service", service.as_str());
                }
            }
        }
        body
    }

    fn common(&self, common: &Common) -> Body {
        let mut body = Map::new();
        set(&mut body, "name", encode_name(common.path.name()));
        set_some(&mut body, "displayName", common.display_name.as_deref());
        set_some(&mut body, "description", common.description.as_deref());
        set_some(&mut body, "sourceUrl", common.source_url.as_deref());
        set_list(&mut body, "owners", self.resolved.owner_refs(&common.owners, self.warnings));
        set_list(&mut body, "tags", self.resolved.tag_labels(&common.tags));
        let extension = self.resolved.extension(&common.extension, self.warnings);
        if !extension.is_empty() {
            body.insert("extension".into(), Value::Object(extension));
        }
        body
    }

    /// The name of something of the same service.
    fn sibling(&self, path: &EntityPath) -> Value {
        Fqn::new(&self.service.name, path).as_str().into()
    }

    fn left_out(&self, what: &str, found: &str, instead: &str) {
        let version = &self.profile.version;
        self.warnings.add(format!("{what} `{found}` is not known to OpenMetadata {version}; {instead}"));
    }
}

/// Sets a key.
pub fn set(body: &mut Body, key: &str, value: impl Into<Value>) {
    body.insert(key.to_owned(), value.into());
}

/// Sets a key if there is a value that is not empty.
pub fn set_some(body: &mut Body, key: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
        set(body, key, value);
    }
}

/// Sets a key if the list is not empty.
pub fn set_list(body: &mut Body, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        set(body, key, list);
    }
}

/// A time as the server's `dateTime`.
pub fn date_time(at: Timestamp) -> Option<String> {
    let nanos = i128::from(at) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?.format(&Rfc3339).ok()
}

/// Who touched an entity last, for its life cycle.
fn life_cycle(updated: Timestamp) -> Value {
    json!({ "updated": { "timestamp": updated } })
}
