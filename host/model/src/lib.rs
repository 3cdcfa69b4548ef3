//! Records, names, fully qualified names and types; pure.
