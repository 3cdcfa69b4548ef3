//! Builds what a user installs: the binary and the folder of plugins, in target/dist. Also the hostile guest, apart.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell::{cargo, root, run, say, step};
use crate::wasm_target;

/// Plugins that are shipped.
const PLUGINS: [&str; 8] = ["trino", "dbt", "dagster", "superset", "redash", "airbyte", "iceberg", "s3"];

/// What was built.
pub struct Dist {
    /// The binary.
    pub binary: PathBuf,
}

/// Builds the binary and the shipped plugins.
pub fn build() -> Result<Dist> {
    wasm_target::ensure()?;
    step("Building everything (the first time about ten minutes on two cores: wasmtime is large)");
    // All of it in one go, tests too: built apart, they would want wasmtime with other features, and so a second time.
    run(
        &mut cargo(&["build", "--release", "--locked", "--workspace", "--all-targets"]),
        "The compiler's messages are above.",
    )?;
    step("Building the plugins");
    let dist = root().join("target/dist");
    for plugin in PLUGINS {
        guest(
            &format!("metahost-plugin-{plugin}"),
            &root().join("plugins").join(plugin),
            &dist.join("plugins").join(plugin),
            plugin,
        )?;
    }
    let binary = dist.join("metahost");
    replace(&root().join("target/release/metahost"), &binary)?;
    say(&format!("built {}", binary.strip_prefix(root()).unwrap_or(&binary).display()));
    Ok(Dist { binary })
}

/// Builds the guest that only tests load.
pub fn hostile() -> Result<()> {
    let folder = root().join("tests/hostile");
    guest("metahost-plugin-hostile", &folder, &root().join("target/dist/hostile/hostile"), "hostile")
}

/// Builds the guest that only `cargo xtask bench` loads.
pub fn bench() -> Result<()> {
    guest("metahost-bench", &root().join("tests/bench"), &root().join("target/dist/bench/bench"), "bench")
}

fn guest(package: &str, source: &Path, target: &Path, name: &str) -> Result<()> {
    let build = ["rustc", "--locked", "--profile", "plugin", "--target", "wasm32-wasip2", "-p", package, "--lib"];
    // As a component alone: beside the library for native tests, cargo links without optimising across crates, and what
    // is dead then keeps imports alive that the manifest does not ask for.
    run(cargo(&build).args(["--crate-type", "cdylib"]), "The compiler's messages are above.")?;
    let wasm = root().join("target/wasm32-wasip2/plugin").join(format!("{}.wasm", package.replace('-', "_")));
    replace(&wasm, &target.join(format!("{name}.wasm")))?;
    replace(&source.join("plugin.toml"), &target.join("plugin.toml"))
}

/// Copies aside and renames: a binary that runs can't be written over.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().context("a file needs a folder")?;
    fs::create_dir_all(folder)?;
    let aside = to.with_extension("new");
    fs::copy(from, &aside).with_context(|| format!("{} can't be copied", from.display()))?;
    fs::rename(&aside, to).with_context(|| format!("{} can't be replaced", to.display()))
}
