//! The user guide, played from activation to the report of the night, in a real browser.
//!
//! The screenshots of `docs/guide-utilisateur.md` are made here; `PASSERELLE_IMAGES=1 cargo test --test navigateur` puts
//! them into `docs/images/guide`.

use std::path::Path;

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::erp::Erp;
use crate::world::{self, EMAIL, NOM};
use crate::{axe, support};

const UAI: &str = "Exemple Mission Apprentissage…";
const KEY: &str = "5a3f1c9e-0b7d-4e21-9c44-8d1f2a6b7c30";

#[test]
fn the_user_guide_is_played_from_activation_to_the_report() {
    let folder = support::scratch().join("guide");
    world::make(&folder);
    let erp = Erp::start(&folder, None, &[]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.sees("Bienvenue");
    assert!(
        !browser
            .script("return location.href", &[])
            .as_str()
            .unwrap()
            .contains("jeton"),
        "the token stays in the address"
    );
    axe::check(&browser, "home");

    activate(&browser);
    establishments(&browser);
    access(&browser, &erp);
    preview(&browser);
    put_right(&browser);
    night(&browser);
    report(&browser);
}

/// A picture for the guide.
fn picture(browser: &Browser, name: &str) {
    axe::check(browser, name);
    let file = browser.shot(name);
    let size = std::fs::metadata(&file).unwrap().len();
    assert!(size < 200_000, "{name} takes {size} bytes");
    if std::env::var_os("PASSERELLE_IMAGES").is_some() {
        let kept = support::source("docs/images/guide");
        std::fs::create_dir_all(&kept).unwrap();
        std::fs::copy(&file, kept.join(format!("{name}.png"))).unwrap();
    }
}

/// Compléments secteur: the second box is there once the first is ticked.
fn activate(browser: &Browser) {
    browser.menu(&["Fichier", "Secteurs…"]);
    browser.choose("Société", "SC-FORMATION");
    browser.choose("Secteur", "METZ");
    axe::check(browser, "dialog of a menu");
    browser.press("Compléments secteur");
    browser.sees("Passerelle SIFA");
    assert!(browser.is_off("Mission interministérielle pour l'apprentissage"));
    browser.tick("Passerelle SIFA");
    browser.until(
        "the second box",
        "return !visible('input').find((one) => one.labels?.[0]?.innerText.startsWith('Mission interm')).disabled",
        &[],
    );
    browser.tick("Mission interministérielle pour l'apprentissage");
    browser.until(
        "its tick",
        "return visible('input').find((one) => one.labels?.[0]?.innerText.startsWith('Mission interm')).checked",
        &[],
    );
    picture(browser, "01-complements-secteur");
    browser.press("Enregistrer");
    browser.until(
        "the end of saving",
        "return !document.querySelector('.form[aria-busy]')",
        &[],
    );
}

/// The guide's two lines, a bad one first: each message stands beside its field.
fn establishments(browser: &Browser) {
    browser.menu(&["Inscriptions", UAI, "Gestion des numéros UAI"]);
    browser.sees("La liste est vide.");
    browser.press("Ajouter");
    browser.sees("Nom du CFA");
    browser.fill("Numéro UAI du CFA", "12345");
    browser.fill("Siret du CFA", "123 456 789");
    browser.press("Enregistrer");
    browser.sees("Rien n'a été enregistré");
    for (field, word) in [
        ("Numéro UAI du CFA", "chiffres"),
        ("Nom du CFA", "manquant"),
        ("Siret du CFA", "14 chiffres"),
        ("Société", "manquante"),
    ] {
        let told = browser.told_of(field);
        assert!(told.contains(word), "{field}: {told}");
    }
    assert_eq!(
        browser.script("return document.activeElement.labels[0].innerText", &[]),
        json!("Numéro UAI du CFA"),
        "the first fault has the focus"
    );
    picture(browser, "02-numeros-uai-erreurs");

    line(
        browser,
        [
            "1234567A",
            "SC-FORMATION",
            "123 456 789 94444",
            "Établissement scolaire privé sous contrat",
        ],
        ["SC-FORMATION", "METZ"],
    );
    browser.press("Ajouter");
    line(
        browser,
        [
            "1234568A",
            "SC-PRESENTATION PLUS",
            "12345678911111",
            "Établissement de formation ou de recherche (université, école d'ingénieur...)",
        ],
        ["SC-PRESENTATION", "PARIS"],
    );
    browser.sees("2 lignes");
    browser.sees("123 456 789 94444");
    picture(browser, "03-numeros-uai");
}

fn line(browser: &Browser, texts: [&str; 4], places: [&str; 2]) {
    let fields = [
        "Numéro UAI du CFA",
        "Nom du CFA",
        "Siret du CFA",
        "Organisme gestionnaire",
    ];
    for (field, text) in fields.iter().zip(texts) {
        browser.fill(field, text);
    }
    browser.choose("Société", places[0]);
    browser.choose("Secteur", places[1]);
    browser.press("Enregistrer");
    browser.until("the list", "return visible('.kind-list').length > 0", &[]);
}

/// The key: pasted, tested against the sandbox, never shown again.
fn access(browser: &Browser, erp: &Erp) {
    browser.menu(&[
        "Administration",
        "Mission Apprentissage…",
        "Gestion des accès aux API tierces",
    ]);
    browser.sees("123 456 789 94444 - 1234567A");
    browser.script(
        "document.querySelector('main [role=tabpanel]:not([hidden]) .kind-list tbody tr').click()",
        &[],
    );
    browser.press("Saisir ou modifier la clé");
    browser.fill("Clé API", KEY);
    browser.fill("URL de base", &erp.api);
    browser.press("Enregistrer");
    browser.sees("SC-FORMATION");
    browser.until("the list", "return visible('.kind-list').length > 0", &[]);
    assert!(
        !browser
            .script("return document.documentElement.outerHTML", &[])
            .as_str()
            .unwrap()
            .contains(KEY),
        "the key is shown"
    );
    picture(browser, "04-acces-api");
    browser.script(
        "document.querySelector('main [role=tabpanel]:not([hidden]) .kind-list tbody tr').click()",
        &[],
    );
    browser.press("Tester la connexion");
    browser.sees("Connexion réussie");
    axe::check(browser, "outcome of a job");
    browser.press("Fermer");
}

/// What would go out, and who would not, and why.
fn preview(browser: &Browser) {
    browser.menu(&["Inscriptions", UAI, "Exemple de l'export automatique de nuit"]);
    browser.sees("Dossiers lus");
    axe::check(browser, "summary of the preview");
    browser.press("Données envoyées");
    browser.until("rows", "return visible('.line .cell').length > 20", &[]);
    browser.until("the table", "visible('.grid')[0].focus(); return true", &[]);
    browser.keys(&[Key::Down, Key::Right, Key::Right]);
    browser.sees("Provenance : fiche Stagiaire");
    picture(browser, "05-apercu");

    browser.press("Apprentis non envoyés");
    browser.fill("Filtrer : Nom", "leroux-TEST");
    browser.sees("Email contact manquant");
    browser.sees("1 ligne sur ");
    picture(browser, "06-non-envoyes");
}

/// The address is put right in the ERP, and the apprentice is among those that go out.
fn put_right(browser: &Browser) {
    browser.menu(&["Inscriptions", "Stagiaires"]);
    browser.screen("Stagiaires");
    browser.fill("Filtrer : Nom", NOM);
    browser.sees("1 ligne sur ");
    axe::check(browser, "stagiaires");
    browser.press("Ouvrir la fiche");
    browser.screen(NOM);
    browser.fill("E-mail", EMAIL);
    browser.press("Enregistrer");
    browser.sees("La fiche est enregistrée.");
    axe::check(browser, "fiche");
    browser.press("Fermer l'écran");

    browser.press("Exemple de l'export automatique de nuit");
    browser.script(
        "window.before = [...document.querySelectorAll('.tables')].find((one) => one.checkVisibility())",
        &[],
    );
    browser.press("Actualiser");
    browser.until("the tables anew", "return !window.before.isConnected", &[]);
    browser.sees("Dossiers lus");
    browser.press("Apprentis non envoyés");
    browser.fill("Filtrer : Nom", NOM);
    browser.sees("Aucune ligne ne correspond aux filtres.");
    browser.press("Données envoyées");
    browser.fill("Filtrer : CANDIDAT, nom_apprenant", NOM);
    browser.sees(EMAIL);
}

/// The clock is set into the window: the scheduler starts the job by itself.
fn night(browser: &Browser) {
    browser.menu(&["Administration", "Planificateur et horloge"]);
    browser.sees("Aucune exécution");
    axe::check(browser, "scheduler");
    // What is typed into a date depends on the browser's language; its value does not.
    let set = "const clock = document.querySelector('input[type=datetime-local]'); clock.value = '2026-11-24T01:00';
        clock.dispatchEvent(new Event('input'));";
    browser.script(set, &[]);
    browser.press("Régler l'horloge");
    browser.sees("dossiers lus :");
    browser.sees("01:00:");
    picture(browser, "07-nuit");
    browser.menu(&["Administration", "Bac à sable : dossiers reçus"]);
    browser.screen("Dossiers reçus");
    browser.fill("Filtrer : Nom", NOM);
    browser.sees("1 ligne sur ");
    axe::check(browser, "inbox");
    browser.press("Fermer l'écran");
}

/// The report, on the screen and as files.
fn report(browser: &Browser) {
    browser.menu(&["Inscriptions", UAI, "Compte rendu des exports de nuit"]);
    browser.screen("Compte rendu");
    browser.sees("Terminée");
    picture(browser, "08-compte-rendu");
    let html = document(browser, "compte-rendu.html", ".html");
    assert!(
        std::fs::read_to_string(html).unwrap().contains("<svg"),
        "the page has no chart"
    );
    let workbook = document(browser, "compte-rendu.xlsx", ".xlsx");
    assert!(std::fs::read(workbook).unwrap().starts_with(b"PK"));
    browser.script(
        "document.querySelector('main [role=tabpanel]:not([hidden]) [data-show]').click()",
        &[],
    );
    browser.until("the page", "return visible('iframe').length > 0", &[]);
    // A frame that may run nothing cannot say that it is drawn.
    std::thread::sleep(std::time::Duration::from_millis(700));
    picture(browser, "09-compte-rendu-page");
    browser.press("Fermer");
}

/// Saves a document of the screen in view.
fn document(browser: &Browser, id: &str, ending: &str) -> std::path::PathBuf {
    let press = "const one = [...document.querySelectorAll('[data-document]')].find((one) => one.checkVisibility() && one.dataset.document === arguments[0]); one.click(); return one.title;";
    let title: Value = browser.script(press, &[id.into()]);
    let file = browser.downloaded(ending);
    assert_eq!(
        title,
        json!(format!(
            "Enregistrer {}",
            Path::new(&file).file_name().unwrap().to_string_lossy()
        ))
    );
    file
}
