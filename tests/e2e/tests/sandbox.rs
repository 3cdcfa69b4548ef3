//! A guest that misbehaves ends its own split only, with an error that names the limit and the setting.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use metahost_e2e::{Finished, Project, dist, profiling};

/// A source with one bad split and one good one, under small limits.
fn hostile(misdeed: &str, more: &str) -> Result<Project> {
    Project::new(&format!(
        r#"
[sources.bad]
plugin = "hostile"
config = {{ misdeed = "{misdeed}" }}
limits = {{ cpu-ms = 400, memory-mib = 64, emitted-mib = 32, host-calls = 20000, requests = 50, wall-s = 30, log-lines = 500, retries = 0 }}
{more}

[assets.bad]
source = "bad"
kind = "metadata"
"#
    ))
}

/// Runs it: the bad split fails with these words, the good one lands.
fn misbehave(misdeed: &str, more: &str, words: &[&str]) -> Result<Finished> {
    let project = hostile(misdeed, more)?;
    let finished =
        project.run(&["run", "bad", "--report", "report.json"])?.expect_code(5).context(misdeed.to_owned())?;
    let report = project.json("report.json")?;
    let failures = report["assets"][0]["failures"].as_array().context("no failures")?;
    assert_eq!(failures.len(), 1, "only the bad split: {failures:?}");
    assert_eq!(failures[0]["split"], "bad");
    let message = failures[0]["message"].as_str().unwrap_or_default();
    for word in words {
        assert!(message.contains(word), "{misdeed}: `{word}` is not in: {message}");
    }
    project.run(&["catalog", "show", "bad.good.well.behaved"])?.expect_code(0).context("the good split must land")?;
    Ok(finished)
}

#[test]
fn each_limit_is_named_with_its_value_and_setting() -> Result<()> {
    for (misdeed, words) in [
        ("loop", ["cpu limit", "cpu-ms = 400"]),
        ("memory", ["memory limit", "memory-mib = 64"]),
        ("flood", ["emitted bytes limit", "emitted-mib = 32"]),
        ("calls", ["host call limit", "host-calls = 20000"]),
        ("chatter", ["log line limit", "log-lines = 500"]),
    ] {
        misbehave(misdeed, "", &words)?;
    }
    misbehave("requests", "origins = [\"http://127.0.0.1:9\"]", &["request limit", "requests = 50"])?;
    Ok(())
}

#[test]
fn a_crash_is_told_with_the_guests_last_words() -> Result<()> {
    misbehave("trap", "", &["crashed", "deliberately crashed"])?;
    misbehave("stack", "", &["crashed"])?;
    misbehave("print", "", &["crashed"])?;
    Ok(())
}

#[test]
fn garbage_and_lies_are_named() -> Result<()> {
    misbehave("garbage", "", &["names column 99 as its parent", "bad.gar.bage"])?;
    misbehave("lie", "", &["says it emitted 1 records, but 0 arrived"])?;
    Ok(())
}

#[test]
fn rows_that_a_plugin_hands_over_are_profiled_and_what_is_none_is_told() -> Result<()> {
    let profiling = "[assets.rows]\nsource = \"bad\"\nkind = \"profiling\"";
    for (misdeed, code) in [("none", 0), ("rows", 4), ("long-rows", 4)] {
        let project = hostile(misdeed, profiling)?;
        project.run(&["run", "bad"])?.expect_code(0)?;
        project.run(&["run", "rows", "--report", "report.json"])?.expect_code(code).context(misdeed)?;
        let report = project.json("report.json")?;
        let rejected = report["assets"][0]["rejected"].as_array().context("no list")?;
        assert_eq!(rejected.len(), usize::from(misdeed != "none"), "{report:#}");
        assert!(rejected.iter().all(|record| record.to_string().contains("bad.bad.rows.of")), "{report:#}");
        assert_eq!(report["assets"][0]["profiling"]["tables"]["rows"], 1, "{report:#}");
        let profile = profiling::shown(&project, "bad.good.well.behaved")?;
        let columns = profiling::columns(&profile);
        assert_eq!((&profile["rows"], &columns["id"]["metrics"]["sum"]["value"]), (&5.into(), &15.into()));
        assert_eq!(columns["text"]["metrics"]["distinctCount"]["value"], 5, "both pieces are one table");
    }
    Ok(())
}

