//! Stagiaires who look like one person. Of each only a hash and the key are held.

use super::error::ErpError;
use super::sql::Writer;
use crate::database::{Connection, Row};
use crate::dossier::{est_fictive, identite};

/// Groups of those who share name, first name and birth date, each by id.
pub(super) fn find(
    connection: &Connection,
    writer: Writer<'_>,
    secteurs: &[i64],
    cancel: &dyn Fn() -> bool,
) -> Result<Vec<Vec<i64>>, ErpError> {
    if secteurs.is_empty() {
        return Ok(Vec::new());
    }
    let query = writer.identities(secteurs);
    let mut rows = connection
        .query_sized(&query.sql, &[], query.sizes.clone())
        .map_err(|error| query.explain(error))?;
    let mut known: Vec<(u64, i64)> = Vec::new();
    while let Some(row) = rows.next_row()? {
        if cancel() {
            return Err(ErpError::Cancelled);
        }
        known.extend(identity(row));
    }
    known.sort_unstable();
    known.dedup();
    let same = known.chunk_by(|one, other| one.0 == other.0);
    let several = same.filter(|group| group.len() > 1);
    Ok(several.map(|group| group.iter().map(|(_, id)| *id).collect()).collect())
}

/// What is missing, or cannot be read, looks like nobody else's.
fn identity(row: Row<'_>) -> Option<(u64, i64)> {
    let id = row.integer(0).ok()??;
    let (nom, prenom) = (row.text(1).ok()??, row.text(2).ok()??);
    let naissance = row.date(3).ok()?.filter(|date| !est_fictive(*date))?;
    Some((identite(&nom, &prenom, naissance)?, id))
}
