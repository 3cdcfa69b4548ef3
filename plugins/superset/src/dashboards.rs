//! Dashboards and what is on them.

use metahost_plugin_sdk::entities::Dashboard as Entity;
use serde_json::Value;

use crate::answer::{BoardDetail, Dashboard};
use crate::config::Config;
use crate::people::People;
use crate::rules::names;
use crate::text::{certified, changed, common, status, tags};

/// As OpenMetadata keeps it, with its charts and their datasets. Its detail may not be known.
pub fn entity(
    config: &Config,
    people: &People,
    (board, detail): (&Dashboard, &BoardDetail),
    charts: &[u64],
    datasets: &[u64],
) -> Entity {
    let certified = certified(board.certified_by.as_ref(), board.certification_details.as_ref());
    let mut tags = tags(&board.tags);
    tags.extend(certified.is_some().then(|| status("Certified")));
    tags.extend((board.published == Some(false)).then(|| status("Draft")));
    let thumbnail = board.thumbnail_url.as_ref().map(|path| format!("[Thumbnail]({})", config.page(path)));
    let description = board.description.clone().or_else(|| detail.description.clone());
    let roles = Some(names(&board.roles)).filter(|roles| !roles.is_empty());
    let roles = roles.map(|roles| format!("Shown to: {roles}."));
    let texts = vec![description, filters(detail), roles, certified, thumbnail];
    let mut common = common(board.id, board.title.as_ref(), texts);
    common.tags = tags;
    common.extension = changed(&board.changed);
    common.owners = people.names(&board.owners);
    common.source_url = board.url.as_ref().map(|path| config.page(path));
    let paths = |ids: &[u64]| ids.iter().map(|id| vec![id.to_string()]).collect();
    Entity { common, charts: paths(charts), data_models: paths(datasets) }
}

/// Filters that people can set on it, with the columns that they filter by.
fn filters(detail: &BoardDetail) -> Option<String> {
    let metadata: Value = serde_json::from_str(detail.json_metadata.as_deref()?).ok()?;
    let filters = metadata["native_filter_configuration"].as_array()?;
    let named: Vec<String> = filters.iter().filter_map(filter).collect();
    (!named.is_empty()).then(|| format!("Filters: {}", named.join(", ")))
}

/// What only parts others has no column and is no filter.
fn filter(filter: &Value) -> Option<String> {
    let name = filter["name"].as_str().filter(|_| filter["type"] != "DIVIDER")?;
    let targets = filter["targets"].as_array().into_iter().flatten();
    let columns: Vec<&str> = targets.filter_map(|target| target["column"]["name"].as_str()).collect();
    let columns = if columns.is_empty() { String::new() } else { format!(" (`{}`)", columns.join("`, `")) };
    Some(format!("{name}{columns}"))
}
