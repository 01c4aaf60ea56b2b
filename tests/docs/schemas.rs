//! The JSON examples follow the schemas, and the schemas the plugin.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Block, blocks, pages, read};

#[test]
fn json_parses_and_follows_its_schema() {
    let mut checked = BTreeSet::new();
    for page in pages() {
        for Block { at, text } in blocks(&page, "json") {
            let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{at}: {error}"));
            for name in ["form", "table"] {
                let schema = schema(name);
                if value["schema"] == schema["$id"] {
                    follows(&value, &schema, &schema, &at);
                    checked.insert(name);
                }
            }
        }
    }
    assert_eq!(checked.len(), 2, "{checked:?}");
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&read(&format!("docs/schemas/{name}-1.schema.json"))).unwrap()
}

/// Holds a value to the part of JSON Schema that the schemas here use, and to no other keys than theirs.
fn follows(value: &Value, schema: &Value, root: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root
            .pointer(reference.strip_prefix('#').unwrap())
            .unwrap_or_else(|| panic!("{reference}"));
        return follows(value, target, root, at);
    }
    if let Some(wanted) = schema.get("const") {
        assert_eq!(value, wanted, "{at}");
    }
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value} is none of {allowed:?}");
    }
    let right_kind = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some(other) => panic!("{other}"),
        None => true,
    };
    assert!(right_kind, "{at}: {value} is no {}", schema["type"]);
    for required in schema["required"].as_array().into_iter().flatten() {
        assert!(
            value.get(required.as_str().unwrap()).is_some(),
            "{at}: {required} is missing"
        );
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        let property = schema["properties"]
            .get(key)
            .unwrap_or_else(|| panic!("{at}: unknown key {key}"));
        follows(item, property, root, &format!("{at} {key}"));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        follows(item, &schema["items"], root, &format!("{at} [{index}]"));
    }
}

#[test]
fn schemas_name_the_fields_of_the_plugins_documents() {
    for name in ["form", "table"] {
        let schema = schema(name);
        let definitions = schema["$defs"].as_object().unwrap().iter();
        let described: BTreeMap<_, _> = definitions
            .map(|(name, one)| (name.clone(), keys(&one["properties"])))
            .collect();
        assert_eq!(described, serialised(&read(&format!("plugin/src/{name}.rs"))), "{name}");
    }
}

fn keys(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

/// The fields of each structure of a source file that derives `Serialize`.
fn serialised(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut derives = false;
    let mut open: Option<(String, BTreeSet<String>)> = None;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            derives = line.contains("Serialize");
        } else if let Some(name) = line
            .strip_prefix("pub struct ")
            .and_then(|rest| rest.strip_suffix(" {"))
        {
            open = derives.then(|| (name.to_owned(), BTreeSet::new()));
        } else if line == "}" {
            found.extend(open.take());
        } else if let (Some((_, fields)), Some((field, _))) = (&mut open, line.split_once(": ")) {
            if !line.starts_with("//") && !line.starts_with('#') {
                fields.insert(field.trim_start_matches("pub ").to_owned());
            }
        }
    }
    found
}
