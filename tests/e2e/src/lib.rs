//! What the whole-binary tests share: a project in a folder of its own, the built binary, and the stand-in for
//! OpenMetadata. `cargo xtask test` builds what they need; a test that lacks it fails and says so.

pub mod airbyte;
pub mod answers;
mod curl;
pub mod glue;
pub mod hurt;
mod landing;
pub mod made_up;
pub mod postgres;
pub mod profiling;
mod project;
pub mod redash;
mod report;
mod stand_in;
pub mod trino;
pub mod unreliable;

pub use landing::Landing;
pub use project::{Finished, Project};
pub use report::sum;
pub use stand_in::StandIn;

use std::path::{Path, PathBuf};

/// The repository's top folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf)
}

/// What `cargo xtask dist` built.
pub fn dist() -> PathBuf {
    root().join("target/dist")
}
