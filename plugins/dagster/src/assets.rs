//! Assets as pipelines: a group of them, or each by itself. Reads one group at a time, never the whole graph.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::entities::{Pipeline, Task};
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use serde_json::json;

use crate::answer::{Asset, Key};
use crate::config::{Config, Mode};
use crate::graphql::Ask;
use crate::queries;
use crate::schedule::Triggers;
use crate::text::{common, kinds, owners, tags};
use crate::workspace::Code;

/// The assets of one pipeline.
pub struct Group {
    /// The pipeline's name.
    pub pipeline: String,
    /// Where its code is: location and repository.
    pub origin: (String, String),
    /// Its assets, in the order of their keys.
    pub assets: Vec<Asset>,
}

/// Reads one asset group, and parts it as the mode says.
pub fn read(server: &dyn Ask, config: &Config, code: &Code, group: &str) -> Result<Vec<Group>> {
    let mut selector = code.selector();
    selector["groupName"] = json!(group);
    let mut data = server.ask(queries::ASSETS, json!({ "group": selector })).with("group", group)?;
    let mut assets: Vec<Asset> = serde_json::from_value(data["assetNodes"].take())
        .map_err(|error| protocol(format!("the assets are not as expected: {error}")).with("group", group))?;
    assets.sort_by(|a, b| a.asset_key.cmp(&b.asset_key));
    Ok(part(config.mode, code, group, assets))
}

fn part(mode: Mode, code: &Code, group: &str, assets: Vec<Asset>) -> Vec<Group> {
    let pipeline = |name: &str, assets| {
        let origin = (code.location.clone(), code.repository.clone());
        Group { pipeline: format!("{}/{name}", code.prefix()), origin, assets }
    };
    if mode == Mode::Asset {
        return assets.into_iter().map(|asset| pipeline(&asset.asset_key.text(), vec![asset])).collect();
    }
    vec![pipeline(group, assets)]
}

impl Group {
    /// As OpenMetadata keeps it.
    pub fn entity(&self, config: &Config, code: &Code, triggers: &Triggers) -> Pipeline {
        let single = if config.mode == Mode::Asset { self.assets.first() } else { None };
        let page = single.map_or_else(|| self.page(code), |asset| format!("assets/{}", asset.asset_key.text()));
        let mut common = common(&self.pipeline, single.and_then(|asset| asset.description.clone()), config.page(&page));
        common.owners = owners(self.assets.iter().flat_map(|asset| &asset.owners));
        common.tags = tags(self.assets.iter());
        let tasks = self.assets.iter().map(|asset| self.task(asset, config)).collect();
        Pipeline { common, tasks, schedule: self.schedule(triggers), started_at: None }
    }

    fn page(&self, code: &Code) -> String {
        let group = self.assets.first().map_or("", |asset| asset.group_name.as_str());
        format!("locations/{}@{}/asset-groups/{group}", code.repository, code.location)
    }

    fn schedule(&self, triggers: &Triggers) -> Option<String> {
        let conditions = self.assets.iter().filter_map(|asset| asset.automation_condition.as_ref()?.label.clone());
        let jobs: BTreeSet<&str> = self.assets.iter().flat_map(|asset| &asset.job_names).map(String::as_str).collect();
        triggers.of(jobs, conditions.map(|label| format!("condition {label}")).collect())
    }

    fn task(&self, asset: &Asset, config: &Config) -> Task {
        let inside = |key: &&Key| self.assets.iter().any(|other| other.asset_key == **key);
        let kinds = kinds(asset);
        Task {
            name: asset.asset_key.text(),
            kind: (!kinds.is_empty()).then(|| kinds.join(", ")).or_else(|| external(asset)),
            description: describe(asset),
            sql: None,
            after: asset.dependency_keys.iter().filter(inside).map(Key::text).collect(),
            source_url: Some(config.page(&format!("assets/{}", asset.asset_key.text()))),
        }
    }
}

fn external(asset: &Asset) -> Option<String> {
    (!asset.is_executable).then(|| "external".to_owned())
}

/// An asset's own words, and how it is partitioned.
fn describe(asset: &Asset) -> Option<String> {
    let partitions = asset.partition_definition.as_ref().and_then(|partitions| partitions.description.as_ref());
    let partitions = partitions.map(|text| format!("Partitions: {}", text.trim()));
    let parts: Vec<String> = asset.description.clone().into_iter().chain(partitions).collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// Which pipeline each asset is in.
pub fn index(groups: &[Group]) -> BTreeMap<&Key, &str> {
    let of = |group| -> Vec<_> {
        let group: &Group = group;
        group.assets.iter().map(|asset| (&asset.asset_key, group.pipeline.as_str())).collect()
    };
    groups.iter().flat_map(of).collect()
}
