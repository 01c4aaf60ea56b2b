//! What the library file says to the system: it exports the entry, and the static by which a Rust host compares layouts,
//! and nothing else; it is never unloaded.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod support;

use std::process::Command;

#[test]
fn the_library_exports_its_entry_and_the_layout_static_only() {
    let output = Command::new("nm")
        .args(["--dynamic", "--defined-only"])
        .arg(support::library())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let mut symbols: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next_back())
        .collect();
    symbols.sort_unstable();
    assert_eq!(
        symbols,
        ["_1as_0lib_1header_0root_bmodule_bloader", "passerelle_plugin_entry_v1"]
    );
}

#[test]
fn the_library_says_itself_that_it_is_never_unloaded() {
    let output = Command::new("readelf")
        .args(["--dynamic", "--wide"])
        .arg(support::library())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let flags = listed
        .lines()
        .find(|line| line.contains("(FLAGS_1)"))
        .unwrap_or_default();
    assert!(flags.contains("NODELETE"), "{listed}");
}
