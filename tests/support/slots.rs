//! The plugin's slots: which there are, where they may be called from, and a call of each.

use std::{collections::BTreeSet, fs};

use passerelle_abi as abi;
use passerelle_header::HEADER;

use super::raw::{Raw, take};

/// The names that the plugin's source gives to the funnel.
pub fn slots() -> BTreeSet<String> {
    let mut slots = BTreeSet::new();
    for file in fs::read_dir(super::source("plugin/src/ffi")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for opening in ["guard(", "guarded(", "call(", "enter("] {
            for rest in text.split(opening).skip(1) {
                let name = rest
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|rest| rest.split('"').next());
                slots.extend(name.map(str::to_owned));
            }
        }
    }
    assert!(slots.len() >= 18, "only {slots:?} were found");
    slots
}

/// The mark that the header gives to a slot: `main`, `job` or `any`.
pub fn mark(slot: &str) -> &'static str {
    let (object, field) = slot.split_once('.').unwrap();
    let structure = match object {
        "entry" | "plugin" | "table" => format!("passerelle_{object}"),
        interface => format!("passerelle_plugin_{interface}"),
    };
    let (_, body) = HEADER.split_once(&format!("typedef struct {structure} {{")).unwrap();
    let (comments, _) = body.split_once(&format!("(PASSERELLE_CALL *{field})(")).unwrap();
    let (_, comment) = comments.rsplit_once("/**").unwrap();
    ["main", "job", "any"]
        .into_iter()
        .find(|mark| comment.contains(&format!("* `[{mark}]`")))
        .unwrap_or_else(|| panic!("{slot} has no mark: {comment}"))
}

/// Call a slot, with arguments that are right; those of a table on the one that was shown last.
pub fn call(raw: &mut Raw, slot: &str) -> i32 {
    match slot {
        "entry.init" => raw.library_init(),
        "entry.deinit" => raw.library_deinit(),
        // What there is stays there.
        "entry.create" => {
            let plugin = raw.plugin;
            let code = raw.create();
            raw.plugin = plugin;
            code
        }
        "plugin.init" => raw.init(),
        "plugin.destroy" => raw.destroy(),
        // It answers with a pointer.
        "plugin.get_interface" if raw.find(abi::PASSERELLE_PLUGIN_JOBS).is_null() => abi::PASSERELLE_E_NULL,
        "plugin.get_interface" => abi::PASSERELLE_OK,
        "contributions.count" => raw.count(),
        "contributions.get" => raw.get(),
        "contributions.open" => raw.open("diagnostic"),
        "forms.event" => raw.press("annuler"),
        "jobs.run" => raw.job("migration"),
        "documents.read" => raw.read(b"{}"),
        "documents.write" => raw.write("reglages.json", take),
        "table.describe" => raw.describe(),
        "table.next" => raw.next(),
        "table.progress" => raw.progress(),
        "table.cancel" => raw.cancel(),
        "table.release" => raw.release(),
        other => panic!("the slot {other} has no call here"),
    }
}
