//! A pipeline of assets, put together page by page. Never reads anything.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::{Pipeline, Task};

use crate::answer::{Asset, Key};
use crate::config::Config;
use crate::schedule::Triggers;
use crate::task::{self, task};
use crate::text::{common, owners, tags};
use crate::workspace::Code;

/// What is known of it so far.
#[derive(Default)]
pub struct Group {
    tasks: Vec<Task>,
    owners: BTreeSet<String>,
    tags: BTreeSet<String>,
    jobs: BTreeSet<String>,
    conditions: BTreeSet<String>,
}

impl Group {
    /// Adds one of its assets; `inside` are the keys of all of them, in order.
    pub fn add(&mut self, asset: &Asset, inside: &[Key], config: &Config) {
        let before = asset.dependency_keys.iter().filter(|key| inside.binary_search(key).is_ok());
        self.tasks.push(task(asset, before.map(Key::text).collect(), config));
        self.owners.extend(owners(&asset.owners));
        self.tags.extend(tags([asset]));
        self.jobs.extend(asset.job_names.iter().cloned());
        self.conditions.extend(task::condition(asset));
    }

    /// Adds an asset of which nothing but its key could be read: its task is not gone.
    pub fn add_unread(&mut self, key: &Key) {
        self.tasks.push(task::unread(key));
    }

    /// The pipeline of a whole group.
    pub fn pipeline(self, name: &str, group: &str, code: &Code, config: &Config, triggers: &Triggers) -> Pipeline {
        let page = format!("locations/{}@{}/asset-groups/{group}", code.repository, code.location);
        self.finish(name, None, config.page(&page), triggers)
    }

    /// The pipeline of a single asset.
    pub fn single(name: &str, asset: &Asset, config: &Config, triggers: &Triggers) -> Pipeline {
        let mut only = Self::default();
        only.add(asset, &[], config);
        only.finish(name, asset.description.as_ref(), config.page(&task::page(asset)), triggers)
    }

    fn finish(self, name: &str, description: Option<&String>, page: String, triggers: &Triggers) -> Pipeline {
        let mut common = common(name, description, page);
        common.owners = self.owners.into_iter().collect();
        common.tags = self.tags.into_iter().collect();
        let schedule = triggers.of(self.jobs.iter().map(String::as_str), self.conditions);
        Pipeline { common, tasks: self.tasks, schedule, started_at: None }
    }
}
