//! axe-core, the accessibility checker, on what is in view.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support;

/// The version that `scripts/setup.sh` fetches and checks.
const FILE: &str = "target/tools/axe-core-4.10.3/axe.min.js";

/// Checks the page as it is; fails on what is serious or critical.
#[track_caller]
pub fn check(browser: &Browser, where_: &str) {
    if browser.script("return Boolean(window.axe)", &[]) == json!(false) {
        let file: PathBuf = support::source(FILE);
        let script = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}; scripts/test fetches it", file.display()));
        browser.script(&format!("{script}; return null"), &[]);
    }
    let found = browser.script_async(
        "const done = arguments[arguments.length - 1];
         axe.run(document, { iframes: false, resultTypes: ['violations'] })
             .then((result) => done(result.violations.map((one) => ({ impact: one.impact, id: one.id, help: one.help,
                 nodes: one.nodes.map((node) => node.html + ' ' + node.any.map((check) => check.message).join(' ')) }))),
             (error) => done([{ impact: 'critical', id: 'axe', help: String(error), nodes: [] }]));",
    );
    let serious: Vec<&Value> = found
        .as_array()
        .unwrap()
        .iter()
        .filter(|violation| matches!(violation["impact"].as_str(), Some("serious" | "critical")))
        .collect();
    assert!(serious.is_empty(), "{where_}: {serious:#?}");
}
