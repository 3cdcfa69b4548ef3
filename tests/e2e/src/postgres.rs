//! The PostgreSQL of the repository's stack, asked by the machine's own psql: databases and users of a test's own, which are gone
//! again when it ends.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use metahost_stack::Server;

/// Its user and password, who may do everything.
const OWNER: (&str, &str) = ("stack", "stack");

/// Runs statements in a database as its owner.
pub fn run(database: &str, sql: &str) -> Result<String> {
    let address = format!("{}/{database}", Server::Postgres.url());
    let mut command = Command::new("psql");
    command.args(["-qtAX", "-v", "ON_ERROR_STOP=1", "-U", OWNER.0, "-d", &address, "-c", sql]);
    let output = command.env("PGPASSWORD", OWNER.1).output().context("psql can't be started")?;
    ensure!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// A user with a password, who may read these tables of a database and nothing else.
pub struct Reader {
    /// The user's name.
    pub name: String,
    database: String,
}

impl Reader {
    /// Makes one; the name is made unique.
    pub fn new(name: &str, password: &str, database: &str, tables: &[&str]) -> Result<Self> {
        let reader = Self { name: format!("zz_{name}_{}", std::process::id()), database: database.to_owned() };
        run(database, &format!("CREATE ROLE {} LOGIN PASSWORD '{password}'", reader.name))?;
        for table in tables {
            run(database, &format!("GRANT SELECT ON {table} TO {}", reader.name))?;
        }
        Ok(reader)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let name = &self.name;
        // What can't be dropped stays behind under a name of its own and disturbs nobody.
        let _left = run(&self.database, &format!("DROP OWNED BY {name}; DROP ROLE {name}"));
    }
}

/// A database of a test's own.
pub struct Database {
    /// Its name.
    pub name: String,
}

impl Database {
    /// Makes one with what these statements put into it; the name is made unique.
    pub fn new(name: &str, sql: &str) -> Result<Self> {
        let database = Self { name: format!("zz_{name}_{}", std::process::id()) };
        run("postgres", &format!("CREATE DATABASE {}", database.name))?;
        run(&database.name, sql)?;
        Ok(database)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _left = run("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
