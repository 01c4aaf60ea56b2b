//! Real situations and their right answers: `tests/cases`, through its runner.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{fs, process::Command};

#[test]
fn every_case_comes_out_as_it_says() {
    let cases = support::source("tests/cases");
    let is_folder = |entry: &fs::DirEntry| entry.file_type().unwrap().is_dir();
    let folders: Vec<_> = fs::read_dir(&cases)
        .unwrap()
        .map(Result::unwrap)
        .filter(is_folder)
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert!(folders.len() >= 42, "{folders:?}");

    let ended = Command::new("python3")
        .arg("-B")
        .arg(cases.join("run.py"))
        .arg(support::program::program())
        .arg("--plugin")
        .arg(support::library())
        .env("PYTHONUTF8", "1")
        .output()
        .unwrap_or_else(|error| panic!("python3: {error}"));
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success(),
        "{}\n{said}\n{}",
        ended.status,
        String::from_utf8_lossy(&ended.stderr)
    );
    for folder in &folders {
        let line = format!("as expected  {folder}");
        assert!(said.lines().any(|said| said == line), "{folder} did not run:\n{said}");
    }
}
