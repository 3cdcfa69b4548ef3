//! Row level security: that rules hold for a dataset, and for whom. Never shows what a rule says, which is not for every
//! reader of a catalog.

use std::collections::BTreeMap;

use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::rest::Api;
use metahost_plugin_sdk::{Error, Result};

use crate::answer::{Named, Rule};
use crate::list::{Found, RULES};

/// Lines about rules by dataset.
#[derive(Debug, Default)]
pub struct Rules(BTreeMap<u64, Vec<String>>);

impl Rules {
    /// Reads them. Most users may not.
    pub fn read(server: &dyn Api, page_size: usize, out: &mut dyn Output) -> Result<Self> {
        let found: Found<Rule> = match RULES.read(server, page_size, out) {
            Err(Error::Denied(_)) => {
                out.note(Level::Info, "this user may not see row level security, so datasets do not tell it", &[]);
                return Ok(Self::default());
            }
            Err(Error::Protocol(failure)) => {
                let message = "row level security can't be read, so datasets do not tell it";
                out.note(Level::Warn, message, &[("error", failure.message)]);
                return Ok(Self::default());
            }
            found => found?,
        };
        let mut rules = Self::default();
        for rule in &found.rows {
            for table in rule.tables.iter().filter_map(|table| table.id) {
                rules.0.entry(table).or_default().push(line(rule));
            }
        }
        Ok(rules)
    }

    /// What holds for a dataset.
    pub fn of(&self, dataset: u64) -> Option<String> {
        self.0.get(&dataset).map(|lines| lines.join("\n"))
    }
}

fn line(rule: &Rule) -> String {
    let name = rule.name.as_deref().unwrap_or("a rule");
    let roles = names(&rule.roles);
    let whom = match (rule.filter_type.as_deref(), roles.as_str()) {
        (Some("Base"), "") => "for everybody".to_owned(),
        (Some("Base"), roles) => format!("for everybody but {roles}"),
        (_, "") => "for no role yet".to_owned(),
        (_, roles) => format!("for {roles}"),
    };
    format!("Row level security: {name}, {whom}.")
}

/// Names, one behind the other.
pub fn names(named: &[Named]) -> String {
    named.iter().filter_map(|one| one.name.as_deref()).collect::<Vec<_>>().join(", ")
}
