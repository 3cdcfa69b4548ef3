//! Runs connectors as sandboxed WebAssembly components.
