//! The scripts of the two commands and of CI: what they may say, and what they must do while somebody waits.

use std::path::PathBuf;
use std::process::Command;

use super::{pages, path};

/// Everything that installs or fetches something, and every page.
fn scripts() -> Vec<PathBuf> {
    ["scripts", ".ci"]
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(path(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn no_registry_is_named_by_its_host() {
    // The word before the first full stop, as registries and mirrors call their hosts.
    const HOSTS: [&str; 10] = [
        "archive", "deb", "files", "ftp", "index", "mirror", "pypi", "registry", "security", "static",
    ];
    let texts = scripts()
        .into_iter()
        .chain(pages().into_iter().map(|page| path(&page)))
        .chain([path("Cargo.toml")]);
    let mut checked = 0;
    for file in texts {
        let text = std::fs::read_to_string(&file).unwrap();
        for host in text.split("://").skip(1) {
            let first = host.split(['.', '/', ' ']).next().unwrap();
            assert!(!HOSTS.contains(&first), "{}: ://{first}.…", file.display());
            checked += 1;
        }
    }
    assert!(checked > 3);
}

/// Runs a command as the scripts run what takes its time.
fn quietly(command: &str) -> (bool, String, String) {
    let script =
        format!(". scripts/setup.sh\nsleep() {{ command sleep 0.01; }}\nquietly sh -c '{command}'\necho after");
    let output = Command::new("sh")
        .args(["-euc", &script])
        .current_dir(path("."))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_build_says_how_far_it_is_and_keeps_its_words() {
    let (done, said, complained) =
        quietly("echo \"   Compiling one v1\"; echo \"   Compiling two v2\" >&2; exec sleep 2");
    assert!(done, "{complained}");
    assert!(said.contains("    15 s, 2 crates compiled\n"), "{said}");
    assert!(said.ends_with("after\n"), "{said}");
    assert!(!said.contains("one v1"), "{said}");
}

#[test]
fn a_build_that_fails_shows_its_words_and_ends_the_script() {
    let (done, said, complained) = quietly("echo \"error: no such thing\" >&2; exit 101");
    assert!(!done);
    assert!(complained.contains("error: no such thing"), "{complained}");
    assert!(!said.contains("after"), "{said}");
}
