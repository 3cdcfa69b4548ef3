//! Bad input: each has its own clear error and exit code, and nothing is half-written.

use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use metahost_e2e::answers::answering;
use metahost_e2e::{Finished, Project, StandIn, dist};

/// Runs a command of a project and checks code and words.
fn refused(project: &Project, arguments: &[&str], code: i32, words: &[&str]) -> Result<Finished> {
    let finished = project.run(arguments)?.expect_code(code).with_context(|| format!("{arguments:?}"))?;
    let said = finished.all();
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
    Ok(finished)
}

/// A source that needs nothing.
const QUIET: &str = "[sources.quiet]\nplugin = \"hostile\"\nconfig = { misdeed = \"none\" }\n[assets.quiet]\nsource = \"quiet\"\nkind = \"metadata\"\n";

#[test]
fn configurations_that_are_wrong() -> Result<()> {
    let empty = tempfile::tempdir()?;
    let output = Command::new(dist().join("metahost")).arg("list").current_dir(empty.path()).output()?;
    let said = Finished::of(&output);
    assert_eq!(said.code, 3);
    assert!(
        said.err.contains("there is no such configuration file") && said.err.contains("metahost init"),
        "{}",
        said.err
    );
    for (text, words) in [
        ("[project\n", &["metahost.toml:"][..]),
        (
            "[sources.t]\nplugin = \"trino\"\nfilters = { table = { inclues = [\"a\"] } }\n",
            &["metahost.toml:3", "inclues", "includes"],
        ),
        (
            "[sources.t]\nplugin = \"trino\"\nconfig = { url = \"http://127.0.0.1:1\" }\n[sources.t.credentials.trino]\nkind = \"bearer\"\ntoken = \"hunter2\"\n",
            &["metahost.toml:6", "env:"],
        ),
        ("[schedules.s]\ncron = \"every day\"\nassets = \"*\"\n", &["metahost.toml:2", "cron"]),
        (
            "[assets.a]\nsource = \"nowhere\"\nkind = \"metadata\"\n",
            &["metahost.toml:2", "there is no source `nowhere`"],
        ),
    ] {
        let finished = refused(&Project::with_file(text)?, &["list"], 3, words)?;
        assert!(!finished.all().contains("hunter2"), "a secret written into the file is not repeated");
    }
    Ok(())
}

#[test]
fn names_that_do_not_exist() -> Result<()> {
    let project = Project::new(QUIET)?;
    refused(&project, &["run", "openmetadata__trino__metadat"], 3, &["openmetadata__trino__metadata"])?;
    refused(&project, &["run", "openmetadata__trino__metadata"], 3, &["[sources.trino]"])?;
    refused(&project, &["run", "openmetadata__trino__profiling"], 3, &["openmetadata__trino__profiling"])?;
    refused(&project, &["run", "quiet", "--env", "prod"], 3, &["there is no environment `prod`", "production"])?;
    refused(&project, &["run", "--select", "*nothing*"], 3, &["no asset's name matches"])?;
    refused(&project, &["plugins", "show", "oracle"], 3, &["there is no plugin `oracle`", "found:"])?;
    refused(&project, &["check", "nosuch"], 3, &["there is no source `nosuch`"])?;
    refused(&project, &["frobnicate"], 2, &["frobnicate"])?;
    project.run(&["run", "quiet"])?.expect_code(0)?;
    refused(&project, &["catalog", "show", "quiet.good.well.behave"], 3, &["did you mean", "quiet.good.well.behaved"])?;
    Ok(())
}

#[test]
fn a_plugins_configuration_is_held_against_its_schema() -> Result<()> {
    let project =
        Project::new("[sources.trino]\nplugin = \"trino\"\nconfig = { url = \"http://127.0.0.1:1\", usr = \"me\" }\n")?;
    refused(&project, &["run", "--all"], 3, &["usr"])?;
    let project = Project::new("[sources.quiet]\nplugin = \"hostile\"\nconfig = { misdeed = \"nonsense\" }\n")?;
    refused(&project, &["check", "quiet"], 3, &["misdeed"])?;
    refused(&project, &["check", "quiet", "--offline"], 3, &["misdeed"])?;
    Ok(())
}

