//! One pass over the inscriptions of a scope, merged with what hangs on them.

use std::ops::ControlFlow;

use super::Scope;
use super::error::ErpError;
use super::fields::Id;
use super::merge::{Children, Key};
use super::records::{Layout, OfSifa, read_convention, read_interlocuteur, read_responsable};
use super::references::{self, References};
use super::schema::{CONVENTION, INSCRIPTION, INTERLOCUTEUR, SIFA_RESPONSABLE, STAGIAIRE};
use super::sql::{Part, Writer};
use crate::database::{CancelHandle, Connection, Database};
use crate::dossier::records::{Convention, Inscription, Interlocuteur, ValeurIllisible};

/// Stagiaires of a page where readers keep writers waiting.
const PAGE: u64 = 1000;

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

/// One connection for each stream: many drivers have one open result a connection. All share the first where that can
/// be: a second one could wait for a writer that waits for the first, and would read another state of the data.
struct Connections {
    inscriptions: Connection,
    conventions: Option<Connection>,
    interlocuteurs: Option<Connection>,
    responsables: Option<Connection>,
}

impl Connections {
    fn own<'c>(&'c self, connection: &'c Option<Connection>) -> &'c Connection {
        connection.as_ref().unwrap_or(&self.inscriptions)
    }
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
        let in_pages = connection.readers_block_writers()?;
        // A page is short; the whole is read in one piece, which has to be of one state.
        let state = if in_pages {
            None
        } else {
            connection.begin_reading(None)?
        };
        let shared = self.writer.dialect.reads_side_by_side();
        let another = || {
            if shared {
                return Ok(None);
            }
            let connection = self.open()?;
            connection.begin_reading(state.as_deref())?;
            Ok::<_, ErpError>(Some(connection))
        };
        let connections = Connections {
            conventions: another()?,
            interlocuteurs: another()?,
            responsables: another()?,
            inscriptions: connection,
        };
        let references = references::read(&connections.inscriptions, self.writer)?;
        let secteurs = references.secteurs_of(&scope.secteurs);
        if secteurs.is_empty() {
            return Ok(());
        }
        let next = |after| self.page(&connections.inscriptions, in_pages, after).map(Some);
        let mut part = Some(Part::Orphans);
        while let Some(current) = part {
            let flow = self.part(&connections, &references, &secteurs, current, visitor)?;
            if flow.is_break() || visitor.pause().is_break() {
                return Ok(());
            }
            part = match current {
                Part::Orphans => next(None)?,
                Part::Stagiaires { up_to: None, .. } => None,
                Part::Stagiaires { up_to, .. } => next(up_to)?,
            };
        }
        Ok(())
    }

    /// The stagiaires to read next: all of them, or a page where readers keep writers waiting.
    fn page(&self, connection: &Connection, in_pages: bool, after: Option<i64>) -> Result<Part, ErpError> {
        if !in_pages {
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
                connections.own(&connections.conventions),
                writer.conventions(part, secteurs),
                CONVENTION.name,
                read_convention,
            )?,
            interlocuteurs: Children::start(
                connections.own(&connections.interlocuteurs),
                writer.interlocuteurs(part, secteurs),
                INTERLOCUTEUR.name,
                read_interlocuteur,
            )?,
            responsables: Children::start(
                connections.own(&connections.responsables),
                writer.responsables(part, secteurs),
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
            let OfSifa { sifa_id, responsable } = child.record;
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
