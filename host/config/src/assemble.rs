//! Puts the sections of a file over what is built in, and checks the names by which they refer to each other.

use std::path::Path;

use crate::built_in;
use crate::config::Config;
use crate::read::{FromToml, Node, Section, did_you_mean};
use crate::section::{
    AssetSection, Environment, Identity, Known, Schedule, Source, asset, environment, identity, schedule, source,
};

/// Reads the whole file.
pub(crate) fn assemble(root: &Node<'_>, path: &Path) -> Option<Config> {
    let mut file = root.section("file")?;
    let environments = environments(&mut file);
    let sources = sources(&mut file);
    let assets = assets(&mut file, &sources);
    let schedules = schedules(&mut file, &assets);
    let identity = identities(&mut file, &sources);
    default_environment(&mut file, &environments);
    let config = Config {
        project: or_default(&mut file, "project"),
        run: or_default(&mut file, "run"),
        log: or_default(&mut file, "log"),
        network: or_default(&mut file, "network"),
        identity,
        vault: file.get("vault"),
        file: path.to_owned(),
        environments,
        sources,
        assets,
        schedules,
    };
    file.finish();
    Some(config)
}

fn or_default<T: FromToml + Default>(file: &mut Section<'_>, key: &'static str) -> T {
    file.get(key).unwrap_or_default()
}

/// The sections below a key, with their names.
fn named<'a>(file: &mut Section<'a>, key: &'static str) -> Vec<(String, Node<'a>)> {
    let entries = file.node_of(key).and_then(|node| node.entries()).unwrap_or_default();
    entries.into_iter().filter(|(name, node)| is_name(name, node)).collect()
}

// Names become parts of file names, log fields and arguments.
fn is_name(name: &str, node: &Node<'_>) -> bool {
    let fine = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !fine {
        node.invalid(format!("`{}` can't be named so", node.key), "letters, digits, `-`, `_` and `.` are possible");
    }
    fine
}

/// Reads each section over what is built in for its name; what is new follows what is built in.
fn over<T>(built_in: Vec<T>, sections: &[(String, Node<'_>)], read: Reader<'_, T>, name: fn(&T) -> &str) -> Vec<T> {
    let find = |wanted: &str| sections.iter().find(|(name, _)| name == wanted);
    let is_new = |wanted: &str| !built_in.iter().any(|have| name(have) == wanted);
    let added: Vec<T> =
        sections.iter().filter(|(name, _)| is_new(name)).filter_map(|(n, it)| read(it, n, None)).collect();
    let replaced = built_in.into_iter().map(|have| match find(name(&have)) {
        Some((name, node)) => read(node, name, Some(&have)).unwrap_or(have),
        None => have,
    });
    replaced.chain(added).collect()
}

type Reader<'r, T> = &'r dyn Fn(&Node<'_>, &str, Option<&T>) -> Option<T>;

fn environments(file: &mut Section<'_>) -> Vec<Environment> {
    let sections = named(file, "environments");
    over(built_in::environments(), &sections, &environment, |environment| &environment.name)
}

fn sources(file: &mut Section<'_>) -> Vec<Source> {
    named(file, "sources").iter().filter_map(|(name, node)| source(node, name)).collect()
}

fn assets(file: &mut Section<'_>, sources: &[Source]) -> Vec<AssetSection> {
    let sources: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    let built_in = built_in::assets();
    let known = Known { built_in: &built_in, sources: &sources };
    let sections = named(file, "assets");
    over(built_in.clone(), &sections, &|node, name, _| asset(node, name, &known), |asset| &asset.name)
}

fn schedules(file: &mut Section<'_>, assets: &[AssetSection]) -> Vec<Schedule> {
    let names: Vec<&str> = assets.iter().map(|asset| asset.name.as_str()).collect();
    let sections = named(file, "schedules");
    let read = |node: &Node<'_>, name: &str, have: Option<&Schedule>| schedule(node, name, have, &names);
    over(built_in::schedules(&names), &sections, &read, |schedule| &schedule.name)
}

fn identities(file: &mut Section<'_>, sources: &[Source]) -> Identity {
    let services: Vec<&str> = sources.iter().map(|source| source.service.as_str()).collect();
    file.node_of("identity").and_then(|node| identity(&node, &services)).unwrap_or_default()
}

fn default_environment(file: &mut Section<'_>, environments: &[Environment]) {
    let chosen = file.node_of("project").and_then(|node| node.section("project")?.node_of("environment"));
    let Some((node, name)) = chosen.as_ref().and_then(|node| Some((node, node.as_text()?))) else { return };
    let names = environments.iter().map(|environment| environment.name.as_str());
    if !names.clone().any(|known| known == name) {
        node.unknown_name(format!("there is no environment `{name}`"), did_you_mean(name, names, "environments are"));
    }
}
