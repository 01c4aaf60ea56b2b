//! What tables and views a database has, and their columns: the driver's own catalogue.

use std::collections::HashMap;

use odbc_api::Cursor;

use super::odbc::{Executed, Listing};
use super::{Connection, DatabaseError, DialectKind, TextBinding, guarded};

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueTable {
    /// Its schema; empty where the database has none.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The names of its columns, in their order.
    pub columns: Vec<String>,
}

/// Columns of what the driver answers, from 1: schema, table, and the type of the table or the name of the column.
const SCHEMA: u16 = 2;
const TABLE: u16 = 3;
const DETAIL: u16 = 4;

impl Connection {
    /// The tables and views that the login can see, but for those of the database itself, with their columns, in the order
    /// of schema and name.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn catalogue(&self) -> Result<Vec<CatalogueTable>, DatabaseError> {
        let connection = self.odbc()?;
        // A schema that is asked for is an error to MariaDB, whose databases are catalogues.
        let schema = match self.dialect().kind() {
            DialectKind::MariaDb | DialectKind::Sqlite => "",
            _ => "%",
        };
        let catalog = guarded(|| Ok(connection.catalog()))?;
        let listed = self.listed(Listing::Tables, &catalog, schema)?;
        let mut columns: HashMap<(String, String), Vec<String>> = HashMap::new();
        for [schema, table, column] in self.listed(Listing::Columns, &catalog, schema)? {
            columns.entry((schema, table)).or_default().push(column);
        }
        let mut tables: Vec<CatalogueTable> = listed
            .into_iter()
            .filter(|[schema, _, _]| !is_of_the_database(schema))
            .map(|[schema, name, _]| {
                let key = (schema, name);
                let columns = columns.remove(&key).unwrap_or_default();
                let (schema, name) = key;
                CatalogueTable { schema, name, columns }
            })
            .collect();
        tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        Ok(tables)
    }

    /// Schema, table and detail of each row of a listing.
    fn listed(&self, what: Listing, catalog: &str, schema: &str) -> Result<Vec<[String; 3]>, DatabaseError> {
        let statement = self.statement()?;
        let executed = guarded(|| Ok(statement.list(what, catalog, schema)))?;
        let cursor = guarded(|| Ok(executed.and_then(Executed::into_cursor)))?;
        let binding = self.dialect().text_binding();
        match cursor.map_err(|refused| self.error(&refused, ""))? {
            Some((rows, _)) => guarded(|| names(rows, binding)),
            None => Ok(Vec::new()),
        }
    }
}

fn is_of_the_database(schema: &str) -> bool {
    ["sys", "INFORMATION_SCHEMA", "pg_catalog"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(schema))
}

/// Schema, table and detail of each row.
fn names(mut rows: impl Cursor, binding: TextBinding) -> Result<Vec<[String; 3]>, DatabaseError> {
    let mut found = Vec::new();
    while let Some(mut row) = rows.next_row()? {
        let mut read = |column| match binding {
            TextBinding::Narrow => {
                let mut bytes = Vec::new();
                row.get_text(column, &mut bytes)?;
                Ok::<_, DatabaseError>(String::from_utf8_lossy(&bytes).into_owned())
            }
            TextBinding::Wide => {
                let mut units = Vec::new();
                row.get_wide_text(column, &mut units)?;
                Ok(String::from_utf16_lossy(&units))
            }
        };
        found.push([read(SCHEMA)?, read(TABLE)?, read(DETAIL)?]);
    }
    Ok(found)
}
