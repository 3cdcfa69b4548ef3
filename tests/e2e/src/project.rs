//! A project as a user has one: a folder with a metahost.toml, and the binary run in it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::dist;

/// A folder with a metahost.toml.
pub struct Project {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// A finished run of the binary.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Project {
    /// A project with this configuration; `[project]` with the built plugins is put before it.
    pub fn new(config: &str) -> Result<Self> {
        let plugins = [dist().join("plugins"), dist().join("hostile")];
        let project = format!("[project]\nname = \"test\"\nplugins = {plugins:?}\n\n{config}");
        Self::with_file(&project)
    }

    /// A project with exactly this metahost.toml.
    pub fn with_file(text: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("metahost.toml"), text)?;
        Ok(Self { folder, variables: Vec::new() })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file into it.
    pub fn write(&self, file: &str, text: &str) -> Result<()> {
        std::fs::write(self.folder().join(file), text).with_context(|| format!("{file} can't be written"))
    }

    /// Sets a variable for the binary, which sees none of the test's own but `PATH` and `HOME`.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The binary with these arguments, not started yet.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Command> {
        let binary = dist().join("metahost");
        ensure!(binary.is_file(), "{} is missing: `cargo xtask dist` builds it", binary.display());
        let mut command = Command::new(binary);
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        for kept in ["PATH", "HOME"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command)
    }

    /// Runs the binary to its end.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Finished> {
        let output = self.command(arguments)?.output().context("the binary can't be started")?;
        Ok(Finished::of(&output))
    }

    /// Starts the binary.
    pub fn start<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Child> {
        self.command(arguments)?.spawn().context("the binary can't be started")
    }

    /// A file of the project as text.
    pub fn read(&self, file: &str) -> Result<String> {
        std::fs::read_to_string(self.folder.path().join(file)).with_context(|| format!("{file} can't be read"))
    }

    /// A file of the project as JSON.
    pub fn json(&self, file: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.read(file)?)?)
    }
}

impl Finished {
    /// From what the operating system tells.
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Both streams.
    pub fn all(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }

    /// Fails with everything that was printed unless the code is this.
    pub fn expect_code(self, code: i32) -> Result<Self> {
        ensure!(self.code == code, "exit code {} instead of {code}\n{}", self.code, self.all());
        Ok(self)
    }
}