#[test]
fn what_was_not_granted_is_not_reached() -> Result<()> {
    misbehave("origin", "", &["may not reach http://127.0.0.1:9", "sources.bad.origins"])?;
    misbehave("metadata", "allow-private = true", &["may not reach http://169.254.169.254"])?;
    misbehave("slot", "origins = [\"http://127.0.0.1:9\"]", &["somebody-elses", "sources.bad.credentials"])?;
    misbehave("file", "", &["no file"])?;
    misbehave("environment", "", &["no environment"])?;
    Ok(())
}

#[test]
fn a_guest_that_ignores_the_end_is_dropped_within_a_second() -> Result<()> {
    for misdeed in ["stubborn", "loop"] {
        let project = hostile(misdeed, "")?;
        let text = project
            .read("metahost.toml")?
            .replace("cpu-ms = 400", "cpu-ms = 600000")
            .replace("= 20000", "= 1000000000");
        std::fs::write(project.folder().join("metahost.toml"), text)?;
        let mut child = project.start(&["run", "bad"])?;
        std::thread::sleep(Duration::from_millis(1_500));
        let asked = Instant::now();
        let status = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
        assert!(status.success() && child.try_wait()?.is_none(), "{misdeed} ran until Ctrl-C");
        let code = child.wait()?.code();
        assert_eq!(code, Some(130), "{misdeed}");
        // A second for the guest, and some for a busy machine.
        assert!(asked.elapsed() < Duration::from_secs(4), "{misdeed} took {:?}", asked.elapsed());
        project.run(&["catalog", "list"])?.expect_code(0).context("the catalog is whole")?;
    }
    Ok(())
}

/// The hostile plugin with something changed, in a folder of its own.
fn changed_plugin(change: impl Fn(&std::path::Path) -> Result<()>) -> Result<Finished> {
    let project = hostile("none", "")?;
    let folder = project.folder().join("changed/hostile");
    std::fs::create_dir_all(&folder)?;
    for file in ["plugin.toml", "hostile.wasm"] {
        std::fs::copy(dist().join("hostile/hostile").join(file), folder.join(file))?;
    }
    change(&folder)?;
    let text = project.read("metahost.toml")?;
    let plugins = text.lines().find(|line| line.starts_with("plugins")).context("no plugins")?.to_owned();
    std::fs::write(project.folder().join("metahost.toml"), text.replace(&plugins, "plugins = [\"changed\"]"))?;
    project.run(&["run", "bad"])
}

fn edit(file: &std::path::Path, from: &str, to: &str) -> Result<()> {
    let text = std::fs::read_to_string(file)?;
    assert!(text.contains(from), "{from} is not in {text}");
    Ok(std::fs::write(file, text.replace(from, to))?)
}

#[test]
fn imports_beyond_the_manifest_are_refused_by_name() -> Result<()> {
    let finished =
        changed_plugin(|folder| edit(&folder.join("plugin.toml"), "\"http\", \"filesystem\"", "\"filesystem\""))?;
    let finished = finished.expect_code(3)?;
    assert!(finished.all().contains("metahost:source/http@0.1.0"), "{}", finished.all());
    Ok(())
}

#[test]
fn broken_plugins_say_what_is_wrong() -> Result<()> {
    let toml = |from: &'static str, to: &'static str| {
        changed_plugin(move |folder| edit(&folder.join("plugin.toml"), from, to))
    };
    for (finished, words) in [
        (toml("contract = \"0.1\"", "contract = \"9.9\"")?, "this host speaks 0.1"),
        (toml("name = \"hostile\"", "name = \"other\"")?, "there is no plugin `hostile`"),
        (toml("wasm = \"hostile.wasm\"", "wasm = \"gone.wasm\"")?, "gone.wasm is missing"),
        (toml("description", "descriptoin")?, "descriptoin"),
        (
            changed_plugin(|folder| Ok(std::fs::write(folder.join("hostile.wasm"), "not wasm")?))?,
            "no WebAssembly component",
        ),
    ] {
        let finished = finished.expect_code(3)?;
        assert!(finished.all().contains(words), "`{words}` is not in: {}", finished.all());
    }
    Ok(())
}

#[test]
fn dropping_a_folder_in_is_all_it_takes() -> Result<()> {
    let project = hostile("none", "")?;
    let listed = project.run(&["plugins"])?.expect_code(0)?.out;
    assert!(["hostile", "trino", "dbt"].iter().all(|name| listed.contains(name)), "{listed}");
    project.run(&["run", "bad"])?.expect_code(0)?;
    Ok(())
}
