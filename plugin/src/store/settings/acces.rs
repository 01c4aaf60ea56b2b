//! *Gestion des accès aux API tierces*, line by line: nobody overwrites what somebody else has saved since, and a key
//! that is saved ticks the boxes of its sector in the same transaction.

use super::tables::{ACCES, acces_row, first_revision, insert_secteur, read_acces_line, read_secteur, update_secteur};
use super::{Acces, Auteur, Line, ReglageAcces, ReglageSecteur};
use crate::store::own::OwnConnection;
use crate::store::read;
use crate::store::schema::insert_into;
use crate::store::seal::{Sealer, origin};
use crate::store::{Store, StoreError};

const TABLE: &str = "mna_acces";
const UPDATE: &str = "UPDATE mna_acces SET societe_id = ?, secteur_id = ?, uai = ?, protocole = ?, url = ?, \
                      identifiant = ?, cle_scellee = ?, revision = ? WHERE id = ? AND revision = ?";

/// An access that was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccesEnregistre {
    /// Its number.
    pub id: i64,
    /// The boxes of its sector as they stood before they were ticked; none where nothing was ticked: no new key, or no
    /// sector.
    pub avant: Option<ReglageSecteur>,
}

impl Store {
    /// The API accesses with their revisions, in the order in which they were entered, their keys sealed.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn liste_acces(&self) -> Result<Vec<Line<Acces>>, StoreError> {
        lines(&self.database.open()?)
    }

    /// Saves an access over the one that the user saw, as (number, revision), or adds it where he saw none.
    ///
    /// With a key, the three boxes of its sector are ticked. Without one the stored key stays, unless the line is
    /// another's now, or its address another service's: a key opens for those that it was sealed for only.
    ///
    /// # Errors
    /// [`StoreError::LineConflict`] if it is not as he saw it any more; [`StoreError::Twin`] if another stands for the
    /// same société, secteur and UAI; [`StoreError::Seal`], [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn save_acces(
        &self,
        line: &ReglageAcces,
        seen: Option<(i64, i64)>,
        sealer: &Sealer,
        auteur: &Auteur,
    ) -> Result<AccesEnregistre, StoreError> {
        self.database.open()?.transaction(|connection| {
            let stored = lines(connection)?;
            let place = |acces: &Acces| {
                (acces.societe_id, acces.secteur_id, acces.uai.as_deref())
                    == (line.societe_id, line.secteur_id, line.uai.as_deref())
            };
            let known = |acces: &Acces| seen.is_some_and(|(id, _)| id == acces.id);
            if let Some(twin) = stored.iter().find(|other| !known(&other.value) && place(&other.value)) {
                let id = twin.value.id;
                return Err(StoreError::Twin { table: TABLE, id });
            }
            let highest = stored.iter().map(|other| other.value.id).max().unwrap_or(0);
            let id = seen.map_or(highest.saturating_add(1), |(id, _)| id);
            let mut values = acces_row(id, line, sealer)?;
            match seen {
                None => {
                    values.push(first_revision()?);
                    connection.execute(&insert_into(TABLE), &values)?;
                }
                Some((_, revision)) => {
                    let old = stored.iter().map(|other| &other.value).find(|acces| acces.id == id);
                    let same = |acces: &Acces| {
                        acces.protocole == line.protocole && origin(acces.url.as_deref()) == origin(line.url.as_deref())
                    };
                    let kept = old.filter(|acces| line.cle.is_none() && place(acces) && same(acces));
                    if let (Some(kept), Some(sealed)) = (kept, values.last_mut()) {
                        *sealed = kept.cle_scellee.clone().into();
                    }
                    // The number comes last here.
                    let number = values.remove(0);
                    values.extend([revision.saturating_add(1).into(), number, revision.into()]);
                    if connection.change(UPDATE, &values)? != 1 {
                        return Err(conflict(&stored, id));
                    }
                }
            }
            let avant = match (&line.cle, line.societe_id, line.secteur_id) {
                (Some(_), Some(societe), Some(secteur)) => Some(tick(connection, societe, secteur, auteur)?),
                _ => None,
            };
            Ok(AccesEnregistre { id, avant })
        })
    }

    /// Deletes an access, and its key with it, as the user saw it.
    ///
    /// # Errors
    /// [`StoreError::LineConflict`] if it is not as he saw it any more; [`StoreError::Database`],
    /// [`StoreError::Unreadable`].
    pub fn delete_acces(&self, id: i64, seen: i64) -> Result<(), StoreError> {
        self.database.open()?.transaction(|connection| {
            let sql = "DELETE FROM mna_acces WHERE id = ? AND revision = ?";
            if connection.change(sql, &[id.into(), seen.into()])? != 1 {
                return Err(conflict(&lines(connection)?, id));
            }
            Ok(())
        })
    }
}

/// Ticks what the night needs of a sector, and gives the boxes as they stood.
fn tick(connection: &OwnConnection, societe: i64, secteur: i64, auteur: &Auteur) -> Result<ReglageSecteur, StoreError> {
    let stored = read_secteur(connection, societe, secteur)?;
    let before = stored.as_ref().map(|stored| stored.reglage).unwrap_or(ReglageSecteur {
        societe_id: societe,
        secteur_id: secteur,
        ..ReglageSecteur::default()
    });
    let ticked = ReglageSecteur {
        passerelle_sifa: true,
        mission_apprentissage: true,
        transfert_nuit: true,
        ..before
    };
    match stored {
        None => {
            insert_secteur(connection, ticked, auteur)?;
        }
        Some(stored) if before != ticked => {
            let seen = stored.revision;
            let conflict = StoreError::Conflict {
                societe_id: societe,
                secteur_id: secteur,
            };
            update_secteur(connection, ticked, seen, auteur)?.ok_or(conflict)?;
        }
        Some(_) => {}
    }
    Ok(before)
}

fn lines(connection: &OwnConnection) -> Result<Vec<Line<Acces>>, StoreError> {
    read::all(connection, TABLE, ACCES, &[], |cells| {
        Ok(Line {
            value: read_acces_line(cells)?,
            revision: cells.required_integer(8, "revision")?,
        })
    })
}

fn conflict(stored: &[Line<Acces>], id: i64) -> StoreError {
    StoreError::LineConflict {
        table: TABLE,
        id,
        gone: stored.iter().all(|line| line.value.id != id),
    }
}
