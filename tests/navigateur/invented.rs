//! The mini ERP knows no screen of its plugin: one that it has never heard of is drawn whole, and told what the user does.

use fantoccini::key::Key;
use serde_json::json;

use crate::browser::Browser;
use crate::erp::Erp;
use crate::{axe, support};

#[test]
fn a_plugin_that_nobody_knows_is_drawn_whole() {
    let folder = support::scratch().join("invente");
    let library = support::zoo("invented");
    let erp = Erp::start(&folder, Some(&library), &["--inscriptions", "1500"]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.sees("Bienvenue");
    axe::check(&browser, "home");

    keyboard(&browser);

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
    long_table(&browser);
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

/// Everything by the keyboard: the skip link, the menus, a dialog, the tabs.
fn keyboard(browser: &Browser) {
    let focused = || browser.script("return document.activeElement.innerText", &[]);
    browser.script("document.activeElement.blur()", &[]);
    browser.keys(&[Key::Tab]);
    assert_eq!(focused(), json!("Aller au contenu"));
    browser.keys(&[Key::Tab]);
    assert_eq!(focused(), json!("Inscriptions"));
    browser.keys(&[Key::Right, Key::Right, Key::Down]);
    assert_eq!(focused(), json!("Machines…"));
    browser.keys(&[Key::Escape]);
    assert_eq!(focused(), json!("Atelier"));
    browser.keys(&[Key::Down, Key::Enter]);
    browser.sees("Machines à bois");
    browser.until(
        "the dialog's focus",
        "return document.activeElement.innerText === 'Machines à bois'",
        &[],
    );
    browser.keys(&[Key::Escape]);
    browser.until("the end of the dialog", "return !document.querySelector('dialog')", &[]);
    assert_eq!(focused(), json!("Atelier"), "the focus comes back");
}

/// A table that is longer than the screen: only what is in view is in the page, and the keyboard reaches all of it.
fn long_table(browser: &Browser) {
    browser.menu(&["Inscriptions", "Stagiaires"]);
    browser.screen("Stagiaires");
    let count = browser.until(
        "the end of the reading",
        "const grid = visible('.grid')[0]; return grid?.ariaRowCount > 1000 && grid.ariaRowCount",
        &[],
    );
    let rows: u64 = count.as_str().unwrap().parse().unwrap();
    let drawn = browser
        .script("return document.querySelectorAll('.line').length", &[])
        .as_u64()
        .unwrap();
    assert!(drawn < 60 && drawn > 5, "{drawn} rows are in the page");
    browser.script("document.querySelector('.grid').focus()", &[]);
    browser.keys(&[Key::Control, Key::End, Key::Null]);
    let last = "const row = document.querySelector('.line.current-row'); return row && !row.classList.contains('loading') && Number(row.ariaRowIndex)";
    assert_eq!(
        browser.until("the last row", last, &[]),
        json!(rows),
        "the last row says its place"
    );
    browser.keys(&[Key::Control, Key::Home, Key::Null]);
    browser.until(
        "the first row",
        "return document.querySelector('.line.current-row')?.ariaRowIndex === '3'",
        &[],
    );
    browser.keys(&[Key::PageDown, Key::Down, Key::Right]);
    let active = "const cell = document.getElementById(document.querySelector('.grid').getAttribute('aria-activedescendant')); return cell?.ariaColIndex";
    assert_eq!(browser.until("the current cell", active, &[]), json!("2"));
    axe::check(browser, "long table");
    // Enter acts on the row: its form opens.
    browser.keys(&[Key::Enter]);
    browser.screen("Stagiaire n°");
}
