//! The Iceberg connector through the whole binary, from catalogs that are not REST: the tables of the JDBC catalog in a real
//! PostgreSQL, and a stand-in for Glue. The REST catalog of the stack keeps the same tables, their files are on a real S3.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};

use anyhow::{Context, Result};
use metahost_e2e::postgres::{self, Database, Reader};
use metahost_e2e::{Finished, Project, dist, glue};
use metahost_stack::Server;
use serde_json::Value;

const METADATA: &str = "openmetadata__iceberg__metadata";
const PASSWORD: &str = "hunter2-of-postgres";
const TABLES: [&str; 2] = ["iceberg_tables", "iceberg_namespace_properties"];

/// A source called as the REST one, with this configuration and these credentials.
fn source(config: &str, credentials: &str) -> String {
    format!(
        "[sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\nconfig = {{ {config}, database = \"iceberg\" }}\n\
         filters = {{ schema = {{ excludes = [\"^zz_\"] }} }}\n{credentials}"
    )
}

fn rest() -> Result<Project> {
    metahost_stack::up(&[Server::Trino])?;
    Project::new(&source(&format!("url = \"{}\"", Server::Iceberg.url()), ""))
}

/// A source whose metadata files are in the stack's S3.
fn beside(config: &str, credential: &str) -> Result<Project> {
    metahost_stack::up(&[Server::Trino])?;
    let (id, key) = metahost_stack::s3_credentials();
    let config = format!("{config}, s3 = {{ endpoint = \"{}\" }}", Server::S3.url());
    let credentials = format!(
        "[sources.iceberg.credentials.iceberg]\n{credential}\n\
         [sources.iceberg.credentials.s3]\nkind = \"aws-sigv4\"\naccess-key-id = \"env:ID\"\nsecret-access-key = \"env:KEY\"\nregion = \"us-east-1\"\n"
    );
    Ok(Project::new(&source(&config, &credentials))?.env("ID", id).env("KEY", key).env("SECRET", PASSWORD))
}

fn sql(address: &str, catalog: &str, user: &str) -> Result<Project> {
    let config = format!("type = \"sql\", url = \"{address}?sslmode=disable\", catalog-name = \"{catalog}\"");
    beside(&config, &format!("kind = \"basic\"\nusername = \"{user}\"\npassword = \"env:SECRET\""))
}

/// The database of the stack's REST catalog, as this user sees it.
fn real(user: &str) -> Result<Project> {
    sql(&format!("{}/iceberg_catalog", Server::Postgres.url()), "stack", user)
}

/// What a source tells of its tables and views, by name.
fn told(project: &Project, more: &[&str]) -> Result<BTreeMap<String, Value>> {
    let arguments = [&["run", METADATA, "--sink", "jsonl", "--output", "out.jsonl"], more].concat();
    project.run(&arguments)?.expect_code(0)?;
    let lines = project.read("out.jsonl")?;
    std::fs::remove_file(project.folder().join("out.jsonl"))?;
    let records = lines.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
    let tables = records.into_iter().filter(|record| record["value"]["entityType"] == "table");
    tables.map(|table| Ok((table["fqn"].as_str().context("no name")?.to_owned(), table))).collect()
}

#[test]
fn glue_tells_the_same_tables_as_rest_does() -> Result<()> {
    let mut of_rest = told(&rest()?, &[])?;
    let key = format!("kind = \"aws-sigv4\"\naccess-key-id = \"{}\"\nsecret-access-key = \"env:SECRET\"", glue::KEY_ID);
    let url = glue::over(&Server::Iceberg.url())?;
    let config = format!("type = \"glue\", url = \"{url}\", page-size = 3");
    let project = beside(&config, &format!("{key}\nregion = \"us-east-1\"\nservice = \"glue\""))?;
    let of_glue = told(&project, &[])?;
    of_rest.retain(|name, _| of_glue.contains_key(name));
    assert!(of_rest.len() > 20, "{} tables", of_rest.len());
    assert_eq!(of_glue, of_rest);
    let counted = project.run(&["check", "iceberg"])?.expect_code(0)?;
    assert!(counted.out.contains("that are not Iceberg's"), "{}", counted.all());
    let wrong = beside(&config, &format!("{key}\nregion = \"eu-west-1\"\nservice = \"glue\""))?;
    let refused = wrong.run(&["run", METADATA])?.expect_code(5)?;
    assert!(refused.all().contains("credentials.iceberg") && !refused.all().contains("hunter2"), "{}", refused.all());
    Ok(())
}

