//! The inscriptions in apprenticeship that are not read: nobody is to be missed without a word.

use super::error::ErpError;
use super::sql::Writer;
use crate::database::{Connection, Row};

/// How many inscriptions in apprenticeship are not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Apart {
    /// Their sector is missing, unknown, without société, or not one that was asked for.
    pub hors_secteur: u64,
    /// Rows without a key that can be read, whatever their sector: nothing can be sent, nor stored, of them.
    pub illisibles: u64,
}

/// Counts those of all sectors but these, which are in order. One pass; rows with one key come together and count once.
pub(super) fn count(connection: &Connection, writer: Writer<'_>, secteurs: &[i64]) -> Result<Apart, ErpError> {
    let query = writer.apprentices();
    let mut rows = connection
        .query_sized(&query.sql, &[], query.sizes.clone())
        .map_err(|error| query.explain(error))?;
    let mut apart = Apart::default();
    let mut current: Option<(i64, bool)> = None;
    while let Some(row) = rows.next_row()? {
        let Some(id) = integer(row, 0) else {
            apart.illisibles += 1;
            continue;
        };
        let inside = integer(row, 1).is_some_and(|secteur| secteurs.binary_search(&secteur).is_ok());
        match &mut current {
            Some((last, found)) if *last == id => *found |= inside,
            _ => {
                apart.close(current);
                current = Some((id, inside));
            }
        }
    }
    apart.close(current);
    Ok(apart)
}

fn integer(row: Row<'_>, column: usize) -> Option<i64> {
    row.integer(column).ok().flatten()
}

impl Apart {
    /// An inscription of which no further row comes.
    fn close(&mut self, inscription: Option<(i64, bool)>) {
        self.hors_secteur += u64::from(inscription.is_some_and(|(_, inside)| !inside));
    }
}
