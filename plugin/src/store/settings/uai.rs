//! *Numéros UAI (CFA)*, line by line: nobody overwrites what somebody else has saved since.

use super::Line;
use super::tables::{UAI, first_revision, read_uai_line, uai_row};
use crate::dossier::normaliser_uai;
use crate::dossier::records::LigneUai;
use crate::store::own::OwnConnection;
use crate::store::read;
use crate::store::schema::insert_into;
use crate::store::{Store, StoreError};

const TABLE: &str = "mna_uai";
const UPDATE: &str = "UPDATE mna_uai SET uai = ?, nom = ?, siret = ?, organisme_gestionnaire = ?, type_cfa = ?, \
                      societe_id = ?, secteur_id = ?, uai_formateur = ?, siret_formateur = ?, revision = ? \
                      WHERE id = ? AND revision = ?";

impl Store {
    /// The UAI list with its revisions, by number.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn liste_uai(&self) -> Result<Vec<Line<LigneUai>>, StoreError> {
        lines(&self.database.open()?)
    }

    /// Saves a line over the one that the user saw, or adds it where he saw none; gives its number.
    ///
    /// # Errors
    /// [`StoreError::LineConflict`] if the line is not as he saw it any more; [`StoreError::Twin`] if another stands
    /// for the same UAI, société and secteur; [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn save_uai(&self, line: &LigneUai, seen: Option<i64>) -> Result<i64, StoreError> {
        self.database.open()?.transaction(|connection| {
            let stored = lines(connection)?;
            let same = |other: &LigneUai| {
                let uai = |line: &LigneUai| line.uai.as_deref().and_then(normaliser_uai);
                other.societe_id == line.societe_id && other.secteur_id == line.secteur_id && uai(other) == uai(line)
            };
            let known = |other: &LigneUai| seen.is_some() && other.id == line.id;
            let twin = stored.iter().find(|other| !known(&other.value) && same(&other.value));
            if let Some(twin) = twin {
                return Err(StoreError::Twin {
                    table: TABLE,
                    id: twin.value.id,
                });
            }
            let Some(seen) = seen else {
                let id = stored
                    .iter()
                    .map(|other| other.value.id)
                    .max()
                    .unwrap_or(0)
                    .saturating_add(1);
                let mut values = uai_row(&LigneUai { id, ..line.clone() });
                values.push(first_revision()?);
                connection.execute(&insert_into(TABLE), &values)?;
                return Ok(id);
            };
            let mut values = uai_row(line);
            // The number comes last here.
            let id = values.remove(0);
            values.extend([seen.saturating_add(1).into(), id, seen.into()]);
            if connection.change(UPDATE, &values)? != 1 {
                return Err(conflict(&stored, line.id));
            }
            Ok(line.id)
        })
    }

    /// Deletes a line as the user saw it.
    ///
    /// # Errors
    /// [`StoreError::LineConflict`] if it is not as he saw it any more; [`StoreError::Database`],
    /// [`StoreError::Unreadable`].
    pub fn delete_uai(&self, id: i64, seen: i64) -> Result<(), StoreError> {
        self.database.open()?.transaction(|connection| {
            let sql = "DELETE FROM mna_uai WHERE id = ? AND revision = ?";
            if connection.change(sql, &[id.into(), seen.into()])? != 1 {
                return Err(conflict(&lines(connection)?, id));
            }
            Ok(())
        })
    }
}

fn lines(connection: &OwnConnection) -> Result<Vec<Line<LigneUai>>, StoreError> {
    read::all(connection, TABLE, UAI, &[], |cells| {
        Ok(Line {
            value: read_uai_line(cells)?,
            revision: cells.required_integer(10, "revision")?,
        })
    })
}

fn conflict(stored: &[Line<LigneUai>], id: i64) -> StoreError {
    StoreError::LineConflict {
        table: TABLE,
        id,
        gone: stored.iter().all(|line| line.value.id != id),
    }
}
