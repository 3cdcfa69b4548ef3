//! Which assets a run covers, and in which order: what others refer to comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use metahost_config::{Asset, AssetKind};
use metahost_model::ServiceKind;
use metahost_runtime::{Descriptor, Plugin};

use super::Run;
use crate::args::RunArgs;
use crate::context::Context;
use crate::exit::Misconfigured;

/// An asset to run.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) asset: Asset,
}

/// The assets that were named, matched, or are configured. One that was asked for by name must be able to run.
/// Profiling asks a source about each table, so it is never part of "all".
pub(super) fn jobs(context: &Context, arguments: &RunArgs) -> Result<Vec<Job>> {
    let all = context.config.assets();
    let chosen: Vec<Asset> = if arguments.all {
        context.warn_of_unread();
        all.into_iter().filter(|asset| asset.configured && asset.kind != AssetKind::Profiling).collect()
    } else if arguments.select.is_empty() {
        arguments.assets.iter().map(|name| Ok(context.config.asset(name)?)).collect::<Result<_>>()?
    } else {
        matching(all, &arguments.select)?
    };
    if chosen.is_empty() {
        return Err(Misconfigured(
            "no asset is configured; add a source to the configuration, `metahost list` shows what each needs"
                .to_owned(),
        )
        .into());
    }
    for asset in &chosen {
        runnable(asset)?;
    }
    // Named twice, an asset runs once: two runs of it would write the same service at the same time.
    let mut named = BTreeSet::new();
    let chosen: Vec<Asset> = chosen.into_iter().filter(|asset| named.insert(asset.name.clone())).collect();
    Ok(chosen.into_iter().map(|asset| Job { asset }).collect())
}

fn matching(all: Vec<Asset>, patterns: &[String]) -> Result<Vec<Asset>> {
    let names: Vec<String> = all.iter().map(|asset| asset.name.clone()).collect();
    for pattern in patterns {
        if !names.iter().any(|name| matches(pattern, name)) {
            return Err(
                Misconfigured(format!("no asset's name matches `{pattern}`; there are {}", names.join(", "))).into()
            );
        }
    }
    let wanted = |asset: &Asset| patterns.iter().any(|pattern| matches(pattern, &asset.name));
    Ok(all.into_iter().filter(|asset| wanted(asset) && asset.configured).collect())
}

/// `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            name.char_indices().map(|(at, _)| &name[at..]).chain([""]).any(|tail| matches(rest, tail))
        }),
    }
}

fn runnable(asset: &Asset) -> Result<()> {
    if !asset.configured {
        let message =
            format!("asset `{}` has no source; add [sources.{}] to the configuration", asset.name, asset.source);
        return Err(Misconfigured(message).into());
    }
    Ok(())
}

/// Metadata, each kind of service after those that it refers to, then lineage, then the rest.
pub(super) async fn stages(run: &Run, jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut stages: BTreeMap<u8, Vec<Job>> = BTreeMap::new();
    for job in jobs {
        let plugin = plugin_of(run, &job).await;
        let stage = match job.asset.kind {
            AssetKind::Metadata => plugin.map_or(0, |plugin| reach(plugin.descriptor())),
            AssetKind::Lineage => 3,
            AssetKind::Usage | AssetKind::Profiling => 4,
        };
        stages.entry(stage).or_default().push(job);
    }
    stages.into_values().collect()
}

/// How far a source reaches: tables stand alone, files lead to tables, pipelines and dashboards to both, and so does what
/// only adds to the service of another.
fn reach(descriptor: &Descriptor) -> u8 {
    match descriptor.service_kind {
        _ if descriptor.service_type.is_empty() => 2,
        ServiceKind::DatabaseService => 0,
        ServiceKind::StorageService | ServiceKind::MessagingService => 1,
        ServiceKind::PipelineService | ServiceKind::DashboardService => 2,
    }
}

/// A plugin that can't be loaded is told when its asset runs.
async fn plugin_of(run: &Run, job: &Job) -> Option<Arc<Plugin>> {
    run.plugin(&job.asset.plugin).await.ok()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, expected) in [
            ("*trino*", "openmetadata__trino__metadata", true),
            ("*__metadata", "openmetadata__trino__metadata", true),
            ("*__metadata", "openmetadata__trino__lineage", false),
            ("*", "x", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b", "a-b-c", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
