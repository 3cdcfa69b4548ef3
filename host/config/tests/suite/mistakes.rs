//! What people see who mistype: every message with its place and what to do.

use crate::common::{parse, schema_complaints};
use metahost_config::{Config, ErrorKind};

/// Mistakes that the JSON Schema finds too.
const MISTAKES: &[(&str, &str)] = &[
    ("section", "[project]\nname = \"x\"\n\n[source.trino]\nplugin = \"trino\"\n"),
    ("project", "[project]\nplugin = [\"plugins\"]\n"),
    ("run", "[run]\nworker = 4\n"),
    ("log", "[log]\nformat = \"json\"\n[network]\nproxies = []\n"),
    ("source", "[sources.trino]\nplugin = \"trino\"\nfilter = {}\nconfiguration = {}\n"),
    (
        "filters",
        "[sources.trino]\nplugin = \"trino\"\n[sources.trino.filters]\nschemas = {}\nuse_fqn_for_filtering = true\ntable = { include = [\"a\"] }\n",
    ),
    ("limits", "[sources.trino]\nplugin = \"trino\"\nlimits = { memory-mb = 1, cpu_ms = 10 }\n"),
    (
        "grants",
        "[sources.trino]\nplugin = \"trino\"\n[sources.trino.grants]\nclocks = true\nfolders = [{ host = \".\", guests = \"/a\" }]\n",
    ),
    (
        "credential",
        "[sources.trino]\nplugin = \"trino\"\ncredentials.trino = { kind = \"basic\", user = \"ann\", password = \"env:P\" }\n",
    ),
    (
        "credential-kind",
        "[sources.trino]\nplugin = \"trino\"\ncredentials.trino = { kind = \"oauth2\" }\ncredentials.other = {}\n",
    ),
    (
        "aws-nobody",
        "[sources.s3]\nplugin = \"s3\"\ncredentials.a = { kind = \"aws-sigv4\" }\ncredentials.b = { kind = \"aws-sigv4\", role-arn = \"arn:aws:iam::1:role/r\", region = \"eu-west-1\" }\n",
    ),
    (
        "aws-half",
        "[sources.s3]\nplugin = \"s3\"\ncredentials.a = { kind = \"aws-sigv4\", access-key-id = \"AKIA\", region = \"eu-west-1\" }\ncredentials.b = { kind = \"aws-sigv4\", secret-access-key = \"env:K\", region = \"eu-west-1\" }\ncredentials.c = { kind = \"aws-sigv4\", session-token = \"env:T\", profile = \"p\" }\n",
    ),
    (
        "aws-two",
        "[sources.s3]\nplugin = \"s3\"\n[sources.s3.credentials.s3]\nkind = \"aws-sigv4\"\naccess-key-id = \"AKIA\"\nsecret-access-key = \"env:K\"\nprofile = \"p\"\ncontainer-credentials = true\nregion = \"eu-west-1\"\n",
    ),
    (
        "aws-no-role",
        "[sources.s3]\nplugin = \"s3\"\n[sources.s3.credentials.a]\nkind = \"aws-sigv4\"\nweb-identity-token-file = \"token\"\nregion = \"eu-west-1\"\n[sources.s3.credentials.b]\nkind = \"aws-sigv4\"\nprofile = \"p\"\nexternal-id = \"x\"\nduration-seconds = 3600\n",
    ),
    (
        "aws-values",
        "[sources.s3]\nplugin = \"s3\"\n[sources.s3.credentials.a]\nkind = \"aws-sigv4\"\nprofile = \"p\"\nrole-arn = \"arn:aws:iam::1:role/r\"\nrole-session-name = \"a b\"\nduration-seconds = 60\nsource-identity = \"x\"\n[sources.s3.credentials.b]\nkind = \"aws-sigv4\"\ncontainer-credentials = false\n",
    ),
    (
        "aws-literal",
        "[sources.s3]\nplugin = \"s3\"\ncredentials.a = { kind = \"aws-sigv4\", web-identity-token = \"hunter2\", role-arn = \"arn:aws:iam::1:role/r\", region = \"eu-west-1\" }\n",
    ),
    (
        "tests",
        "[sources.trino]\nplugin = \"trino\"\n[[sources.trino.tests]]\ntable = \"a.b\"\ncolumn = \"c\"\ntest = \"columnValuesToBeUniq\"\n[[sources.trino.tests]]\ntable = \"a.b.c\"\ntest = \"columnValuesToBeBetween\"\nparameters = { min = 1 }\n[[sources.trino.tests]]\ntable = \"a.b.c\"\ncolumn = \"d\"\ntest = \"tableRowCountToEqual\"\n[[sources.trino.tests]]\ntable = \"a.b.c\"\ntest = \"tableRowCountToEqual\"\nparameter = { value = 1 }\n[[sources.trino.tests]]\ntable = \"a.b.c\"\ntest = \"tableRowCountToEqual\"\nparameters = { value = { a = 1 } }\n",
    ),
    (
        "profile",
        "[sources.trino]\nplugin = \"trino\"\n[sources.trino.profile]\ndepth = \"deep\"\nsample-percent = 200\nsamples = 3\n[[sources.trino.profile.tables]]\ntables = \"a.*\"\nsample-percent = 1\nsample-count = 5\n[[sources.trino.profile.tables]]\ntables = \"b.*\"\npartition = { column = \"day\", unit = \"week\" }\n[[sources.trino.profile.tables]]\ncustom-metrics = [{ name = \"n\" }]\n",
    ),
    ("environment", "[environments.dev]\nopenmetadata = { uri = \"http://localhost:8585/api\" }\n"),
    ("environment-sink", "[environments.dev]\nsink = \"jsonlines\"\n"),
    ("vault", "[vault]\naddr = \"http://localhost:8200\"\nkv-version = 3\nauth = { method = \"app-role\" }\n"),
    ("vault-auth", "[vault]\naddress = \"http://localhost:8200\"\nauth = { method = \"approle\", role-id = \"x\" }\n"),
    (
        "vault-in-vault",
        "[vault]\naddress = \"http://localhost:8200\"\nauth = { method = \"token\", token = \"vault:kv/a#b\" }\n",
    ),
    (
        "asset",
        "[sources.trino]\nplugin = \"trino\"\n[assets.mine]\nsource = \"trino\"\nkind = \"metdata\"\nsources = \"trino\"\n",
    ),
    ("schedule", "[schedules.nightly]\ncron = \"0 2 * * *\"\nasset = \"*\"\nstatus = \"stopped\"\n"),
    (
        "types",
        "[project]\nname = 7\nplugins = \"plugins\"\n[run]\nworkers = \"4\"\n[sources]\ntrino = \"trino\"\n[sources.dbt]\nplugin = \"dbt\"\nallow-private = \"yes\"\nconfig = []\n",
    ),
    (
        "ranges",
        "[run]\nworkers = 0\n[sources.trino]\nplugin = \"trino\"\nlimits = { cpu-ms = -1, requests-per-second = 0.0 }\n",
    ),
    (
        "origins",
        "[sources.trino]\nplugin = \"trino\"\norigins = [\"trino.example.com\", \"https://a.example.com/path\", \"https://ann:hunter2@b.example.com\"]\n",
    ),
    (
        "literal-secret",
        "[sources.trino]\nplugin = \"trino\"\n[sources.trino.credentials.trino]\nkind = \"basic\"\nusername = \"ann\"\npassword = \"hunter2\"\n",
    ),
    (
        "literal-token",
        "[environments.dev]\nopenmetadata = { url = \"http://localhost:8585/api\", token = \"hunter2\" }\n",
    ),
    (
        "password-in-url",
        "[environments.dev]\nopenmetadata = { url = \"http://ann:hunter2@localhost/api\" }\n[network]\nproxy = \"http://ann:hunter2@proxy:1\"\n",
    ),
    ("half-a-reference", "[environments.dev]\nopenmetadata = { token = \"vault:kv/hunter2\" }\n"),
    ("names", "[sources.\"my trino\"]\nplugin = \"trino\"\n"),
];

