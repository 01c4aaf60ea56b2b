//! The host that plays the ERP, with the real library.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use demo_host::{
    cli,
    session::{App, Session},
};
use serde_json::{Value, json};

use crate::{bases::Base, support::library};

/// The host's day.
pub const DATE: &str = "2026-11-23";

/// A host on a database, with a mapping or without.
pub fn app(base: &Base, mapping: Option<&Path>) -> App {
    let library = library();
    let mut words: Vec<OsString> = [
        "demo-host".as_ref(),
        "--json".as_ref(),
        "--plugin".as_ref(),
        library.as_os_str(),
        "--db".as_ref(),
        base.connection_string.as_ref(),
        "--dir".as_ref(),
        base.folder.path().as_os_str(),
        "--date".as_ref(),
        DATE.as_ref(),
        "diagnostic".as_ref(),
    ]
    .map(OsStr::to_owned)
    .to_vec();
    if let Some(mapping) = mapping {
        words.extend(["--mapping".into(), mapping.into()]);
    }
    App::new(cli::parse(words).unwrap().common).unwrap()
}

/// A document of the plugin.
pub fn document(session: &Session<'_>, id: &str, parameters: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    session
        .write_document(id, parameters, id, &mut bytes)
        .unwrap_or_else(|error| panic!("{id}: {error}"));
    bytes
}

/// The diagnosis: each check and its state.
pub fn diagnosis(session: &Session<'_>) -> Vec<(String, String)> {
    let table = session.open("diagnostic", &json!({})).unwrap().remove(0);
    let rows = session.first_rows(table, 1000).unwrap();
    rows.column("controle")
        .map(str::to_owned)
        .zip(rows.column("etat").map(str::to_owned))
        .collect()
}
