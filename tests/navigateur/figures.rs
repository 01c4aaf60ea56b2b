//! Figures for long tables, printed and never asserted:
//! `cargo build --release && cargo test --test navigateur figures -- --ignored --nocapture`.

use serde_json::Value;

use crate::browser::Browser;
use crate::erp::Erp;
use crate::support;

const INSCRIPTIONS: &str = "100000";

/// Presses what says a text, and gives how many milliseconds pass until a condition holds in a drawn frame.
const UNTIL: &str = "const done = arguments[arguments.length - 1];
    const shown = (css) => [...document.querySelectorAll(css)].filter((one) => one.checkVisibility());
    const press = (text) => shown('button, [role=tab]').find((one) => one.innerText.includes(text)).click();
    const until = (met, then) => { const look = () => (met() ? then(performance.now()) : requestAnimationFrame(look)); look(); };
    const from = performance.now();";

#[test]
#[ignore = "prints figures of the release build"]
fn figures_of_a_long_table() {
    let folder = support::scratch().join("chiffres");
    let program = support::source("target/release/demo-host");
    let library = support::source("target/release/libpasserelle.so");
    let erp = Erp::start_program(&program, &folder, &library, &["--inscriptions", INSCRIPTIONS]);
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.sees("Bienvenue");
    println!("{INSCRIPTIONS} inscriptions");

    browser.menu(&["Inscriptions", "Exemple Mission Apprentissage…"]);
    browser.press("Exemple de l'export automatique de nuit");
    browser.sees("Lecture en cours");
    figure(
        &browser,
        "Données envoyées, first rows drawn",
        "press('Données envoyées'); until(() => shown('.line:not(.loading) .cell').length > 20, (at) => done(at - from));",
    );
    figure(
        &browser,
        "cancel, from the press to the word",
        "press('Interrompre'); until(() => shown('.reading-text')[0].innerText.startsWith('Lecture interrompue'), (at) => done(at - from));",
    );
    println!(
        "  rows read when it was cancelled: {}",
        browser.script(
            "return [...document.querySelectorAll('.reading-text')].find((one) => one.checkVisibility()).innerText",
            &[]
        )
    );

    browser.press("Actualiser");
    browser.sees("Lecture en cours");
    browser.press("Données envoyées");
    figure(
        &browser,
        "whole reading",
        "until(() => { const text = shown('.reading-text')[0]?.innerText ?? ''; return /^[\\d\\s\\u202f]+lignes$/.test(text); }, (at) => done(at - from));",
    );
    println!(
        "  {}",
        browser.script(
            "return [...document.querySelectorAll('.reading-text')].find((one) => one.checkVisibility()).innerText",
            &[]
        )
    );
    scroll(&browser);
    figure(
        &browser,
        "filter over all rows",
        "const box = shown('.grid .filter')[2]; box.value = 'zoe'; box.dispatchEvent(new Event('input'));
         until(() => / sur /.test(shown('.reading-text')[0].innerText) && !/cours/.test(shown('.reading-text')[0].innerText), (at) => done(at - from));",
    );
    println!("  peak memory of the mini ERP: {}", erp.peak_memory());
}

fn figure(browser: &Browser, what: &str, script: &str) {
    let time = browser.script_async(&format!("{UNTIL} {script}"));
    println!("  {what}: {:.0} ms", time.as_f64().unwrap());
}

/// Scrolls through the table by a screen a frame, then jumps about.
fn scroll(browser: &Browser) {
    let told = browser.script_async(&format!(
        "{UNTIL}
        const grid = shown('.grid')[0];
        const frames = []; let last = performance.now(); let blank = 0; let left = 300;
        const frame = (now) => {{
            frames.push(now - last); last = now;
            blank += shown('.line.loading').length > 0 ? 1 : 0;
            grid.scrollTop += 90;
            if ((left -= 1) > 0) requestAnimationFrame(frame); else jump([]);
        }};
        const jump = (times) => {{
            if (times.length === 20) {{
                const sorted = (list) => [...list].sort((one, other) => one - other);
                const f = sorted(frames); const t = sorted(times);
                done([f[150], f[285], f[299], blank, t[10], t[19]]);
                return;
            }}
            const from = performance.now();
            grid.scrollTop = grid.scrollHeight * ((times.length * 7 + 3) % 20) / 20;
            requestAnimationFrame(() => requestAnimationFrame(() =>
                until(() => shown('.line').length > 5 && shown('.line.loading').length === 0, (at) => jump([...times, at - from]))));
        }};
        requestAnimationFrame(frame);"
    ));
    let figure = |at: usize| told.get(at).and_then(Value::as_f64).unwrap();
    println!(
        "  scrolling, 300 frames: median {:.1} ms, 95th {:.1} ms, longest {:.1} ms; {} frames with a row not there yet",
        figure(0),
        figure(1),
        figure(2),
        figure(3)
    );
    println!(
        "  20 jumps anywhere: rows there after {:.0} ms (median), {:.0} ms (longest)",
        figure(4),
        figure(5)
    );
}
