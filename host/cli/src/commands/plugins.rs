//! `metahost plugins`: what was found, and everything about one: what it asks for and what it is granted.

use anyhow::Result;
use metahost_runtime::Plugin;
use serde_json::Value;

use crate::args::PluginsCommand;
use crate::context::Context;
use crate::exit::Exit;
use crate::{output, sources};

/// Lists or shows.
pub async fn plugins(context: &Context, command: Option<PluginsCommand>) -> Result<Exit> {
    match command {
        None | Some(PluginsCommand::List) => list(context)?,
        Some(PluginsCommand::Show { name }) => show(context, &name).await?,
    }
    Ok(Exit::Success)
}

fn list(context: &Context) -> Result<()> {
    let mut table = output::table(&["PLUGIN", "VERSION", "CONTRACT", "IMPORTS", "DESCRIPTION"]);
    for plugin in context.plugins() {
        let manifest = plugin.manifest;
        let imports: Vec<String> = manifest.requests.imports.into_iter().collect();
        table.add_row([manifest.name, manifest.version, manifest.contract, imports.join(" "), manifest.description]);
    }
    output::print(&table)
}

async fn show(context: &Context, name: &str) -> Result<()> {
    let plugin = context.load(&context.engine()?, name).await?;
    let (manifest, descriptor) = (plugin.manifest(), plugin.descriptor());
    output::line(format!("{} {}: {}", manifest.name, manifest.version, manifest.description))?;
    output::line(format!("contract      metahost:source@{}", manifest.contract))?;
    let service =
        if descriptor.service_type.is_empty() { "adds to services of other sources" } else { &descriptor.service_type };
    output::line(format!("service       {service} ({})", descriptor.service_kind.as_str()))?;
    let sql = if descriptor.answers_sql { ", answers SQL" } else { "" };
    output::line(format!("delivers      {}{sql}", descriptor.capabilities.join(", ")))?;
    let imports: Vec<&str> = manifest.requests.imports.iter().map(String::as_str).collect();
    output::line(format!("asks for      {}", imports.join(", ")))?;
    output::line(format!("reaches       the origins of {}", manifest.requests.origins_from.join(", ")))?;
    grants(context, &plugin)?;
    credentials(&plugin)?;
    keys(&descriptor.config_schema)
}

/// What the sources that use it grant.
fn grants(context: &Context, plugin: &Plugin) -> Result<()> {
    output::line("\ngranted")?;
    let users: Vec<_> =
        context.config.sources().iter().filter(|source| source.plugin == plugin.manifest().name).collect();
    if users.is_empty() {
        return output::line("  nothing: no source uses it");
    }
    for source in users {
        let origins: Vec<String> = sources::origins(source, plugin).iter().map(ToString::to_string).collect();
        let grants = sources::grants(context, source);
        let folders =
            grants.folders.iter().map(|folder| format!("{} as {} (read-only)", folder.host.display(), folder.guest));
        let clock = grants.clock.then(|| "the clock".to_owned());
        let all: Vec<String> = origins.into_iter().chain(folders).chain(clock).collect();
        let all = if all.is_empty() { "no origin, no folder".to_owned() } else { all.join(", ") };
        output::line(format!("  to source `{}`: {all}", source.name))?;
    }
    Ok(())
}

fn credentials(plugin: &Plugin) -> Result<()> {
    output::line("\ncredential slots")?;
    let mut table = output::table(&["  SLOT", "KINDS", "REQUIRED", "FOR"]);
    for slot in &plugin.descriptor().credentials {
        let required = if slot.required { "yes" } else { "no" };
        table.add_row([&format!("  {}", slot.name), &slot.kinds.join(", "), required, &slot.description]);
    }
    output::print(&table)
}

/// The configuration's keys, nested ones with a dot.
fn keys(schema: &Value) -> Result<()> {
    output::line("\nconfiguration keys")?;
    let mut table = output::table(&["  KEY", "TYPE", "REQUIRED", "DEFAULT", "MEANING"]);
    add_keys(&mut table, schema, "");
    output::print(&table)
}

fn add_keys(table: &mut comfy_table::Table, schema: &Value, prefix: &str) {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let name = format!("{prefix}{key}");
        let default = property.get("default").map(Value::to_string).unwrap_or_default();
        let needed = if required.contains(&key.as_str()) { "yes" } else { "" };
        let meaning = property["description"].as_str().unwrap_or_default();
        table.add_row([&format!("  {name}"), &kind(property), needed, &default, meaning]);
        add_keys(table, property, &format!("{name}."));
    }
}

fn kind(property: &Value) -> String {
    if let Some(values) = property["enum"].as_array() {
        return values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|");
    }
    match &property["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|"),
        _ => String::new(),
    }
}
