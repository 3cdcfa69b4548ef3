//! Connectors over a bad way to their real servers, Redash's and Airbyte's to their stand-ins: a storm of 429, answers that break off, a server that is started anew
//! in the middle. What lands is, line by line, what lands over a good way.

use anyhow::{Context, Result, ensure};
use metahost_e2e::unreliable::{Unreliable, Weather};
use metahost_e2e::{Project, airbyte, redash};
use metahost_stack::Server;
use serde_json::Value;

const KEYS: &str =
    "kind = \"aws-sigv4\"\naccess-key-id = \"env:S3_ID\"\nsecret-access-key = \"env:S3_KEY\"\nregion = \"us-east-1\"\n";

/// The lines of JSON that a run over this way writes, as if it had been the good one.
fn lines(source: &str, section: &str, server: &str, way: &str) -> Result<String> {
    let (id, key) = metahost_stack::s3_credentials();
    let project = Project::new(&section.replace(server, way))?
        .env("S3_ID", id)
        .env("S3_KEY", key)
        .env("SUPERSET_PASSWORD", "stack")
        .env("SECRET", "hunter2")
        .env("KEY", redash::KEY);
    let asset = format!("openmetadata__{source}__metadata");
    project.run(&["run", &asset, "--sink", "jsonl", "--output", "out.jsonl"])?.expect_code(0)?;
    let text = project.read("out.jsonl")?.replace(way, server);
    // A fingerprint is made of addresses, too, and those of the way are others.
    let line = |line: &str| -> Result<String> {
        let mut line: Value = serde_json::from_str(line)?;
        line.as_object_mut().map(|line| line.remove("fingerprint"));
        Ok(format!("{line}\n"))
    };
    text.lines().map(line).collect()
}

/// The same source in every weather.
fn weathers(source: &str, server: &str, section: &str) -> Result<()> {
    let good = lines(source, section, server, server)?;
    ensure!(good.lines().count() > 3, "{source} wrote almost nothing: {good}");
    for weather in [Weather::Storm, Weather::Breaks, Weather::Restart(2)] {
        let way = Unreliable::before(server, weather)?;
        let bad = lines(source, section, server, &way.url())?;
        ensure!(way.struck() > 0, "{source}: {weather:?} never struck");
        ensure!(bad == good, "{source}: {weather:?} changed what was read: {}", first_difference(&good, &bad));
    }
    Ok(())
}

/// A real server. `more` has `{}` where its address is meant.
fn real(source: &str, server: Server, more: &str) -> Result<()> {
    metahost_stack::up(&[server])?;
    let head = format!("[sources.{source}]\nplugin = \"{source}\"\nallow-private = true\n");
    let section = format!("{head}{}", more.replace("{keys}", KEYS).replace("{}", &server.url()));
    weathers(source, &server.url(), &section)
}

/// A stand-in that the section names.
fn stand_in(source: &str, section: &str) -> Result<()> {
    let start = section.find("http://127.0.0.1:").context("no stand-in is named")?;
    let port = section[start + "http://".len()..].find(['"', '/']).context("its address does not end")?;
    weathers(source, &section[start..start + "http://".len() + port], section)
}

fn first_difference(good: &str, bad: &str) -> String {
    let differs = good.lines().zip(bad.lines()).find(|(good, bad)| good != bad);
    let counts = format!("{} and {} lines", good.lines().count(), bad.lines().count());
    differs.map_or(counts.clone(), |(good, bad)| format!("{counts}\n{good}\n{bad}"))
}

#[test]
fn trino_is_read_in_any_weather() -> Result<()> {
    let section = "config = { url = \"{}\", catalogs = [\"iceberg\"] }\nfilters = { schema = { includes = [\"^(bronze|gold)$\"] } }\n";
    real("trino", Server::Trino, section)
}

#[test]
fn iceberg_is_read_in_any_weather() -> Result<()> {
    let section = "config = { url = \"{}\", database = \"lake\" }\nfilters = { schema = { excludes = [\"^zz_\"] } }\n";
    real("iceberg", Server::Iceberg, section)
}

#[test]
fn dagster_is_read_in_any_weather() -> Result<()> {
    real("dagster", Server::Dagster, "config = { url = \"{}\" }\n")
}

#[test]
fn superset_is_read_in_any_weather() -> Result<()> {
    let section = "config = { url = \"{}\" }\n[sources.superset.credentials.superset]\nkind = \"login\"\n\
                   login-url = \"{}/api/v1/security/login\"\nusername = \"admin\"\npassword = \"env:SUPERSET_PASSWORD\"\n\
                   fields = { provider = \"db\" }\n";
    real("superset", Server::Superset, section)
}

#[test]
fn s3_is_read_in_any_weather() -> Result<()> {
    let section = "config = { endpoint = \"{}\", region = \"us-east-1\", buckets = [\"landing\"] }\n\
                   [sources.s3.credentials.s3]\n{keys}";
    real("s3", Server::S3, section)
}

#[test]
fn dbt_is_read_in_any_weather() -> Result<()> {
    let section = "service = \"trino\"\n[sources.dbt.config.s3]\nuri = \"s3://landing/dbt\"\nendpoint = \"{}\"\n\
                   region = \"us-east-1\"\npath-style = true\n[sources.dbt.credentials.artifacts]\n{keys}";
    real("dbt", Server::S3, section)
}

#[test]
fn redash_is_read_in_any_weather() -> Result<()> {
    stand_in("redash", &redash::source()?)
}

#[test]
fn airbyte_is_read_in_any_weather_with_tokens_that_end_in_the_middle() -> Result<()> {
    stand_in("airbyte", &airbyte::source()?)
}
