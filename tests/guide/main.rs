//! The user guide, played through a host that is nothing but a terminal: nothing of the screens needs a browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod renewal;
mod scenario;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
mod together;

use std::fs;

use demo_host::sandbox::{Keys, Organisme};
use scenario::{BAD_LINES, BOXES, LINES, SITES, Site};
use serde_json::{Value, json};
use support::receiver;
use terminal::{Read, Terminal};

const PREVIEW: &str = "Exemple de l'export automatique de nuit";

/// The keys that the receiver takes.
fn keys() -> Keys {
    let known = SITES.iter().map(|site| {
        let organisme = Organisme {
            uai: site.uai.to_owned(),
            siret: site.siret.to_owned(),
        };
        (site.key.to_owned(), organisme)
    });
    Keys {
        v3: known.collect(),
        ..Keys::default()
    }
}

/// A sector that nobody has activated is previewed all the same, and it is said at the top that the night sends nothing.
fn not_activated_yet(user: &Terminal) {
    user.pick(PREVIEW, &json!({"societe_id": 1, "secteur_id": 1}));
    let resume = user.tables().remove(0);
    let first = resume.rows[0].values().cloned().collect::<Vec<_>>().concat();
    assert!(
        first.starts_with("Attention : la nuit n'enverra rien du secteur METZ (SC-FORMATION)"),
        "{first}"
    );
    assert!(count(&resume, "Dossiers lus") > 0);
}

fn tick_the_boxes(user: &Terminal) {
    user.pick("Compléments secteur", &json!({"societe_id": 1, "secteur_id": 1}));
    for label in BOXES {
        user.tick(label);
    }
    user.press("Enregistrer");
    assert!(!user.shows_a_form());
    user.pick("Compléments secteur", &json!({"societe_id": 1, "secteur_id": 1}));
    assert_eq!(
        user.value("Dernière modification"),
        "Par camille, le 23/11/2026 à 10:00."
    );
    user.press("Annuler");
}