/// Mistakes only the reader finds: names that refer to nothing, and texts in a language of their own.
const DEEPER_MISTAKES: &[(&str, &str)] = &[
    ("cron-fields", "[schedules.nightly]\ncron = \"0 2 * *\"\nassets = \"*\"\n"),
    ("cron-range", "[schedules.nightly]\ncron = \"0 25 * * *\"\nassets = []\n"),
    ("regex", "[sources.trino]\nplugin = \"trino\"\nfilters = { table = { includes = [\"ok\", \"a(\"] } }\n"),
    (
        "unknown-source",
        "[sources.trino]\nplugin = \"trino\"\n[assets.openmetadata__trino__metadata]\nsource = \"trno\"\n",
    ),
    ("unconfigured-source", "[assets.mine]\nsource = \"trino\"\nkind = \"metadata\"\n"),
    ("asset-name", "[assets.openmetadata__trino__metdata]\n"),
    ("unknown-asset", "[schedules.nightly]\ncron = \"0 2 * * *\"\nassets = [\"openmetadata__trino__metdata\"]\n"),
    (
        "one-asset",
        "[schedules.nightly]\ncron = \"0 2 * * *\"\nassets = [\"*\"]\n[schedules.daily]\ncron = \"0 3 * * *\"\nassets = \"openmetadata__trino__metadata\"\n",
    ),
    (
        "aws-deeper",
        "[sources.s3]\nplugin = \"s3\"\n[sources.s3.credentials.a]\nkind = \"aws-sigv4\"\nweb-identity-token-file = \"token\"\nrole-arn = \"reader\"\nexternal-id = \"x\"\nregion = \"eu-west-1\"\n[sources.s3.credentials.b]\nkind = \"aws-sigv4\"\nweb-identity-token-file = \"token\"\nweb-identity-role-arn = \"arn:aws:iam::1:role/a\"\nrole-arn = \"arn:aws:iam::1:role/b\"\nduration-seconds = 7200\nregion = \"eu-west-1\"\n[sources.s3.credentials.c]\nkind = \"aws-sigv4\"\nprofile = \"p\"\nrole-arn = \"arn:aws:iam::1:role/b\"\nweb-identity-role-arn = \"arn:aws:iam::1:role/a\"\n[sources.s3.credentials.d]\nkind = \"aws-sigv4\"\ncontainer-credentials = true\nsts-endpoint = \"https://sts.example.com\"\nregion = \"eu-west-1\"\n",
    ),
    (
        "aws-in-the-clear",
        "[sources.s3]\nplugin = \"s3\"\n[sources.s3.credentials.s3]\nkind = \"aws-sigv4\"\nweb-identity-token-file = \"token\"\nrole-arn = \"arn:aws:iam::1:role/a\"\nregion = \"eu-west-1\"\nsts-endpoint = \"http://sts.example.com\"\n",
    ),
    (
        "identity-names",
        "[sources.trino]\nplugin = \"trino\"\n[identity]\nprefer = [\"trno\"]\n[[identity.same]]\nnames = [\"trino.lake.*.*\", \"iceberg.lake.*.*\"]\n[[identity.different]]\nnames = [\"trino.lake.*.*\", \"trino.tmp.*\"]\n",
    ),
    ("unknown-environment", "[project]\nenvironment = \"prod\"\n"),
    ("no-server", "[environments.staging]\nsink = \"openmetadata\"\n[environments.test.openmetadata]\nin-flight = 2\n"),
];

