//! A header that does not say what the ABI says fails the build: the generator that the build script runs sees every
//! change of a type, a constant or a word of documentation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../include/generate.rs"]
mod generate;
mod support;

use std::{fs, path::Path};

use passerelle_header::HEADER;

/// The ABI crate alone in a folder, one text of one file replaced.
fn changed(folder: &Path, file: &str, from: &str, to: &str) {
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = "[package]\nname = \"passerelle-abi\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[features]\nlayout-check = []\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    for entry in fs::read_dir(support::source("host-sdk/abi/src")).unwrap() {
        let source = entry.unwrap().path();
        let name = source.file_name().unwrap().to_str().unwrap();
        let mut text = fs::read_to_string(&source).unwrap();
        if name == file {
            assert!(text.contains(from), "{file} no longer holds {from}");
            text = text.replacen(from, to, 1);
        }
        fs::write(folder.join("src").join(name), text).unwrap();
    }
}

#[test]
fn every_change_of_the_abi_makes_the_committed_header_stale() {
    let config = support::source("cbindgen.toml");
    for (name, file, from, to, stale) in [
        ("same", "run.rs", "", "", false),
        (
            "documentation",
            "run.rs",
            "`total` is 0 while unknown",
            "`total` may be 0",
            true,
        ),
        ("type", "jobs.rs", "pub run_id: i64", "pub run_id: i32", true),
        ("field", "entry.rs", "    pub layout_count: u32,\n", "", true),
        (
            "code",
            "codes.rs",
            "PASSERELLE_E_BUSY: i32 = 202",
            "PASSERELLE_E_BUSY: i32 = 212",
            true,
        ),
        (
            "id",
            "jobs.rs",
            "passerelle.plugin.jobs/1",
            "passerelle.plugin.jobs/2",
            true,
        ),
    ] {
        let folder = support::scratch().join(name);
        changed(&folder, file, from, to);
        let generated = generate::header(&folder, &config).unwrap();
        assert_eq!(generate::differs(&generated, HEADER), stale, "{name}");
        assert_eq!(
            generate::differs(&generated, &HEADER.replace('\n', "\r\n")),
            stale,
            "{name}"
        );
    }
}
