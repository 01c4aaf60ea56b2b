//! Merges rows that hang on an inscription or a stagiaire as both streams advance in the same order.

use super::error::ErpError;
use super::sql::Query;
use crate::database::{Connection, Row, Rows};

/// (`stagiaire.id`, `inscription.id`): the order of everything.
pub(super) type Key = (Option<i64>, i64);

/// A record, and what it hangs on.
pub(super) type Keyed<T> = (Key, T);

/// Reads a row; `None`: a key of it cannot be read, so it hangs on nothing.
pub(super) type ReadChild<T> = fn(Row<'_>) -> Option<Keyed<T>>;

/// A stream of children in the order of their parents.
pub(super) struct Children<'c, T> {
    rows: Option<Rows<'c>>,
    entite: &'static str,
    read: ReadChild<T>,
    pending: Option<Keyed<T>>,
}

impl<'c, T> Children<'c, T> {
    /// Starts the query, if there is one.
    pub(super) fn start(
        connection: &'c Connection,
        query: Option<Query>,
        entite: &'static str,
        read: ReadChild<T>,
    ) -> Result<Self, ErpError> {
        let Some(query) = query else {
            return Ok(Children {
                rows: None,
                entite,
                read,
                pending: None,
            });
        };
        let rows = connection
            .query_sized(&query.sql, &[], query.sizes.clone())
            .map_err(|error| query.explain(error))?;
        let mut children = Children {
            rows: Some(rows),
            entite,
            read,
            pending: None,
        };
        children.advance()?;
        Ok(children)
    }

    /// Hands over the children of a parent; parents come in ascending order.
    pub(super) fn take(&mut self, parent: Key, mut hand: impl FnMut(T)) -> Result<(), ErpError> {
        while self.pending.as_ref().is_some_and(|(key, _)| *key <= parent) {
            if let Some((key, child)) = self.pending.take() {
                self.advance()?;
                if self.pending.as_ref().is_some_and(|(next, _)| *next < key) {
                    return Err(ErpError::Order { entite: self.entite });
                }
                // A child of a parent that was not read has been overtaken.
                if key == parent {
                    hand(child);
                }
            }
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<(), ErpError> {
        let Some(rows) = self.rows.as_mut() else {
            return Ok(());
        };
        while let Some(row) = rows.next_row()? {
            self.pending = (self.read)(row);
            if self.pending.is_some() {
                return Ok(());
            }
        }
        self.rows = None;
        Ok(())
    }
}
