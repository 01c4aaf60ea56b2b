//! The mini ERP knows no screen of its plugin: one that it has never heard of is drawn whole, and told what the user does.

use serde_json::json;

use crate::browser::Browser;
use crate::erp::Erp;
use crate::{axe, support};

#[test]
fn a_plugin_that_nobody_knows_is_drawn_whole() {
    let folder = support::scratch().join("invente");
    let library = support::zoo("invented");
    let erp = Erp::start(&folder, Some(&library), &["--inscriptions", "40"]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.sees("Bienvenue");
    axe::check(&browser, "home");

    // A menu path of three labels: a menu, a heading, a dialog.
    browser.menu(&["Atelier", "Machines…"]);
    browser.sees("Société");
    axe::check(&browser, "dialog of a menu");
    browser.press("Machines à bois");
    for text in [
        "Deux machines sont à l'arrêt.",
        "Se voit à la lampe verte.",
        "La lame est usée.",
        "À commander.",
        "https://machines.example/notice",
    ] {
        browser.sees(text);
    }
    assert!(
        browser.told_of("Lame").contains("La lame est usée."),
        "{}",
        browser.told_of("Lame")
    );
    assert_eq!(state(&browser, "Arrêt d'urgence"), json!([true, true, ""]));
    assert_eq!(state(&browser, "Genre inconnu"), json!([true, false, "nord"]));
    let secret = browser.script("return document.querySelector('input[type=password]').placeholder + document.querySelector('input[type=password]').value", &[]);
    assert!(secret.as_str().unwrap().starts_with("••••"), "{secret}");
    assert!(!browser.text().contains("Huile"), "a folded group is drawn open");
    browser.press("Entretien");
    browser.sees("Huile");
    axe::check(&browser, "form");

    // Each kind tells its change with its own type of value.
    let said = |text: &str| browser.sees(text);
    browser.tick("En marche");
    said("change marche true");
    browser.fill("Lame", "Ø \"200\"");
    said("change lame \"Ø \\\"200\\\"\"");
    browser.fill("Code du cadenas", "1234");
    said("change code \"1234\"");
    browser.choose("Essence", "Chêne");
    said("change bois \"chene\"");
    // The focus stays where the user is, though the form is drawn anew.
    assert_eq!(
        browser.script("return document.activeElement.labels[0].innerText", &[]),
        json!("Essence")
    );

    list(&browser);

    browser.press("Garder");
    said("action garder");
    assert_eq!(
        browser.script(
            "return [...document.querySelectorAll('button')].find((one) => one.innerText === 'Interdit').disabled",
            &[]
        ),
        json!(true)
    );
    browser.press("Fermer l'atelier");
    browser.sees("Bienvenue");
    #[cfg(unix)]
    {
        drop(browser);
        assert_eq!(erp.interrupt(), Some(130));
    }
}

/// Whether a control is off and ticked or read, and what it shows.
fn state(browser: &Browser, label: &str) -> serde_json::Value {
    let script =
        "const one = [...document.querySelectorAll('input')].find((one) => one.labels[0]?.innerText === arguments[0]);
        return [one.disabled, one.checked, one.type === 'checkbox' ? '' : one.value];";
    browser.script(script, &[label.into()])
}

fn list(browser: &Browser) {
    let rows = || {
        browser.script("return [...document.querySelectorAll('.kind-list tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText))", &[])
    };
    assert_eq!(
        rows(),
        json!([
            ["Scie à ruban", "12", "Oui", "01/09/2014"],
            ["Dégauchisseuse", "3", "Non", "15/02/2023"],
            ["Éléphant mécanique", "140", "", ""]
        ])
    );
    browser.tick("Colonnes facultatives");
    assert_eq!(rows()[0][4], json!("K1"));
    browser.tick("Colonnes facultatives");
    browser.press("Âge");
    assert_eq!(rows()[0][0], json!("Dégauchisseuse"), "sorted by a number");
    // Without case and accents.
    browser.fill("Filtrer : Nom", "ELEPHANT");
    assert_eq!(rows().as_array().unwrap().len(), 1);
    browser.sees("1 sur 3");
    browser.script("document.querySelector('.kind-list tbody tr').click()", &[]);
    browser.press("Graisser");
    browser.sees("action graisser \"l3\"");
    // A confirmation first; no is no.
    browser.press("Jeter");
    browser.sees("Jeter pour de bon ?");
    browser.press("Annuler");
    assert!(!browser.text().contains("action jeter"));
    browser.press("Jeter");
    browser.press("Jeter");
    browser.sees("action jeter \"l3\"");
    // A job first, its outcome told, then the action.
    browser.press("Essayer");
    browser.sees("Migration du 2026-11-23");
    assert!(!browser.text().contains("action essai"));
    browser.press("Fermer");
    browser.sees("action essai \"l3\"");
}
