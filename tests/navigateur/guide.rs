//! The user guide, played from activation to the report of the night, in a real browser.
//!
//! The screenshots of `docs/guide-utilisateur.md` are made here; `PASSERELLE_IMAGES=1 cargo test --test navigateur` puts
//! them into `docs/images/guide`.

use fantoccini::key::Key;

use crate::browser::Browser;
use crate::erp::Erp;
use crate::{axe, scenario, support};

/// The entry of the menus that opens the guide's small dialog.
const UAI: &str = "Exemple Mission Apprentissage…";
/// The address that is put right.
const EMAIL: &str = "contact.famille@exemple.fr";

#[test]
fn the_user_guide_is_played_from_activation_to_the_report() {
    let folder = support::scratch().join("guide");
    std::fs::create_dir_all(&folder).unwrap();
    let base = scenario::base(&folder);
    let left_out = base
        .rows(&format!(
            "SELECT nom, prenom FROM stagiaire WHERE id = (SELECT stagiaire_id FROM inscription WHERE id = {})",
            scenario::LEFT_OUT
        ))
        .remove(0);
    std::fs::rename(&base.0, folder.join("demo.db")).unwrap();
    let erp = Erp::start(&folder, None, &[]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.sees("Bienvenue");
    let address = browser.script("return location.href", &[]);
    assert!(
        !address.as_str().unwrap().contains("jeton"),
        "the token stays in {address}"
    );
    axe::check(&browser, "home");

    activate(&browser);
    establishments(&browser);
    access(&browser, &erp);
    preview(&browser, &left_out);
    put_right(&browser, &left_out);
    night(&browser, &left_out);
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
    let [first, second, _] = scenario::BOXES;
    browser.menu(&["Fichier", "Secteurs…"]);
    browser.choose("Société", scenario::SITES[0].societe);
    browser.choose("Secteur", scenario::SITES[0].secteur);
    axe::check(browser, "dialog of a menu");
    browser.press("Compléments secteur");
    browser.sees(first);
    assert!(browser.is_off(second));
    browser.tick(first);
    let box_ = "const one = visible('input').find((one) => one.labels?.[0]?.innerText.trim() === arguments[0]);";
    browser.until(
        "the second box",
        &format!("{box_} return !one.disabled"),
        &[second.into()],
    );
    browser.tick(second);
    browser.until("its tick", &format!("{box_} return one.checked"), &[second.into()]);
    picture(browser, "01-complements-secteur");
    browser.press("Enregistrer");
    browser.until(
        "the end of saving",
        "return !document.querySelector('.form[aria-busy]')",
        &[],
    );
}

/// The guide's lines, bad ones first: each message stands beside its field.
fn establishments(browser: &Browser) {
    browser.menu(&["Inscriptions", UAI, "Gestion des numéros UAI"]);
    browser.sees("La liste est vide.");
    browser.press("Ajouter");
    browser.sees("Nom du CFA");
    unfold(browser);
    for (typed, field, message) in scenario::BAD_LINES {
        type_in(browser, typed);
        browser.press("Enregistrer");
        browser.sees(message);
        assert!(
            browser.told_of(field).contains(message),
            "{field}: {}",
            browser.told_of(field)
        );
        if field == "Siret du CFA" {
            let focused = "return document.activeElement.labels?.[0]?.innerText === arguments[0]";
            browser.until("the focus on the first fault", focused, &[field.into()]);
            picture(browser, "02-numeros-uai-erreurs");
        }
    }
    type_in(browser, scenario::LINES[0]);
    save_line(browser);
    for warning in scenario::LOOK_AT {
        browser.sees(warning.split_once(" : ").unwrap().1);
    }
    browser.press("Ajouter");
    browser.sees("Nom du CFA");
    type_in(browser, scenario::LINES[1]);
    save_line(browser);
    browser.sees("2 lignes");
    browser.sees("123 456 789 94444");
    picture(browser, "03-numeros-uai");
}

/// Opens what is drawn closed.
fn unfold(browser: &Browser) {
    browser.until(
        "the groups",
        "visible('details:not([open]) > summary').forEach((one) => one.click()); return true",
        &[],
    );
}

fn type_in(browser: &Browser, line: scenario::Typed) {
    for (field, text) in line {
        if matches!(*field, "Société" | "Secteur") {
            browser.choose(field, text);
        } else if !text.is_empty() || browser.has(field) {
            browser.fill(field, text);
        }
    }
}

fn save_line(browser: &Browser) {
    browser.press("Enregistrer");
    browser.until("the list", "return visible('.kind-list').length > 0", &[]);
}

/// The keys: pasted, tested against the sandbox, never shown again.
fn access(browser: &Browser, erp: &Erp) {
    browser.menu(&[
        "Administration",
        "Mission Apprentissage…",
        "Gestion des accès aux API tierces",
    ]);
    key(browser, erp, &scenario::SITES[0], "cle-refusee", scenario::REFUSED);
    key(
        browser,
        erp,
        &scenario::SITES[0],
        scenario::SITES[0].key,
        scenario::ACCEPTED,
    );
    let page = browser.script("return document.documentElement.outerHTML", &[]);
    assert!(
        !page.as_str().unwrap().contains(scenario::SITES[0].key),
        "the key is shown"
    );
    picture(browser, "04-acces-api");
    browser.choose("Société", scenario::SITES[1].societe);
    browser.choose("Secteur", scenario::SITES[1].secteur);
    key(
        browser,
        erp,
        &scenario::SITES[1],
        scenario::SITES[1].key,
        scenario::ACCEPTED,
    );
}

fn key(browser: &Browser, erp: &Erp, site: &scenario::Site, key: &str, outcome: &str) {
    let pick = "const row = visible('.kind-list tbody tr').find((one) => one.innerText.includes(arguments[0])); row?.click(); return Boolean(row);";
    browser.until("the establishment", pick, &[site.etablissement.into()]);
    browser.press("Saisir ou modifier la clé");
    browser.fill("Clé API", key);
    browser.fill("URL de base", &erp.api);
    save_line(browser);
    browser.until("the establishment", pick, &[site.etablissement.into()]);
    browser.press("Tester la connexion");
    browser.sees(outcome);
    axe::check(browser, "outcome of a job");
    browser.press("Fermer");
    browser.until(
        "the end of the dialog",
        "return !document.querySelector('dialog, .form[aria-busy]')",
        &[],
    );
}

/// What would go out, and who would not, and why.
fn preview(browser: &Browser, left_out: &[String]) {
    browser.press("Accueil");
    browser.choose("Société", "Toutes");
    browser.choose("Secteur", "Tous");
    browser.menu(&["Inscriptions", UAI, "Exemple de l'export automatique de nuit"]);
    browser.screen("Exemple de l'export");
    browser.sees("Dossiers lus");
    axe::check(browser, "summary of the preview");
    browser.press("Données envoyées");
    browser.until("rows", "return visible('.line .cell').length > 20", &[]);
    browser.until("the table", "visible('.grid')[0].focus(); return true", &[]);
    browser.keys(&[Key::Down, Key::Right, Key::Right]);
    browser.sees("Provenance : fiche Stagiaire");
    picture(browser, "05-apercu");

    browser.press("Apprentis non envoyés");
    // Filters know neither case nor accents.
    browser.fill("Filtrer : Nom", &left_out[0].to_uppercase());
    browser.fill("Filtrer : Prénom", &left_out[1].to_lowercase());
    browser.sees(scenario::REASON);
    browser.sees("1 ligne sur ");
    picture(browser, "06-non-envoyes");
}

/// The address is put right in the ERP, and the apprentice is among those that go out.
fn put_right(browser: &Browser, left_out: &[String]) {
    browser.menu(&["Inscriptions", "Stagiaires"]);
    browser.screen("Stagiaires");
    browser.fill("Filtrer : Nom", &left_out[0]);
    browser.fill("Filtrer : Prénom", &left_out[1]);
    browser.sees("1 ligne sur ");
    axe::check(browser, "stagiaires");
    browser.press("Ouvrir la fiche");
    browser.screen("Stagiaire n°");
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
    browser.fill("Filtrer : Nom", &left_out[0]);
    browser.fill("Filtrer : Prénom", &left_out[1]);
    browser.sees("Aucune ligne ne correspond aux filtres.");
    browser.press("Données envoyées");
    browser.fill("Filtrer : CANDIDAT, email_contact", EMAIL);
    browser.sees("1 ligne sur ");
    let workbook = document(browser, "apercu.xlsx", ".xlsx");
    std::fs::remove_file(workbook).unwrap();
}

/// The clock is set into the window: the scheduler starts the job by itself.
fn night(browser: &Browser, left_out: &[String]) {
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
    browser.fill("Filtrer : Nom", &left_out[0]);
    browser.fill("Filtrer : Prénom", &left_out[1]);
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
    browser.click("[data-show]");
    browser.until("the page", "return visible('iframe').length > 0", &[]);
    // A frame that may run nothing cannot say that it is drawn.
    std::thread::sleep(std::time::Duration::from_millis(700));
    picture(browser, "09-compte-rendu-page");
    browser.press("Fermer");
}

/// Saves a document of the screen in view.
fn document(browser: &Browser, id: &str, ending: &str) -> std::path::PathBuf {
    browser.click(&format!("[data-document='{id}']"));
    browser.downloaded(ending)
}
