//! Dashboards and what is on them.

use metahost_plugin_sdk::entities::Dashboard as Entity;

use crate::answer::Dashboard;
use crate::config::Config;
use crate::people::People;
use crate::text::{certified, common, status, tags};

/// As OpenMetadata keeps it, with its charts and their datasets.
pub fn entity(config: &Config, people: &People, board: &Dashboard, charts: &[u64], datasets: &[u64]) -> Entity {
    let certified = certified(board.certified_by.as_ref(), board.certification_details.as_ref());
    let mut tags = tags(&board.tags);
    tags.extend(certified.is_some().then(|| status("Certified")));
    tags.extend((board.published == Some(false)).then(|| status("Draft")));
    let thumbnail = board.thumbnail_url.as_ref().map(|path| format!("[Thumbnail]({})", config.page(path)));
    let mut common = common(board.id, board.title.as_ref(), vec![board.description.clone(), certified, thumbnail]);
    common.tags = tags;
    common.owners = people.emails(&board.owners);
    common.source_url = board.url.as_ref().map(|path| config.page(path));
    let paths = |ids: &[u64]| ids.iter().map(|id| vec![id.to_string()]).collect();
    Entity { common, charts: paths(charts), data_models: paths(datasets) }
}
