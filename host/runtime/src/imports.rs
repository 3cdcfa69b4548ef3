//! Checks what a component imports against what its manifest asks for. Nothing that is not named is ever linked.

use std::collections::BTreeSet;

use wasmtime::component::Component;

use crate::error::{Error, ErrorKind};
use crate::manifest::Manifest;

/// Interfaces that every program compiled for WASI carries. The host links them without power: no arguments, no
/// environment, output into the plugin's log, a seed that is always the same, time that only runs forward.
const POWERLESS: [&str; 5] =
    ["wasi:io/", "wasi:cli/", "wasi:clocks/monotonic-clock", "wasi:random/insecure-seed", "wasi:random/insecure@"];

/// What each import of a manifest covers.
const COVERS: [(&str, &[&str]); 7] = [
    ("log", &["metahost:source/log@"]),
    ("state", &["metahost:source/state@"]),
    ("sink", &["metahost:source/sink@"]),
    ("http", &["metahost:source/http@"]),
    ("database", &["metahost:source/database@"]),
    ("filesystem", &["wasi:filesystem/", "wasi:clocks/wall-clock"]),
    ("clock", &["wasi:clocks/wall-clock"]),
];

/// Interfaces of the contract that only carry types.
const TYPES: [&str; 6] = ["types", "entities", "enrichment", "lineage", "statistics", "activity"];

/// Refuses a component whose imports exceed its manifest, naming them.
pub(crate) fn check(engine: &wasmtime::Engine, component: &Component, manifest: &Manifest) -> Result<(), Error> {
    let kind = component.component_type();
    let names: BTreeSet<String> = kind.imports(engine).map(|(name, _)| name.to_owned()).collect();
    let excess: Vec<&String> = names.iter().filter(|name| !is_covered(name, &manifest.requests.imports)).collect();
    if excess.is_empty() {
        return Ok(());
    }
    let list: Vec<&str> = excess.iter().map(|name| name.as_str()).collect();
    let message = format!("plugin `{}` imports what its manifest does not ask for: {}", manifest.name, list.join(", "));
    Err(Error::new(ErrorKind::NotGranted, message).with(
        "remedy",
        "name it in `requests.imports` of plugin.toml if the host offers it, or build the plugin without it",
    ))
}

fn is_covered(import: &str, asked: &BTreeSet<String>) -> bool {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| import.starts_with(prefix));
    let is_type = TYPES.iter().any(|name| import.starts_with(&format!("metahost:source/{name}@")));
    is_type || starts(&POWERLESS) || COVERS.iter().any(|(name, prefixes)| asked.contains(*name) && starts(prefixes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_asked_for_is_not_covered() {
        let asked = BTreeSet::from(["http".to_owned(), "log".to_owned()]);
        for import in ["metahost:source/http@0.1.0", "metahost:source/types@0.1.0", "wasi:cli/stderr@0.2.6"] {
            assert!(is_covered(import, &asked), "{import}");
        }
        for import in [
            "metahost:source/state@0.1.0",
            "metahost:source/database@0.1.0",
            "wasi:sockets/tcp@0.2.6",
            "wasi:filesystem/types@0.2.6",
            "env",
        ] {
            assert!(!is_covered(import, &asked), "{import}");
        }
    }
}
