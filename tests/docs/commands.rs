//! The shell commands run.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Block, MAPPING, blocks, pages};

/// Where `docs/operations.md` starts its sandbox.
const SANDBOX_PORT: u16 = 8090;

/// The folder of the built `demo-host`, beside that of the tests.
pub fn programs() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().to_path_buf();
    let program = folder.join("demo-host");
    assert!(
        program.is_file(),
        "{} is missing: run `cargo build --workspace` first",
        program.display()
    );
    folder
}

pub fn run(block: &Block, folder: &Path) {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let search = std::env::join_paths(std::iter::once(programs()).chain(std::env::split_paths(&search))).unwrap();
    // A file, not a pipe: a program left in the background would keep a pipe open.
    let mut output = tempfile::tempfile().unwrap();
    let to = |output: &File| Stdio::from(output.try_clone().unwrap());
    let mut shell = Command::new("sh")
        .args(["-eu", "-c", &block.text])
        .current_dir(folder)
        .env("PATH", search)
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .stdin(Stdio::null())
        .stdout(to(&output))
        .stderr(to(&output))
        .process_group(0)
        .spawn()
        .unwrap();
    let status = shell.wait().unwrap();
    // Whatever the block left running goes with it.
    let end = format!("kill -TERM -{} 2>/dev/null || true", shell.id());
    Command::new("sh").args(["-c", &end]).status().unwrap();
    let mut text = Vec::new();
    output.rewind().unwrap();
    output.read_to_end(&mut text).unwrap();
    assert!(
        status.success(),
        "{}: {status}\n{}\n{}",
        block.at,
        block.text,
        String::from_utf8_lossy(&text)
    );
}

#[test]
fn commands_of_every_page_run() {
    std::net::TcpListener::bind(("127.0.0.1", SANDBOX_PORT))
        .unwrap_or_else(|error| panic!("port {SANDBOX_PORT}, which docs/operations.md uses: {error}"));
    let mut ran = 0;
    // The page on mappings works on ERPs of its own, in `mapping`.
    for page in pages().iter().filter(|page| *page != MAPPING) {
        let folder = tempfile::tempdir().unwrap();
        for block in blocks(page, "sh")
            .iter()
            .filter(|block| !block.text.contains("scripts/"))
        {
            run(block, folder.path());
            ran += 1;
        }
    }
    assert!(ran > 0);
}
