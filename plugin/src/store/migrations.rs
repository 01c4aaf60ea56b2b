//! Versioned migrations: what each version adds, run by an administrator's explicit action.

use super::own::{OwnConnection, OwnDatabase, own_sql};
use super::schema::{self, Added, Table};
use super::{StoreError, lock};
use crate::database::{DatabaseError, Dialect, Param};

/// One step from a version to the next.
struct Migration {
    version: i64,
    tables: &'static [Table],
    /// Added to tables of older versions.
    columns: &'static [Added],
}

/// All migrations, oldest first. A published one never changes.
const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        tables: schema::V1,
        columns: &[],
    },
    Migration {
        version: 2,
        tables: schema::V2,
        columns: schema::V2_COLUMNS,
    },
    Migration {
        version: 3,
        tables: &[],
        columns: schema::V3_COLUMNS,
    },
];

/// Version that brings the row of `mna_verrou` with it.
const LOCK_SINCE: i64 = 1;

/// Version that this plugin works with.
pub const SCHEMA_VERSION: i64 = 3;

/// What a migration did; equal versions mean that there was nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Version found; 0 when the tables were not there.
    pub from: i64,
    /// Version left.
    pub to: i64,
}

/// Version of the `mna_` tables in the database; none when they are not there.
pub(super) fn installed_version(connection: &OwnConnection) -> Result<Option<i64>, StoreError> {
    let mut rows = match connection.query("SELECT MAX(version) FROM mna_version", &[]) {
        Ok(rows) => rows,
        Err(DatabaseError::TableMissing { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let version = match rows.next_row() {
        Ok(Some(row)) => row
            .integer(0)
            .map_err(|_| StoreError::unreadable("mna_version", "version"))?,
        Ok(None) => None,
        // Some drivers run the statement at the first fetch only.
        Err(DatabaseError::TableMissing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(version)
}

/// Brings the tables to [`SCHEMA_VERSION`]; running it again does nothing.
///
/// Where the database has no transactional DDL, a run that was cut short is completed by the next one.
pub(super) fn migrate(database: &OwnDatabase) -> Result<Migrated, StoreError> {
    let connection = database.open()?;
    let from = installed_version(&connection)?.unwrap_or(0);
    if from > SCHEMA_VERSION {
        return Err(StoreError::Newer {
            found: from,
            expected: SCHEMA_VERSION,
        });
    }
    let mut missing = Vec::new();
    let dialect = database.dialect();
    let steps = || MIGRATIONS.iter().filter(|step| step.version > from);
    // Looked for before the transaction: in PostgreSQL a question that fails would end it.
    for table in std::iter::once(&schema::VERSION).chain(steps().flat_map(|step| step.tables)) {
        if !exists(&connection, table.name, "1")? {
            missing.push(table.create(dialect));
        }
    }
    for added in steps().flat_map(|step| step.columns) {
        if !exists(&connection, added.table, added.column.name)? {
            missing.push(added.alter(dialect));
        }
    }
    connection.transaction(|connection| {
        for statement in &missing {
            connection.execute(statement, &[])?;
        }
        if from < LOCK_SINCE {
            connection.execute("DELETE FROM mna_verrou", &[])?;
            connection.execute(&schema::insert_into("mna_verrou"), &lock::row())?;
        }
        for step in steps() {
            let values = [
                Param::Integer(step.version),
                Param::Text(env!("CARGO_PKG_VERSION").to_owned()),
            ];
            connection.execute(&schema::VERSION.insert(), &values)?;
        }
        Ok::<(), StoreError>(())
    })?;
    tracing::info!(from, to = SCHEMA_VERSION, "the mna_ tables are up to date");
    Ok(Migrated {
        from,
        to: SCHEMA_VERSION,
    })
}

/// The same statements for a DBA to run by hand, each ended by a semicolon; what a version adds begins with a comment that
/// says which, for those who have the ones before.
pub(super) fn ddl(dialect: &Dialect) -> String {
    let mut text = format!("{};\n", own_sql(dialect, &schema::VERSION.create(dialect)));
    for step in MIGRATIONS {
        text.push_str(&format!("\n-- Version {}\n", step.version));
        let tables = step.tables.iter().map(|table| table.create(dialect));
        let columns = step.columns.iter().map(|added| added.alter(dialect));
        for statement in tables.chain(columns) {
            text.push_str(&own_sql(dialect, &statement));
            text.push_str(";\n\n");
        }
        if step.version == LOCK_SINCE {
            let lock = "INSERT INTO mna_verrou (objet, proprietaire, expire) VALUES ('nuit', '', 0)";
            text.push_str(&format!("{};\n", own_sql(dialect, lock)));
        }
        let version = format!(
            "INSERT INTO mna_version (version, plugin) VALUES ({}, '{}')",
            step.version,
            env!("CARGO_PKG_VERSION")
        );
        text.push_str(&format!("{};\n", own_sql(dialect, &version)));
    }
    text
}

/// Whether a table, and a column of it, are there.
fn exists(connection: &OwnConnection, table: &str, column: &str) -> Result<bool, StoreError> {
    let found = connection
        .query(&format!("SELECT {column} FROM {table} WHERE 1 = 0"), &[])
        .and_then(|mut rows| {
            rows.next_row()?;
            Ok(())
        });
    match found {
        Ok(()) => Ok(true),
        Err(DatabaseError::TableMissing { .. } | DatabaseError::ColumnMissing { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
