//! A whole run at trace level, with rejections and a refused key: nothing that identifies a person, and no key, comes
//! out of it but where the user asked for it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use demo_host::sandbox::{Keys, Organisme};
use serde_json::{Value, json};
use support::{base::Base, program::DemoHost, receiver, smtp::Smtp};

const PASSWORD: &str = "mot-de-passe-du-courriel";
const RECIPIENT: &str = "destinataire@example.org";

/// Where the sample keeps what identifies a person.
const PERSONAL: [&str; 5] = [
    "SELECT nom FROM stagiaire UNION SELECT nom FROM interlocuteur UNION SELECT nom FROM sifa_responsable",
    "SELECT prenom FROM stagiaire",
    "SELECT email FROM stagiaire UNION SELECT email FROM interlocuteur UNION SELECT email FROM sifa_responsable",
    "SELECT telephone FROM stagiaire",
    "SELECT date_naissance FROM stagiaire",
];

/// Shorter values are words and numbers of any text.
const SHORTEST: usize = 4;

/// What is looked for: each value as it is stored, and as the plugin may have written it.
fn personal(base: &Base) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for query in PERSONAL {
        for value in base.column(query) {
            let value = value.trim().to_owned();
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            if let [year, month, day] = value.split('-').collect::<Vec<_>>()[..] {
                if value.len() == 10 && digits.len() == 8 {
                    values.insert(format!("{day}/{month}/{year}"));
                }
            }
            if digits.len() >= 9 {
                // With or without the country's code.
                values.insert(digits[digits.len() - 9..].to_owned());
                values.insert(digits);
            }
            values.insert(value.to_uppercase());
            values.insert(value);
        }
    }
    values.retain(|value| value.chars().count() >= SHORTEST);
    values
}

/// Whether a text holds a value that is not part of a longer word. Digits are looked for anywhere: a number may follow
/// its country's code.
fn holds(text: &str, value: &str) -> bool {
    let number = value.bytes().all(|byte| byte.is_ascii_digit());
    text.match_indices(value).any(|(at, _)| {
        let part_of_a_word = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
        number
            || !part_of_a_word(text[..at].chars().next_back())
                && !part_of_a_word(text[at + value.len()..].chars().next())
    })
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

fn contains(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|window| window == what.as_bytes())
}

/// The keys of a settings file, with the establishments that they were made for.
fn keys(settings: &Value) -> BTreeMap<String, Organisme> {
    let siret = |uai: &Value| {
        let lines = settings["uai"].as_array().unwrap();
        let line = lines.iter().find(|line| line["uai"] == *uai).unwrap();
        line["siret"].as_str().unwrap().to_owned()
    };
    let accesses = settings["acces"].as_array().unwrap().iter();
    accesses
        .map(|access| {
            let uai = access["uai"].as_str().unwrap().to_owned();
            let siret = siret(&access["uai"]);
            (access["cle"].as_str().unwrap().to_owned(), Organisme { uai, siret })
        })
        .collect()
}

