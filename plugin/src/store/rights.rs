//! Whether the login may work with the plugin's own tables.

use super::schema::{Table, V1, V2};
use super::{Store, StoreError};
use crate::database::DatabaseError;

impl Store {
    /// Tries every right that the plugin needs on each of its tables, on no row: gives the tables where one is lacking,
    /// with the database's reason.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the database cannot be reached.
    pub fn missing_rights(&self) -> Result<Vec<(&'static str, DatabaseError)>, StoreError> {
        let connection = self.database.open()?;
        let mut missing = Vec::new();
        for table in V1.iter().chain(V2) {
            let refused = attempts(table)
                .iter()
                .find_map(|statement| connection.execute(statement, &[]).err());
            missing.extend(refused.map(|error| (table.name, error)));
        }
        Ok(missing)
    }
}

/// Statements that the database refuses without the right and that else change nothing. Reading is tried by the first:
/// whoever may not read may not select what is to be inserted.
fn attempts(table: &Table) -> [String; 3] {
    let name = table.name;
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let first = columns.first().copied().unwrap_or_default();
    let columns = columns.join(", ");
    [
        format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {name} WHERE 1 = 0"),
        format!("UPDATE {name} SET {first} = {first} WHERE 1 = 0"),
        format!("DELETE FROM {name} WHERE 1 = 0"),
    ]
}
