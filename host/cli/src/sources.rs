//! From a source's section to a source that can be read: plugin, grants, credentials and limits come together here.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use metahost_config::{Secrets, Source as Section};
use metahost_gateway::{Credential, Gateway, OriginRule};
use metahost_model::{EntityPath, Service, TestCase};
use metahost_pipeline::{Expected, Filters, IdentityRules, Patterns, QueryOptions, QueryRules};
use metahost_profile::quality::Test;
use metahost_runtime::{Folder, Grants, Limits, Plugin, ProgressListener, Source, SourceSpec, locate};
use metahost_store::Store;

use crate::context::Context;
use crate::exit::Misconfigured;

/// What every source of a run shares.
pub struct Shared {
    /// The way out.
    pub gateway: Gateway,
    /// Where secrets come from.
    pub secrets: Secrets,
    /// Where state is kept.
    pub store: Arc<dyn Store>,
}

/// Binds a plugin to its section.
pub async fn bind(
    context: &Context,
    shared: &Shared,
    section: &Section,
    plugin: Arc<Plugin>,
    listener: Option<Arc<dyn ProgressListener>>,
) -> Result<Source> {
    let name = &section.name;
    check(section, &plugin)?;
    let credentials =
        shared.secrets.credentials(section).await.with_context(|| format!("the credentials of source `{name}`"))?;
    let mut access = section.access(filled(&plugin, credentials));
    access.origins = origins(section, &plugin);
    let spec = SourceSpec {
        name: name.clone(),
        config: section.config.clone(),
        client: shared.gateway.client(access),
        store: Arc::clone(&shared.store),
        grants: grants(context, section),
        limits: limits(section, &plugin),
        listener,
    };
    Ok(Source::bind(plugin, spec)?)
}

/// Whether a section fits its plugin, as far as can be told without its secrets and its server.
pub fn check(section: &Section, plugin: &Plugin) -> Result<()> {
    section.check_config(&plugin.descriptor().config_schema)?;
    tests(section)?;
    check_slots(section, plugin)?;
    check_required(section, plugin)
}

/// The tests of a source, each of which can be read.
pub fn tests(section: &Section) -> Result<Vec<TestCase>> {
    section.tests.iter().map(test).collect()
}

fn test(test: &metahost_config::Test) -> Result<TestCase> {
    let wrong = |error: String| Misconfigured(format!("{}: {error}", test.place));
    let mut parameters = test.parameters.clone();
    // OpenMetadata lets one value of the set be enough unless it is told otherwise, which is not what the name says.
    if test.definition == "columnValuesToBeInSet" && !parameters.iter().any(|(name, _)| name == "matchEnum") {
        parameters.push(("matchEnum".to_owned(), "true".to_owned()));
    }
    Test::new(test.definition, &test.column, &parameters).map_err(|error| wrong(error.to_string()))?;
    Ok(TestCase {
        name: test.name.clone(),
        display_name: None,
        service: None,
        table: EntityPath::new(test.table.clone()).map_err(|error| wrong(error.to_string()))?,
        column: test.column.clone(),
        definition: test.definition.to_owned(),
        platform: "OpenMetadata".to_owned(),
        description: test.description.clone(),
        parameters,
        sql: None,
        owners: Vec::new(),
        tags: Vec::new(),
    })
}

/// A credential goes into a slot that the plugin has, and is of a kind that the slot takes: else the source would be read
/// without it.
fn check_slots(section: &Section, plugin: &Plugin) -> Result<()> {
    let slots = &plugin.descriptor().credentials;
    for (name, credential) in &section.credentials {
        let setting = format!("[sources.{}.credentials.{name}]", section.name);
        let Some(slot) = slots.iter().find(|slot| slot.name == *name) else {
            let names: Vec<_> = slots.iter().map(|slot| slot.name.as_str()).collect();
            let known =
                if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
            let message = format!("{setting}: plugin `{}` has no credential slot `{name}`; {known}", section.plugin);
            return Err(Misconfigured(message).into());
        };
        if !slot.kinds.iter().any(|kind| kind == credential.kind()) {
            let (found, kinds) = (credential.kind(), slot.kinds.join(", "));
            return Err(
                Misconfigured(format!("{setting}: the slot takes no `{found}`; `kind` is one of {kinds}")).into()
            );
        }
    }
    Ok(())
}

/// A slot that the source can't be read without has a credential.
fn check_required(section: &Section, plugin: &Plugin) -> Result<()> {
    let empty = |name: &str| !section.credentials.contains_key(name);
    let Some(slot) = plugin.descriptor().credentials.iter().find(|slot| slot.required && empty(&slot.name)) else {
        return Ok(());
    };
    let (setting, kinds) = (format!("[sources.{}.credentials.{}]", section.name, slot.name), slot.kinds.join(", "));
    let message = format!("plugin `{}` needs a credential: add {setting} with `kind` one of {kinds}", section.plugin);
    Err(Misconfigured(message).into())
}

