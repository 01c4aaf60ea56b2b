//! The settings as a file, and the plugin's own tables: made by an administrator, never silently.

use std::io::Write;

use crate::database::Database;
use crate::error::Error;
use crate::night::{Outcome, OutcomeKind};
use crate::store::{Auteur, Sealer, Settings, Store};

/// Id of the job that creates or upgrades the `mna_` tables.
pub const MIGRATION: &str = "migration";

/// Create or upgrade the `mna_` tables.
///
/// # Errors
/// The database refused a statement.
pub fn migrate(database: &Database) -> Result<Outcome, Error> {
    let migrated = Store::migrate(database)?;
    let text = if migrated.from == migrated.to {
        format!("Les tables mna_ étaient déjà en version {}.", migrated.to)
    } else {
        format!(
            "Les tables mna_ sont passées de la version {} à la version {}.",
            migrated.from, migrated.to
        )
    };
    Ok(Outcome {
        kind: OutcomeKind::Done,
        run_id: 0,
        counts: crate::store::Comptes::default(),
        text,
    })
}

/// Print what [`migrate`] would run on an empty database.
///
/// # Errors
/// `to` failed.
pub fn ddl(database: &Database, to: &mut dyn Write) -> Result<(), Error> {
    to.write_all(Store::ddl(database.dialect()).as_bytes())
        .map_err(|error| Error::io(&error))
}

/// Replace the settings by those of a file; all of them, or none.
///
/// # Errors
/// The file is not the JSON expected, or the settings cannot be stored.
pub fn import(store: &Store, sealer: &Sealer, auteur: &Auteur, text: &str) -> Result<(), Error> {
    Ok(store.import(&Settings::from_json(text)?, sealer, auteur)?)
}

/// Write the settings to a file, without keys.
///
/// # Errors
/// The settings cannot be read, or `to` failed.
pub fn export(store: &Store, to: &mut dyn Write) -> Result<(), Error> {
    let settings = store.export()?;
    serde_json::to_writer_pretty(&mut *to, &settings).map_err(|error| Error::io(&error.into()))?;
    to.write_all(b"\n").map_err(|error| Error::io(&error))
}
