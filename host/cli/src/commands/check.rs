//! `metahost check`: the configuration, the plugins, the secrets and the connections, one line each.

mod remedy;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use metahost_config::{Secrets, Source, process_environment};
use metahost_gateway::CassetteMode;
use metahost_runtime::{Engine, Plugin, TestStep};
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::exit::{self, Exit};
use crate::sources::{self, Shared, bind};
use crate::{output, sinks};

/// Collects the worst of what was found.
struct Findings(Exit);

impl Findings {
    fn good(what: &str, said: &str) -> Result<()> {
        output::line(format!("ok    {what}: {said}"))
    }

    fn bad(&mut self, what: &str, error: &anyhow::Error) -> Result<()> {
        self.0 = self.0.max(exit::of(error));
        output::line(format!("FAIL  {what}: {error:#}"))
    }

    fn note<T>(&mut self, what: &str, result: Result<T>, said: impl FnOnce(&T) -> String) -> Result<Option<T>> {
        match result {
            Ok(value) => Self::good(what, &said(&value)).map(|()| Some(value)),
            Err(error) => self.bad(what, &error).map(|()| None),
        }
    }
}

/// Checks.
pub async fn check(context: &Context, names: &[String], offline: bool, environment: Option<&str>) -> Result<Exit> {
    let mut findings = Findings(Exit::Success);
    let sections = sections(context, names)?;
    Findings::good(
        "configuration",
        &format!("{}, {} sources", context.config.file().display(), context.config.sources().len()),
    )?;
    let gateway = context.gateway(CassetteMode::Off)?;
    let secrets = Secrets::new(&context.config, gateway.clone(), process_environment);
    if !offline {
        check_catalog(context, &gateway, &secrets, environment, &mut findings).await?;
    }
    let engine = context.engine()?;
    let store = Arc::new(metahost_store::MemoryStore::default());
    let shared = Shared { gateway, secrets, store };
    for section in sections {
        check_source(context, &engine, &shared, section, offline, &mut findings).await?;
    }
    Ok(findings.0)
}

fn sections<'a>(context: &'a Context, names: &[String]) -> Result<Vec<&'a Source>> {
    if names.is_empty() {
        return Ok(context.config.sources().iter().collect());
    }
    names.iter().map(|name| Ok(context.config.source(name)?)).collect()
}

async fn check_catalog(
    context: &Context,
    gateway: &metahost_gateway::Gateway,
    secrets: &Secrets,
    environment: Option<&str>,
    findings: &mut Findings,
) -> Result<()> {
    let environment = context.config.environment(environment)?;
    let what = format!("environment {}", environment.name);
    if environment.sink != metahost_config::Sink::OpenMetadata {
        return Findings::good(&what, &format!("writes to the {} sink", environment.sink.as_str()));
    }
    let connected = sinks::connect(environment, gateway, secrets).await;
    findings.note(&what, connected, metahost_catalog::Catalog::describe).map(drop)
}

async fn check_source(
    context: &Context,
    engine: &Engine,
    shared: &Shared,
    section: &Source,
    offline: bool,
    findings: &mut Findings,
) -> Result<()> {
    let what = format!("source {}", section.name);
    let loaded = context.load(engine, &section.plugin).await;
    let describe = |plugin: &Arc<Plugin>| format!("plugin {} {}", plugin.manifest().name, plugin.manifest().version);
    let Some(plugin) = findings.note(&what, loaded, describe)? else { return Ok(()) };
    if offline {
        let fits = sources::check(section, &plugin);
        return findings.note(&format!("{what} settings"), fits, |()| "as the plugin wants them".to_owned()).map(drop);
    }
    let source = match bind(context, shared, section, Arc::clone(&plugin), None).await {
        Ok(source) => source,
        Err(error) => return findings.bad(&what, &error),
    };
    for step in &plugin.descriptor().test_steps {
        if !check_step(&source, section, step, findings).await? && step.short_circuit {
            let left = "the steps after it make no sense before this one succeeds, and were left out";
            output::line(format!("      {left}"))?;
            break;
        }
    }
    Ok(())
}

/// Whether the step succeeded. One that the source can do without is a warning.
async fn check_step(
    source: &metahost_runtime::Source,
    section: &Source,
    step: &TestStep,
    findings: &mut Findings,
) -> Result<bool> {
    let started = Instant::now();
    let said = source.test(&step.name, &CancellationToken::new()).await;
    let what = format!("source {} {} ({})", section.name, step.name, took(started.elapsed()));
    let Err(error) = said else {
        Findings::good(&what, &said.unwrap_or_default())?;
        return Ok(true);
    };
    let remedy = remedy::of(&error, section);
    if step.mandatory {
        findings.bad(&what, &error.into())?;
    } else {
        output::line(format!("warn  {what}: {error}"))?;
    }
    output::line(format!("      it checks: {}", step.description))?;
    remedy.map_or(Ok(()), |remedy| output::line(format!("      what to do: {remedy}")))?;
    Ok(false)
}

/// A time as people read it.
fn took(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
