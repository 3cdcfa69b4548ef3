//! A JSON patch that is built field by field, and the one rule of who may change what.

use serde_json::{Value, json};

/// Operations of RFC 6902.
#[derive(Default)]
pub struct Patch {
    /// In the order they are applied.
    pub operations: Vec<Value>,
    has_removals: bool,
}

impl Patch {
    /// Sets a value, whether there is one or not.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        self.operations.push(json!({ "op": "add", "path": path, "value": value.into() }));
    }

    /// Removes a value that is there.
    pub fn remove(&mut self, path: &str) {
        self.operations.push(json!({ "op": "remove", "path": path }));
        self.has_removals = true;
    }

    /// Makes the whole patch fail if a value is not what it was when it was read.
    pub fn expect(&mut self, path: &str, value: &Value) {
        self.operations.push(json!({ "op": "test", "path": path, "value": value }));
    }

    /// Adds another patch behind this one.
    pub fn append(&mut self, mut more: Self) {
        self.operations.append(&mut more.operations);
        self.has_removals |= more.has_removals;
    }

    /// Whether applying it twice is the same as once.
    pub fn is_repeatable(&self) -> bool {
        !self.has_removals
    }

    /// A text: filled where it is empty, replaced or taken back where it is what we wrote last.
    pub fn text(&mut self, path: &str, now: Option<&str>, new: Option<&str>, old: Option<&str>) {
        let [now, new, old] = [now, new, old].map(|text| text.filter(|text| !text.trim().is_empty()));
        if now == new || (now.is_some() && now != old) {
            return;
        }
        match new {
            Some(new) => self.set(path, new),
            None => self.remove(path),
        }
    }
}