#[test]
fn a_run_at_trace_level_says_nothing_of_anybody_and_shows_no_key() {
    let host = DemoHost::new("run");
    let settings_file = support::scratch().join("reglages.json");
    let settings_path = settings_file.to_str().unwrap();
    // The settings know the receiver's address, the receiver knows the settings' keys: written twice.
    let seed = |url: &str| {
        host.run(&[
            "seed",
            "--ecraser",
            "--inscriptions",
            "600",
            "--settings",
            settings_path,
            "--url",
            url,
        ])
        .expect(0);
        let settings: Value = serde_json::from_slice(&fs::read(&settings_file).unwrap()).unwrap();
        keys(&settings)
    };
    let all = seed("http://127.0.0.1:9/api");
    let mut known = all.clone();
    let refused = known.pop_first().unwrap().1.uai;
    let scenario = "[[faults]]\nthen = { kind = \"reject\", id_erp = [\"3\", \"4\", \"5\", \"6\"], message = \"Refusé\" }\n\
                    [[faults]]\nwhen = { nth = 2 }\nthen = { kind = \"status\", code = 503, retry_after = 0 }\n\
                    [[faults]]\nwhen = { nth = 4 }\nthen = { kind = \"status\", code = 400, body = \"{}\" }";
    let keys = Keys {
        v3: known,
        ..Keys::default()
    };
    let sandbox = receiver::start(keys, scenario);
    assert_eq!(seed(&sandbox.url()), all);
    let smtp = Smtp::start(&json!({"login": ["passerelle", PASSWORD]}));
    let mut settings: Value = serde_json::from_slice(&fs::read(&settings_file).unwrap()).unwrap();
    settings["courriel"] = json!({"quand": "toujours", "destinataires": [RECIPIENT], "serveur": "localhost",
        "port": smtp.port, "securite": "aucune", "identifiant": "passerelle", "mot_de_passe": PASSWORD,
        "expediteur": "erp@example.org"});
    fs::write(&settings_file, settings.to_string()).unwrap();

    let preview = support::scratch().join("apercu.json");
    let report = support::scratch().join("compte-rendu.json");
    let mut said = String::new();
    let mut expected = Vec::new();
    for (arguments, code) in [
        (&["migrate"][..], 0),
        (&["settings", "import", settings_path], 0),
        (&["settings", "export"], 0),
        (&["preview", "--out", preview.to_str().unwrap()], 0),
        (&["night"], 1),
        // An establishment's key is still refused.
        (&["night"], 1),
        (&["report", "--out", report.to_str().unwrap()], 0),
        (&["--json", "report"], 0),
        (&["report"], 0),
        // The sample has a line of the UAI list that is malformed.
        (&["diagnostic"], 1),
        (&["report", "--run", "77"], 2),
    ] {
        let arguments = [arguments, &["--log", "trace", "--verbose"]].concat();
        let ended = host.run(&arguments).expect(code);
        said += &format!("{}\n{}\n", ended.stdout, ended.stderr);
        expected.push(ended);
    }

    // The exported settings name the recipient, the log does not.
    let logged = expected.iter().any(|ended| ended.stderr.contains(RECIPIENT));
    assert!(!logged, "the recipient is in the log");
    let mails = smtp.messages(1);
    assert_eq!(mails.len(), 1, "the second call found the night done");
    let mail = format!(
        "{}\n{}",
        mails[0]["headers"]["subject"],
        mails[0]["text"].as_str().unwrap()
    );
    assert!(mail.contains("Dossiers rejetés"), "{mail}");
    said += &mail;

    // The run was what it was meant to be.
    let told: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let run = &told["executions"][0];
    assert!(run["comptes"]["rejetes"].as_u64().unwrap() > 0, "{run}");
    let places = run["etablissements"].as_array().unwrap();
    assert!(
        places
            .iter()
            .any(|place| place["uai"] == *refused && place["etat"] == "cle_refusee"),
        "{places:?}"
    );
    assert!(said.contains("TRACE"), "the log is not at trace level:\n{said}");

    let base = Base(host.file("demo.db"));
    let values = personal(&base);
    assert!(values.len() > 1000, "only {} values were found", values.len());
    let preview = fs::read_to_string(&preview).unwrap();
    let shown = values.iter().filter(|value| holds(&preview, value)).count();
    assert!(shown > 500, "the search finds only {shown} values where they are");
    let found: Vec<_> = values.iter().filter(|value| holds(&said, value)).collect();
    assert!(found.is_empty(), "{found:?} in\n{said}");

    let mut kept = files(&host.folder);
    kept.push(("what was said".into(), said.into_bytes()));
    kept.push(("the report".into(), fs::read(&report).unwrap()));
    kept.push(("the preview".into(), preview.into_bytes()));
    assert!(kept.len() > 4);
    for (name, bytes) in &kept {
        for key in all.keys().map(String::as_str).chain([PASSWORD]) {
            assert!(!contains(bytes, key), "a key is in {name}");
        }
    }
    assert!(contains(&fs::read(&settings_file).unwrap(), all.keys().next().unwrap()));
}
