//! What the tests of the forms begin with: a database with two sociétés, and a user who fills and presses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::Value;
use tempfile::TempDir;

use crate::database::Database;
use crate::erp::{Erp, Mapping};
use crate::error::Error;
use crate::form::{Event, Form, Next};
use crate::store::Store;

/// SC-FORMATION (1) with METZ (1) and NANCY (2), SC-PRESENTATION (2) with PARIS (3).
pub struct Base {
    _folder: TempDir,
    pub database: Database,
    pub store: Store,
    pub erp: Erp,
}

impl Base {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("base.db");
        let database = Database::create(&format!("Driver=SQLite3;Database={};StepAPI=1", file.display())).unwrap();
        Store::migrate(&database).unwrap();
        let base = Self {
            store: Store::open(&database).unwrap(),
            erp: Erp::new(database.clone(), Mapping::default()),
            database,
            _folder: folder,
        };
        for sql in [
            "CREATE TABLE societe (id INTEGER PRIMARY KEY, raison_sociale VARCHAR(120))",
            "CREATE TABLE secteur (id INTEGER PRIMARY KEY, societe_id INTEGER, nom VARCHAR(80), code_postal VARCHAR(5), \
             latitude DECIMAL(9,6), longitude DECIMAL(9,6))",
            "INSERT INTO societe VALUES (1, 'SC-FORMATION'), (2, 'SC-PRESENTATION')",
            "INSERT INTO secteur (id, societe_id, nom) VALUES (1, 1, 'METZ'), (2, 1, 'NANCY'), (3, 2, 'PARIS')",
        ] {
            base.execute(sql);
        }
        base
    }

    pub fn execute(&self, sql: &str) {
        self.database.open().unwrap().execute(sql, &[]).unwrap();
    }
}

/// A form and whoever sits before it.
pub struct User(pub Box<dyn Form>);

impl User {
    /// The form as it is described.
    pub fn sees(&self) -> Value {
        serde_json::to_value(self.0.describe()).unwrap()
    }

    /// A field of it.
    pub fn field(&self, id: &str) -> Value {
        let form = self.sees();
        let fields = form["groups"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|group| group["fields"].as_array().unwrap());
        let found = fields.into_iter().find(|field| field["id"] == id).cloned();
        found.unwrap_or_else(|| panic!("no field {id} in {form:#}"))
    }

    /// What is said over the fields.
    pub fn message(&self) -> String {
        let message = &self.sees()["message"];
        format!(
            "{}: {}",
            message["kind"].as_str().unwrap_or_default(),
            message["text"].as_str().unwrap_or_default()
        )
    }

    pub fn fill(&mut self, field: &str, value: impl Into<Value>) -> Result<Next, Error> {
        let value = value.into();
        self.0.act(&Event::Changed { field, value })
    }

    pub fn press(&mut self, button: &str) -> Result<Next, Error> {
        self.0.act(&Event::Action { button, row: None })
    }

    pub fn press_on(&mut self, button: &str, row: &str) -> Result<Next, Error> {
        let row = Some(row.to_owned());
        self.0.act(&Event::Action { button, row })
    }
}
