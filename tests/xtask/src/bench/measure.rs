//! Runs a command and asks the kernel what it took: time, processor time, the most memory it held at once.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How often memory is looked at: its high-water mark never falls, so only the last moment can be missed.
const LOOK: Duration = Duration::from_millis(4);
/// The kernel's clock for processor time, by its ABI.
const TICKS: f64 = 100.0;

/// What a finished command took.
pub struct Taken {
    /// From start to end.
    pub wall: Duration,
    /// Processor seconds, its own and the kernel's for it.
    pub cpu: f64,
    /// The most memory it held at once.
    pub peak_mib: f64,
}

/// Runs it to its end, which must be a good one; for commands that take a tenth of a second or more.
pub fn taken(command: &mut Command) -> Result<Taken> {
    let began = Instant::now();
    let mut child = started(command)?;
    let (mut peak, mut cpu) = (0.0, 0.0);
    let folder = format!("/proc/{}", child.id());
    loop {
        let stat = fs::read_to_string(format!("{folder}/stat")).context("the process can't be watched")?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        cpu = number(&fields, 11).zip(number(&fields, 12)).map_or(cpu, |(user, system)| (user + system) / TICKS);
        if fields.first() == Some(&"Z") {
            break;
        }
        peak = high_water(&folder).unwrap_or(peak);
        thread::sleep(LOOK);
    }
    let wall = began.elapsed();
    good_end(command, &mut child)?;
    Ok(Taken { wall, cpu, peak_mib: peak })
}

/// Only the time, undisturbed by looking; for short commands.
pub fn wall(command: &mut Command) -> Result<Duration> {
    let began = Instant::now();
    let mut child = started(command)?;
    child.wait()?;
    let wall = began.elapsed();
    good_end(command, &mut child)?;
    Ok(wall)
}

fn started(command: &mut Command) -> Result<Child> {
    command.stdout(Stdio::null()).stderr(Stdio::inherit());
    command.spawn().with_context(|| format!("{command:?} can't be started; `cargo xtask dist` builds it"))
}

fn good_end(command: &Command, child: &mut Child) -> Result<()> {
    let status = child.wait()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

fn number(fields: &[&str], at: usize) -> Option<f64> {
    fields.get(at)?.parse().ok()
}

fn high_water(folder: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("{folder}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
}
