//! One pass over the inscriptions of a scope, merged with what hangs on them.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Scope;
use super::error::ErpError;
use super::fields::{Fields, Id};
use super::merge::{Child, Children, Key};
use super::references::{self, References};
use super::schema::{
    ACTION, CENTRE_INTERET, CONVENTION, DIPLOME, INSCRIPTION, INTERLOCUTEUR, SECTEUR, SIFA, SIFA_RESPONSABLE, STAGIAIRE,
};
use super::sql::{Part, Writer};
use crate::database::{CancelHandle, Connection, Database, Row};
use crate::dossier::records::{
    Action, Attendu, Convention, Inscription, Interlocuteur, Responsable, Sifa, Stagiaire, ValeurIllisible,
};

/// Stagiaires of a page where readers keep writers waiting.
const PAGE: u64 = 5000;

/// Who gets the inscriptions.
pub(super) trait Visitor {
    /// Takes one; breaks to end the reading.
    fn inscription(&mut self, inscription: Inscription) -> ControlFlow<()>;

    /// Called where no result is open, so that waiting holds up nobody.
    fn pause(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl Visitor for dyn FnMut(Inscription) -> ControlFlow<()> + '_ {
    fn inscription(&mut self, inscription: Inscription) -> ControlFlow<()> {
        self(inscription)
    }
}

/// What a reading needs.
pub(super) struct Reading<'a> {
    pub database: &'a Database,
    pub writer: Writer<'a>,
    pub cancel: &'a dyn Fn() -> bool,
    pub opened: &'a dyn Fn(CancelHandle),
}

/// One connection for each stream: many drivers have one open result a connection.
struct Connections {
    inscriptions: Connection,
    conventions: Connection,
    interlocuteurs: Connection,
    responsables: Connection,
}

