//! What an office does with a table, and with a form that it leaves half filled in.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::erp::Erp;
use crate::support;

/// The texts of a column of the grid in view, as far as it is drawn.
fn column(browser: &Browser, number: u32) -> Vec<String> {
    let quiet = "return visible('.line').length > 0 && !visible('.line.loading').length && !visible('.reading progress').length";
    browser.until("the rows", quiet, &[]);
    let script = "return [...document.querySelectorAll('.line')].filter((one) => one.checkVisibility()).map((one) => one.querySelector(`[aria-colindex='${arguments[0]}']`).innerText)";
    let texts = browser.script(script, &[number.into()]);
    texts
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// Waits until the first row of the grid has a text in a column.
#[track_caller]
fn first_is(browser: &Browser, number: u32, what: &str, condition: &str) {
    let script = format!(
        "const line = visible('.line:not(.loading)')[0]; const text = line?.querySelector(`[aria-colindex='${{arguments[0]}}']`)?.innerText; return text !== undefined && ({condition})"
    );
    browser.until(what, &script, &[number.into()]);
}

#[test]
fn a_table_is_sorted_searched_filtered_cleared_and_copied() {
    let folder = support::scratch().join("tableaux");
    let erp = Erp::start(&folder, Some(&support::zoo("invented")), &["--inscriptions", "1500"]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.menu(&["Inscriptions", "Stagiaires"]);
    browser.screen("Stagiaires");
    let all = browser.until(
        "the end of the reading",
        "return !visible('.reading progress').length && visible('.grid')[0]?.ariaRowCount > 1000 && visible('.reading-text')[0].innerText",
        &[],
    );

    // Numbers as numbers, one way and the other; a third press gives the table's own order.
    browser.click("[data-sort='id']");
    first_is(&browser, 1, "the lowest number", "text === '1'");
    let numbers: Vec<u64> = column(&browser, 1).iter().map(|text| text.parse().unwrap()).collect();
    assert!(numbers.is_sorted() && numbers.contains(&10), "{numbers:?}");
    browser.click("[data-sort='id']");
    first_is(&browser, 1, "the highest number", "Number(text) > 1000");
    let sort = "return document.querySelector('[data-sort=id]').closest('[role=columnheader]').ariaSort";
    assert_eq!(browser.script(sort, &[]), json!("descending"));
    assert_eq!(
        browser.script("return document.activeElement.dataset.sort", &[]),
        json!("id"),
        "the focus stays"
    );
    browser.fill("Filtrer : N°", "<=12");
    browser.sees("12 lignes sur ");
    first_is(&browser, 1, "the filtered rows in order", "text === '12'");
    browser.sees("N° : « <=12 » ; trié par N°, en ordre inverse");

    // One search over all columns: each word somewhere.
    let name = column(&browser, 2).remove(3);
    let first_name = column(&browser, 3).remove(3);
    browser.fill(
        "Chercher dans toutes les colonnes",
        &format!("{} {}", first_name.to_uppercase(), name.to_lowercase()),
    );
    first_is(
        &browser,
        2,
        "the row that is sought",
        &format!("text === {}", json!(name)),
    );

    // Copied with headings, one line a row.
    browser.script(
        "navigator.clipboard.writeText = async (text) => { window.copied = text; }",
        &[],
    );
    browser.press("Copier les lignes");
    let copied = browser.until("what is copied", "return window.copied", &[]);
    let lines: Vec<&str> = copied.as_str().unwrap().lines().collect();
    assert_eq!(lines[0], "N°\tNom\tPrénom\tE-mail\tTéléphone\tCode postal");
    assert!(
        lines.len() > 1
            && lines[1..]
                .iter()
                .all(|line| line.contains(&name) && line.split('\t').count() == 6),
        "{lines:?}"
    );

    browser.press("Effacer les filtres");
    browser.until(
        "all rows",
        "return visible('.reading-text')[0].innerText === arguments[0]",
        &[all],
    );
    assert_eq!(
        browser.script(
            "return [...document.querySelectorAll('.filter, .search')].some((one) => one.value)",
            &[]
        ),
        json!(false)
    );
    assert_eq!(
        browser.script("return document.querySelector('[data-clear]').hidden", &[]),
        json!(true)
    );
}

#[test]
fn a_form_with_unsaved_input_asks_before_it_closes() {
    let folder = support::scratch().join("abandon");
    let erp = Erp::start(&folder, None, &["--inscriptions", "60"]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.menu(&["Inscriptions", "Stagiaires"]);
    browser.until(
        "a row",
        "const cell = visible('.line:not(.loading) .cell')[0]; cell?.click(); return Boolean(cell)",
        &[],
    );
    let question = "n'est pas enregistré";
    for typed in [false, true] {
        browser.press("Ouvrir la fiche");
        browser.screen("Stagiaire n°");
        if typed {
            // Typed and not even left.
            browser.type_into("Nom", "AUTRE");
        } else {
            browser.fill("Nom", "AUTRE");
        }
        browser.press("Fermer l'écran");
        browser.sees(question);
        browser.press("Continuer la saisie");
        browser.screen("Stagiaire n°");
        browser.press("Fermer l'écran");
        browser.press("Abandonner la saisie");
        browser.screen("Stagiaires");
    }
    let unload = "const event = new Event('beforeunload', { cancelable: true }); dispatchEvent(event); return event.defaultPrevented";
    browser.press("Ouvrir la fiche");
    browser.fill("Nom", "AUTRE");
    assert_eq!(browser.script(unload, &[]), Value::Bool(true));
    browser.press("Enregistrer");
    browser.sees("La fiche est enregistrée.");
    assert_eq!(browser.script(unload, &[]), Value::Bool(false));
    browser.press("Fermer l'écran");
    browser.screen("Stagiaires");
    assert!(!browser.text().contains(question));
}
