//! Writes a file whole or not at all. Never replaces what is no ordinary file: a device or a pipe is written to.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Lets `write` fill the file. A reader sees the old content or the new one, whatever happens half-way; a symbolic link
/// stays one, and `/dev/null` stays a device, even for root.
///
/// # Errors
/// Whatever `write` or the file system says; an ordinary file is then as it was.
pub fn write_whole_file(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let target = match fs::metadata(path) {
        Ok(found) if found.is_file() => fs::canonicalize(path)?,
        Ok(_) => return write(&mut OpenOptions::new().write(true).open(path)?),
        Err(_) => path.to_owned(),
    };
    let mut builder = tempfile::Builder::new();
    // What the file's readers expect of any file: the process's mask decides, not the temporary file's own secrecy.
    let mut aside = builder.permissions(Permissions::from_mode(0o666)).tempfile_in(folder(&target))?;
    write(aside.as_file_mut())?;
    aside.as_file().sync_all()?;
    aside.persist(&target).map(drop).map_err(|error| error.error)
}

/// The folder that a file lies in.
pub(crate) fn folder(path: &Path) -> PathBuf {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::FileTypeExt as _;

    use super::*;

    fn say(path: &Path, text: &str) -> io::Result<()> {
        write_whole_file(path, |file| file.write_all(text.as_bytes()))
    }

    #[test]
    fn a_file_is_replaced_and_a_failure_leaves_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        say(&path, "old").unwrap();
        say(&path, "new").unwrap();
        let failed = write_whole_file(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "the disk is full");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        say(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        say(&link, "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
    }

    /// A run by root with its report in `/dev/null` replaced the device by a file.
    #[test]
    fn what_is_no_file_is_written_to_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe)
        });
        say(&pipe, "through the pipe").unwrap();
        assert_eq!(reader.join().unwrap().unwrap(), "through the pipe");
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        assert!(say(folder.path(), "into a folder").is_err());
    }
}
