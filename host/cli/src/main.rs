//! The metahost binary: one file a command.

fn main() {}
