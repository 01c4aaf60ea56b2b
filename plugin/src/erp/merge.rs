//! Merges rows that hang on an inscription or a stagiaire as both streams advance in the same order.

use super::error::ErpError;
use super::sql::Query;
use crate::database::{Connection, Row, Rows};
use crate::dossier::records::ValeurIllisible;

/// (`stagiaire.id`, `inscription.id`): the order of everything.
pub(super) type Key = (Option<i64>, i64);

/// A record, and what could not be read of it.
pub(super) struct Child<T> {
    pub record: T,
    pub illisibles: Vec<ValeurIllisible>,
}

/// A record, and what it hangs on.
pub(super) type Keyed<T> = (Key, Child<T>);

/// Reads a row; `None`: a key of it cannot be read, so it hangs on nothing.
pub(super) type ReadChild<T> = fn(Row<'_>) -> Option<Keyed<T>>;

/// A stream of children in the order of their parents.
pub(super) struct Children<'c, T> {
    query: Query,
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
            let query = Query::default();
            return Ok(Children {
                query,
                rows: None,
                entite,
                read,
                pending: None,
            });
        };
        let rows = connection
            .query_sized(&query.sql, &[], query.sizes.clone())
            .map_err(|e| query.explain(e))?;
        let mut children = Children {
            query,
            rows: Some(rows),
            entite,
            read,
            pending: None,
        };
        children.advance()?;
        Ok(children)
    }

    /// Hands over the children of a parent; parents come in ascending order.
    pub(super) fn take(&mut self, parent: Key, mut hand: impl FnMut(Child<T>)) -> Result<(), ErpError> {
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
        while let Some(row) = rows.next_row().map_err(|error| self.query.explain(error))? {
            self.pending = (self.read)(row);
            if self.pending.is_some() {
                return Ok(());
            }
        }
        self.rows = None;
        Ok(())
    }
}
