//! Makes sure that Rust can compile for wasm32-wasip2: through rustup where its server can be reached, else by building
//! the standard library from Debian's source package of the very same compiler. Never touches the system's packages.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::shell::{cargo, command, output, run, say, step};

const TARGET: &str = "wasm32-wasip2";
const SUITE: &str = "trixie-backports";

/// Installs the target if it is missing.
pub fn ensure() -> Result<()> {
    if is_installed() {
        return Ok(());
    }
    step(&format!("The Rust target {TARGET} is missing: asking rustup for it"));
    let by_rustup = run(&mut command("rustup", &["target", "add", TARGET]), "").is_ok();
    if by_rustup && is_installed() {
        return Ok(());
    }
    step("rustup could not: building the target's standard library from Debian's source package (about a minute)");
    from_debian().with_context(|| {
        format!("the target {TARGET} can't be installed; on a machine with internet access `rustup target add {TARGET}` does it")
    })?;
    if is_installed() { Ok(()) } else { bail!("the target {TARGET} was built, but rustc does not find it") }
}

fn is_installed() -> bool {
    let folder = output(&mut command("rustc", &["--print", "target-libdir", "--target", TARGET]));
    let files = folder.and_then(|folder| fs::read_dir(folder).ok());
    files.is_some_and(|files| files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-")))
}

fn from_debian() -> Result<()> {
    let work = tempfile::tempdir()?;
    let version = rustc_version()?;
    for package in [format!("rust-src={version}*"), "wasi-libc".to_owned()] {
        download(work.path(), &package)?;
    }
    let sysroot =
        PathBuf::from(output(&mut command("rustc", &["--print", "sysroot"])).context("rustc has no sysroot")?);
    let unpacked = work.path().join("root");
    let library = find(&unpacked.join("usr/src"), "library").context("rust-src holds no library folder")?;
    copy_tree(&library, &sysroot.join("lib/rustlib/src/rust/library"))?;
    let built = build_std(work.path())?;
    let target = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(target.join("self-contained"))?;
    copy_files(&built, &target, |name| is_library(name) && !name.starts_with("libempty"))?;
    copy_files(&unpacked.join("usr/lib").join(TARGET), &target.join("self-contained"), |_| true)
}

fn is_library(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "rlib")
}

fn rustc_version() -> Result<String> {
    let text = output(&mut command("rustc", &["--version"])).context("rustc does not run")?;
    text.split_whitespace().nth(1).map(str::to_owned).context("rustc --version says nothing of a version")
}

/// Fetches a package with an apt state of its own and unpacks it.
fn download(work: &Path, package: &str) -> Result<()> {
    let mirror = output(&mut command("apt-get", &["indextargets", "--format", "$(SITE)"]))
        .and_then(|sites| sites.lines().find(|site| site.contains("debian")).map(str::to_owned))
        .context("apt-get knows no Debian mirror")?;
    let state = work.join("apt");
    for folder in ["lists/partial", "cache/archives/partial", "etc"] {
        fs::create_dir_all(state.join(folder))?;
    }
    let keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
    let list = state.join("etc/sources.list");
    fs::write(&list, format!("deb [signed-by={keys}] {mirror} {SUITE} main\n"))?;
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get", &["-q", "-o", "Dir::Etc::sourceparts=/dev/null"]);
        apt.arg("-o").arg(format!("Dir::Etc::sourcelist={}", list.display()));
        apt.arg("-o").arg(format!("Dir::State::lists={}", state.join("lists").display()));
        apt.arg("-o").arg(format!("Dir::Cache={}", state.join("cache").display()));
        apt.args(arguments).current_dir(work);
        apt
    };
    run(&mut apt(&["update"]), "Is the package mirror reachable?")?;
    run(&mut apt(&["download", package]), "Is the package of this compiler's version still served?")?;
    for file in fs::read_dir(work)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "deb"))
    {
        let mut unpack = command("dpkg", &["-x"]);
        run(unpack.arg(&file).arg(work.join("root")), "")?;
        fs::remove_file(file)?;
    }
    Ok(())
}

fn build_std(work: &Path) -> Result<PathBuf> {
    let krate = work.join("empty");
    fs::create_dir_all(krate.join("src"))?;
    fs::write(krate.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n")?;
    fs::write(krate.join("src/lib.rs"), "")?;
    let mut build =
        cargo(&["build", "--release", "-Z", "build-std=std,panic_abort,panic_unwind,proc_macro", "--target", TARGET]);
    build.current_dir(&krate).env("CARGO_TARGET_DIR", krate.join("target"));
    build
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-C embed-bitcode=yes")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort");
    run(&mut build, "The standard library did not build.")?;
    say("built");
    Ok(krate.join("target").join(TARGET).join("release/deps"))
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path().join(name)).find(|path| path.is_dir())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let mut copy = command("cp", &["-r"]);
    run(copy.arg(from.join(".")).arg(to), "Is the Rust installation writable?")
}

fn copy_files(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    for file in fs::read_dir(from).with_context(|| format!("{} is missing", from.display()))?.flatten() {
        let name = file.file_name();
        if wanted(&name.to_string_lossy()) && file.path().is_file() {
            fs::copy(file.path(), to.join(name))?;
        }
    }
    Ok(())
}
