//! The plugin's own tables, prefix `mna_`: migrations, settings, sealed keys, and the journal of the nights.
//!
//! Every value reaches the database as a parameter, every name in quotes (`own`). No personal data is stored beyond the ERP's own identifiers and the addresses that the report
//! goes to.

mod error;
pub mod journal;
mod lock;
mod migrations;
mod own;
mod read;
mod reseal;
mod rights;
mod schema;
pub mod seal;
pub mod settings;
#[cfg(test)]
pub(crate) mod tests;

use std::io::Write;
use std::time::Duration;

pub use error::StoreError;
pub use journal::{Comptes, Journal};
pub use lock::Lock;
pub use migrations::{Migrated, SCHEMA_VERSION};
pub use reseal::Resealed;
pub use schema::{TEXT_MAX, URL_MAX};
pub use seal::{Adresse, SealContext, SealError, Sealer, SealingKey, Secret, origin};
pub use settings::{
    Acces, AccesEnregistre, Auteur, Courriel, Line, Problem, Quand, ReglageAcces, ReglageCourriel, ReglageSecteur,
    Secteur, Securite, Settings,
};

use crate::database::{Database, Dialect};
use own::OwnDatabase;

/// The `mna_` tables of one database, at the version that this plugin works with. `Send + Sync`: every operation opens
/// its own connection, except those of a [`Journal`], which keeps one.
#[derive(Clone)]
pub struct Store {
    database: OwnDatabase,
}

impl Store {
    /// Takes the tables into use after checking their version; never changes them.
    ///
    /// # Errors
    /// [`StoreError::NotMigrated`], [`StoreError::Older`], [`StoreError::Newer`]; [`StoreError::Database`].
    pub fn open(database: &Database) -> Result<Self, StoreError> {
        let expected = SCHEMA_VERSION;
        let database = OwnDatabase::new(database);
        match migrations::installed_version(&database.open()?)? {
            None => Err(StoreError::NotMigrated { expected }),
            Some(found) if found < expected => Err(StoreError::Older { found, expected }),
            Some(found) if found > expected => Err(StoreError::Newer { found, expected }),
            Some(_) => Ok(Self { database }),
        }
    }

    /// Creates or upgrades the tables: an administrator's explicit action. Again and again does no harm.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Database`].
    pub fn migrate(database: &Database) -> Result<Migrated, StoreError> {
        migrations::migrate(&OwnDatabase::new(database))
    }

    /// The statements of [`Store::migrate`] on an empty database, for a DBA to run by hand.
    #[must_use]
    pub fn ddl(dialect: &Dialect) -> String {
        migrations::ddl(dialect)
    }

    /// A journal with a connection of its own, for one run or one reader.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn journal(&self) -> Result<Journal, StoreError> {
        Ok(Journal::new(self.database.open()?))
    }

    /// Takes the lease of the night; none if another run holds it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn lock(&self, lease: Duration) -> Result<Option<Lock>, StoreError> {
        Lock::take(&self.database, lease)
    }

    /// Writes the report of the runs that `filter` takes, newest first, as JSON; memory does not grow with the rows.
    ///
    /// # Errors
    /// [`StoreError::UnknownRun`], [`StoreError::Write`], [`StoreError::Database`].
    pub fn write_report_json(&self, filter: journal::RunFilter, out: &mut dyn Write) -> Result<(), StoreError> {
        self.journal()?.write_report_json(filter, out)
    }
}
