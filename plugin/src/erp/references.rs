//! What many inscriptions share, held once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::error::ErpError;
use super::fields::Fields;
use super::schema::{CENTRE_INTERET, DIPLOME, Entity, SECTEUR, SOCIETE};
use super::sql::Writer;
use crate::database::Connection;
use crate::dossier::records::{Diplome, Lecture, Secteur};

/// `societe`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Societe {
    /// `societe.id`.
    pub id: i64,
    /// `societe.raison_sociale`.
    pub raison_sociale: Option<String>,
}

/// Rows that many inscriptions share, by their id.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// The sociétés.
    pub societes: HashMap<i64, Arc<Societe>>,
    /// The sectors whose société exists.
    pub secteurs: HashMap<i64, Arc<Secteur>>,
    /// The diplomas.
    pub diplomes: HashMap<i64, Arc<Diplome>>,
    /// The diploma of each *centre d'intérêt*.
    pub centres_interet: HashMap<i64, Lecture<Arc<Diplome>>>,
}

impl References {
    /// The sectors that exist with the société that each is asked for with.
    pub(super) fn secteurs_of(&self, asked: &[(i64, i64)]) -> Vec<i64> {
        let mut secteurs: Vec<i64> = asked
            .iter()
            .filter(|(societe, secteur)| {
                self.secteurs
                    .get(secteur)
                    .is_some_and(|found| found.societe_id == *societe)
            })
            .map(|(_, secteur)| *secteur)
            .collect();
        secteurs.sort_unstable();
        secteurs.dedup();
        secteurs
    }

    /// The diploma that a key leads to.
    pub(super) fn diplome(&self, key: Lecture<i64>) -> Lecture<Arc<Diplome>> {
        key.and_then(|id| self.diplomes.get(&id).cloned().into())
    }

    /// The diploma of the *centre d'intérêt* that a key leads to.
    pub(super) fn diplome_du_centre(&self, key: Lecture<i64>) -> Lecture<Arc<Diplome>> {
        key.and_then(|id| self.centres_interet.get(&id).cloned().unwrap_or_default())
    }
}

/// Reads all of them.
pub(super) fn read(connection: &Connection, writer: Writer<'_>) -> Result<References, ErpError> {
    let mut references = read_secteurs(connection, writer)?;
    read_diplomes(connection, writer, &mut references)?;
    Ok(references)
}

/// Reads sociétés and sectors only.
pub(super) fn read_secteurs(connection: &Connection, writer: Writer<'_>) -> Result<References, ErpError> {
    let mut references = References::default();
    each(connection, writer, &SOCIETE, |id, fields| {
        let societe = Societe {
            id,
            raison_sociale: fields.text("raison_sociale").valeur().cloned(),
        };
        references.societes.insert(id, Arc::new(societe));
    })?;
    each(connection, writer, &SECTEUR, |id, fields| {
        let societe_id = fields.integer("societe_id").valeur().copied();
        let Some(societe_id) = societe_id.filter(|id| references.societes.contains_key(id)) else {
            return;
        };
        let secteur = Secteur {
            id,
            societe_id,
            nom: fields.text("nom").valeur().cloned(),
            code_postal: fields.text("code_postal"),
            latitude: fields.decimal("latitude"),
            longitude: fields.decimal("longitude"),
        };
        references.secteurs.insert(id, Arc::new(secteur));
    })?;
    Ok(references)
}

fn read_diplomes(connection: &Connection, writer: Writer<'_>, references: &mut References) -> Result<(), ErpError> {
    each(connection, writer, &DIPLOME, |id, fields| {
        let diplome = Diplome {
            id,
            libelle: fields.text("libelle"),
            libelle_court: fields.text("libelle_court"),
            code: fields.text("code"),
            rncp: fields.text("rncp"),
        };
        references.diplomes.insert(id, Arc::new(diplome));
    })?;
    each(connection, writer, &CENTRE_INTERET, |id, fields| {
        let diplome = references.diplome(fields.integer("diplome_id"));
        references.centres_interet.insert(id, diplome);
    })
}

/// Hands the first row of each id to `take`. A row without one cannot be referred to.
fn each(
    connection: &Connection,
    writer: Writer<'_>,
    entity: &'static Entity,
    mut take: impl FnMut(i64, &mut Fields<'_>),
) -> Result<(), ErpError> {
    let Some(query) = writer.whole(entity) else {
        return Ok(());
    };
    let mut rows = connection
        .query_sized(&query.sql, &[], query.sizes.clone())
        .map_err(|error| query.explain(error))?;
    let mut seen = HashSet::new();
    while let Some(row) = rows.next_row()? {
        let mut fields = Fields::new(row, 0, entity);
        if let Some(id) = fields.id().valeur().copied().filter(|id| seen.insert(*id)) {
            take(id, &mut fields);
        }
    }
    Ok(())
}
