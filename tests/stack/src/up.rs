//! Brings servers up in the order of their dependencies and down again. Idempotent; safe to call from several processes at once.

use std::fs;
use std::net::TcpStream;
use std::process::Child;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, bail};

use crate::process::{self, Process};
use crate::server::{Server, with_dependencies, with_dependents};
use crate::status::process_of;
use crate::{home, lock, room, script, stamp};

/// Trino takes half a minute alone, and minutes while something compiles beside it.
const ANSWERS_WITHIN: Duration = Duration::from_mins(5);

/// What happens while servers come up, for a progress display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A step of a server begins: install, run, prepare or load.
    Step(Server, &'static str),
    /// The server is ready; the time since `up` began with it.
    Ready(Server, Duration),
}

/// Makes sure that these servers, and those they depend on, run and hold their data.
pub fn up(servers: &[Server]) -> Result<()> {
    up_with(servers, |_| {})
}

/// Like [`up`], telling what happens.
pub fn up_with(servers: &[Server], report: impl FnMut(Event) + Send) -> Result<()> {
    let report = Mutex::new(report);
    let tell = |event| {
        if let Ok(mut report) = report.lock() {
            report(event);
        }
    };
    room::check(&home::stack_dir()?)?;
    let mut waiting = with_dependencies(servers);
    in_parallel(&waiting, |server| install(server, &tell))?;
    while !waiting.is_empty() {
        let (wave, later): (Vec<Server>, Vec<Server>) =
            waiting.iter().partition(|server| !server.depends_on().iter().any(|needed| waiting.contains(needed)));
        in_parallel(&wave, |server| start(server, &tell))?;
        waiting = later;
    }
    Ok(())
}

/// Stops these servers and all that depend on them.
pub fn down(servers: &[Server]) -> Result<()> {
    with_dependents(servers).into_iter().try_for_each(stop)
}

/// Makes `tables` tables of `columns` columns in Trino's catalog `bench`, unless this Trino has them. Brings Trino up first.
///
/// They lie in schemas of 100 tables each, in memory: they are gone when Trino stops.
pub fn bench_load(tables: u32, columns: u32) -> Result<()> {
    up(&[Server::Trino])?;
    let _lock = lock::acquire(Server::Trino.name())?;
    script::run_with(Server::Trino, "bench", &[tables.to_string(), columns.to_string()])
}

/// Runs the queries of the history once more: Trino forgets them when thousands of newer ones come. Brings Trino up first.
pub fn replay_history() -> Result<()> {
    up(&[Server::Trino])?;
    let _lock = lock::acquire(Server::Trino.name())?;
    script::run(Server::Trino, "history")
}

fn in_parallel<F: Fn(Server) -> Result<()> + Sync>(servers: &[Server], work: F) -> Result<()> {
    thread::scope(|scope| {
        let threads: Vec<_> = servers
            .iter()
            .map(|&server| {
                scope.spawn({
                    let work = &work;
                    move || work(server)
                })
            })
            .collect();
        let results: Vec<Result<()>> = threads
            .into_iter()
            .map(|thread| {
                thread.join().unwrap_or_else(|_| Err(Error::msg("a thread that brings up a server panicked")))
            })
            .collect();
        results.into_iter().collect()
    })
}

fn install(server: Server, tell: &(dyn Fn(Event) + Sync)) -> Result<()> {
    let _lock = lock::acquire(server.name())?;
    if process_of(server)?.is_some() {
        return Ok(());
    }
    tell(Event::Step(server, "install"));
    script::run(server, "install")
}

fn start(server: Server, tell: &(dyn Fn(Event) + Sync)) -> Result<()> {
    let began = Instant::now();
    let _lock = lock::acquire(server.name())?;
    let process = match process_of(server)? {
        Some(process) => process,
        None => spawn(server, tell)?,
    };
    wait_until_healthy(server, process)?;
    if !stamp::is_current(server, process)? {
        for step in ["prepare", "load"] {
            tell(Event::Step(server, step));
            script::run(server, step)?;
        }
        stamp::write(server, process)?;
    }
    tell(Event::Ready(server, began.elapsed()));
    Ok(())
}

fn spawn(server: Server, tell: &(dyn Fn(Event) + Sync)) -> Result<Process> {
    if TcpStream::connect(("127.0.0.1", server.port())).is_ok() {
        bail!(
            "stack: port {} that {server} needs is taken by a process that the stack did not start: stop that process first",
            server.port()
        );
    }
    tell(Event::Step(server, "run"));
    let child = process::spawn_detached(&script::path(server), "run", &script::log(server, "run")?)?;
    let process =
        Process::find(child.id()).ok_or_else(|| script::failure(server, "run", "its process ended at once"))?;
    let file = home::run_file(server.name(), "pid")?;
    fs::write(&file, process.identity()).with_context(|| format!("cannot write {}", file.display()))?;
    reap(child);
    Ok(process)
}

/// Collects the exit code should the server end before this process does. The server itself is not tied to this thread.
fn reap(mut child: Child) {
    thread::spawn(move || child.wait());
}

fn wait_until_healthy(server: Server, process: Process) -> Result<()> {
    let until = Instant::now() + ANSWERS_WITHIN;
    while !script::healthy(server) {
        if !process.is_alive() {
            return Err(script::failure(server, "run", "its process ended"));
        }
        if Instant::now() > until {
            return Err(script::failure(server, "run", &format!("no answer within {} s", ANSWERS_WITHIN.as_secs())));
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn stop(server: Server) -> Result<()> {
    let _lock = lock::acquire(server.name())?;
    let Some(process) = process_of(server)? else { return Ok(()) };
    process.stop(server.stop_signal()).with_context(|| format!("stack: cannot stop {server}"))?;
    let file = home::run_file(server.name(), "pid")?;
    fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))
}
