//! Runs connectors as sandboxed WebAssembly components: finds and loads them, gives them what they were granted and
//! nothing else, ends those that overstep, and turns what they emit into records of the model.
//! Knows neither SQL nor OpenMetadata.

mod bindings;
mod cache;
mod capability;
mod channel;
mod convert;
mod engine;
mod error;
mod imports;
mod instance;
mod limits;
mod locate;
mod manifest;
mod plugin;
mod source;
mod splits;
mod sql;

pub use capability::ProgressListener;
pub use channel::{EventReceiver, EventSender, channel};
pub use engine::Engine;
pub use error::{Error, ErrorKind};
pub use limits::{Limit, Limits};
pub use locate::{Located, locate};
pub use manifest::{Manifest, Requests, ServiceNote};
pub use plugin::{CredentialSlot, Descriptor, Plugin, TestStep};
pub use source::{Folder, Grants, Source, SourceSpec};
pub use splits::{Mode, ReadOptions, Split, Window};
pub use sql::{Answer, Statement};
