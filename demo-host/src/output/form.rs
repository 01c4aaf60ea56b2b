//! A form of the plugin, read-only, on a terminal: whatever it describes, group after group.

use serde_json::Value;

/// The form as lines of text. What the description does not say is left out; an unknown part is passed over.
pub fn render(description: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Ok(form) = serde_json::from_str::<Value>(description) {
        part(&form, 0, &mut lines);
    }
    lines
}

/// How far a field goes under another at most, whatever the description says.
const DEEPEST: usize = 8;
/// What stands for a secret that is kept.
const MASK: &str = "••••••••";

fn part(value: &Value, depth: usize, lines: &mut Vec<String>) {
    let under = value
        .get("indent")
        .and_then(Value::as_u64)
        .and_then(|steps| usize::try_from(steps).ok());
    let depth = depth + under.unwrap_or(0).min(DEEPEST);
    let indent = "  ".repeat(depth);
    let heading = text(value, "title").or_else(|| text(value, "label").filter(|_| value.get("fields").is_some()));
    if let Some(heading) = heading {
        lines.push(format!("{indent}--- {heading} ---"));
    } else if value.get("kind").is_some() {
        under_each_other(&field(value), &indent, lines);
    }
    if let Some(message) = value.get("message") {
        let mark = match text(message, "kind") {
            Some("error") => "Erreur : ",
            Some("warning") => "Attention : ",
            _ => "",
        };
        let words = text(message, "text").unwrap_or_default();
        under_each_other(&format!("{mark}{words}"), &format!("{indent}    "), lines);
    }
    for (key, mark) in [("help", ""), ("error", "Erreur : "), ("warning", "Attention : ")] {
        if let Some(words) = text(value, key) {
            under_each_other(&format!("{mark}{words}"), &format!("{indent}    "), lines);
        }
    }
    list(value, &format!("{indent}    "), lines);
    for key in ["groups", "fields"] {
        for child in items(value, key) {
            part(child, depth + 1, lines);
        }
    }
    buttons(value, "buttons", &indent, lines);
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn under_each_other(text: &str, indent: &str, lines: &mut Vec<String>) {
    lines.extend(text.lines().map(|line| format!("{indent}{line}")));
}

fn field(value: &Value) -> String {
    let label = text(value, "label").unwrap_or_default();
    let kind = text(value, "kind").unwrap_or_default();
    let shown = match (kind, value.get("value")) {
        (_, Some(Value::Bool(ticked))) => {
            return available(value, format!("[{}] {label}", if *ticked { "x" } else { " " }));
        }
        ("list", _) => return label.to_owned(),
        ("secret", _) if value.get("stored").and_then(Value::as_bool) == Some(true) => MASK.to_owned(),
        ("choice", Some(Value::String(chosen))) => {
            let option = items(value, "options").find(|option| text(option, "value") == Some(chosen));
            let label = option.and_then(|option| text(option, "label"));
            label.unwrap_or(chosen).to_owned()
        }
        (_, Some(Value::String(text))) if !text.is_empty() => text.clone(),
        (_, Some(Value::Number(number))) => number.to_string(),
        _ => "—".to_owned(),
    };
    let line = if label.is_empty() {
        shown
    } else {
        format!("{label} : {shown}")
    };
    // What can only be read says so by its kind.
    if matches!(kind, "note" | "link") {
        line
    } else {
        available(value, line)
    }
}

fn available(value: &Value, line: String) -> String {
    match value.get("enabled") {
        Some(Value::Bool(false)) => line + " (indisponible)",
        _ => line,
    }
}

/// The lines of a list, one under the other, and what can be done to one of them.
fn list(value: &Value, indent: &str, lines: &mut Vec<String>) {
    if text(value, "kind") != Some("list") {
        return;
    }
    let columns: Vec<_> = items(value, "columns")
        .map(|column| {
            (
                text(column, "label").unwrap_or_default(),
                column.get("folded") == Some(&Value::Bool(true)),
            )
        })
        .collect();
    for row in items(value, "rows") {
        let cells = columns
            .iter()
            .zip(items(row, "cells"))
            .filter_map(|((label, folded), cell)| {
                let shown = match cell {
                    Value::String(text) if !text.is_empty() => text.clone(),
                    Value::Number(number) => number.to_string(),
                    Value::Bool(value) => (if *value { "oui" } else { "non" }).to_owned(),
                    _ => return None,
                };
                (!folded).then(|| format!("{label} : {shown}"))
            });
        let cells: Vec<_> = cells.collect();
        lines.push(format!("{indent}- {}", cells.join(" | ")));
    }
    buttons(value, "row_actions", indent, lines);
}

fn buttons(value: &Value, key: &str, indent: &str, lines: &mut Vec<String>) {
    let labels = items(value, key).filter_map(|button| text(button, "label"));
    let buttons: Vec<_> = labels.map(|label| format!("[ {label} ]")).collect();
    if !buttons.is_empty() {
        lines.push(format!("{indent}{}", buttons.join("  ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_drawn() {
        let form = r#"{"schema": "passerelle.form/1", "id": "f", "title": "Compléments secteur",
            "message": {"kind": "warning", "text": "Regardez."}, "groups": [
            {"label": "SIFA", "fields": [
                {"id": "a", "kind": "checkbox", "label": "Passerelle SIFA", "value": true, "enabled": true, "indent": 0, "help": "Aide."},
                {"id": "b", "kind": "checkbox", "label": "Mission", "value": false, "enabled": false, "indent": 1}]},
            {"label": "", "fields": [
                {"id": "c", "kind": "text", "label": "Nom", "value": "", "enabled": true, "indent": 0, "error": "Manque."},
                {"id": "d", "kind": "text", "label": "UAI", "value": "1234567B", "enabled": true, "indent": 0, "warning": "Lettre."},
                {"id": "e", "kind": "secret", "label": "Clé API", "value": null, "stored": true, "enabled": true, "indent": 0},
                {"id": "f", "kind": "secret", "label": "Autre", "value": null, "stored": false, "enabled": true, "indent": 0},
                {"id": "g", "kind": "choice", "label": "Société", "value": "2", "options": [{"value": "2", "label": "DEUX"}], "enabled": true, "indent": 0},
                {"id": "h", "kind": "link", "label": "Lien", "value": "https://a.fr/", "enabled": false, "indent": 0},
                {"id": "i", "kind": "note", "label": "", "value": "Une ligne.\nDeux.", "enabled": false, "indent": 0},
                {"id": "j", "kind": "list", "label": "Lignes", "enabled": true, "indent": 0,
                    "columns": [{"id": "x", "label": "Nom", "kind": "text"}, {"id": "y", "label": "Plié", "kind": "text", "folded": true},
                        {"id": "z", "label": "Clé", "kind": "boolean"}],
                    "rows": [{"id": "1", "cells": ["UN", "caché", true]}, {"id": "2", "cells": [null, null, false]}],
                    "row_actions": [{"id": "m", "label": "Modifier"}]}]}],
            "buttons": [{"id": "ok", "label": "Enregistrer"}, {"id": "no", "label": "Annuler"}]}"#;
        let expected = [
            "--- Compléments secteur ---",
            "    Attention : Regardez.",
            "  --- SIFA ---",
            "    [x] Passerelle SIFA",
            "        Aide.",
            "      [ ] Mission (indisponible)",
            "    Nom : —",
            "        Erreur : Manque.",
            "    UAI : 1234567B",
            "        Attention : Lettre.",
            "    Clé API : ••••••••",
            "    Autre : —",
            "    Société : DEUX",
            "    Lien : https://a.fr/",
            "    Une ligne.",
            "    Deux.",
            "    Lignes",
            "        - Nom : UN | Clé : oui",
            "        - Clé : non",
            "        [ Modifier ]",
            "[ Enregistrer ]  [ Annuler ]",
        ];
        assert_eq!(render(form), expected);
        assert!(render("pas du JSON").is_empty());
    }
}
