//! One source into the stand-in for OpenMetadata, twice: what every connector must do the same.

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::{Project, StandIn, sum};

/// A project whose assets land in a stand-in of its own.
pub struct Landing {
    /// The stand-in.
    pub server: StandIn,
    /// The project.
    pub project: Project,
}

impl Landing {
    /// These sources, into a stand-in of this version.
    pub fn new(sources: &str, version: &str) -> Result<Self> {
        let server = StandIn::start(version)?;
        let token = StandIn::token();
        let environment =
            format!("[environments.test]\nopenmetadata = {{ url = \"{}\", token = \"env:OM_TOKEN\" }}\n", server.url());
        let project = Project::new(&format!("{sources}{environment}"))?.env("OM_TOKEN", token);
        Ok(Self { server, project })
    }

    /// Sets a variable for the binary.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.project = self.project.env(name, value);
        self
    }

    /// Runs these assets, and answers the report.
    pub fn run(&self, assets: &[&str]) -> Result<Value> {
        let arguments = [&["run", "--env", "test", "--report", "report.json"], assets].concat();
        self.project.run(&arguments)?.expect_code(0)?;
        self.project.json("report.json")
    }

    /// Runs these assets twice: nothing is rejected, and the second run writes nothing. Answers the first report.
    pub fn lands(&self, assets: &[&str]) -> Result<Value> {
        let first = self.run(assets)?;
        ensure!(sum(&first, None, "rejected") == 0, "rejected: {first:#}");
        let problems = self.server.ask("check")?["problems"].clone();
        ensure!(problems.as_array().is_some_and(Vec::is_empty), "{problems:#}");
        let second = self.run(assets)?;
        let written = sum(&second, None, "created") + sum(&second, None, "updated");
        ensure!(written == 0, "the second run wrote {written}: {second:#}");
        Ok(first)
    }
}
