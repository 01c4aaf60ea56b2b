//! The published JSON Schemas of forms and tables, held to the letter: a key that they do not name is a fault here,
//! though a host passes over it.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// Those of forms and of tables.
struct Published {
    form: Validator,
    table: Validator,
}

fn published() -> &'static Published {
    static PUBLISHED: OnceLock<Published> = OnceLock::new();
    PUBLISHED.get_or_init(|| Published {
        form: validator(include_str!("../../docs/schemas/form-1.schema.json")),
        table: validator(include_str!("../../docs/schemas/table-1.schema.json")),
    })
}

fn validator(text: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(text).unwrap();
    for definition in schema["$defs"].as_object_mut().unwrap().values_mut() {
        if definition["type"] == "object" {
            definition["unevaluatedProperties"] = false.into();
        }
    }
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

/// Holds a form or a table to its schema; its kind.
///
/// # Panics
/// With all that is wrong, and `at`.
pub fn check(document: &Value, at: &str) -> &'static str {
    let (kind, validator) = match document["schema"].as_str() {
        Some("passerelle.form/1") => ("form", &published().form),
        Some("passerelle.table/1") => ("table", &published().table),
        other => panic!("{at}: schema {other:?}"),
    };
    let wrong: Vec<_> = validator
        .iter_errors(document)
        .map(|error| format!("{} at {}", error, error.instance_path))
        .collect();
    assert!(wrong.is_empty(), "{at}: {wrong:#?}\n{document:#}");
    ids_are_unique(document, at);
    kind
}

/// What a schema cannot say: no id stands twice in a form or among a table's columns, and each row has a cell a column.
fn ids_are_unique(document: &Value, at: &str) {
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let mut ids = list(document, "buttons");
    for field in list(document, "groups").iter().flat_map(|group| list(group, "fields")) {
        ids.extend(list(&field, "row_actions"));
        let columns = list(&field, "columns");
        unique(&columns, at);
        let rows = list(&field, "rows");
        unique(&rows, at);
        for row in &rows {
            assert_eq!(list(row, "cells").len(), columns.len(), "{at}: {row}");
        }
        ids.push(field);
    }
    unique(&ids, at);
    unique(&list(document, "columns"), at);
}

fn unique(parts: &[Value], at: &str) {
    let mut seen = BTreeSet::new();
    for part in parts {
        assert!(seen.insert(part["id"].as_str().unwrap()), "{at}: {} twice", part["id"]);
    }
}
