//! What a good file means: defaults, what is built in, and what sections change.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::common::{parse, schema_complaints};
use metahost_config::{AssetKind, Config, ScheduleStatus, Sink, starter};

const FULL: &str = include_str!("../examples/full.toml");

const ASSETS: [&str; 12] = [
    "openmetadata__trino__metadata",
    "openmetadata__dbt__metadata",
    "openmetadata__dagster__metadata",
    "openmetadata__superset__metadata",
    "openmetadata__airbyte__metadata",
    "openmetadata__s3__metadata",
    "openmetadata__iceberg__metadata",
    "openmetadata__redash__metadata",
    "openmetadata__trino__lineage",
    "openmetadata__dbt__lineage",
    "openmetadata__trino__profiling",
    "openmetadata__iceberg__profiling",
];

#[test]
fn an_empty_file_has_the_twelve_assets_and_two_stopped_schedules() {
    let config = parse("").unwrap();
    let assets = config.assets();
    assert_eq!(assets.iter().map(|asset| asset.name.as_str()).collect::<Vec<_>>(), ASSETS);
    assert!(assets.iter().all(|asset| !asset.configured && asset.plugin == asset.source));
    let [all, critical] = config.schedules() else { panic!("{:?}", config.schedules()) };
    assert_eq!((all.name.as_str(), all.cron.as_str()), ("metadata_ingestion_schedule", "0 2 * * *"));
    assert_eq!(all.assets, ASSETS);
    assert_eq!((critical.name.as_str(), critical.cron.as_str()), ("critical_metadata_schedule", "0 */4 * * *"));
    let names = ["trino__metadata", "dbt__metadata", "dbt__lineage", "dagster__metadata"];
    assert_eq!(critical.assets, names.map(|name| format!("openmetadata__{name}")));
    assert!(config.schedules().iter().all(|schedule| schedule.status == ScheduleStatus::Stopped));
    assert_eq!(config.asset(ASSETS[1]).unwrap().schedules, [all.name.as_str(), critical.name.as_str()]);
}

#[test]
fn dev_stays_on_this_machine_until_a_server_is_configured() {
    let config = parse("").unwrap();
    let dev = config.environment(None).unwrap();
    assert_eq!((dev.name.as_str(), dev.sink, dev.server()), ("dev", Sink::Local, None));
    let server = |name| config.environment(Some(name)).unwrap().server().cloned().unwrap();
    assert_eq!(server("qa").url.as_str(), "https://openmetadata-qa.odl.mit.edu/api");
    assert_eq!(server("production").url.as_str(), "https://openmetadata.odl.mit.edu/api");
    assert_eq!(server("production").token.to_string(), "vault:secret-data/dagster/openmetadata#jwt_token");
    let config = parse("[environments.dev]\nsink = \"openmetadata\"\n").unwrap();
    assert_eq!(config.environment(Some("dev")).unwrap().server().unwrap().url.as_str(), "http://localhost:8585/api");
    let config = parse("[environments.dev]\nopenmetadata = { token = \"env:OM_TOKEN\" }\n").unwrap();
    assert_eq!(config.environment(None).unwrap().server().unwrap().token.to_string(), "env:OM_TOKEN");
}

#[test]
fn sections_change_what_is_built_in_and_add_to_it() {
    let config = parse(FULL).unwrap();
    assert_eq!(config.assets().len(), 13);
    let metadata = config.asset("openmetadata__trino__metadata").unwrap();
    assert_eq!((metadata.source.as_str(), metadata.plugin.as_str(), metadata.configured), ("warehouse", "trino", true));
    let usage = config.asset("openmetadata__warehouse__usage").unwrap();
    assert_eq!(usage.kind, AssetKind::Usage);
    assert_eq!(usage.schedules, ["metadata_ingestion_schedule", "hourly_usage"]);
    let all = &config.schedules()[0];
    assert_eq!((all.cron.as_str(), all.status, all.assets.len()), ("0 2 * * *", ScheduleStatus::Running, 13));
    assert_eq!(config.environment(None).unwrap().name, "staging");
    assert_eq!(config.environment(Some("production")).unwrap().sink, Sink::Jsonl);
}

#[test]
fn a_source_is_read_with_its_rights_and_limits() {
    let config = parse(FULL).unwrap();
    let source = config.source("warehouse").unwrap();
    assert_eq!(source.config["window"], serde_json::json!({ "days": 7, "from": "2026-01-01" }));
    assert_eq!(source.filters.patterns["table"].excludes, ["_tmp$"]);
    assert!(source.filters.use_fqn_for_filtering && source.grants.clock && source.allow_private);
    let access = source.access(std::collections::BTreeMap::new());
    assert_eq!((access.owner.as_str(), access.settings.as_str()), ("warehouse", "sources.warehouse"));
    assert_eq!(access.origins.len(), 2);
    assert_eq!((access.limits.max_in_flight, access.limits.retries), (8, 0));
    assert_eq!((access.limits.timeout, access.limits.max_response_bytes), (Duration::from_secs(30), 64 << 20));
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let config = Config::parse(FULL, Path::new("etc/metahost.toml")).unwrap();
    assert_eq!(config.plugin_folders(), [PathBuf::from("etc/plugins"), "/opt/metahost/plugins".into()]);
    assert_eq!(config.state_folder(), Path::new("etc/.metahost"));
    assert_eq!(config.gateway_options().ca_files, [Path::new("etc/ca.pem")]);
    let folder = &config.source("warehouse").unwrap().grants.folders[0];
    assert_eq!((config.resolve(&folder.host), folder.guest.as_str()), (PathBuf::from("etc/target"), "/artifacts"));
}

#[test]
fn the_schema_accepts_every_example() {
    let examples =
        [FULL, include_str!("../examples/vault-token.toml"), include_str!("../examples/vault-kubernetes.toml")];
    for example in examples.into_iter().chain([starter(), &uncommented(starter())]) {
        assert_eq!(schema_complaints(example), Vec::<String>::new(), "{example}");
        parse(example).unwrap();
    }
}

#[test]
fn what_the_starter_shows_in_comments_can_be_used() {
    let config = parse(&uncommented(starter())).unwrap();
    assert_eq!(config.sources().iter().map(|source| source.name.as_str()).collect::<Vec<_>>(), ["dbt", "trino"]);
    assert!(config.vault.is_some() && config.environment(None).unwrap().server().is_some());
}

/// The starter with its examples turned on: comments that are TOML, not prose.
fn uncommented(text: &str) -> String {
    let uncomment = |line: &'static str| match line.strip_prefix("# ") {
        Some(code) if code.starts_with('[') || code.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => {
            code
        }
        _ => line,
    };
    let lines: Vec<&str> = text.to_owned().leak().lines().map(uncomment).collect();
    lines.join("\n")
}