#[test]
fn sources_that_cannot_be_read() -> Result<()> {
    let project = Project::new(
        "[sources.trino]\nplugin = \"trino\"\nconfig = { url = \"http://127.0.0.1:9\" }\nlimits = { retries = 0 }\n",
    )?;
    refused(
        &project,
        &["run", "openmetadata__trino__metadata"],
        5,
        &["source `trino`", "127.0.0.1:9", "connection refused"],
    )?;
    let dbt = |manifest: &str, code, words: &[&str]| -> Result<()> {
        let project = Project::new(
            "[sources.dbt]\nplugin = \"dbt\"\nservice = \"quiet\"\ngrants.folders = [{ host = \"artifacts\", guest = \"/artifacts\" }]\n[sources.quiet]\nplugin = \"hostile\"\nconfig = { misdeed = \"none\" }\n[assets.quiet]\nsource = \"quiet\"\nkind = \"metadata\"\n",
        )?;
        std::fs::create_dir(project.folder().join("artifacts"))?;
        std::fs::write(project.folder().join("artifacts/manifest.json"), manifest)?;
        project.run(&["run", "quiet"])?.expect_code(0)?;
        refused(&project, &["run", "openmetadata__dbt__metadata"], code, words).map(drop)
    };
    dbt("this is no JSON", 5, &["manifest.json"])?;
    dbt(
        r#"{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/manifest/v99.json"},"something":{}}"#,
        5,
        &["manifest.json", "v99"],
    )?;
    Ok(())
}

#[test]
fn a_folder_that_is_not_there_is_named() -> Result<()> {
    let project = Project::new(
        "[sources.dbt]\nplugin = \"dbt\"\ngrants.folders = [{ host = \"gone\", guest = \"/artifacts\" }]\n",
    )?;
    refused(&project, &["run", "openmetadata__dbt__metadata"], 3, &["gone", "grants.folders"])?;
    Ok(())
}

/// A stand-in for a server of another kind: answers everything with this body.
fn stand_in_answering(body: &'static str) -> Result<String> {
    Ok(format!("{}/api", answering(move |_| (200, body.to_owned()))?))
}

fn to_server(url: &str) -> Result<Project> {
    let server =
        format!("[environments.test]\nopenmetadata = {{ url = \"{url}\", token = \"env:OM_TOKEN\" }}\n{QUIET}");
    Ok(Project::new(&server)?.env("OM_TOKEN", "a-token-that-has-expired"))
}

