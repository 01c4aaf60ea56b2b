//! The arrows between the modules of the plugin point down the table of `src/lib.rs`, never up: so no two of them can
//! need each other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms beside each other: none knows another.
const BESIDE: [&str; 3] = ["erp", "store", "mission"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The modules of the table, from the roof down.
fn ladder() -> Vec<String> {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | `"));
    rows.flat_map(|row| row.split(" | ").next().unwrap().split(", "))
        .map(|name| name.trim_matches('`').to_owned())
        .collect()
}

/// The modules that `lib.rs` declares for a release.
fn declared() -> BTreeSet<String> {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    let product = lib.split("#[cfg(").next().unwrap().len();
    let (_, modules) = lib.split_at(product);
    let modules = modules.split("#[cfg(test)]").next().unwrap();
    let names = modules.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    names.map(str::to_owned).collect()
}

/// The source files of a module, without those of its tests.
fn files(of: &Path, found: &mut Vec<PathBuf>) {
    if of.is_file() {
        found.push(of.to_owned());
        return;
    }
    for entry in fs::read_dir(of).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !["tests", "testing"].contains(&name.as_str()) {
            files(&path, found);
        }
    }
}

/// What a text of Rust names after `crate::`, its comments and its tests left out.
fn needs(text: &str) -> BTreeSet<String> {
    let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut needed = BTreeSet::new();
    for line in code {
        for path in line.split("crate::").skip(1) {
            let name: String = path
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            needed.insert(name);
        }
        assert!(!line.contains("use crate::{"), "one module a line: {line}");
    }
    needed
}

/// The arrows that must not be: from, to, and the file that needs it.
fn wrong_arrows(ladder: &[String]) -> Vec<String> {
    let rung = |name: &str| ladder.iter().position(|module| module == name);
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for module in ladder {
        let mut found = Vec::new();
        let file = source().join(format!("{module}.rs"));
        let folder = source().join(module);
        for place in [file, folder].into_iter().filter(|place| place.exists()) {
            files(&place, &mut found);
        }
        assert!(!found.is_empty(), "no source of {module}");
        for file in found {
            for needed in needs(&fs::read_to_string(&file).unwrap()) {
                let beside = BESIDE.contains(&module.as_str()) && BESIDE.contains(&needed.as_str());
                if needed == *module {
                    continue;
                }
                arrows += 1;
                if beside || rung(&needed) < rung(module) {
                    wrong.push(format!("{module} -> {needed} ({})", file.display()));
                }
            }
        }
    }
    assert!(arrows > 50, "only {arrows} arrows were found");
    wrong
}

#[test]
fn every_module_stands_in_the_table_once() {
    let ladder = ladder();
    let names: BTreeSet<_> = ladder.iter().cloned().collect();
    assert_eq!(names.len(), ladder.len());
    assert_eq!(names, declared());
}

#[test]
fn arrows_point_down_the_table() {
    let wrong = wrong_arrows(&ladder());
    assert!(wrong.is_empty(), "arrows up:\n{}", wrong.join("\n"));
}

#[test]
fn an_arrow_up_would_be_seen() {
    let mut upside_down = ladder();
    upside_down.reverse();
    assert!(!wrong_arrows(&upside_down).is_empty());
}
