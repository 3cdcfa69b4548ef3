//! `metahost list`: the assets and whether they can run. Loads no plugin and reaches no source, so that it is quick and
//! works while everything else is down.

use anyhow::Result;
use metahost_config::{Asset, Availability, Secrets, process_environment};
use metahost_gateway::CassetteMode;
use serde::Serialize;

use crate::context::Context;
use crate::exit::Exit;
use crate::output;

#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    asset: Asset,
    status: Status,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "why")]
enum Status {
    Ready,
    NotConfigured(String),
    Unavailable(String),
}

/// Prints them.
pub async fn list(context: &Context, json: bool) -> Result<Exit> {
    let gateway = context.gateway(CassetteMode::Off)?;
    let secrets = Secrets::new(&context.config, gateway, process_environment);
    let plugins: Vec<String> = context.plugins().into_iter().map(|plugin| plugin.manifest.name).collect();
    context.warn_of_unread();
    let mut listed = Vec::new();
    for asset in context.config.assets() {
        let status = status(context, &secrets, &plugins, &asset).await?;
        listed.push(Listed { asset, status });
    }
    if json {
        output::json(&serde_json::json!({ "assets": listed, "schedules": context.config.schedules() }))?;
    } else {
        print(context, &listed)?;
    }
    Ok(Exit::Success)
}

async fn status(context: &Context, secrets: &Secrets, plugins: &[String], asset: &Asset) -> Result<Status> {
    if !asset.configured {
        return Ok(Status::NotConfigured(format!("add [sources.{}]", asset.source)));
    }
    if !plugins.contains(&asset.plugin) {
        return Ok(Status::Unavailable(format!("plugin `{}` is not installed", asset.plugin)));
    }
    let source = context.config.source(&asset.source)?;
    Ok(match secrets.availability(source).await {
        Availability::Ready => Status::Ready,
        Availability::Unavailable { why } => Status::Unavailable(why.to_string()),
    })
}

fn print(context: &Context, listed: &[Listed]) -> Result<()> {
    let mut table = output::table(&["ASSET", "SOURCE", "KIND", "SCHEDULES", "STATUS"]);
    for Listed { asset, status } in listed {
        let status = match status {
            Status::Ready => "ready".to_owned(),
            Status::NotConfigured(what) => format!("not configured: {what}"),
            Status::Unavailable(why) => format!("unavailable: {}", why.lines().next().unwrap_or_default()),
        };
        table.add_row([&asset.name, &asset.source, asset.kind.as_str(), &asset.schedules.join(", "), &status]);
    }
    output::print(&table)?;
    output::line("")?;
    let mut table = output::table(&["SCHEDULE", "CRON", "ASSETS", "STATUS"]);
    for schedule in context.config.schedules() {
        let assets = schedule.assets.len().to_string();
        table.add_row([schedule.name.as_str(), &schedule.cron, &assets, schedule.status.as_str()]);
    }
    output::print(&table)
}