#[test]
fn sql_tells_the_same_tables_and_views_as_rest_does_and_replays_without_a_database() -> Result<()> {
    let of_rest = told(&rest()?, &[])?;
    let reader = Reader::new("iceberg", PASSWORD, "iceberg_catalog", &TABLES)?;
    let project = real(&reader.name)?;
    let of_sql = told(&project, &["--record", "tape"])?;
    assert!(of_sql.len() > 20, "{} tables", of_sql.len());
    assert_eq!(of_sql, of_rest);
    let tape = project.read("tape/iceberg.jsonl")?;
    assert!(tape.contains("\"method\":\"SQL\"") && !tape.contains("hunter2"), "the queries, without the password");
    drop(reader);
    assert_eq!(told(&project, &["--replay", "tape"])?, of_sql, "nobody could log in any more");
    Ok(())
}

#[test]
fn the_connection_test_counts_what_is_in_the_tables() -> Result<()> {
    let reader = Reader::new("checks", PASSWORD, "iceberg_catalog", &TABLES)?;
    let project = real(&reader.name)?;
    let finished = project.run(&["check", "iceberg"])?.expect_code(0)?;
    assert!(finished.out.contains("ok    source iceberg GetViews ("), "{}", finished.all());
    let shown = project.run(&["plugins", "show", "iceberg"])?.expect_code(0)?.out;
    for words in ["asks for      database, ", "to source `iceberg`: postgresql://127.0.0.1:15432"] {
        assert!(shown.contains(words), "{words} is not in {shown}");
    }
    Ok(())
}

/// A run that fails, with the words of its failure and without the password.
fn fails(project: &Project, words: &[&str]) -> Result<Finished> {
    let finished = project.run(&["run", METADATA])?.expect_code(5)?;
    for word in words {
        assert!(finished.all().contains(word), "`{word}` is not in {}", finished.all());
    }
    assert!(!finished.all().contains("hunter2"), "{}", finished.all());
    Ok(finished)
}

#[test]
fn a_database_that_refuses_says_why() -> Result<()> {
    let (address, poor) = (Server::Postgres.url(), Reader::new("poor", PASSWORD, "iceberg_catalog", &[])?);
    fails(&real("nobody")?, &["refuses the credential", "password authentication failed", "credentials.iceberg"])?;
    fails(&real(&poor.name)?, &["permission denied for table iceberg_tables", "credentials.iceberg"])?;
    let reader = Reader::new("astray", PASSWORD, "iceberg_catalog", &TABLES)?;
    let user = reader.name.as_str();
    fails(&sql(&format!("{address}/iceberg_catalog"), "laek", user)?, &["`catalog-name` is `laek`", "stack"])?;
    fails(&sql(&format!("{address}/app"), "stack", user)?, &["relation \"iceberg_tables\" does not exist"])?;
    fails(&sql(&format!("{address}/no_lake"), "stack", user)?, &["database \"no_lake\" does not exist"])?;
    let bare = "type = \"sql\", url = \"postgresql://127.0.0.1:15432/iceberg_catalog\", catalog-name = \"stack\"";
    let encrypted = beside(bare, &format!("kind = \"basic\"\nusername = \"{user}\"\npassword = \"env:SECRET\""))?;
    fails(&encrypted, &["takes no encrypted connection", "sslmode=disable"])?;
    fails(&sql(&format!("postgresql://{}/lake", hangs_up()?), "stack", user)?, &["is this PostgreSQL?"])?;
    Ok(())
}

/// The address of something that understands no PostgreSQL and hangs up.
fn hangs_up() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || listener.incoming().for_each(drop));
    Ok(address)
}

/// A catalog's tables as they were before they told views apart.
const OLDER: &str = "CREATE TABLE iceberg_tables (catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL, \
    table_name VARCHAR(255) NOT NULL, metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000)); \
    CREATE TABLE iceberg_namespace_properties (catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL, \
    property_key VARCHAR(255), property_value VARCHAR(1000)); ";