/// Every slot of the plugin has something in it: an optional one that is not configured adds nothing to requests.
fn filled(plugin: &Plugin, mut credentials: BTreeMap<String, Credential>) -> BTreeMap<String, Credential> {
    for slot in &plugin.descriptor().credentials {
        credentials.entry(slot.name.clone()).or_insert(Credential::None);
    }
    credentials
}

/// The origins a source may reach: those the operator lists, else those of the addresses that the operator configured
/// at the places its plugin names.
pub fn origins(section: &Section, plugin: &Plugin) -> Vec<OriginRule> {
    if !section.origins.is_empty() {
        return section.origins.clone();
    }
    let pointers = &plugin.manifest().requests.origins_from;
    let urls = pointers.iter().filter_map(|pointer| section.config.pointer(pointer)?.as_str());
    urls.filter_map(|url| OriginRule::from_url(url).ok()).collect()
}

/// What a source is granted, with its folders relative to the configuration file.
pub fn grants(context: &Context, section: &Section) -> Grants {
    let folder = |folder: &metahost_config::GrantedFolder| Folder {
        host: context.config.resolve(&folder.host),
        guest: folder.guest.clone(),
    };
    Grants { folders: section.grants.folders.iter().map(folder).collect(), clock: section.grants.clock }
}

/// The operator's limits, else the plugin's wishes, else the host's.
pub fn limits(section: &Section, plugin: &Plugin) -> Limits {
    let (set, wanted, default) = (&section.limits, &plugin.manifest().limits, Limits::default());
    Limits {
        memory_mib: set.memory_mib.or(wanted.memory_mib).unwrap_or(default.memory_mib),
        cpu_ms: set.cpu_ms.or(wanted.cpu_ms).unwrap_or(default.cpu_ms),
        wall_s: set.wall_s.unwrap_or(default.wall_s),
        host_calls: set.host_calls.unwrap_or(default.host_calls),
        requests: set.requests.unwrap_or(default.requests),
        emitted_mib: set.emitted_mib.unwrap_or(default.emitted_mib),
        log_lines: set.log_lines.unwrap_or(default.log_lines),
        response_mib: set.response_mib.unwrap_or(default.response_mib),
    }
}

/// The service that a source writes below. One without a service type of its own adds to a service of another source.
pub fn service(section: &Section, plugin: &Plugin) -> Service {
    let descriptor = plugin.descriptor();
    Service {
        name: section.service.clone(),
        kind: descriptor.service_kind,
        service_type: descriptor.service_type.clone(),
        display_name: section.service_display_name.clone(),
        description: section.description.clone(),
        borrowed: descriptor.service_type.is_empty(),
    }
}

/// Which names may be one table, and which services may hold them. A plugin that does not say what it reads counts from
/// its first run on.
pub fn identity(context: &Context) -> IdentityRules {
    let section = &context.config.identity;
    if !section.enabled {
        return IdentityRules::off();
    }
    let (plugins, _broken) = locate(&context.config.plugin_folders());
    let expected = context.config.sources().iter().filter_map(|source| {
        let plugin = plugins.iter().find(|plugin| plugin.manifest.name == source.plugin)?;
        let service = plugin.manifest.service.as_ref()?;
        Expected::new(&source.service, service.kind, &service.service_type)
    });
    let rules = IdentityRules::default().preferring(section.prefer.clone()).expecting(expected.collect());
    let rules = section.same.iter().fold(rules, |rules, names| rules.same(names));
    section.different.iter().fold(rules, |rules, names| rules.different(names))
}

/// Filter patterns as the pipeline takes them.
pub fn filters(section: &Section) -> Result<Filters> {
    let patterns = |pattern: &metahost_config::FilterPattern| Patterns {
        includes: pattern.includes.clone(),
        excludes: pattern.excludes.clone(),
    };
    let all = section.filters.patterns.iter().map(|(kind, pattern)| ((*kind).to_owned(), patterns(pattern)));
    Ok(Filters::new(all.collect(), section.filters.use_fqn_for_filtering)?)
}

/// What the pipeline does with queries.
pub fn queries(section: &Section, counts_reads: bool, starts_over: bool) -> Result<QueryOptions> {
    let default = QueryOptions::default();
    Ok(QueryOptions {
        rules: QueryRules::new(section.queries.exclude.clone())?,
        per_table: section.queries.per_table.map_or(default.per_table, |count| count as usize),
        counts_reads,
        starts_over,
    })
}
