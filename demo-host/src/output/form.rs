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

fn part(value: &Value, depth: usize, lines: &mut Vec<String>) {
    let under = value
        .get("indent")
        .and_then(Value::as_u64)
        .and_then(|steps| usize::try_from(steps).ok());
    let depth = depth + under.unwrap_or(0).min(DEEPEST);
    let indent = "  ".repeat(depth);
    let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let heading = text("title").or_else(|| text("label").filter(|_| value.get("fields").is_some()));
    if let Some(heading) = heading {
        lines.push(format!("{indent}--- {heading} ---"));
    } else if let Some(label) = text("label") {
        lines.push(format!("{indent}{}", field(value, label)));
    }
    for key in ["message", "text", "help", "error", "warning"] {
        if let Some(text) = text(key) {
            lines.push(format!("{indent}    {text}"));
        }
    }
    for key in ["groups", "fields"] {
        for child in value.get(key).and_then(Value::as_array).into_iter().flatten() {
            part(child, depth + 1, lines);
        }
    }
    let buttons = value.get("buttons").and_then(Value::as_array).into_iter().flatten();
    let labels = buttons.filter_map(|button| button.get("label").and_then(Value::as_str));
    let buttons: Vec<_> = labels.map(|label| format!("[ {label} ]")).collect();
    if !buttons.is_empty() {
        lines.push(format!("{indent}{}", buttons.join("  ")));
    }
}

fn field(value: &Value, label: &str) -> String {
    let available = value.get("enabled").and_then(Value::as_bool).unwrap_or(true);
    let unavailable = if available { "" } else { " (indisponible)" };
    match value.get("value") {
        Some(Value::Bool(ticked)) => format!("[{}] {label}{unavailable}", if *ticked { "x" } else { " " }),
        Some(Value::String(text)) => format!("{label} : {text}{unavailable}"),
        Some(Value::Number(number)) => format!("{label} : {number}{unavailable}"),
        Some(Value::Null) => format!("{label} : —{unavailable}"),
        _ => format!("{label}{unavailable}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_groups_and_buttons_are_drawn() {
        let form = r#"{"schema": "passerelle.form/1", "title": "Compléments secteur", "groups": [
            {"label": "SIFA", "fields": [
                {"id": "a", "kind": "boolean", "label": "Passerelle SIFA", "value": true, "help": "Aide."},
                {"id": "b", "kind": "boolean", "label": "Mission", "value": false, "enabled": false,
                    "indent": 1},
                {"id": "c", "kind": "text", "label": "Nom", "value": null}]}],
            "buttons": [{"id": "ok", "label": "Enregistrer"}]}"#;
        let expected = [
            "--- Compléments secteur ---",
            "  --- SIFA ---",
            "    [x] Passerelle SIFA",
            "        Aide.",
            "      [ ] Mission (indisponible)",
            "    Nom : —",
            "[ Enregistrer ]",
        ];
        assert_eq!(render(form), expected);
        assert!(render("pas du JSON").is_empty());
    }
}
