//! What every Rust connector shares: bindings, errors, HTTP and emit helpers.
