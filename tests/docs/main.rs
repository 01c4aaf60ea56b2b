//! The documentation is true: its commands run, its examples load, its lists are complete, its links lead somewhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[cfg(unix)]
mod commands;
mod lists;
#[cfg(unix)]
mod mapping;
#[path = "../support/schemas.rs"]
mod published;
mod schemas;
#[cfg(unix)]
mod scripts;

const INTEGRATION: &str = "docs/integration.md";
const MAPPING: &str = "docs/mapping.md";
const USER_GUIDE: &str = "docs/guide-utilisateur.md";
const DRIVERS: &str = "docs/drivers.md";

/// A fenced block of a page.
struct Block {
    /// Page and line, to find it by.
    at: String,
    text: String,
}

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn read(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// The README and the pages of `docs`, in the order of their names.
fn pages() -> Vec<String> {
    let docs = std::fs::read_dir(path("docs")).unwrap();
    let names = docs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut pages: Vec<_> = names
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    pages.sort();
    pages.insert(0, "README.md".to_owned());
    pages
}

/// The blocks of a page in one language, in their order.
fn blocks(page: &str, language: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (index, line) in read(page).lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((index + 1, language.to_owned(), String::new())),
            (Some((_, _, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{page} ends inside a block");
    let wanted = found.into_iter().filter(|(_, found, _)| found == language);
    wanted
        .map(|(line, _, text)| Block {
            at: format!("{page}:{line}"),
            text,
        })
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let mut checked = 0;
    for page in pages() {
        let text = read(&page);
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target)
        {
            if target.starts_with("http") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = path(&page).parent().unwrap().to_path_buf();
            let file = if file.is_empty() {
                path(&page)
            } else {
                folder.join(file)
            };
            assert!(file.is_file(), "{page}: {target}");
            let there = anchor.is_empty() || anchors(&std::fs::read_to_string(&file).unwrap()).contains(anchor);
            assert!(there, "{page}: {target}");
            checked += 1;
        }
    }
    assert!(checked > 10);
}

/// The anchors of a page's headings, as forges make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let letter = |letter: char| match letter {
        ' ' => Some('-'),
        letter if letter.is_alphanumeric() || letter == '-' || letter == '_' => Some(letter),
        _ => None,
    };
    headings
        .map(|line| {
            line.trim_start_matches(['#', ' '])
                .to_lowercase()
                .chars()
                .filter_map(letter)
                .collect()
        })
        .collect()
}
