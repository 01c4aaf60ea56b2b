//! A disk of a few kilobytes, for what fills up.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::PathBuf;
use std::process::Command;

/// A mounted disk in memory; it is taken off when this is dropped.
pub struct TinyDisk {
    /// Where it is.
    pub folder: PathBuf,
}

impl TinyDisk {
    /// A disk of so many KiB that belongs to this account (or `nobody`); none where the tests may not mount one.
    pub fn mount(account: &str, kib: u64) -> Option<TinyDisk> {
        if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
            return None;
        }
        let folder = tempfile::Builder::new()
            .prefix("passerelle-disque-")
            .tempdir()
            .unwrap()
            .keep();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kib}k,mode=755"), "tmpfs"])
            .arg(&folder)
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            let _empty = std::fs::remove_dir(&folder);
            return None;
        }
        let disk = TinyDisk { folder };
        let accounts = std::fs::read_to_string("/etc/passwd").unwrap();
        let ids = |name: &str| {
            let line = accounts.lines().find(|line| line.starts_with(&format!("{name}:")))?;
            let mut fields = line.split(':').skip(2).map(|id| id.parse::<u32>().unwrap());
            Some((fields.next()?, fields.next()?))
        };
        let (user, group) = ids(account).or_else(|| ids("nobody")).unwrap();
        chown(&disk.folder, Some(user), Some(group)).unwrap();
        Some(disk)
    }

    /// Bytes that are free.
    pub fn free(&self) -> u64 {
        let output = Command::new("df")
            .args(["--output=avail", "--block-size=1"])
            .arg(&self.folder)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().last().unwrap().trim().parse().unwrap()
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        // Lazily: a server may still hold a file of it.
        let _status = Command::new("umount").arg("-l").arg(&self.folder).status();
        let _gone = std::fs::remove_dir(&self.folder);
    }
}
