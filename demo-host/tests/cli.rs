//! The program itself: its exit codes, what it says where, and Ctrl-C. What needs the real plugin is tested end to end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_demo-host"));
    program.arg("--dir").arg(folder);
    program
}

fn run(folder: &Path, line: &str) -> (i32, String, String) {
    let Output { status, stdout, stderr } = program(folder).args(line.split_whitespace()).output().unwrap();
    (
        status.code().unwrap(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

#[test]
fn exit_codes_and_errors_are_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("--help", 0, ""),
        ("--version", 0, ""),
        ("", 2, "Il manque une commande."),
        ("nuit", 2, "Commande inconnue : nuit."),
        ("--date 32/01/2026 preview", 2, "2026-11-24"),
        ("--mapping absent.toml diagnostic", 2, "absent.toml"),
        ("preview --out apercu.csv", 2, ".json, .xlsx"),
        ("preview", 2, "demo-host seed"),
        (
            "--db Driver=SQLite3;Database=:memory: --plugin absent.so diagnostic",
            2,
            "absent.so",
        ),
        ("--db Driver=absent seed", 2, "--db"),
        ("sandbox --faults absent.json", 2, "absent.json"),
    ];
    for (line, code, said) in cases {
        let (found, stdout, stderr) = run(folder.path(), line);
        assert_eq!(found, code, "{line}: {stderr}");
        assert!(stderr.contains(said), "{line}: {stderr}");
        assert_eq!(stdout.is_empty(), code != 0, "{line}: {stdout}");
        assert!(!stderr.contains("Détail"), "{line}: {stderr}");
    }
    let (_, _, stderr) = run(folder.path(), "--verbose --db Driver=absent seed");
    assert!(stderr.contains("Détail : cannot connect"), "{stderr}");
}

#[test]
fn seeding_says_what_it_made_and_never_overwrites_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("autres.json");
    let line = format!(
        "--json seed --inscriptions 60 --graine 7 --settings {}",
        settings.display()
    );
    let (code, stdout, _) = run(folder.path(), &line);
    assert_eq!(code, 0);
    let said: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(said["inscriptions"], 60);
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(&settings).unwrap()).unwrap();
    for key in ["secteurs", "uai", "acces"] {
        assert!(!read[key].as_array().unwrap().is_empty(), "{key}");
    }

    let (code, _, stderr) = run(folder.path(), "seed --inscriptions 10");
    assert_eq!(code, 2);
    assert!(stderr.contains("--ecraser"), "{stderr}");
    assert_eq!(run(folder.path(), "seed --inscriptions 10 --ecraser").0, 0);
}

#[cfg(unix)]
mod ctrl_c {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Stdio};

    use super::*;

    fn interrupt(mut child: Child) -> i32 {
        assert!(
            Command::new("kill")
                .args(["-INT", &child.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
        child.wait().unwrap().code().unwrap()
    }

    #[test]
    fn the_sandbox_ends_with_130() {
        let folder = tempfile::tempdir().unwrap();
        let mut sandbox = program(folder.path());
        let mut child = sandbox
            .args(["--json", "sandbox", "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        assert!(first.contains("http://127.0.0.1:"), "{first}");
        assert_eq!(interrupt(child), 130);
    }

    #[test]
    fn a_seeding_ends_with_130_and_leaves_no_table() {
        let folder = tempfile::tempdir().unwrap();
        let mut seed = program(folder.path());
        let child = seed
            .args(["seed", "--inscriptions", "100000000"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !folder.path().join("demo.db").exists() {
            std::thread::yield_now();
        }
        assert_eq!(interrupt(child), 130);
        assert_eq!(run(folder.path(), "seed --inscriptions 5").0, 0);
    }
}
