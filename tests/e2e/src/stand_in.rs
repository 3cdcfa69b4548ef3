//! The stand-in for an OpenMetadata server (tests/stack/openmetadata), one of its own for each test.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::curl::curl;
use crate::root;

/// The token that the stand-in takes for a bot's.
pub const TOKEN: &str = "stand-in-token";
/// The one it takes for a person's.
const PERSON: &str = "stand-in-person";

/// A running stand-in; stopped when dropped.
pub struct StandIn {
    version: String,
    port: u16,
}

impl StandIn {
    /// Starts one that behaves as this version, on a free port.
    pub fn start(version: &str) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let stand_in = Self { version: version.to_owned(), port };
        stand_in.script("up", &["--token", TOKEN, "--admin-token", PERSON])?;
        Ok(stand_in)
    }

    /// The version that it behaves as.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// As the configuration names it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/api", self.port)
    }

    /// The token it takes.
    pub fn token() -> &'static str {
        TOKEN
    }

    /// What it answers below `/_stand_in/`.
    pub fn ask(&self, path: &str) -> Result<Value> {
        curl(&[&format!("http://127.0.0.1:{}/_stand_in/{path}", self.port)])
    }

    /// Forgets the requests it got so far.
    pub fn forget_requests(&self) -> Result<Value> {
        curl(&["-X", "POST", &format!("http://127.0.0.1:{}/_stand_in/requests/clear", self.port)])
    }

    /// What OpenMetadata's own Python client of this version reads back; only for versions whose client is installed.
    pub fn read_back(&self) -> Result<Value> {
        self.read_back_with(&[])
    }

    /// What that client reads back of the profiles of tables.
    pub fn profiles(&self) -> Result<Value> {
        self.read_back_with(&["--profiles"])
    }

    fn read_back_with(&self, arguments: &[&str]) -> Result<Value> {
        let folder = root().join("tests/stack/openmetadata");
        let installed =
            Command::new("python3").arg(folder.join("install.py")).args(["--client", &self.version]).output()?;
        let said = String::from_utf8_lossy(&installed.stdout);
        let python = said.lines().last().context("the client could not be installed")?;
        let mut client = Command::new(python);
        client.arg(folder.join("read_back.py")).args(["--server", &self.url()]).args(arguments);
        client.env("OPENMETADATA_TOKEN", TOKEN);
        let output = client.output()?;
        ensure!(output.status.success(), "the client failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Asks its API for something, as a person.
    pub fn get(&self, path: &str) -> Result<Value> {
        let person = format!("authorization: Bearer {PERSON}");
        curl(&["-H", &person, &format!("{}/v1/{path}", self.url())])
    }

    /// Changes an entity as a person does in the pages of OpenMetadata: a JSON Patch.
    pub fn edit(&self, path: &str, change: &Value) -> Result<Value> {
        let person = format!("authorization: Bearer {PERSON}");
        let body = change.to_string();
        let form = "content-type: application/json-patch+json";
        curl(&["-X", "PATCH", "-H", &person, "-H", form, "-d", &body, &format!("{}/v1/{path}", self.url())])
    }

    /// Puts something as a person does.
    pub fn put(&self, path: &str, body: &Value) -> Result<Value> {
        let person = format!("authorization: Bearer {PERSON}");
        let form = "content-type: application/json";
        curl(&["-X", "PUT", "-H", &person, "-H", form, "-d", &body.to_string(), &format!("{}/v1/{path}", self.url())])
    }

    /// Fails unless every fault that was asked for has struck as often as it should.
    pub fn expect_struck(&self) -> Result<()> {
        let left = self.ask("faults")?;
        ensure!(left["data"].as_array().is_some_and(Vec::is_empty), "these faults were never met: {left}");
        Ok(())
    }

    /// Ends its misbehaviour.
    pub fn heal(&self) -> Result<Value> {
        curl(&["-X", "DELETE", &format!("http://127.0.0.1:{}/_stand_in/faults", self.port)])
    }

    /// Tells it to misbehave; see its README.
    pub fn fault(&self, fault: &Value) -> Result<Value> {
        let url = format!("http://127.0.0.1:{}/_stand_in/faults", self.port);
        curl(&["-X", "POST", "-H", "content-type: application/json", "-d", &fault.to_string(), &url])
    }

    fn script(&self, what: &str, more: &[&str]) -> Result<()> {
        let script: PathBuf = root().join("tests/stack/openmetadata/start.sh");
        let status =
            Command::new("bash").arg(script).args([what, &self.version, &self.port.to_string()]).args(more).status()?;
        ensure!(
            status.success(),
            "the stand-in for OpenMetadata {} can't be started; see the lines above",
            self.version
        );
        Ok(())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // A stand-in that can't be stopped is only untidy: it listens on loopback alone.
        let _untidy = self.script("down", &[]);
    }
}
