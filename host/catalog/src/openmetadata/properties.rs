//! Custom properties: which are declared for a kind of entity, declared on demand where that was asked for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use metahost_model::EntityKind;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::OpenMetadata;
use super::server::encode;
use crate::error::Error;

/// A declared property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The name of its type.
    pub kind: String,
}

/// A type as the server describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    id: String,
    #[serde(default)]
    custom_properties: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Declared {
    name: String,
    property_type: Reference,
}

#[derive(Deserialize)]
struct Reference {
    name: Option<String>,
}

/// A kind of entity with its properties; a property that can't be declared is kept as none.
struct Kind {
    id: String,
    properties: BTreeMap<String, Option<Property>>,
}

/// What is declared, by kind of entity.
#[derive(Default)]
pub struct Properties(Mutex<BTreeMap<EntityKind, Kind>>);

impl Properties {
    /// The wanted properties that are declared.
    pub async fn declared(
        &self,
        catalog: &OpenMetadata,
        kind: EntityKind,
        wanted: &BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, Property>, Error> {
        let mut usable = BTreeMap::new();
        if wanted.is_empty() || kind == EntityKind::Other {
            return Ok(usable);
        }
        let mut kinds = self.0.lock().await;
        let known = match kinds.entry(kind) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(catalog.type_of(kind).await?),
        };
        for (name, value) in wanted {
            if !known.properties.contains_key(name) {
                let property = catalog.declare(kind, &known.id, name, value).await?;
                known.properties.insert(name.clone(), property);
            }
            match known.properties.get(name).and_then(Option::as_ref) {
                Some(property) => {
                    usable.insert(name.clone(), property.clone());
                }
                None => catalog.warnings.add(format!(
                    "the custom property `{name}` is not declared for {kind} and was left out; \
                     declare it in the catalog, then run with --full"
                )),
            }
        }
        Ok(usable)
    }
}

impl OpenMetadata {
    async fn type_of(&self, kind: EntityKind) -> Result<Kind, Error> {
        let path = format!("metadata/types/name/{}?fields=customProperties", kind.as_str());
        let found: Option<Type> = self.server.get(&path).await?.found()?;
        let found = found.unwrap_or(Type { id: String::new(), custom_properties: Vec::new() });
        let property = |declared: Declared| {
            let kind = declared.property_type.name.unwrap_or_else(|| "string".to_owned());
            (declared.name, Some(Property { kind }))
        };
        Ok(Kind { id: found.id, properties: found.custom_properties.into_iter().map(property).collect() })
    }

    async fn declare(&self, kind: EntityKind, id: &str, name: &str, value: &Value) -> Result<Option<Property>, Error> {
        if !self.options.declare_custom_properties || id.is_empty() {
            return Ok(None);
        }
        let type_name = if value.is_i64() || value.is_u64() { "integer" } else { "string" };
        let path = format!("metadata/types/name/{type_name}");
        let Some(found): Option<Type> = self.server.get(&path).await?.found()? else { return Ok(None) };
        let body = json!({
            "name": name,
            "description": format!("`{name}` as the source of the {kind} has it."),
            "propertyType": { "id": found.id, "type": "type" },
        });
        let answer = self.server.put(&format!("metadata/types/{}", encode(id)), &body).await?;
        if !answer.is_success() {
            self.warnings.add(format!("the custom property `{name}` can't be declared: {}", answer.words()));
            return Ok(None);
        }
        Ok(Some(Property { kind: type_name.to_owned() }))
    }
}

/// A value in the type its property was declared with; none where that can't be.
pub fn convert(property: &Property, value: &Value) -> Option<Value> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match property.kind.as_str() {
        "string" | "markdown" => Some(text.into()),
        "integer" => text.trim().parse::<i64>().ok().map(Value::from),
        "number" => text.trim().parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::from),
        // Dates, enumerations, references: only as the source spells them.
        _ => Some(value.clone()),
    }
}
