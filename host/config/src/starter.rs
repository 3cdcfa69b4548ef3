//! The file `metahost init` writes.

/// A metahost.toml to start from.
pub fn starter() -> &'static str {
    include_str!("starter.toml")
}