#[test]
fn an_older_database_is_read_whatever_its_names_hold_and_an_empty_one_is_not_taken_for_a_catalog() -> Result<()> {
    let places =
        "SELECT metadata_location FROM iceberg_tables WHERE table_namespace = 'bronze' AND table_name = 'orders'";
    metahost_stack::up(&[Server::Trino])?;
    let orders = postgres::run("iceberg_catalog", places)?;
    let (orders, gone) = (orders.trim(), "s3://warehouse/iceberg/gone.metadata.json");
    let rows = format!(
        "INSERT INTO iceberg_tables VALUES ('old', 'a.b', 'it''s \"x\".y::z 🦆', '{orders}'), ('old', 'a.b', 'gone', '{gone}'), \
         ('other', 'c', 'd', '{orders}'); \
         INSERT INTO iceberg_namespace_properties VALUES ('old', 'a.b', 'comment', 'What we had')"
    );
    let older = Database::new("older", &format!("{OLDER}{rows}"))?;
    let reader = Reader::new("older", PASSWORD, &older.name, &TABLES)?;
    let address = format!("{}/{}", Server::Postgres.url(), older.name);
    let project = sql(&address, "old", &reader.name)?;
    let finished = project.run(&["run", METADATA])?.expect_code(4)?;
    assert!(finished.all().contains("is gone (HTTP 404)"), "{}", finished.all());
    let listed = project.run(&["catalog", "list"])?.expect_code(0)?.out;
    assert!(listed.contains("🦆") && listed.contains("a.b"), "{listed}");
    postgres::run(&older.name, "DELETE FROM iceberg_tables; DELETE FROM iceberg_namespace_properties")?;
    fails(&project, &["the catalog shows no namespace", "there is none in the database"])?;
    Ok(())
}

/// The connector itself never tries: a guest that does nothing else stands for one that lies.
#[test]
fn nothing_that_a_guest_says_writes_to_a_database() -> Result<()> {
    metahost_stack::up(&[Server::Postgres])?;
    let prey =
        Database::new("prey", "CREATE TABLE prey (id INT); INSERT INTO prey VALUES (1); CREATE SEQUENCE tracks")?;
    let address = format!("{}/{}?sslmode=disable", Server::Postgres.url(), prey.name);
    // The owner of everything: what the database's own rights would refuse is not what is shown here.
    let project = Project::new(&format!(
        "[sources.bad]\nplugin = \"hostile\"\nconfig = {{ misdeed = \"write\", database = \"{address}\" }}\n\
         origins = [\"{}\"]\ncredentials.secret = {{ kind = \"basic\", username = \"stack\", password = \"env:SECRET\" }}\n\
         [assets.bad]\nsource = \"bad\"\nkind = \"metadata\"\n",
        Server::Postgres.url()
    ))?;
    let project = project.env("SECRET", "stack");
    let finished = project.run(&["run", "bad"])?.expect_code(5)?;
    for words in ["SELECT 1; DELETE FROM prey", "multiple commands", "read-only transaction", "syntax error"] {
        assert!(finished.all().contains(words), "`{words}` is not in {}", finished.all());
    }
    assert!(!finished.all().contains("was run"), "{}", finished.all());
    let left = postgres::run(&prey.name, "SELECT (SELECT count(*) FROM prey), (SELECT is_called FROM tracks)")?;
    assert_eq!(left.trim(), "1|f");
    Ok(())
}

#[test]
fn a_plugin_that_does_not_ask_for_databases_is_not_loaded_with_them() -> Result<()> {
    let project = real("nobody")?;
    let folder = project.folder().join("changed/iceberg");
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(dist().join("plugins/iceberg/iceberg.wasm"), folder.join("iceberg.wasm"))?;
    let manifest = std::fs::read_to_string(dist().join("plugins/iceberg/plugin.toml"))?;
    assert!(manifest.contains(", \"database\""), "{manifest}");
    std::fs::write(folder.join("plugin.toml"), manifest.replace(", \"database\"", ""))?;
    let text = project.read("metahost.toml")?;
    let plugins = text.lines().find(|line| line.starts_with("plugins")).context("no plugins")?.to_owned();
    project.write("metahost.toml", &text.replace(&plugins, "plugins = [\"changed\"]"))?;
    let finished = project.run(&["run", METADATA])?.expect_code(3)?;
    assert!(finished.all().contains("metahost:source/database@0.1.0"), "{}", finished.all());
    Ok(())
}
