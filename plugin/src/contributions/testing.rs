//! What the tests of the forms begin with: a database with two sociétés, and a user who fills and presses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::database::Database;
use crate::erp::{Erp, Mapping};
use crate::error::Error;
use crate::form::{Event, Form, Next};
use crate::host::{Host, Job, Mail, Secrets, Setting};
use crate::store::Store;
use crate::table::Table;

/// SC-FORMATION (1) with METZ (1) and NANCY (2), SC-PRESENTATION (2) with PARIS (3).
pub struct Base {
    folder: TempDir,
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
            folder,
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

    /// Where the key file goes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The connection string, for an instance of the plugin.
    pub fn connection_string(&self) -> String {
        format!(
            "Driver=SQLite3;Database={};StepAPI=1",
            self.folder().join("base.db").display()
        )
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

/// A host with a clock that stands, with secrets and e-mail if it has any.
#[derive(Default)]
pub struct Desk {
    pub secrets: Option<Vault>,
    pub settings: Vec<(Setting, String)>,
    pub mail: Option<Void>,
}

/// E-mail that goes nowhere.
pub struct Void;

impl Mail for Void {
    fn send(&self, _: &[String], _: &str, _: &str) -> Result<(), Error> {
        Ok(())
    }
}

impl Desk {
    pub fn without_secrets() -> Arc<dyn Host> {
        Arc::new(Self::default())
    }
}

/// Secrets in memory.
#[derive(Default)]
pub struct Vault(Mutex<HashMap<String, Vec<u8>>>);

impl Secrets for Vault {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        Ok(self.0.lock().unwrap().get(name).cloned().map(Zeroizing::new))
    }

    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.0.lock().unwrap().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }
}

impl Host for Desk {
    fn now(&self) -> Result<DateTime<FixedOffset>, Error> {
        Ok("2026-11-23T10:00:00+01:00".parse().unwrap())
    }

    fn setting(&self, key: Setting) -> Result<Option<String>, Error> {
        let found = self.settings.iter().find(|(known, _)| *known == key);
        Ok(found.map(|(_, value)| value.clone()))
    }

    fn secrets(&self) -> Option<&dyn Secrets> {
        self.secrets.as_ref().map(|vault| vault as &dyn Secrets)
    }

    fn mail(&self) -> Option<&dyn Mail> {
        self.mail.as_ref().map(|mail| mail as &dyn Mail)
    }

    fn show_form(&self, _: u64, _: &str) -> Result<(), Error> {
        Ok(())
    }

    fn close_form(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    fn show_table(&self, _: Table) -> Result<(), Error> {
        Ok(())
    }

    fn register_job(&self, _: &Job) -> Result<(), Error> {
        Ok(())
    }
}
