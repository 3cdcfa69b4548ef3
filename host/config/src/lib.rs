//! metahost.toml, environments, assets, schedules and secrets by reference.
