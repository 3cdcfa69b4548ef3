//! Processes by identity: a process id and its start time, since ids are used again. Never signals what it did not identify.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// `SeaweedFS` takes more than ten seconds to stop, and longer on a busy machine.
const STOP_WITHIN: Duration = Duration::from_secs(90);

/// A process, told apart from a later one that got the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    /// Process id.
    pub pid: u32,
    /// Start time in clock ticks since the machine started.
    started: u64,
}

impl Process {
    /// The process with that id, unless there is none or it is dead but not yet reaped.
    pub fn find(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The command's name, in brackets, may hold spaces and brackets itself.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        if fields.next()? == "Z" {
            return None;
        }
        let started = fields.nth(18)?.parse().ok()?;
        Some(Self { pid, started })
    }

    /// The process recorded in a file, if it still runs.
    pub fn recorded(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let (pid, started) = text.trim().split_once(' ')?;
        let recorded = Self { pid: pid.parse().ok()?, started: started.parse().ok()? };
        recorded.is_alive().then_some(recorded)
    }

    /// Whether this very process still runs.
    pub fn is_alive(self) -> bool {
        Self::find(self.pid) == Some(self)
    }

    /// One line that identifies it, as `recorded` reads it.
    pub fn identity(self) -> String {
        format!("{} {}", self.pid, self.started)
    }

    /// Asks it to stop, waits, and ends it if it does not.
    pub fn stop(self, signal: &str) -> Result<()> {
        self.signal(signal)?;
        if self.ended_within(STOP_WITHIN) {
            return Ok(());
        }
        self.signal("KILL")?;
        if !self.ended_within(Duration::from_secs(10)) {
            bail!("process {} does not end, not even when killed", self.pid);
        }
        Ok(())
    }

    fn ended_within(self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        while self.is_alive() {
            if Instant::now() > until {
                return false;
            }
            thread::sleep(Duration::from_millis(100));
        }
        true
    }

    fn signal(self, signal: &str) -> Result<()> {
        if self.is_alive() {
            // The shell's own `kill`: the program of that name is not on every machine.
            let status = Command::new("bash")
                .args(["-c", &format!("kill -{signal} {}", self.pid)])
                .stderr(Stdio::null())
                .status();
            status.with_context(|| format!("cannot signal process {}", self.pid))?;
        }
        Ok(())
    }
}

/// A new log. The one of the last process stays beside it: it may tell why that one ended.
fn start_log(log: &Path) -> Result<File> {
    if log.exists() {
        fs::rename(log, log.with_extension("log.old")).with_context(|| format!("cannot rename {}", log.display()))?;
    }
    File::create(log).with_context(|| format!("cannot write the log {}", log.display()))
}

/// Runs a program in a session of its own, so that neither the end of this process nor its terminal's Ctrl-C reaches it.
pub(crate) fn spawn_detached(program: &Path, argument: &str, log: &Path) -> Result<Child> {
    let output = start_log(log)?;
    let errors = output.try_clone().with_context(|| format!("cannot write the log {}", log.display()))?;
    let mut command = Command::new("setsid");
    command.args(["nice", "-n", "5", "bash"]).arg(program).arg(argument);
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    command.spawn().context("cannot run setsid: install util-linux")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_process_id_is_not_taken_for_the_recorded_process() {
        let file = std::env::temp_dir().join(format!("metahost-stack-pid-{}", std::process::id()));
        let me = Process::find(std::process::id()).unwrap();
        fs::write(&file, me.identity()).unwrap();
        assert_eq!(Process::recorded(&file), Some(me));
        fs::write(&file, format!("{} {}", me.pid, me.started + 1)).unwrap();
        assert_eq!(Process::recorded(&file), None);
        fs::remove_file(&file).unwrap();
    }

    #[test]
    fn stopping_ends_the_process_and_a_zombie_counts_as_ended() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let process = Process::find(child.id()).unwrap();
        process.stop("TERM").unwrap();
        assert!(!process.is_alive());
        child.wait().unwrap();
    }
}
