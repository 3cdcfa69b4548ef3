//! Recordings of exchanges: a folder with `cassette.json` and one `<owner>.jsonl` (or `.jsonl.zst`) an owner.
//!
//! A line is one exchange as its caller saw it: the request, and the final answer after redirects and retries, with the
//! body decoded. Known secrets and fields that hold secrets are `***`; headers that carry credentials are left out. A line
//! is written whole or not at all. Nothing here opens a connection.

mod exchange;
mod index;
mod manifest;
mod record;
mod replay;
mod tape;

use crate::error::Result;
use crate::options::{CassetteMode, GatewayOptions};

pub(crate) use record::Recorder;
pub(crate) use replay::Player;

/// What happens to exchanges.
pub(crate) enum Cassette {
    Off,
    Record(Recorder),
    Replay(Player),
}

impl Cassette {
    pub(crate) fn open(options: &GatewayOptions) -> Result<Self> {
        match &options.cassette {
            CassetteMode::Off => Ok(Self::Off),
            CassetteMode::Record(folder) => Recorder::begin(folder, options).map(Self::Record),
            CassetteMode::Replay(folder) => Player::open(folder).map(Self::Replay),
        }
    }

    pub(crate) fn recorded_at(&self) -> Option<i64> {
        match self {
            Self::Off => None,
            Self::Record(recorder) => Some(recorder.recorded_at()),
            Self::Replay(player) => Some(player.recorded_at()),
        }
    }

    pub(crate) fn finish(&self) -> Result<()> {
        match self {
            Self::Record(recorder) => recorder.finish(),
            Self::Off | Self::Replay(_) => Ok(()),
        }
    }
}
