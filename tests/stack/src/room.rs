//! Whether the disk has room for the servers' data. Servers on a full disk fail in words that do not tell why.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use rustix::fs::statvfs;

const GIB: u64 = 1 << 30;
/// What the servers hold once they are loaded, and the tests' own tables and logs.
const NEEDED: u64 = 3 * GIB;

/// Complains if the servers' folder has too little room to start or load anything.
pub(crate) fn check(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let disk = statvfs(folder).with_context(|| format!("cannot read how full the disk of {} is", folder.display()))?;
    enough(folder, disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn enough(folder: &Path, free: u64) -> Result<()> {
    let gib = |bytes: u64| bytes.saturating_mul(10).div_euclid(GIB);
    let (free_tenths, needed_tenths) = (gib(free), gib(NEEDED));
    ensure!(
        free >= NEEDED,
        "stack: the disk of {} has {}.{} GiB left, and the servers need {}.{} GiB: make room (an old `target` folder is \
         often the largest thing there), or set METAHOST_STACK_DIR to a folder on another disk",
        folder.display(),
        free_tenths / 10,
        free_tenths % 10,
        needed_tenths / 10,
        needed_tenths % 10,
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_before_a_server_fails_on_it() {
        let told = enough(Path::new("/stack"), 2_045_530_112).unwrap_err().to_string();
        assert!(told.contains("/stack has 1.9 GiB left, and the servers need 3.0 GiB"), "{told}");
        assert!(enough(Path::new("/stack"), NEEDED).is_ok());
    }
}