/// What is not TOML at all.
const SYNTAX: &[(&str, &str)] = &[
    ("syntax", "[project\nname = \"x\"\nstate = hunter2\n[run]\nworkers = 4\n"),
    ("twice", "[project]\nname = \"a\"\nname = \"b\"\n[run]\n[run]\n"),
];

#[test]
fn every_mistake_is_reported_with_its_place_and_what_to_do() {
    for (name, text) in MISTAKES.iter().chain(DEEPER_MISTAKES).chain(SYNTAX) {
        let error = parse(text).unwrap_err();
        let shown = format!("{text}\n---\n{error}").replace("hunter2", "<secret>");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        assert!(error.problems().iter().all(|problem| problem.line.is_some()), "{error}");
        insta::assert_snapshot!(*name, shown);
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    for (name, text) in MISTAKES {
        assert!(!schema_complaints(text).is_empty(), "the schema lets `{name}` through");
    }
}

#[test]
fn a_missing_file_says_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let error = Config::load(&folder.path().join("metahost.toml")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigMissing);
    assert!(error.to_string().contains("`metahost init`"), "{error}");
}

#[test]
fn a_file_that_is_no_text_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metahost.toml");
    std::fs::write(&file, b"[project]\nname = \"\xff\"\n").unwrap();
    let error = Config::load(&file).unwrap_err();
    assert_eq!((error.kind(), error.problems()[0].line), (ErrorKind::Syntax, Some(2)));
    assert_eq!(Config::load(folder.path()).unwrap_err().kind(), ErrorKind::Unreadable);
}

#[test]
fn an_unknown_name_on_the_command_line_gets_a_suggestion() {
    let config = parse("").unwrap();
    let environment = config.environment(Some("prod")).unwrap_err();
    assert_eq!(environment.kind(), ErrorKind::UnknownName);
    assert!(environment.to_string().contains("did you mean `production`?"), "{environment}");
    let asset = config.asset("openmetadata__dbt__linage").unwrap_err().to_string();
    assert!(asset.contains("did you mean `openmetadata__dbt__lineage`?"), "{asset}");
    let source = config.source("trino").unwrap_err().to_string();
    assert!(source.contains("there is no source `trino`"), "{source}");
}
