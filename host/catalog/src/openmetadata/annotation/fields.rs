//! Merging of everything but columns: texts, tags, owners, domain, custom properties, keys.

use std::collections::BTreeSet;

use metahost_model::{TableKey, encode_name};
use serde_json::{Map, Value, json};

use super::Merge;
use super::columns::spelled;
use super::patch::Patch;
use crate::openmetadata::body::{constraint, key_kind};
use crate::openmetadata::warnings::Warnings;

impl Merge<'_> {
    /// What has to change.
    pub fn patch(&self) -> Patch {
        let mut patch = Patch::default();
        let text = |key: &str| self.now.get(key).and_then(Value::as_str);
        let (new, old) = (self.new, self.old);
        patch.text("/displayName", text("displayName"), new.display_name.as_deref(), old.display_name.as_deref());
        patch.text("/description", text("description"), new.description.as_deref(), old.description.as_deref());
        let (mut wanted, mut written) = (self.resolved.tag_labels(&new.tags), old.tags.clone());
        wanted.extend(self.resolved.term_labels(&new.glossary_terms));
        written.extend(old.glossary_terms.iter().cloned());
        if let Some(labels) = self.labels(self.now.get("tags"), &wanted, &written) {
            patch.set("/tags", labels);
        }
        self.owners(&mut patch);
        self.domain(&mut patch);
        self.extension(&mut patch);
        self.keys(&mut patch);
        self.columns(&mut patch);
        patch
    }

    /// The labels there should be, if they differ from those there are.
    pub fn labels(&self, now: Option<&Value>, wanted: &[Value], written: &[String]) -> Option<Vec<Value>> {
        let now = now.and_then(Value::as_array).cloned().unwrap_or_default();
        let is_wanted = |label: &Value| wanted.iter().any(|wanted| name(wanted) == name(label));
        let is_ours = |label: &Value| {
            label["labelType"] == "Automated" && written.iter().any(|tag| Some(tag.as_str()) == name(label))
        };
        let mut labels: Vec<Value> = now.iter().filter(|label| is_wanted(label) || !is_ours(label)).cloned().collect();
        for label in wanted {
            let is_there = labels.iter().any(|there| name(there) == name(label));
            if !is_there && !self.is_excluded(label, &labels) {
                labels.push(label.clone());
            }
        }
        (labels != now).then_some(labels)
    }

    /// Of some classifications an entity may carry only one tag: what is there stays.
    fn is_excluded(&self, label: &Value, there: &[Value]) -> bool {
        let classification = |label: &Value| name(label).and_then(|name| name.split('.').next()).map(ToOwned::to_owned);
        let own = classification(label);
        own.as_deref().is_some_and(|own| self.resolved.is_exclusive(own))
            && there.iter().any(|label| classification(label) == own)
    }

    fn owners(&self, patch: &mut Patch) {
        let wanted = self.resolved.owner_refs(&self.new.owners, self.warnings);
        let written = ids(&self.resolved.owner_refs(&self.old.owners, &Warnings::default()));
        let now = self.now.get("owners").and_then(Value::as_array).cloned().unwrap_or_default();
        let own: Vec<Value> = now.into_iter().filter(|owner| owner["inherited"] != true).collect();
        let is_free = own.is_empty() || ids(&own) == written;
        if is_free && ids(&own) != ids(&wanted) {
            patch.set("/owners", wanted);
        }
    }

    fn domain(&self, patch: &mut Patch) {
        let now: Vec<&Value> = match self.now.get(self.domain_key) {
            Some(Value::Array(domains)) => domains.iter().collect(),
            Some(domain @ Value::Object(_)) => vec![domain],
            _ => Vec::new(),
        };
        let own: Vec<&Value> = now.into_iter().filter(|domain| domain["inherited"] != true).collect();
        let named = |name: &str| own.iter().all(|domain| domain["fullyQualifiedName"] == name);
        let is_free = own.is_empty() || self.old.domain.as_deref().is_some_and(named);
        let Some(wanted) = self.new.domain.as_deref() else { return };
        let Some(id) = self.resolved.domain(wanted) else { return };
        if is_free && (own.is_empty() || !named(wanted)) {
            let reference = json!({ "id": id, "type": "domain" });
            let is_list = self.domain_key == "domains";
            patch.set(&format!("/{}", self.domain_key), if is_list { json!([reference]) } else { reference });
        }
    }

    fn extension(&self, patch: &mut Patch) {
        let wanted = self.resolved.extension(&self.new.extension, self.warnings);
        let written = self.resolved.extension(&self.old.extension, &Warnings::default());
        let now = self.now.get("extension").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut merged: Map<String, Value> = now.clone();
        merged.retain(|name, value| written.get(name) != Some(value) || wanted.contains_key(name));
        for (name, value) in wanted {
            if now.get(&name).is_none_or(|there| written.get(&name) == Some(there)) {
                merged.insert(name, value);
            }
        }
        if merged != now {
            patch.set("/extension", merged);
        }
    }

    fn keys(&self, patch: &mut Patch) {
        if self.new.keys.is_empty() && self.old.keys.is_empty() {
            return;
        }
        let now = self.now.get("tableConstraints").and_then(Value::as_array).cloned().unwrap_or_default();
        let wanted = self.constraints(&self.new.keys);
        let written = self.constraints(&self.old.keys);
        let is_in = |list: &[Value], key: &Value| list.iter().any(|other| is_same_key(other, key));
        let mut merged: Vec<Value> =
            now.iter().filter(|key| is_in(&wanted, key) || !is_in(&written, key)).cloned().collect();
        for key in &wanted {
            let has_primary = key["constraintType"] == key_kind(metahost_model::KeyKind::PrimaryKey)
                && merged.iter().any(|there| there["constraintType"] == key["constraintType"]);
            if !is_in(&merged, key) && !has_primary {
                merged.push(key.clone());
            }
        }
        if merged != now {
            patch.set("/tableConstraints", merged);
        }
    }

    /// Keys over columns that exist, in the catalog's spelling.
    fn constraints(&self, keys: &[TableKey]) -> Vec<Value> {
        let columns = self.now.get("columns").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let known = keys.iter().filter_map(|key| {
            let names: Option<Vec<String>> =
                key.columns.iter().map(|name| spelled(columns, &encode_name(name))).collect();
            if names.is_none() {
                self.warnings.add("keys over columns that the catalog does not have were left out");
            }
            Some(constraint(&self.service.name, &TableKey { columns: names?, ..key.clone() }))
        });
        known.collect()
    }
}

fn name(label: &Value) -> Option<&str> {
    label.get("tagFQN").and_then(Value::as_str)
}

fn ids(references: &[Value]) -> BTreeSet<String> {
    references.iter().filter_map(|reference| reference["id"].as_str()).map(ToOwned::to_owned).collect()
}

fn is_same_key(left: &Value, right: &Value) -> bool {
    ["constraintType", "columns"].iter().all(|key| left.get(key) == right.get(key))
}
