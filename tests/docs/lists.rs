//! What the pages enumerate is all there is.

use super::{DRIVERS, INTEGRATION, USER_GUIDE, path, read};

#[test]
fn the_user_guide_has_every_reason() {
    let guide = read(USER_GUIDE);
    let source = read("plugin/src/dossier/motifs.rs");
    let texts: Vec<_> = between(&source, "fn textes", "\n}\n")
        .split('"')
        .skip(1)
        .step_by(2)
        .collect();
    assert!(texts.len() >= 20 && texts.len() % 2 == 0, "{texts:?}");
    for reason in texts.chunks(2) {
        let row = format!("| *{}* | `{}` |", reason[1], reason[0]);
        assert!(guide.contains(&row), "missing row: {row}");
    }
}

#[test]
fn the_user_guide_has_every_warning() {
    let guide = read(USER_GUIDE);
    let source = read("plugin/src/dossier/avertissements.rs");
    let list = between(&source, "\nalertes! {\n", "\n}");
    for line in list.lines() {
        let (code, label) = line.trim().split_once(" \"").unwrap();
        let row = format!("| `{code}` | {}", label.trim_end_matches('"'));
        assert!(guide.contains(&row), "missing row: {row}");
    }
    assert!(list.lines().count() > 10);
}

#[test]
fn the_user_guide_has_every_label_of_the_screens() {
    let guide = read(USER_GUIDE);
    let mut checked = 0;
    for (file, opening, end) in [
        ("complements_secteur.rs", "mod label", "\n}\n"),
        ("complements_secteur.rs", "fn describe", "\n    }\n"),
        ("numeros_uai/liste.rs", "const COLUMNS", "\n];\n"),
        ("numeros_uai/liste.rs", "vec![Group::new(\"\", vec![field])]", "\n}\n"),
        ("acces_api/liste.rs", "const COLUMNS", "\n];\n"),
        ("acces_api/liste.rs", "row_actions: vec![", "\n    };\n"),
        ("acces_api/fiche.rs", "fn describe", "\n    }\n"),
        ("exemple_export_nuit/depuis.rs", "\nconst NOUVEAU", "\n\n"),
        ("exemple_export_nuit/mod.rs", "fn documents", "\n}\n"),
        ("compte_rendu/tables.rs", "fn documents", "\n}\n"),
        ("compte_rendu/lines.rs", "fn execution_columns", "\n}\n"),
        ("compte_rendu/lines.rs", "fn title", "\n    }\n"),
        ("compte_rendu/lines.rs", "fn columns", "\n    }\n"),
        ("diagnostic/mod.rs", "fn diagnose", "\n}\n"),
    ] {
        let source = read(&format!("plugin/src/contributions/{file}"));
        // Labels start with a capital and are short; ids do not, help texts are not, what is put together is none.
        let texts = between(&source, opening, end).split('"').skip(1).step_by(2);
        let is_label =
            |text: &&str| text.starts_with(char::is_uppercase) && text.chars().count() < 60 && !text.contains('{');
        for label in texts.filter(is_label) {
            assert!(guide.contains(&format!("*{label}*")), "{file}: {label}");
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked}");
}

/// What stands between two texts.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start:?}"));
    rest.split_once(end)
        .unwrap_or_else(|| panic!("no {end:?} after {start:?}"))
        .0
}

#[test]
fn the_integration_page_has_every_code_interface_and_setting() {
    let page = read(INTEGRATION);
    let header = read("include/passerelle.h");
    let mut counts = [0; 3];
    for line in header
        .lines()
        .filter_map(|line| line.strip_prefix("#define PASSERELLE_"))
    {
        let Some((name, value)) = line.split_once(' ') else {
            continue;
        };
        let (kind, wanted) = match value.trim_matches('"') {
            _ if name.starts_with("E_") => (0, format!("PASSERELLE_{name}")),
            id if id.starts_with("passerelle.") => (1, id.to_owned()),
            key if name.starts_with("SETTING_") => (2, key.to_owned()),
            _ => continue,
        };
        assert!(page.contains(&format!("`{wanted}`")), "{wanted}");
        counts[kind] += 1;
    }
    assert!(counts.iter().all(|count| *count > 3), "{counts:?}");
}

#[test]
fn every_test_that_the_page_of_drivers_names_is_there() {
    let mut sources = String::new();
    let mut folders = vec![path("plugin/src"), path("tests/databases"), path("tests/night")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            if file.is_dir() {
                folders.push(file);
            } else {
                sources += &std::fs::read_to_string(file).unwrap();
            }
        }
    }
    let page = read(DRIVERS);
    let mut named = 0;
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let last = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let tests = last.split('`').skip(1).step_by(2).filter(|name| !name.contains(' '));
        for test in tests {
            assert!(sources.contains(&format!("fn {test}(")), "no test {test}: {row}");
            named += 1;
        }
    }
    assert!(named > 40, "{named}");
}
