//! The sample: the ERP's reference schema filled with invented data, the same for the same seed.

mod codes;
mod contracts;
mod course;
mod dialect;
mod generate;
mod load;
mod person;
mod rng;
mod schema;
mod settings;
mod sifa;
mod words;
mod world;

use chrono::NaiveDate;
use odbc_api::{Connection, ConnectionOptions, environment};
use thiserror::Error;

use dialect::Dialect;
use load::Loader;
use schema::TABLES;

pub use generate::{Plan, settings};
pub use person::school_year;
pub use schema::{Column, Kind, Table, TableDef};
pub use settings::Settings;

/// A cell on its way into a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number, a key or a boolean.
    Int(i32),
    /// A text.
    Text(&'a str),
    /// A calendar date.
    Date(NaiveDate),
    /// A number with decimals.
    Decimal(f64),
}

fn text(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Null, Value::Text)
}

/// Takes the sample's rows as they are drawn.
pub trait Sink {
    /// Takes one row; `values` are in the order of the table's columns.
    ///
    /// # Errors
    /// When the row cannot be kept.
    fn row(&mut self, table: Table, values: &[Value<'_>]) -> Result<(), SeedError>;
}

/// Why the sample could not be made.
#[derive(Debug, Error)]
pub enum SeedError {
    /// The database refuses a connection.
    #[error("cannot connect: {0}")]
    Connect(#[source] odbc_api::Error),
    /// The database refuses a statement.
    #[error("table {table}: {source}")]
    Database {
        /// What was being done, in French.
        doing: &'static str,
        /// On which table.
        table: &'static str,
        /// What the driver says.
        source: odbc_api::Error,
    },
    /// The database holds ERP tables already.
    #[error("table {0} is there already")]
    Occupied(&'static str),
    /// A row has not as many cells as its table has columns.
    #[error("table {table}: wrong number of cells")]
    Shape {
        /// The table.
        table: &'static str,
    },
    /// A value does not fit its column.
    #[error("table {table}: a value does not fit column {column}")]
    Value {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The user asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl SeedError {
    /// What to tell the user: what, where, how to mend.
    pub fn user_text(&self) -> String {
        match self {
            Self::Connect(_) => "Connexion impossible à la base de données. Vérifiez la chaîne de connexion (--db), \
                                 et que le pilote ODBC qu'elle nomme est installé (odbcinst -q -d)."
                .to_owned(),
            Self::Database { doing, table, .. } => format!(
                "La base de données a refusé de {doing} la table « {table} ». Vérifiez les droits du compte (création \
                 de tables, écriture) et la place disponible ; --verbose montre le message du pilote."
            ),
            Self::Occupied(table) => format!(
                "La base de données contient déjà la table « {table} » : rien n'a été modifié. Choisissez une autre \
                 base (--db) ou un autre dossier (--dir), ou ajoutez --ecraser pour remplacer les tables de l'ERP."
            ),
            Self::Shape { table } | Self::Value { table, .. } => format!(
                "Une ligne inventée ne convient pas à la table « {table} ». Essayez une autre graine (--graine) et \
                 signalez celle-ci."
            ),
            Self::Cancelled => "Interrompu : les tables en cours de création ont été retirées.".to_owned(),
        }
    }
}

/// Creates the reference schema in a database and fills it, in one transaction; on failure the tables are gone again.
///
/// `overwrite` replaces ERP tables that are there; the plugin's own are never touched. `progress` gets the inscriptions
/// written so far and says false to stop. Blocks; may run on any thread.
///
/// # Errors
/// When the database cannot be reached, holds ERP tables, or refuses a statement.
pub fn fill(
    connection_string: &str,
    plan: Plan,
    overwrite: bool,
    progress: &dyn Fn(u64) -> bool,
) -> Result<(), SeedError> {
    let environment = environment().map_err(SeedError::Connect)?;
    let connection = environment
        .connect_with_connection_string(connection_string, ConnectionOptions::default())
        .map_err(SeedError::Connect)?;
    let dialect = Dialect::of(
        &connection
            .database_management_system_name()
            .map_err(SeedError::Connect)?,
    );
    let there: Vec<_> = TABLES
        .iter()
        .filter(|table| connection.execute(&dialect.probe(table), (), None).is_ok())
        .collect();
    if let (Some(table), false) = (there.first(), overwrite) {
        return Err(SeedError::Occupied(table.name));
    }
    for table in there {
        run(&connection, "supprimer", table, &dialect.drop_table(table))?;
    }
    let filled = create_and_fill(&connection, dialect, plan, progress);
    if filled.is_err() {
        // The first failure is the one to tell; whatever fails from here is its consequence.
        let _ = connection.rollback();
        let _ = connection.set_autocommit(true);
        for table in &TABLES {
            let _ = connection.execute(&dialect.drop_table(table), (), None);
        }
    }
    filled
}

fn create_and_fill(
    connection: &Connection<'_>,
    dialect: Dialect,
    plan: Plan,
    progress: &dyn Fn(u64) -> bool,
) -> Result<(), SeedError> {
    for table in &TABLES {
        run(connection, "créer", table, &dialect.create_table(table))?;
    }
    let transaction = |source| SeedError::Database {
        doing: "remplir",
        table: "inscription",
        source,
    };
    connection.set_autocommit(false).map_err(transaction)?;
    let mut loader = Loader::new(connection, dialect)?;
    generate::write(plan, &mut loader, progress)?;
    loader.finish()?;
    connection.commit().map_err(transaction)?;
    connection.set_autocommit(true).map_err(transaction)?;
    // Indexes last: building one is cheaper than keeping it up row after row.
    for table in &TABLES {
        for statement in dialect.create_indexes(table) {
            run(connection, "indexer", table, &statement)?;
        }
    }
    Ok(())
}

fn run(
    connection: &Connection<'_>,
    doing: &'static str,
    table: &'static TableDef,
    statement: &str,
) -> Result<(), SeedError> {
    connection
        .execute(statement, (), None)
        .map(drop)
        .map_err(|source| SeedError::Database {
            doing,
            table: table.name,
            source,
        })
}

#[cfg(test)]
mod tests;
