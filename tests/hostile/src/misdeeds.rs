//! One misdeed a case. Each would go on for ever, or take everything, if the host let it.

use core::hint::black_box;

use metahost_plugin_sdk::database::{Database, Remote};
use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::http::Request;
use metahost_plugin_sdk::{Emitter, Result, log, protocol, sink};
use serde::Deserialize;

use crate::{column, emit_table, table};

/// What the split named "bad" does.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Misdeed {
    /// Nothing bad.
    None,
    /// Computes for ever.
    Loop,
    /// Takes memory until there is none.
    Memory,
    /// Crashes.
    Trap,
    /// Recurses until the stack is gone.
    Stack,
    /// Emits a column whose parent does not exist.
    Garbage,
    /// Emits for ever.
    Flood,
    /// Logs for ever.
    Chatter,
    /// Prints for ever.
    Print,
    /// Calls the host for ever.
    Calls,
    /// Sends requests for ever.
    Requests,
    /// Reaches for an origin it was not granted.
    Origin,
    /// Names a credential slot it was not given.
    Slot,
    /// Asks for the machine's metadata address.
    Metadata,
    /// Says it emitted more than it did.
    Lie,
    /// Ignores that the run ends.
    Stubborn,
    /// Opens a file of the host.
    File,
    /// Looks for secrets in its environment.
    Environment,
    /// Writes to a database that it may only read.
    Write,
    /// Hands over rows that are none.
    Rows,
    /// Hands over rows that say they are longer than memory.
    LongRows,
}

impl Misdeed {
    /// What it hands over as rows; nothing, if its misdeed is another.
    pub(crate) fn rows(self) -> Option<Vec<u8>> {
        match self {
            Self::Rows => Some(b"these are no rows of Arrow".to_vec()),
            Self::LongRows => Some([[0xff; 7].as_slice(), &[0x7f]].concat()),
            _ => None,
        }
    }

    pub(crate) fn commit(self, emitter: &mut Emitter, database: &str) -> Result<()> {
        match self {
            Self::None | Self::Lie => Ok(()),
            Self::Rows | Self::LongRows => emit_table(emitter, ["bad", "rows", "of"]),
            Self::Loop => spin(),
            Self::Memory => devour(),
            Self::Trap => panic!("deliberately crashed"),
            Self::Stack => {
                assert_ne!(recurse(black_box(1)), 0);
                Ok(())
            }
            Self::Garbage => garbage(),
            Self::Flood => flood(emitter),
            Self::Chatter => chatter(),
            Self::Print => print(),
            Self::Calls => calls(),
            Self::Requests => requests(),
            Self::Origin => get("http://127.0.0.1:9/not-granted", None),
            Self::Slot => get("http://127.0.0.1:9/", Some("somebody-elses")),
            Self::Metadata => get("http://169.254.169.254/latest/meta-data/", None),
            Self::Stubborn => stubborn(),
            Self::File => file(),
            Self::Environment => environment(),
            Self::Write => write(database),
        }
    }
}

fn spin() -> Result<()> {
    let mut number: u64 = 0;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

fn devour() -> Result<()> {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(black_box(vec![1; 1 << 20]));
    }
}

fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if frame[0] == 0 { 0 } else { black_box(recurse(depth + 1)).wrapping_add(frame[7]) }
}

fn garbage() -> Result<()> {
    let Entity::Table(mut bad) = table(&["bad", "gar", "bage"]) else { return Ok(()) };
    bad.columns.push(column("orphan", Some(99)));
    sink::emit_entities(&[Entity::Table(bad)])
}

fn flood(emitter: &mut Emitter) -> Result<()> {
    let long = "x".repeat(1 << 16);
    loop {
        let Entity::Table(mut wide) = table(&["bad", "flood", "t"]) else { return Ok(()) };
        wide.common.description = Some(long.clone());
        emitter.entity(Entity::Table(wide))?;
    }
}

fn chatter() -> Result<()> {
    loop {
        log::log(log::Level::Info, "blah", &[]);
    }
}

fn print() -> Result<()> {
    loop {
        eprintln!("blah blah blah blah blah blah blah blah");
    }
}

fn calls() -> Result<()> {
    loop {
        log::progress("calling", 0, None);
    }
}

fn requests() -> Result<()> {
    loop {
        drop(Request::get("http://127.0.0.1:9/").send());
    }
}

fn get(url: &str, slot: Option<&str>) -> Result<()> {
    Request::get(url).credential(slot).send().map(drop)
}

fn stubborn() -> Result<()> {
    loop {
        drop(sink::checkpoint(b"still here"));
    }
}

/// Every way to write that looks like a way to read; says how each was refused.
fn write(address: &str) -> Result<()> {
    let database = Remote::new(address, "secret");
    let refused = [
        "DELETE FROM prey",
        "SELECT 1; DELETE FROM prey",
        "SELECT 1; COMMIT; DELETE FROM prey",
        "WITH gone AS (DELETE FROM prey RETURNING id) SELECT id FROM gone",
        "SELECT id INTO loot FROM prey",
        "SELECT id FROM prey FOR UPDATE",
        "SELECT nextval('tracks')",
        "SELECT set_config('transaction_read_only', 'off', false), nextval('tracks')",
    ]
    .map(|sql| match database.page(sql, &[], 10) {
        Ok(_) => panic!("{sql} was run"),
        Err(error) => format!("{sql}: {error:?}"),
    });
    Err(protocol(refused.join("\n")))
}

fn file() -> Result<()> {
    let read = std::fs::read_to_string("/etc/hostname");
    assert!(read.is_ok(), "no file: {read:?}");
    Ok(())
}

fn environment() -> Result<()> {
    let names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    assert!(!names.is_empty(), "no environment");
    Ok(())
}