fn enter_the_uai_lines(user: &Terminal) {
    user.pick("Gestion des numéros UAI", &json!({}));
    user.press("Ajouter");
    for (typed, label, said) in BAD_LINES {
        for (field, text) in typed {
            user.fill(field, text);
        }
        user.press("Enregistrer");
        assert!(
            user.message().starts_with("Rien n'a été enregistré"),
            "{}",
            user.message()
        );
        assert_eq!(user.under(label), said, "{label}");
    }
    for (number, line) in LINES.iter().enumerate() {
        if number > 0 {
            user.press("Ajouter");
        }
        for (field, text) in *line {
            user.fill(field, text);
        }
        user.press("Enregistrer");
        assert!(user.message().contains("est enregistrée"), "{}", user.message());
        if number == 0 {
            for said in scenario::LOOK_AT {
                assert!(user.message().contains(said), "{}", user.message());
            }
        }
    }
    // The same line again is none.
    user.press("Ajouter");
    for (field, text) in LINES[0] {
        user.fill(field, text);
    }
    user.press("Enregistrer");
    assert!(user.under("Numéro UAI du CFA").contains("Il y a déjà une ligne"));
    user.press("Annuler");
    assert!(
        user.form()
            .to_string()
            .contains(r#"["1234567A","SC-FORMATION","123 456 789 94444""#)
    );
    user.press("Fermer");
}

fn enter_the_keys(user: &Terminal, url: &str) {
    for (number, site) in SITES.iter().enumerate() {
        user.pick("Gestion des accès aux API tierces", &json!({}));
        user.fill("Société", site.societe);
        user.fill("Secteur", site.secteur);
        let test = || user.press_on(site.etablissement, "Tester la connexion").unwrap();
        if number == 0 {
            assert!(test().unwrap_err().contains("Aucune clé API n'est enregistrée"));
            user.press_on(site.etablissement, "Récupérer clé API");
            let link = user.value("Récupérer clé API").as_str().unwrap().to_owned();
            assert!(
                link.ends_with("/connexion-api?siret=12345678994444&uai=1234567A&erp=scform"),
                "{link}"
            );
            user.fill("Clé API", scenario::REFUSED_KEY);
            user.fill("URL de base", url);
            user.press("Enregistrer");
            assert!(test().unwrap_err().contains(scenario::REFUSED));
        }
        save_key(user, site, url);
        assert!(user.message().contains("La clé est enregistrée."), "{}", user.message());
        let told = test().unwrap();
        assert_eq!(told, format!("{} {}.", scenario::ACCEPTED, site.uai));
        user.press("Fermer");
    }
    // The key of the second has ticked the boxes of its sector.
    user.pick("Compléments secteur", &json!({"societe_id": 2, "secteur_id": 2}));
    for label in BOXES {
        assert_eq!(user.value(label), true, "{label}");
    }
    user.press("Annuler");
}

fn save_key(user: &Terminal, site: &Site, url: &str) {
    user.press_on(site.etablissement, "Saisir ou modifier la clé");
    user.fill("Clé API", site.key);
    user.fill("URL de base", url);
    user.press("Enregistrer");
}

/// Opens the preview: *Résumé*, *Données envoyées*, *Apprentis non envoyés*, *Depuis la dernière nuit*.
fn preview(user: &Terminal) -> Vec<Read> {
    user.pick(PREVIEW, &json!({}));
    user.tables()
}

fn count(resume: &Read, label: &str) -> u64 {
    let line = resume.rows.iter().find(|row| row.values().any(|cell| cell == label));
    line.unwrap_or_else(|| panic!("no line {label}"))["Nombre"]
        .parse()
        .unwrap()
}

fn of_inscription(table: &Read, id: i64) -> Option<usize> {
    table.rows.iter().position(|row| row["Inscription"] == id.to_string())
}

#[test]
fn whatever_is_contributed_is_described_as_published() {
    let folder = tempfile::tempdir().unwrap();
    let base = scenario::base(folder.path());
    let user = Terminal::start(&base, folder.path(), scenario::USER, scenario::NOW);
    user.run("migration", &json!({})).unwrap();
    // Those of the menus, and those that only others open.
    let mut ids = user.contributions();
    ids.push("courriel-compte-rendu".to_owned());
    for id in ids {
        user.open(&id, &json!({"societe_id": 1, "secteur_id": 1})).unwrap();
        if user.shows_a_form() {
            user.close();
        } else {
            assert!(!user.tables().is_empty(), "{id} shows nothing");
        }
    }
}

#[test]
fn from_activation_to_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let base = scenario::base(folder.path());
    let sandbox = receiver::start(keys(), "");
    let user = Terminal::start(&base, folder.path(), scenario::USER, scenario::NOW);
    user.run("migration", &json!({})).unwrap();

    not_activated_yet(&user);
    tick_the_boxes(&user);
    enter_the_uai_lines(&user);
    enter_the_keys(&user, &sandbox.url());

    // Who is left out, and why; one is put right in the ERP.
    let before = preview(&user);
    assert_eq!(before.len(), 4);
    assert!(before[3].title.contains("aucune nuit terminée"));
    let (resume, left_out) = (&before[0], &before[2]);
    let row = of_inscription(left_out, scenario::LEFT_OUT).expect("the one to be put right is left out");
    assert_eq!(left_out.rows[row]["Motifs"], scenario::REASON);
    assert!(!left_out.rows[row]["À faire"].is_empty());
    base.execute(scenario::PUT_RIGHT);
    let after = preview(&user);
    assert_eq!(of_inscription(&after[2], scenario::LEFT_OUT), None);
    assert!(of_inscription(&after[1], scenario::LEFT_OUT).is_some());
    assert_eq!(
        count(&after[0], "Dossiers envoyés"),
        count(resume, "Dossiers envoyés") + 1
    );
    let (name, bytes) = user.save(&after[0], "Classeur Excel");
    assert_eq!((name.as_str(), &bytes[..2]), ("apercu-2026-11-23.xlsx", &b"PK"[..]));
    let (name, bytes) = user.save(&after[0], "JSON de ce qui partirait");
    let json: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(name, "apercu-2026-11-23.json");
    assert_eq!(json["resume"]["envoyes"], count(&after[0], "Dossiers envoyés"));

    // The night, and its report.
    user.set_clock(scenario::NIGHT);
    let outcome = user.run_scheduled(scenario::JOB);
    assert_eq!(
        outcome.accepted,
        count(&after[0], "Dossiers envoyés"),
        "{}",
        outcome.text
    );
    let held = receiver::dossiers(&receiver::received(&sandbox));
    assert_eq!(held.len() as u64, outcome.accepted);
    user.pick("Compte rendu des exports de nuit", &json!({}));
    let runs = user.tables().remove(0);
    assert_eq!(runs.rows[0]["Acceptés"], outcome.accepted.to_string());
    user.act_on(&runs, 0, "Ouvrir");
    let run = user.tables();
    assert_eq!(run[0].rows.len(), 1);
    assert!(run[1].rows.iter().any(|row| row["UAI"] == SITES[0].uai));
    for (label, name, begins) in [
        ("Classeur Excel", "compte-rendu-1.xlsx", "PK"),
        ("Page web à imprimer", "compte-rendu-1.html", "<!"),
        ("JSON", "compte-rendu-1.json", "{"),
    ] {
        let (found, bytes) = user.save(&run[0], label);
        assert_eq!(found, name);
        assert!(bytes.starts_with(begins.as_bytes()), "{label}");
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    user.act(&run[0], "Tous les exports de nuit");
    assert_eq!(user.tables().len(), 1);

    since_the_last_night(&user, &base, &after[1]);
    diagnosis(&user, &base, &sandbox.url());
    no_key_was_written(&user, &base);
}

/// One is changed, one is gone from the ERP, one stays out now; what was never sent is new.
fn since_the_last_night(user: &Terminal, base: &support::base::Base, sent: &Read) {
    let same = preview(user).remove(3);
    assert_eq!(same.title, "Depuis la dernière nuit (23/11/2026)");
    assert!(same.rows.is_empty(), "{:?}", same.rows);

    let ids: Vec<&String> = sent.rows.iter().map(|row| &row["Inscription"]).collect();
    let [changed, deleted, out, new] = [ids[0], ids[1], ids[2], ids[3]];
    let stagiaire = |inscription| format!("(SELECT stagiaire_id FROM inscription WHERE id = {inscription})");
    for sql in [
        format!(
            "UPDATE stagiaire SET prenom = 'Autre' WHERE id = {}",
            stagiaire(changed)
        ),
        format!("UPDATE inscription SET apprentissage = 0 WHERE id = {deleted}"),
        format!("UPDATE stagiaire SET nom = NULL WHERE id = {}", stagiaire(out)),
        // As if the night had not sent it.
        format!("DELETE FROM mna_resultat WHERE inscription_id = {new}"),
    ] {
        base.execute(&sql);
    }
    let rows = preview(user).remove(3).rows;
    let told = |id: &str| {
        let row = rows.iter().find(|row| row["Inscription"] == id);
        let row = row.unwrap_or_else(|| panic!("nothing is told of {id}: {rows:?}"));
        (row["Changement"].clone(), row["Détail"].clone())
    };
    assert_eq!(told(changed), ("Modifié".into(), "prenom_apprenant".into()));
    assert_eq!(told(new), ("Nouveau".into(), String::new()));
    let (change, detail) = told(deleted);
    assert_eq!(change, "Ne part plus");
    assert!(detail.starts_with("N'est plus lu"), "{detail}");
    let (change, detail) = told(out);
    assert_eq!(
        (change.as_str(), detail.as_str()),
        ("Ne part plus", "Nom ou prénom manquant")
    );
    assert_eq!(rows.len(), 4, "{rows:?}");

    // With a new sealing key nothing that was written can be compared: it is said, not guessed.
    user.run("rotation-scellement", &json!({})).unwrap();
    let rows = preview(user).remove(3).rows;
    assert!(rows.iter().any(|row| row["Changement"] == "Remarque"), "{rows:?}");
    assert!(rows.iter().all(|row| row["Changement"] != "Modifié"), "{rows:?}");
}

/// What is in order is said, receivers included; a key that was sealed elsewhere is told with what to do.
fn diagnosis(user: &Terminal, base: &support::base::Base, api: &str) {
    let lines = |check: &str| {
        user.pick("Diagnostic", &json!({}));
        let table = user.tables().remove(0);
        let lines = table.rows.into_iter().filter(|row| row["Contrôle"].starts_with(check));
        lines
            .map(|row| (row["État"].clone(), row["Détail"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("Clés API"), [("OK".to_owned(), "2 clé(s)".to_owned())]);
    let [(state, detail)] = &lines(&format!("API de la Mission, {api}"))[..] else {
        panic!()
    };
    assert!(state == "OK" && detail.contains("accepte la clé"), "{state}: {detail}");
    // A key does not go to an address that somebody wrote beside it.
    let elsewhere = "http://127.0.0.1:9/api";
    let url = base.column("SELECT url FROM mna_acces WHERE id = 1").remove(0);
    base.execute(&format!("UPDATE mna_acces SET url = '{elsewhere}' WHERE id = 1"));
    let [(state, detail)] = &lines("Clés API")[..] else {
        panic!()
    };
    assert_eq!(state, "À corriger");
    assert!(detail.contains("L'adresse du service a changé"), "{detail}");
    assert_eq!(lines(&format!("API de la Mission, {elsewhere}")), []);
    base.execute(&format!("UPDATE mna_acces SET url = '{url}' WHERE id = 1"));
    let origin = url.strip_suffix("/api").unwrap();
    base.execute(&format!(
        "UPDATE mna_acces SET cle_scellee = 'v2:00000000:00:{origin}' WHERE id = 1"
    ));
    let [(state, detail)] = &lines("Clés API")[..] else {
        panic!()
    };
    assert_eq!(state, "À corriger");
    assert!(detail.contains("Copiez ici le fichier de clé d'origine"), "{detail}");
}

/// Neither on the screen, nor in the log, nor in any file or table; nor is anybody named in the log or in a form.
fn no_key_was_written(user: &Terminal, base: &support::base::Base) {
    let written = user.written();
    let emails = base.column("SELECT email FROM stagiaire WHERE email LIKE '%@%' UNION SELECT email FROM interlocuteur WHERE email LIKE '%@%'");
    assert!(emails.len() > 100);
    for email in emails {
        assert!(!written.contains(&email), "{email} was written");
    }
    let mut places = vec![("the screen and the log".to_owned(), user.written().into_bytes())];
    for file in fs::read_dir(base.0.parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        places.push((path.display().to_string(), fs::read(path).unwrap()));
    }
    assert!(places.len() > 3);
    let keys = SITES.iter().map(|site| site.key).chain([scenario::REFUSED_KEY]);
    for key in keys {
        for (place, bytes) in &places {
            let found = bytes.windows(key.len()).any(|window| window == key.as_bytes());
            assert!(!found, "a key is in {place}");
        }
    }
}
