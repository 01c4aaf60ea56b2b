//! The one way in which the store speaks to a database.
//!
//! The store writes its statements plainly: a word that begins with a small letter is a name (a table or column of ours,
//! or an alias), everything else is SQL, in capitals. Every name is quoted here, in the database's own way: each database
//! has its reserved words, and `plan` is one of SQL Server's.

use super::StoreError;
use crate::database::{Connection, Database, DatabaseError, Dialect, Param, Rows};

/// The database that holds our own tables.
#[derive(Debug, Clone)]
pub(super) struct OwnDatabase {
    database: Database,
}

impl OwnDatabase {
    pub(super) fn new(database: &Database) -> Self {
        Self {
            database: database.clone(),
        }
    }

    pub(super) fn open(&self) -> Result<OwnConnection, DatabaseError> {
        Ok(OwnConnection {
            connection: self.database.open()?,
        })
    }

    pub(super) fn dialect(&self) -> &Dialect {
        self.database.dialect()
    }
}

/// A connection to our own tables.
#[derive(Debug)]
pub(super) struct OwnConnection {
    connection: Connection,
}

impl OwnConnection {
    pub(super) fn dialect(&self) -> &Dialect {
        self.connection.dialect()
    }

    /// As [`Connection::query`].
    pub(super) fn query(&self, sql: &str, params: &[Param]) -> Result<Rows<'_>, DatabaseError> {
        self.connection.query(&own_sql(self.dialect(), sql), params)
    }

    /// As [`Connection::execute`].
    pub(super) fn execute(&self, sql: &str, params: &[Param]) -> Result<(), DatabaseError> {
        self.connection.execute(&own_sql(self.dialect(), sql), params)
    }

    /// As [`Connection::change`].
    pub(super) fn change(&self, sql: &str, params: &[Param]) -> Result<u64, DatabaseError> {
        self.connection.change(&own_sql(self.dialect(), sql), params)
    }

    /// As [`Connection::execute_many`].
    pub(super) fn execute_many(&self, sql: &str, rows: &[Vec<Param>]) -> Result<(), DatabaseError> {
        self.connection.execute_many(&own_sql(self.dialect(), sql), rows)
    }

    /// As [`Connection::transaction`], anew for as long as another session's lock is in the way: what `work` did before
    /// is undone then.
    pub(super) fn transaction<T>(
        &self,
        mut work: impl FnMut(&OwnConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.connection
            .patiently(|| self.connection.transaction(|_| work(self)))
    }
}

/// A statement of ours with its names quoted; what stands in quotes already is a value.
pub(super) fn own_sql(dialect: &Dialect, sql: &str) -> String {
    let mut quoted = String::with_capacity(2 * sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = match first {
            '\'' => rest.get(1..).and_then(|value| value.find('\'')).map(|end| end + 2),
            word if part_of_word(word) => rest.find(|c| !part_of_word(c)),
            other => Some(other.len_utf8()),
        };
        let (token, after) = rest.split_at(length.unwrap_or(rest.len()));
        if first.is_ascii_lowercase() {
            quoted.push_str(&dialect.quote_known(token));
        } else {
            quoted.push_str(token);
        }
        rest = after;
    }
    #[cfg(test)]
    tests::note(sql);
    quoted
}

#[cfg(test)]
pub(super) mod tests;