#[test]
fn catalogs_that_cannot_be_used() -> Result<()> {
    let run = ["run", "quiet", "--env", "test"];
    refused(&to_server(&stand_in_answering(r#"{"version":"1.2.0"}"#)?)?, &run, 6, &["1.2.0", "1.7"])?;
    refused(&to_server(&stand_in_answering("<html>")?)?, &run, 6, &["is this the address of an OpenMetadata server"])?;
    refused(&to_server("http://127.0.0.1:9/api")?, &run, 6, &["127.0.0.1:9"])?;
    let server = StandIn::start("2.0.7.0")?;
    let finished = refused(&to_server(&server.url())?, &run, 6, &["token"])?;
    assert!(!finished.all().contains("a-token-that-has-expired"));
    Ok(())
}

#[test]
fn a_secret_that_is_missing_stops_only_what_needs_it() -> Result<()> {
    let project = Project::new(&format!(
        "{QUIET}[sources.trino]\nplugin = \"trino\"\nconfig = {{ url = \"http://127.0.0.1:9\" }}\n[sources.trino.credentials.trino]\nkind = \"bearer\"\ntoken = \"env:NOT_SET\"\n"
    ))?;
    refused(&project, &["list"], 0, &["NOT_SET", "ready"])?;
    refused(&project, &["run", "--all"], 3, &["NOT_SET", "quiet"])?;
    project.run(&["catalog", "show", "quiet.good.well.behaved"])?.expect_code(0)?;
    Ok(())
}

/// A project with a run in it that is under way and does not end by itself.
fn endless() -> Result<(Project, Child)> {
    let config = QUIET.replace("\"none\"", "\"loop\"").replace("[assets", "limits = { cpu-ms = 60000 }\n[assets");
    let project = Project::new(&config)?;
    let run = project.start(&["run", "quiet"])?;
    thread::sleep(Duration::from_millis(1_500));
    Ok((project, run))
}

#[test]
fn two_runs_on_one_state() -> Result<()> {
    let (project, mut first) = endless()?;
    let second = refused(&project, &["run", "quiet"], 7, &["another run works on this state", "state.redb"]);
    let _ended = first.kill().and_then(|()| first.wait());
    second.map(drop)
}

#[test]
fn a_run_ended_half_way_leaves_what_the_next_one_needs() -> Result<()> {
    let (project, mut first) = endless()?;
    assert!(Command::new("kill").args(["-INT", &first.id().to_string()]).status()?.success());
    assert_eq!(first.wait()?.code(), Some(130));
    let text = project.read("metahost.toml")?.replace("\"loop\"", "\"none\"");
    std::fs::write(project.folder().join("metahost.toml"), text)?;
    project.run(&["run", "quiet"])?.expect_code(0)?;
    project.run(&["catalog", "show", "quiet.good.well.behaved"])?.expect_code(0)?;
    Ok(())
}

/// As systemd, Kubernetes and Dagster end a job.
#[test]
fn a_supervisor_that_ends_a_run_gets_the_summary_and_the_code() -> Result<()> {
    let (_project, first) = endless()?;
    assert!(Command::new("kill").args(["-TERM", &first.id().to_string()]).status()?.success());
    let finished = Finished::of(&first.wait_with_output()?).expect_code(130)?;
    assert!(finished.out.contains("ASSET"), "{}", finished.all());
    Ok(())
}

#[test]
fn a_credential_that_the_plugin_cannot_use_is_refused_and_not_left_out() -> Result<()> {
    for (slot, words) in [
        ("trin]\nkind = \"bearer\"\ntoken = \"env:T\"\n", &["no credential slot `trin`", "it has trino"][..]),
        ("trino]\nkind = \"api-key\"\nheader = \"k\"\nvalue = \"env:T\"\n", &["takes no `api-key`", "basic, bearer"]),
    ] {
        let source = "[sources.trino]\nplugin = \"trino\"\nconfig = { url = \"http://127.0.0.1:9\" }\n";
        let project = Project::new(&format!("{source}[sources.trino.credentials.{slot}"))?.env("T", "x");
        refused(&project, &["run", "--all"], 3, words)?;
    }
    Ok(())
}

#[test]
fn a_dry_run_leaves_the_file_of_lines_alone() -> Result<()> {
    let project = Project::new(QUIET)?;
    std::fs::write(project.folder().join("metahost.jsonl"), "precious")?;
    project.run(&["run", "quiet", "--dry-run", "--sink", "jsonl"])?.expect_code(0)?;
    assert_eq!(project.read("metahost.jsonl")?, "precious");
    Ok(())
}

#[test]
fn an_asset_named_twice_runs_once() -> Result<()> {
    let project = Project::new(QUIET)?;
    project.run(&["run", "quiet", "quiet", "--report", "report.json"])?.expect_code(0)?;
    assert_eq!(project.json("report.json")?["assets"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_run() -> Result<()> {
    let project = Project::new(QUIET)?;
    for (path, why) in [("/", "it is a folder"), ("nowhere/report.json", "there is no folder nowhere")] {
        let finished = refused(&project, &["run", "quiet", "--report", path], 3, &[why])?;
        assert!(!finished.out.contains("ASSET"), "{}", finished.all());
    }
    Ok(())
}

#[test]
fn a_report_that_fails_at_last_does_not_take_the_table_with_it() -> Result<()> {
    let finished = Project::new(QUIET)?.run(&["run", "quiet", "--report", "/dev/full"])?.expect_code(1)?;
    assert!(
        finished.out.contains("ASSET") && finished.err.contains("/dev/full can't be written"),
        "{}",
        finished.all()
    );
    Ok(())
}

#[test]
fn a_source_that_no_asset_reads_is_told() -> Result<()> {
    let project = Project::new("[sources.lake]\nplugin = \"trino\"\nconfig = { url = \"http://127.0.0.1:9\" }\n")?;
    let listed = project.run(&["list"])?.expect_code(0)?;
    assert!(listed.err.contains("no asset reads the source `lake`"), "{}", listed.all());
    refused(&project, &["run", "--all"], 3, &["no asset reads the source `lake`", "no asset is configured"])?;
    Ok(())
}

#[test]
fn plugins_that_are_broken_hidden_or_nowhere_are_told() -> Result<()> {
    let project =
        Project::with_file("[project]\nplugins = [\"mine\", \"gone\"]\n[sources.trino]\nplugin = \"trino\"\n")?;
    let folder = project.folder().join("mine/trino");
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(dist().join("plugins/trino/plugin.toml"), folder.join("plugin.toml"))?;
    let words = &["there is no plugin `trino`", "has no component", "gone does not exist"];
    refused(&project, &["run", "openmetadata__trino__metadata"], 3, words)?;
    for copy in ["trino", "again"] {
        let folder = project.folder().join("mine").join(copy);
        std::fs::create_dir_all(&folder)?;
        std::fs::copy(dist().join("plugins/trino/plugin.toml"), folder.join("plugin.toml"))?;
        std::fs::write(folder.join("trino.wasm"), "")?;
    }
    let listed = project.run(&["plugins"])?.expect_code(0)?;
    assert!(listed.err.contains("there are two plugins `trino`"), "{}", listed.all());
    Ok(())
}

#[test]
fn the_first_dry_run_of_everything_is_no_failure() -> Result<()> {
    let dbt = "[sources.dbt]\nplugin = \"dbt\"\nservice = \"quiet\"\ngrants.folders = [{ host = \"artifacts\", guest = \"/artifacts\" }]\n";
    let project = Project::new(&format!("{QUIET}{dbt}"))?;
    std::fs::create_dir(project.folder().join("artifacts"))?;
    let manifest = r#"{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/manifest/v12.json"},"nodes":{},"sources":{"source.p.s.t":{"unique_id":"source.p.s.t","resource_type":"source","database":"good","schema":"well","name":"behaved","identifier":"behaved"}}}"#;
    std::fs::write(project.folder().join("artifacts/manifest.json"), manifest)?;
    let finished = project.run(&["run", "--all", "--dry-run"])?.expect_code(0)?;
    assert!(finished.out.contains("no service `quiet` in the catalog yet"), "{}", finished.all());
    Ok(())
}

#[test]
fn a_catalog_that_another_process_has_is_named() -> Result<()> {
    let (project, mut first) = endless()?;
    let second =
        refused(&project, &["catalog", "list"], 6, &["another process works with the local catalog", "catalog.redb"]);
    let _ended = first.kill().and_then(|()| first.wait());
    second.map(drop)
}

#[test]
fn a_full_disk_is_told_and_mended_by_room() -> Result<()> {
    let project = Project::new(QUIET)?;
    let text = project.read("metahost.toml")?.replacen("[project]", "[project]\nstate = \"full\"", 1);
    std::fs::write(project.folder().join("metahost.toml"), text)?;
    // A file system of its own, as large as a floppy disk and full, in a name space that only this process sees.
    let script = format!(
        "mkdir full && mount -t tmpfs -o size=1440k tmpfs full || exit 99
        dd if=/dev/zero of=full/filler bs=1k 2>/dev/null
        {0} run quiet; echo \"first $?\"
        rm full/filler; mount -o remount,size=64m full
        {0} run quiet; echo \"second $?\"",
        dist().join("metahost").display()
    );
    let output = Command::new("unshare").args(["-rm", "bash", "-c", &script]).current_dir(project.folder()).output()?;
    let said = Finished::of(&output).all();
    assert!(said.contains("first 7") && said.contains("state.redb"), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    assert!(said.contains("second 0"), "with room again the same state works: {said}");
    Ok(())
}

#[test]
fn a_reader_that_goes_away_is_no_failure() -> Result<()> {
    let project = Project::new(QUIET)?;
    for arguments in [&["schema"][..], &["list"], &["plugins"]] {
        let mut child = project.start(arguments)?;
        drop(child.stdout.take());
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("panicked"), "{arguments:?}: {} {said}", output.status);
    }
    Ok(())
}