impl Reading<'_> {
    fn open(&self) -> Result<Connection, ErpError> {
        self.check()?;
        let connection = self.database.open_reader()?;
        (self.opened)(connection.cancel_handle());
        Ok(connection)
    }

    fn check(&self) -> Result<(), ErpError> {
        if (self.cancel)() {
            Err(ErpError::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Reads the whole scope.
    pub(super) fn run<V: Visitor + ?Sized>(&self, scope: &Scope, visitor: &mut V) -> Result<(), ErpError> {
        let connection = self.open()?;
        let references = references::read(&connection, self.writer)?;
        let secteurs = references.secteurs_of(&scope.secteurs);
        if secteurs.is_empty() {
            return Ok(());
        }
        let connections = Connections {
            inscriptions: connection,
            conventions: self.open()?,
            interlocuteurs: self.open()?,
            responsables: self.open()?,
        };
        let mut part = Some(Part::Orphans);
        while let Some(current) = part {
            let flow = self.part(&connections, &references, &secteurs, current, visitor)?;
            if flow.is_break() || visitor.pause().is_break() {
                return Ok(());
            }
            part = match current {
                Part::Orphans => Some(self.page(&connections.inscriptions, None)?),
                Part::Stagiaires { up_to: None, .. } => None,
                Part::Stagiaires { up_to, .. } => Some(self.page(&connections.inscriptions, up_to)?),
            };
        }
        Ok(())
    }

    /// The stagiaires to read next: all of them, or a page where readers keep writers waiting.
    fn page(&self, connection: &Connection, after: Option<i64>) -> Result<Part, ErpError> {
        if !self.writer.dialect.readers_block_writers() {
            return Ok(Part::Stagiaires { after, up_to: None });
        }
        let mut rows = connection.query(&self.writer.page_end(after, PAGE), &[])?;
        let up_to = match rows.next_row()? {
            Some(row) => Id::read(row, 0).value(),
            None => None,
        };
        if up_to.is_some() && after.is_some() && up_to <= after {
            return Err(ErpError::Order { entite: STAGIAIRE.name });
        }
        Ok(Part::Stagiaires { after, up_to })
    }

    fn part<V: Visitor + ?Sized>(
        &self,
        connections: &Connections,
        references: &References,
        secteurs: &[i64],
        part: Part,
        visitor: &mut V,
    ) -> Result<ControlFlow<()>, ErpError> {
        let writer = self.writer;
        let query = writer.inscriptions(part, secteurs);
        let mut rows = connections
            .inscriptions
            .query_sized(&query.sql, &[], query.sizes.clone())
            .map_err(|error| query.explain(error))?;
        let mut hanging = Hanging {
            conventions: Children::start(
                &connections.conventions,
                Some(writer.conventions(part, secteurs)),
                CONVENTION.name,
                read_convention,
            )?,
            interlocuteurs: Children::start(
                &connections.interlocuteurs,
                writer.interlocuteurs(part, secteurs),
                INTERLOCUTEUR.name,
                read_interlocuteur,
            )?,
            responsables: Children::start(
                &connections.responsables,
                Some(writer.responsables(part, secteurs)),
                SIFA_RESPONSABLE.name,
                read_responsable,
            )?,
            stagiaire: None,
        };
        let layout = Layout::new();
        let mut last: Option<Key> = None;
        while let Some(row) = rows.next_row().map_err(|error| query.explain(error))? {
            self.check()?;
            let (key, inscription) = layout.read(row, references);
            let Some(mut inscription) = inscription else {
                continue;
            };
            if let Some(key) = key {
                if last == Some(key) {
                    // A key that is not unique: another SIFA row, or a view that repeats its rows.
                    tracing::warn!(inscription = key.1, "an inscription came twice; its first row counts");
                    continue;
                }
                if let Some(before) = last.filter(|before| *before > key) {
                    let entite = if before.0 == key.0 {
                        INSCRIPTION.name
                    } else {
                        STAGIAIRE.name
                    };
                    return Err(ErpError::Order { entite });
                }
                last = Some(key);
                hanging.attach(key, &mut inscription)?;
            }
            if visitor.inscription(inscription).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// The streams of what hangs on an inscription or its stagiaire.
struct Hanging<'c> {
    conventions: Children<'c, Convention>,
    interlocuteurs: Children<'c, Interlocuteur>,
    responsables: Children<'c, OfSifa>,
    /// The stagiaire read last, who can have further inscriptions.
    stagiaire: Option<(i64, Vec<Interlocuteur>, Vec<ValeurIllisible>)>,
}

impl Hanging<'_> {
    fn attach(&mut self, key: Key, inscription: &mut Inscription) -> Result<(), ErpError> {
        let Inscription {
            conventions,
            interlocuteurs,
            sifa,
            illisibles,
            ..
        } = inscription;
        self.conventions.take(key, |child| {
            conventions.push(child.record);
            illisibles.extend(child.illisibles);
        })?;
        self.responsables.take(key, |child| {
            let (sifa_id, responsable) = child.record;
            if let Some(sifa) = sifa.as_mut().filter(|sifa| sifa_id == Some(sifa.id)) {
                sifa.responsables.push(responsable);
                illisibles.extend(child.illisibles);
            }
        })?;
        let Some(stagiaire) = key.0 else {
            return Ok(());
        };
        if self.stagiaire.as_ref().is_none_or(|(id, ..)| *id != stagiaire) {
            let (mut records, mut notes) = (Vec::new(), Vec::new());
            self.interlocuteurs.take((Some(stagiaire), 0), |child| {
                records.push(child.record);
                notes.extend(child.illisibles);
            })?;
            self.stagiaire = Some((stagiaire, records, notes));
        }
        if let Some((_, records, notes)) = &self.stagiaire {
            interlocuteurs.clone_from(records);
            illisibles.extend_from_slice(notes);
        }
        Ok(())
    }
}

/// Where each entity starts in a row of inscriptions.
struct Layout {
    stagiaire: usize,
    action: usize,
    sifa: usize,
}

impl Layout {
    fn new() -> Layout {
        let stagiaire = INSCRIPTION.read().count();
        let action = stagiaire + STAGIAIRE.read().count();
        Layout {
            stagiaire,
            action,
            sifa: action + ACTION.read().count(),
        }
    }

    /// The key, unless a part of it cannot be read, and the inscription, unless it is not in apprenticeship.
    fn read(&self, row: Row<'_>, references: &References) -> (Option<Key>, Option<Inscription>) {
        let mut illisibles = Vec::new();
        let id = Id::read(row, 0);
        let mut fields = Fields::new(row, 0, &INSCRIPTION, &mut illisibles);
        if id.value().is_none() {
            fields.note("id", Attendu::Entier);
        }
        // The joins say what these two lead to; here they are only checked.
        fields.integer("stagiaire_id");
        fields.integer("action_id");
        let secteur_id = fields.integer("secteur_id");
        if fields.boolean("apprentissage") == Some(false) {
            return (None, None);
        }
        let Some(secteur) = secteur_id.and_then(|id| references.secteurs.get(&id)) else {
            tracing::warn!(
                inscription = fields.id(),
                "an inscription's sector changed while it was being read"
            );
            return (None, None);
        };
        let mut inscription = Inscription {
            id: fields.id(),
            date_inscription: fields.date("date_inscription"),
            date_entree: fields.date("date_entree"),
            date_entree_groupe: fields.date("date_entree_groupe"),
            sortie_prevue: fields.date("sortie_prevue"),
            sortie_reelle: fields.date("sortie_reelle"),
            motif_sortie: fields.text("motif_sortie"),
            secteur: Arc::clone(secteur),
            ..Inscription::default()
        };
        illisibles.extend_from_slice(references.illisibles(&SECTEUR, secteur.id));
        let stagiaire_id = Id::read(row, self.stagiaire);
        inscription.stagiaire = read_stagiaire(row, self.stagiaire, stagiaire_id, &mut illisibles);
        inscription.action = read_action(row, self.action, references, &mut illisibles);
        inscription.sifa = read_sifa(row, self.sifa, references, &mut illisibles);
        inscription.illisibles = illisibles;
        let key = match (stagiaire_id, id) {
            (Id::Illisible, _) | (_, Id::Illisible | Id::Absent) => None,
            (stagiaire, Id::Is(id)) => Some((stagiaire.value(), id)),
        };
        (key, Some(inscription))
    }
}

fn read_stagiaire(row: Row<'_>, at: usize, id: Id, illisibles: &mut Vec<ValeurIllisible>) -> Option<Stagiaire> {
    let mut fields = Fields::new(row, at, &STAGIAIRE, illisibles);
    match id {
        Id::Absent => return None,
        Id::Illisible => {
            fields.note("id", Attendu::Entier);
            return None;
        }
        Id::Is(_) => {}
    }
    Some(Stagiaire {
        id: fields.id(),
        nom: fields.text("nom"),
        prenom: fields.text("prenom"),
        date_naissance: fields.date("date_naissance"),
        email: fields.text("email"),
        telephone: fields.text("telephone"),
        ne_pas_solliciter: fields.boolean("ne_pas_solliciter").unwrap_or(false),
        sexe: fields.text("sexe"),
        adresse: fields.text("adresse"),
        code_postal: fields.text("code_postal"),
        rqth: fields.boolean("rqth"),
    })
}

fn read_action(
    row: Row<'_>,
    at: usize,
    references: &References,
    illisibles: &mut Vec<ValeurIllisible>,
) -> Option<Action> {
    let id = Id::read(row, at);
    if id == Id::Absent {
        return None;
    }
    let mut fields = Fields::new(row, at, &ACTION, illisibles);
    if id == Id::Illisible {
        fields.note("id", Attendu::Entier);
    }
    let mut action = Action {
        id: fields.id(),
        date_debut: fields.date("date_debut"),
        date_fin: fields.date("date_fin"),
        ..Action::default()
    };
    let diplome = fields.integer("diplome_id");
    let centre = fields.integer("centre_interet_id");
    action.diplome = diplome.and_then(|id| references.diplomes.get(&id)).cloned();
    action.centre_interet_diplome = centre.and_then(|id| references.centres_interet.get(&id)).cloned();
    if let Some(centre) = centre {
        illisibles.extend_from_slice(references.illisibles(&CENTRE_INTERET, centre));
    }
    for diplome in [&action.diplome, &action.centre_interet_diplome].into_iter().flatten() {
        illisibles.extend_from_slice(references.illisibles(&DIPLOME, diplome.id));
    }
    Some(action)
}

fn read_sifa(row: Row<'_>, at: usize, references: &References, illisibles: &mut Vec<ValeurIllisible>) -> Option<Sifa> {
    let id = Id::read(row, at);
    if id == Id::Absent {
        return None;
    }
    let mut fields = Fields::new(row, at, &SIFA, illisibles);
    if id == Id::Illisible {
        fields.note("id", Attendu::Entier);
    }
    let sifa_id = fields.id();
    fields.skip();
    let ine = fields.text("ine");
    let diplome = fields
        .integer("diplome_id")
        .and_then(|id| references.diplomes.get(&id))
        .cloned();
    let sifa = Sifa {
        id: sifa_id,
        ine,
        uai_etablissement: fields.text("uai_etablissement"),
        date_entree_cfa: fields.date("date_entree_cfa"),
        date_rupture_contrat: fields.date("date_rupture_contrat"),
        sans_contrat_initial: fields.boolean("sans_contrat_initial").unwrap_or(false),
        derniere_situation: fields.integer("derniere_situation"),
        dernier_organisme_uai: fields.text("dernier_organisme_uai"),
        diplome,
        responsables: Vec::new(),
    };
    if let Some(diplome) = &sifa.diplome {
        illisibles.extend_from_slice(references.illisibles(&DIPLOME, diplome.id));
    }
    Some(sifa)
}

/// The first two columns of what hangs on an inscription.
fn key(row: Row<'_>) -> Option<Key> {
    match (Id::read(row, 0), Id::read(row, 1)) {
        (Id::Illisible, _) => None,
        (stagiaire, inscription) => Some((stagiaire.value(), inscription.value()?)),
    }
}

fn read_convention(row: Row<'_>) -> Option<(Key, Child<Convention>)> {
    let key = key(row)?;
    let mut illisibles = Vec::new();
    let mut fields = Fields::new(row, 2, &CONVENTION, &mut illisibles);
    let id = fields.id();
    fields.skip();
    let record = Convention {
        id,
        date_debut: fields.date("date_debut"),
        date_fin: fields.date("date_fin"),
        date_rupture: fields.date("date_rupture"),
        cause_rupture: fields.text("cause_rupture"),
        siret_employeur: fields.text("siret_employeur"),
    };
    Some((key, Child { record, illisibles }))
}

/// A responsable, and the SIFA row that it belongs to.
type OfSifa = (Option<i64>, Responsable);

fn read_responsable(row: Row<'_>) -> Option<(Key, Child<OfSifa>)> {
    let key = key(row)?;
    let mut illisibles = Vec::new();
    let mut fields = Fields::new(row, 2, &SIFA_RESPONSABLE, &mut illisibles);
    let id = fields.id();
    let sifa_id = fields.integer("sifa_id");
    let record = Responsable {
        id,
        rang: fields.integer("rang"),
        email: fields.text("email"),
    };
    Some((
        key,
        Child {
            record: (sifa_id, record),
            illisibles,
        },
    ))
}

fn read_interlocuteur(row: Row<'_>) -> Option<(Key, Child<Interlocuteur>)> {
    let stagiaire = Id::read(row, 1).value()?;
    let mut illisibles = Vec::new();
    let mut fields = Fields::new(row, 0, &INTERLOCUTEUR, &mut illisibles);
    let id = fields.id();
    fields.skip();
    let record = Interlocuteur {
        id,
        rang: fields.integer("rang"),
        profil: fields.text("profil"),
        email: fields.text("email"),
    };
    Some(((Some(stagiaire), 0), Child { record, illisibles }))
}
