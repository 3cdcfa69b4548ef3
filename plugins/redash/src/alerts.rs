//! Alerts by the query they watch. Never reads whom they tell.

use std::collections::BTreeMap;

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::parse;

use crate::answer::Alert;
use crate::client::Client;

/// What is told of the alerts, by the number of their query.
pub struct Alerts(BTreeMap<u64, Vec<String>>);

impl Alerts {
    /// Reads them; when that fails it is told, and only lines of descriptions and tags are lost by it.
    pub fn read(client: &Client, out: &mut dyn Output) -> Result<Self> {
        let read = client.one("/api/alerts").and_then(|all| parse::<Vec<Alert>>("the list of alerts", all));
        let mut found: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for alert in or_skip(out, &["alerts"], read)?.unwrap_or_default() {
            if let Some(query) = alert.query.as_ref().map(|query| query.id).or(alert.query_id) {
                found.entry(query).or_default().push(words(&alert));
            }
        }
        for alerts in found.values_mut() {
            alerts.sort();
        }
        Ok(Self(found))
    }

    /// A sentence for each alert of a query.
    pub fn of(&self, query: u64) -> &[String] {
        self.0.get(&query).map_or(&[], Vec::as_slice)
    }
}

/// "Alert too few (triggered): n < 1."
fn words(alert: &Alert) -> String {
    let part = |name: &str| match &alert.options[name] {
        serde_json::Value::String(text) => Some(text.clone()),
        number if number.is_number() => Some(number.to_string()),
        _ => None,
    };
    let condition = part("column").zip(part("op")).zip(part("value"));
    let condition = condition.map(|((column, op), value)| format!(": {column} {op} {value}")).unwrap_or_default();
    format!("Alert {} ({}){condition}.", alert.name, alert.state.as_deref().unwrap_or("unknown"))
}
