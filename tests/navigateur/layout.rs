//! What lies where, at the sizes at which people work: a wide screen, a laptop with and without zoom, a tablet, a phone.
//!
//! `PASSERELLE_LOOK=1 cargo test --test navigateur layout` leaves a picture of every screen at every size.

use fantoccini::key::Key;
use serde_json::json;

use crate::browser::Browser;
use crate::erp::Erp;
use crate::{axe, support};

/// Width and height of the page, and whether the accessibility checker looks at it too.
const WINDOWS: [(u32, u32, bool); 8] = [
    (1920, 1080, true),
    (1280, 860, true),
    // A laptop at 125 %.
    (1093, 614, false),
    (1024, 768, false),
    (768, 1024, true),
    // A laptop at 200 %.
    (640, 430, false),
    (390, 844, false),
    // At 400 %.
    (320, 256, true),
];

/// What cannot be reached: too far to the right, or under something else. Each control is brought into view first.
const COVERED: &str = "const describe = (one) => one && `${one.tagName} ${one.className} ${(one.innerText || one.ariaLabel || '').slice(0, 40)}`;
    const beyond = () => [...document.body.querySelectorAll('*')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1).slice(0, 6).map(describe);
    const wide = document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} px wide: ${beyond()}`] : [];
    const controls = visible('button, input, select, summary, a[href], [role=tab], [role=menuitem]').filter((one) => !one.closest('.hidden, .skip, [inert]'));
    const wrong = controls.map((one) => {
        one.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
        const box = one.getBoundingClientRect();
        const y = box.top + box.height / 2;
        // Its middle, and both its ends unless it is wider than the window.
        const ends = [box.left + 5, box.right - 5].filter((x) => box.width > 16 && box.width < innerWidth && !one.closest('.grid, .list-scroll, .tabs'));
        for (const x of [box.left + box.width / 2, ...ends]) {
            if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return `${describe(one)} is out of the window at ${x},${y}`;
            const hit = document.elementFromPoint(x, y);
            if (!one.contains(hit) && ![...(one.labels ?? [])].some((label) => label.contains(hit))) return `${describe(one)} lies under ${describe(hit)}`;
        }
        return null;
    }).filter(Boolean);
    return [controls.length, [...wide, ...wrong]];";

/// How many rows of the table in view can be pointed at.
const ROWS: &str = "const rows = visible('.line:not(.loading), .kind-list tbody tr');
    const table = rows[0]?.closest('.grid, .list-scroll');
    if (!table) return false;
    table.scrollTop = 0;
    table.scrollIntoView({ block: 'nearest' });
    return rows.filter((one) => {
        const [row, all] = [one.getBoundingClientRect(), table.getBoundingClientRect()];
        const [x, y] = [Math.max(0, all.left) + 20, row.top + row.height / 2];
        return y < innerHeight && one.contains(document.elementFromPoint(x, y));
    }).length";

/// Looks at what is in front at every size; `rows`: a table must show some.
#[track_caller]
fn look(browser: &Browser, name: &str, rows: bool) {
    for (width, height, checked) in WINDOWS {
        browser.window(width, height);
        let told = browser.until("controls", COVERED, &[]);
        assert!(
            told[0].as_u64() > Some(1),
            "{name} at {width} × {height} has no controls"
        );
        if std::env::var_os("PASSERELLE_LOOK").is_some() {
            browser.script(
                "scrollTo(0, 0); document.querySelectorAll('.panel').forEach((one) => one.scrollTo(0, 0))",
                &[],
            );
            browser.shot(&format!("{name}-{width}x{height}"));
        }
        assert_eq!(told[1], json!([]), "{name} at {width} × {height}");
        if rows {
            let least = if height < 400 { 2 } else { 3 };
            browser.until(
                &format!("{least} rows of {name} at {width} × {height}"),
                &format!("const count = (() => {{ {ROWS} }})(); return count >= {least}"),
                &[],
            );
        }
        if checked {
            axe::check(browser, &format!("{name} at {width} × {height}"));
        }
    }
    browser.window(1280, 860);
}

#[test]
fn nothing_lies_under_anything_else_and_tables_show_rows_at_every_size() {
    let folder = support::scratch().join("tailles");
    let erp = Erp::start(&folder, None, &["--inscriptions", "120"]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.sees("Bienvenue");
    look(&browser, "accueil", false);
    for menu in ["Fichier", "Inscriptions", "Administration"] {
        browser.press(menu);
        for (width, height, _) in WINDOWS {
            browser.window(width, height);
            let items = COVERED.replace(
                "visible('button, input, select, summary, a[href], [role=tab], [role=menuitem]')",
                "visible('.menu [role=menuitem]')",
            );
            let told = browser.until("the items", &items, &[]);
            assert!(told[0].as_u64() > Some(0), "{menu} is open");
            assert_eq!(told[1], json!([]), "{menu} at {width} × {height}");
        }
        browser.window(1280, 860);
        browser.keys(&[Key::Escape]);
    }

    browser.menu(&["Fichier", "Secteurs…"]);
    browser.sees("Compléments secteur");
    look(&browser, "dialogue", false);
    browser.script("const boxes = document.querySelectorAll('dialog select'); for (const box of boxes) { box.selectedIndex = 1; box.dispatchEvent(new Event('change')); }", &[]);
    browser.press("Compléments secteur");
    browser.sees("Passerelle SIFA");
    look(&browser, "complements", false);
    browser.menu(&[
        "Inscriptions",
        "Exemple Mission Apprentissage…",
        "Gestion des numéros UAI",
    ]);
    browser.until("the list", "return visible('.kind-list tbody tr').length > 0", &[]);
    look(&browser, "numeros", true);
    browser.press("Ajouter");
    browser.sees("Nom du CFA");
    look(&browser, "numero", false);
    browser.menu(&[
        "Inscriptions",
        "Exemple Mission Apprentissage…",
        "Exemple de l'export automatique de nuit",
    ]);
    browser.sees("Dossiers lus");
    browser.press("Données envoyées");
    browser.until("rows", "return visible('.line .cell').length > 20", &[]);
    look(&browser, "apercu", true);
    browser.menu(&["Inscriptions", "Stagiaires"]);
    browser.until("rows", "return visible('.line .cell').length > 20", &[]);
    look(&browser, "stagiaires", true);
    browser.menu(&["Administration", "Planificateur et horloge"]);
    browser.press("Exécuter maintenant");
    browser.sees("dossiers lus :");
    look(&browser, "planificateur", false);
    browser.forced_colours(true);
    look(&browser, "contraste", false);
}
