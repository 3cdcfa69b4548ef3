//! What a person can do about a step that failed, by the kind of its error. Never looks at the message.

use metahost_config::Source;
use metahost_runtime::{Error, ErrorKind};

/// None where the error says it all, as those of limits and grants do.
pub(super) fn of(error: &Error, section: &Source) -> Option<String> {
    let name = &section.name;
    Some(match error.kind() {
        ErrorKind::Denied => format!(
            "see whether [sources.{name}.credentials] holds what the source wants today, and what its user may read"
        ),
        ErrorKind::Unavailable => {
            format!(
                "see whether the source is up, and can be reached from here at the address in [sources.{name}.config]"
            )
        }
        ErrorKind::Protocol => format!(
            "see whether the address in [sources.{name}.config] is the API's, with no login page or proxy before it"
        ),
        ErrorKind::Config => {
            format!("correct [sources.{name}.config]; `metahost plugins show {}` tells the keys", section.plugin)
        }
        _ => return None,
    })
}
