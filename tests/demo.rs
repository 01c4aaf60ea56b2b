//! The demo host as a program, on 2,000 inscriptions: what the preview announces is what the receiver gets, the report
//! adds up, a night is done once, and exit codes say what happened.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use demo_host::sandbox::{Keys, Sandbox};
use serde_json::Value;
use support::{base::Base, program::DemoHost, receiver};

const STATES: [&str; 4] = ["acceptes", "rejetes", "non_envoyes", "en_attente"];

fn read_json(host: &DemoHost, name: &str) -> Value {
    serde_json::from_slice(&fs::read(host.file(name)).unwrap()).unwrap()
}

/// The files of a folder, at any depth.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |entry: PathBuf| if entry.is_dir() { files(&entry) } else { vec![entry] };
    entries.flat_map(of).collect()
}

fn counted(counts: &Value, name: &str) -> u64 {
    counts[name].as_u64().unwrap_or_else(|| panic!("{name} in {counts}"))
}

fn assert_adds_up(counts: &Value) {
    let sum: u64 = STATES.iter().map(|state| counted(counts, state)).sum();
    assert_eq!(counted(counts, "lus"), sum, "{counts}");
}

fn inscriptions(list: &Value) -> BTreeSet<i64> {
    let ids = list.as_array().unwrap().iter();
    ids.map(|item| item["inscription_id"].as_i64().unwrap()).collect()
}

/// A sample whose settings lead to this receiver, migrated and imported.
fn prepared(name: &str, inscriptions: &str, sandbox: &Sandbox) -> DemoHost {
    let host = DemoHost::new(name);
    host.run(&["seed", "--inscriptions", inscriptions, "--url", &sandbox.url()])
        .expect(0);
    host.run(&["migrate"]).expect(0);
    let settings = host.file("reglages.json");
    host.run(&["settings", "import", settings.to_str().unwrap()]).expect(0);
    host
}

#[test]
fn demo_plays_everything_and_all_agrees() {
    let host = DemoHost::new("demo");
    let told = host.run(&["--json", "demo"]).expect(0).json();
    assert_eq!(told["conforme"], true, "{told}");
    let night = &told["nuit"]["comptes"];
    assert_adds_up(night);
    assert!(counted(night, "lus") > 1500, "{night}");
    assert_eq!(counted(night, "en_attente"), 0);
    let comparison = &told["comparaison"];
    let announced = counted(comparison, "annonces");
    for name in ["recus", "identiques", "valides"] {
        assert_eq!(counted(comparison, name), announced, "{comparison}");
    }

    let preview = read_json(&host, "apercu.json");
    assert_eq!(preview["envoyes"].as_array().unwrap().len() as u64, announced);
    let report = read_json(&host, "compte-rendu.json");
    assert_adds_up(&report["executions"][0]["comptes"]);
    for file in told["fichiers"].as_array().unwrap() {
        assert!(fs::metadata(file.as_str().unwrap()).unwrap().len() > 0, "{file}");
    }

    for file in files(&host.folder) {
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others can read {}", file.display());
    }

    let spoken = DemoHost::new("demo spoken").run(&["demo"]).expect(0);
    for part in [
        "Résumé",
        "Données envoyées",
        "Apprentis non envoyés",
        "À faire",
        "Tout concorde.",
    ] {
        assert!(
            spoken.stdout.contains(part),
            "{part} is missing from\n{}",
            spoken.stdout
        );
    }
    // What the README shows of it is what a terminal shows: the same lines, with other blanks.
    let readme = include_str!("../README.md");
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut lines = spoken.stdout.lines().map(words);
    for line in shown.lines() {
        assert!(
            lines.any(|told| told == words(line)),
            "{line}\nis not told here in\n{}",
            spoken.stdout
        );
    }
}

