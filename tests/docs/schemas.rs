//! The JSON examples parse, and follow the schemas of forms and tables.

use std::collections::BTreeSet;

use serde_json::Value;

use super::published::check;
use super::{Block, blocks, pages};

#[test]
fn json_parses_and_follows_its_schema() {
    let mut checked = BTreeSet::new();
    for page in pages() {
        for Block { at, text } in blocks(&page, "json") {
            let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{at}: {error}"));
            if value.get("schema").is_some() {
                checked.insert(check(&value, &at));
            }
        }
    }
    assert_eq!(checked.len(), 2, "{checked:?}");
}

#[test]
fn what_does_not_follow_the_schema_is_found() {
    let form = r#"{"schema": "passerelle.form/1", "id": "f", "title": "T", "groups": [{"label": "", "fields": [
        {"id": "a", "kind": "text", "label": "A", "value": "a", "enabled": true, "indent": 0}]}], "buttons": []}"#;
    let right: Value = serde_json::from_str(form).unwrap();
    check(&right, "right");
    for (pointer, wrong) in [
        ("/groups/0/fields/0/kind", "slider"),
        ("/groups/0/fields/0/kind", "checkbox"),
        ("/groups/0/fields/0/enabled", "oui"),
        ("/title", ""),
    ] {
        let mut form = right.clone();
        *form.pointer_mut(pointer).unwrap() = wrong.into();
        assert!(
            std::panic::catch_unwind(|| check(&form, "wrong")).is_err(),
            "{pointer} = {wrong}"
        );
    }
    let mut twice = right.clone();
    let field = twice["groups"][0]["fields"][0].clone();
    twice["groups"][0]["fields"].as_array_mut().unwrap().push(field);
    assert!(std::panic::catch_unwind(|| check(&twice, "twice")).is_err());
    let mut more = right;
    more["groups"][0]["fields"][0]["couleur"] = "rouge".into();
    assert!(std::panic::catch_unwind(|| check(&more, "more")).is_err());
}
