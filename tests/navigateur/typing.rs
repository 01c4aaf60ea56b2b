//! What the user types is his while answers are on their way: the answers to his forms are held back and let go one by
//! one, and once they do not come at all.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::erp::Erp;
use crate::scenario::{self, SITES};
use crate::support::{self, program::DemoHost};

/// From now on the answers to forms wait in `held`; what was told is in `told`.
const HOLD: &str = "window.held = []; window.told = []; window.passes = window.fetch;
    window.fetch = async (url, options) => {
        const form = String(url).includes('/forms/');
        if (form) told.push(JSON.parse(options.body));
        const answer = await passes(url, options);
        if (form) await new Promise((go) => held.push(go));
        return answer;
    };";
/// Whether the form has no answer to wait for.
const QUIET: &str = "return !visible('.form[aria-busy]').length";
/// What a labelled control holds, and whether it has the focus.
const HOLDS: &str = "const one = [...document.querySelectorAll('input, select')].find((one) => one.checkVisibility() && one.labels?.[0]?.innerText.trim() === arguments[0]);
    return [one.type === 'checkbox' ? one.checked : one.value, document.activeElement === one];";

fn holds(browser: &Browser, label: &str) -> Value {
    browser.script(HOLDS, &[label.into()])
}

/// Lets the oldest answer go, once it is there, and waits until it is drawn: the next change is told after that.
fn let_go(browser: &Browser) {
    let go = "if (!held.length) return false; window.before = told.length; held.shift()(); return true";
    browser.until("an answer", go, &[]);
    browser.until(
        "its drawing",
        "return told.length > before || !visible('.form[aria-busy]').length",
        &[],
    );
}

#[test]
fn a_key_pasted_while_another_field_is_answered_is_saved() {
    let folder = support::scratch().join("cle-collee");
    std::fs::create_dir_all(&folder).unwrap();
    let base = scenario::base(&folder);
    std::fs::rename(&base.0, folder.join("demo.db")).unwrap();
    let site = &SITES[0];
    let settings = json!({
        "secteurs": [{"societe_id": 1, "secteur_id": 1, "passerelle_sifa": true}],
        "uai": [{"id": 1, "uai": site.uai, "nom": "SC-FORMATION", "siret": site.siret, "societe_id": 1, "secteur_id": 1}],
        "acces": [],
    });
    let file = folder.join("reglages.json");
    std::fs::write(&file, settings.to_string()).unwrap();
    let host = DemoHost { folder: folder.clone() };
    host.run(&["migrate"]).expect(0);
    host.run(&["settings", "import", file.to_str().unwrap()]).expect(0);

    let erp = Erp::start(&folder, None, &[]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.choose("Société", site.societe);
    browser.choose("Secteur", site.secteur);
    browser.menu(&[
        "Administration",
        "Mission Apprentissage…",
        "Gestion des accès aux API tierces",
    ]);
    let pick = "const row = visible('.kind-list tbody tr')[0]; row?.click(); return Boolean(row);";
    browser.until("the establishment", pick, &[]);
    browser.press("Saisir ou modifier la clé");
    browser.sees("URL de base");

    browser.script(HOLD, &[]);
    browser.fill("URL de base", &erp.api);
    browser.type_into("Clé API", site.key);
    let_go(&browser);
    assert_eq!(holds(&browser, "Clé API"), json!([site.key, true]), "being typed");
    // The key is told when it is left; what is told after it is not answered yet.
    let other = format!("{}/", erp.api);
    browser.fill("URL de base", &other);
    let_go(&browser);
    assert_eq!(
        holds(&browser, "URL de base"),
        json!([other, false]),
        "told, not answered"
    );
    browser.script(
        "window.fetch = passes; held.forEach((go) => go()); held.push = (go) => go()",
        &[],
    );
    browser.press("Enregistrer");
    browser.sees("La clé est enregistrée.");
}

#[test]
fn an_answer_changes_nothing_that_the_user_is_at_and_one_that_is_lost_loses_nothing() {
    let folder = support::scratch().join("saisie");
    let erp = Erp::start(&folder, Some(&support::zoo("invented")), &["--inscriptions", "20"]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.menu(&["Atelier", "Machines…", "Machines à bois"]);
    browser.press("Entretien");
    browser.script(HOLD, &[]);

    // This plugin describes every field as it was at first: an answer would undo all input that it is let at.
    browser.fill("Lame", "A");
    browser.tick("En marche");
    browser.choose("Essence", "Chêne");
    browser.fill("Code du cadenas", "1234");
    browser.type_into("Huile", "minérale");
    browser.script("document.activeElement.setSelectionRange(2, 5)", &[]);
    let_go(&browser);
    assert_eq!(holds(&browser, "Lame"), json!(["Ø 250", false]), "its own answer");
    let at_work = || {
        for (label, value) in [("Essence", json!("chene")), ("Code du cadenas", json!("1234"))] {
            assert_eq!(holds(&browser, label), json!([value, false]), "{label}");
        }
        assert_eq!(holds(&browser, "Huile"), json!(["minérale", true]));
        let selected = "return [document.activeElement.selectionStart, document.activeElement.selectionEnd]";
        assert_eq!(browser.script(selected, &[]), json!([2, 5]));
    };
    at_work();
    assert_eq!(holds(&browser, "En marche"), json!([true, false]));
    let_go(&browser);
    assert_eq!(holds(&browser, "En marche"), json!([false, false]), "its own answer");
    at_work();
    browser.script("held.forEach((go) => go()); held.push = (go) => go()", &[]);

    // The application is out of reach: what was typed is told again before the next act, and the act waits for it.
    browser.until("quiet", QUIET, &[]);
    browser.script("window.held = []; held.push = (go) => go(); window.was = passes; window.passes = () => Promise.reject(new TypeError('no network'));", &[]);
    browser.fill("Huile", "végétale");
    browser.sees("L'application ne répond plus");
    browser.press("Fermer");
    browser.press("Garder");
    browser.sees("L'application ne répond plus");
    browser.press("Fermer");
    assert_eq!(holds(&browser, "Huile"), json!(["végétale", false]));
    browser.script("window.told = []; window.passes = was;", &[]);
    browser.press("Garder");
    browser.sees("action garder");
    assert_eq!(
        browser.script(
            "return told.map((one) => [one.kind, one.field, one.value ?? null])",
            &[]
        ),
        json!([["changed", "huile", "végétale"], ["action", "garder", null]])
    );
}

#[test]
fn what_has_the_focus_keeps_it_when_what_stands_before_it_goes_or_moves() {
    let folder = support::scratch().join("focus");
    let erp = Erp::start(&folder, Some(&support::zoo("invented")), &["--inscriptions", "20"]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.sees("Bienvenue");
    let found = browser.script_async(
        "const done = arguments[arguments.length - 1];
         import('/assets/dom.js').then(({ arrange, h }) => {
            const box = h('div', {});
            document.body.append(box);
            const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((value) => h('input', { value }));
            const orders = [[a, b, c, d], [b, c, d], [c], [d, c, a], [c, a, d], [a, d, b, c], [b, c]];
            let lost = 0;
            c.addEventListener('blur', () => { lost += 1; });
            arrange(box, orders[0]);
            c.focus();
            const seen = orders.map((order) => {
                arrange(box, order);
                return [[...box.children].every((one, at) => one === order[at]) && box.children.length === order.length, document.activeElement === c];
            });
            done([seen, lost]);
         }, (error) => done(String(error)));",
    );
    assert_eq!(
        found,
        json!([vec![[true, true]; 7], 0]),
        "in order, in focus, never left"
    );
}