#[test]
fn each_dossier_of_the_preview_is_received_or_left_out_and_a_night_is_done_once() {
    let sandbox = receiver::start(Keys::default(), "");
    let host = prepared("night", "2000", &sandbox);
    let file = host.file("apercu.json");
    host.run(&["preview", "--out", file.to_str().unwrap()]).expect(0);
    let preview = read_json(&host, "apercu.json");

    let night = host.run(&["--json", "night"]).expect(0).json();
    assert_eq!(night["resultat"], "a_corriger");
    assert_adds_up(&night["comptes"]);
    let received = receiver::received(&sandbox);
    let mut announced: Vec<_> = preview["envoyes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["dossier"].to_string())
        .collect();
    announced.sort();
    assert!(announced.len() > 1000);
    assert!(
        receiver::dossiers(&received) == announced,
        "other dossiers were received than announced"
    );
    let entries = received["dossiers"].as_array().unwrap();
    assert!(
        entries
            .iter()
            .all(|entry| entry["fois"] == 1 && entry["valide"] == true)
    );

    // In the journal each inscription has one state, the one that the preview announced.
    let mut states: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let rows = Base(host.file("demo.db")).rows("SELECT inscription_id, etat FROM mna_resultat");
    for row in &rows {
        let once = states
            .entry(row[1].clone())
            .or_default()
            .insert(row[0].parse().unwrap());
        assert!(once, "inscription {} has two states", row[0]);
    }
    let expected = BTreeMap::from([
        ("accepte".to_owned(), inscriptions(&preview["envoyes"])),
        ("non_envoye".to_owned(), inscriptions(&preview["non_envoyes"])),
    ]);
    assert!(states == expected, "the journal's states are not the preview's");
    assert_eq!(rows.len() as u64, counted(&preview["resume"], "lus"));

    let file = host.file("compte-rendu.json");
    host.run(&["report", "--out", file.to_str().unwrap()]).expect(0);
    let run = read_json(&host, "compte-rendu.json")["executions"][0].clone();
    assert_eq!(run["etat"], "terminee");
    assert_eq!(run["comptes"], night["comptes"]);
    assert_eq!(inscriptions(&run["non_envoyes"]), expected["non_envoye"]);
    let batches: u64 = run["etablissements"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|place| place["lots"].as_array().unwrap())
        .map(|batch| counted(batch, "dossiers"))
        .sum();
    assert_eq!(batches, counted(&run["comptes"], "acceptes"));

    let again = host.run(&["--json", "night"]).expect(0).json();
    assert_eq!(again["resultat"], "deja_faite");
    assert_eq!(
        receiver::received(&sandbox),
        received,
        "a night that is done sent something"
    );
    let forced = host.run(&["--json", "night", "--force"]).expect(0).json();
    assert_eq!(forced["resultat"], "a_corriger");
    assert_eq!(forced["comptes"], night["comptes"]);
    let received = receiver::received(&sandbox);
    assert!(
        received["dossiers"]
            .as_array()
            .unwrap()
            .iter()
            .all(|entry| entry["fois"] == 2)
    );
    assert!(receiver::dossiers(&received) == announced);
}

#[test]
fn rejections_end_with_1_and_are_told_in_the_receivers_words() {
    let words = "Cet apprenti est refusé pour l'essai";
    let scenario = format!(
        "[[faults]]\nthen = {{ kind = \"reject\", id_erp = [\"1\", \"2\"], field = \"nom_apprenant\", message = \"{words}\" }}"
    );
    let sandbox = receiver::start(Keys::default(), &scenario);
    let host = prepared("rejected", "200", &sandbox);
    let night = host.run(&["--json", "night"]).expect(1).json();
    assert_eq!(night["resultat"], "a_corriger");
    assert_adds_up(&night["comptes"]);
    let report = host.run(&["--json", "report"]).expect(0).json();
    let run = &report["executions"][0];
    let rejected = run["rejets"].as_array().unwrap();
    assert!(!rejected.is_empty());
    assert_eq!(rejected.len() as u64, counted(&run["comptes"], "rejetes"));
    for item in rejected {
        assert_eq!(item["erreurs"][0]["message"], words, "{item}");
        assert!(["1", "2"].contains(&item["id_erp_apprenant"].as_str().unwrap()));
    }
}

#[test]
fn wrong_usage_and_wrong_settings_end_with_2() {
    let host = DemoHost::new("usage");
    for (arguments, said) in [
        (&["nuit"][..], "nuit"),
        (&["night", "--at", "demain"], "demain"),
        (&["night"], "Aucune base de données"),
        (&["preview", "--db", "Driver=Absent;Database=x"], "pilote"),
        (&["settings", "import", "/absent/reglages.json"], "reglages.json"),
    ] {
        let told = host.run(arguments).expect(2).stderr;
        assert!(told.contains(said), "{arguments:?}: {told}");
    }
    host.run(&["seed", "--inscriptions", "20"]).expect(0);
    let told = host.run(&["night"]).expect(2).stderr;
    assert!(told.contains("mna_"), "{told}");
    let mut elsewhere = Command::new(host.command(&[]).get_program());
    let output = elsewhere
        .args(["--plugin", "/absent/libpasserelle.so", "diagnostic", "--dir"])
        .arg(&host.folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("/absent/libpasserelle.so"), "{told}");
}

#[test]
fn ctrl_c_ends_with_130_and_the_next_night_ends_what_was_begun() {
    // The first batch is taken and never answered: the night is waiting when the signal comes.
    let sandbox = receiver::start(
        Keys::default(),
        "[[faults]]\nwhen = { nth = 1 }\nthen = { kind = \"silence\", process = false }",
    );
    let host = prepared("cancelled", "300", &sandbox);
    let mut night = host.command(&["night"]).stdout(Stdio::null()).spawn().unwrap();
    while receiver::received(&sandbox)["requetes"] == 0 {
        assert_eq!(night.try_wait().unwrap(), None, "the night sent nothing");
        thread::sleep(Duration::from_millis(10));
    }
    let interrupted = Command::new("kill").args(["-INT", &night.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    assert_eq!(night.wait().unwrap().code(), Some(130));

    let report = host.run(&["--json", "report"]).expect(0).json();
    assert_eq!(report["executions"][0]["etat"], "annulee", "{report}");
    assert_adds_up(&report["executions"][0]["comptes"]);
    let night = host.run(&["--json", "night"]).expect(0).json();
    assert_eq!(night["resultat"], "a_corriger", "{night}");
    assert_adds_up(&night["comptes"]);
    assert_eq!(counted(&night["comptes"], "en_attente"), 0);
}
