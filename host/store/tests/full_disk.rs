//! A disk without room: what was committed stays, what was not leaves no trace, and the error says so. A child process
//! runs under a limit on the size of its files, which it meets as any program meets a full disk.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::path::Path;
use std::process::{Command, Output};

use metahost_store::{Change, EmbeddedStore, ErrorKind, Space, Store};

/// Tells the child which file to write.
const STATE: &str = "METAHOST_TEST_STATE";

fn entry(number: usize) -> (String, Vec<u8>) {
    (format!("key{number:05}"), vec![u8::try_from(number % 251).unwrap_or_default(); 4096])
}

/// The work of the child process: commits in pairs until nothing more fits.
#[test]
#[ignore = "the other tests run it, in a process of its own"]
fn child_that_writes_until_there_is_no_room() {
    let Ok(path) = std::env::var(STATE) else { return };
    let store = match EmbeddedStore::open(Path::new(&path)) {
        Ok(store) => store,
        Err(error) => return println!("OPEN {:?} {error}", error.kind()),
    };
    for pair in 0.. {
        let put = |number| {
            let (key, value) = entry(number);
            Change::Put { space: Space::Written, key, value }
        };
        if let Err(error) = store.commit(vec![put(2 * pair), put(2 * pair + 1)]) {
            println!("COMMITTED {pair} {:?} {error}", error.kind());
            return;
        }
    }
}

/// Runs the child with at most so many blocks of 512 bytes a file.
fn child(path: &Path, blocks: usize) -> String {
    // The signal is ignored so that writing fails, as on a full disk, instead of ending the process.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let test = std::env::current_exe().unwrap();
    let Output { stdout, stderr, .. } = Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(test)
        .args(["--exact", "child_that_writes_until_there_is_no_room", "--ignored", "--nocapture"])
        .env(STATE, path)
        .output()
        .unwrap();
    format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr))
}

#[test]
fn what_was_committed_before_the_disk_was_full_is_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    // dash counts blocks of 512 bytes, bash of 1024: between 8 and 16 MiB.
    let said = child(&path, 16 * 1024);
    let line = said.lines().find(|line| line.contains("COMMITTED")).unwrap_or_else(|| panic!("{said}"));
    let words: Vec<&str> = line.split_whitespace().skip_while(|word| *word != "COMMITTED").collect();
    let pairs: usize = words[1].parse().unwrap();
    assert!(pairs > 100, "{said}");
    assert_eq!(words[2], "Io", "{said}");
    assert!(line.contains("state.redb") && line.contains("make room"), "{said}");

    let store = EmbeddedStore::open(&path).unwrap();
    let mut found = Vec::new();
    store.scan(Space::Written, "", &mut |key, value| found.push((key.to_owned(), value.to_vec()))).unwrap();
    let expected: Vec<_> = (0..2 * pairs).map(entry).collect();
    assert_eq!(found.len(), expected.len());
    assert!(found == expected, "every value is whole");
    let (key, value) = entry(2 * pairs);
    store.commit(vec![Change::Put { space: Space::Written, key, value }]).unwrap();
}

#[test]
fn a_state_that_could_not_be_made_does_not_stand_in_the_way() {
    for blocks in [0, 1, 8, 64] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.redb");
        let said = child(&path, blocks);
        assert!(said.contains("OPEN Io"), "{blocks}: {said}");
        let store = EmbeddedStore::open(&path).unwrap();
        assert_eq!(store.get(Space::Written, "key00000").unwrap(), None);
    }
}

#[test]
fn a_state_that_was_cut_off_is_named_and_said_to_be_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    {
        let store = EmbeddedStore::open(&path).unwrap();
        let changes = (0..500).map(entry).map(|(key, value)| Change::Put { space: Space::Written, key, value });
        store.commit(changes.collect()).unwrap();
    }
    let whole = std::fs::read(&path).unwrap();
    for length in [100, 4096, whole.len() / 2] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = EmbeddedStore::open(&path).err().unwrap_or_else(|| panic!("{length} bytes were taken"));
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{length}: {error}");
        assert!(error.to_string().contains("state.redb"), "{error}");
    }
}
