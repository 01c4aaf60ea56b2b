//! What many inscriptions share, held once.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::ErpError;
use super::fields::{Fields, Id};
use super::schema::{CENTRE_INTERET, DIPLOME, Entity, SECTEUR, SOCIETE};
use super::sql::Writer;
use crate::database::Connection;
use crate::dossier::records::{Diplome, Secteur, ValeurIllisible};

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
    /// The diploma of each *centre d'intérêt* that leads to one.
    pub centres_interet: HashMap<i64, Arc<Diplome>>,
    illisibles: HashMap<(&'static str, i64), Vec<ValeurIllisible>>,
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

    /// What could not be read of one row; whoever uses the row says so.
    pub(super) fn illisibles(&self, entity: &Entity, id: i64) -> &[ValeurIllisible] {
        self.illisibles.get(&(entity.name, id)).map_or(&[], Vec::as_slice)
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
    let mut notes = HashMap::new();
    each(connection, writer, &SOCIETE, &mut notes, |fields| {
        let societe = Societe {
            id: fields.id(),
            raison_sociale: fields.text("raison_sociale"),
        };
        references
            .societes
            .entry(societe.id)
            .or_insert_with(|| Arc::new(societe));
    })?;
    each(connection, writer, &SECTEUR, &mut notes, |fields| {
        let societe_id = fields
            .integer("societe_id")
            .filter(|id| references.societes.contains_key(id));
        let secteur = Secteur {
            id: fields.id(),
            societe_id: societe_id.unwrap_or(0),
            nom: fields.text("nom"),
            code_postal: fields.text("code_postal"),
            latitude: fields.decimal("latitude"),
            longitude: fields.decimal("longitude"),
        };
        if societe_id.is_some() {
            references
                .secteurs
                .entry(secteur.id)
                .or_insert_with(|| Arc::new(secteur));
        }
    })?;
    references.illisibles = notes;
    Ok(references)
}

fn read_diplomes(connection: &Connection, writer: Writer<'_>, references: &mut References) -> Result<(), ErpError> {
    let mut notes = std::mem::take(&mut references.illisibles);
    each(connection, writer, &DIPLOME, &mut notes, |fields| {
        let diplome = Diplome {
            id: fields.id(),
            libelle: fields.text("libelle"),
            libelle_court: fields.text("libelle_court"),
            code: fields.text("code"),
            rncp: fields.text("rncp"),
        };
        references
            .diplomes
            .entry(diplome.id)
            .or_insert_with(|| Arc::new(diplome));
    })?;
    each(connection, writer, &CENTRE_INTERET, &mut notes, |fields| {
        let diplome = fields.integer("diplome_id").and_then(|id| references.diplomes.get(&id));
        if let Some(diplome) = diplome {
            references
                .centres_interet
                .entry(fields.id())
                .or_insert_with(|| Arc::clone(diplome));
        }
    })?;
    references.illisibles = notes;
    Ok(())
}

/// Hands every row that has an id to `take`. A row without one cannot be referred to.
fn each(
    connection: &Connection,
    writer: Writer<'_>,
    entity: &'static Entity,
    notes: &mut HashMap<(&'static str, i64), Vec<ValeurIllisible>>,
    mut take: impl FnMut(&mut Fields<'_>),
) -> Result<(), ErpError> {
    let Some(query) = writer.whole(entity) else {
        return Ok(());
    };
    let mut rows = connection
        .query_sized(&query.sql, &[], query.sizes.clone())
        .map_err(|e| query.explain(e))?;
    while let Some(row) = rows.next_row().map_err(|error| query.explain(error))? {
        let Id::Is(id) = Id::read(row, 0) else {
            continue;
        };
        let mut illisibles = Vec::new();
        take(&mut Fields::new(row, 0, entity, &mut illisibles));
        if !illisibles.is_empty() {
            notes.insert((entity.name, id), illisibles);
        }
    }
    Ok(())
}
