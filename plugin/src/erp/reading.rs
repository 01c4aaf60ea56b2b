//! One pass over the inscriptions of a scope, merged with what hangs on them.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::Scope;
use super::error::ErpError;
use super::merge::{Children, Key};
use super::records::{Layout, OfSifa, Place, read_convention, read_interlocuteur, read_responsable};
use super::references::{self, References};
use super::schema::{CONVENTION, INSCRIPTION, INTERLOCUTEUR, SIFA_RESPONSABLE, STAGIAIRE};
use super::sql::{Part, Writer};
use crate::database::{CancelHandle, Connection, Database};
use crate::dossier::records::{Convention, Inscription, Interlocuteur, Sifa};

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
        let mut repeated = self.repeated(&connections.inscriptions, &secteurs)?;
        let mut part = Some(match self.writer.only {
            None => Part::Orphans,
            Some(_) => Part::Stagiaires {
                after: None,
                up_to: None,
            },
        });
        while let Some(current) = part {
            let flow = self.part(&connections, &references, &secteurs, current, &mut repeated, visitor)?;
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

    fn repeated(&self, connection: &Connection, secteurs: &[i64]) -> Result<Repeated, ErpError> {
        let query = self.writer.scattered(secteurs);
        let mut rows = connection
            .query(&query.sql, &[])
            .map_err(|error| query.explain(error))?;
        let mut scattered = HashSet::new();
        while let Some(row) = rows.next_row()? {
            scattered.extend(row.integer(0).ok().flatten());
        }
        Ok(Repeated {
            scattered,
            read: HashSet::new(),
        })
    }

    /// The stagiaires to read next: all of them, or a page where readers keep writers waiting.
    fn page(&self, connection: &Connection, in_pages: bool, after: Option<i64>) -> Result<Part, ErpError> {
        if !in_pages {
            return Ok(Part::Stagiaires { after, up_to: None });
        }
        let mut rows = connection.query(&self.writer.page_end(after, PAGE), &[])?;
        let up_to = match rows.next_row()? {
            Some(row) => row.integer(0).ok().flatten(),
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
        repeated: &mut Repeated,
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
        let mut pending: Option<(Place, Inscription)> = None;
        loop {
            self.check()?;
            let read = match rows.next_row()? {
                Some(row) => match layout.read(row, references) {
                    Some(read) => Some(read),
                    None => continue,
                },
                None => None,
            };
            if let (Some((_, pending)), Some((_, inscription))) = (&mut pending, &read) {
                if pending.id == inscription.id {
                    // Another SIFA row, or a view that repeats its rows: the first counts.
                    take_lower_sifa(pending, inscription);
                    continue;
                }
            }
            let ended = read.is_none();
            if let Some((place, mut inscription)) = std::mem::replace(&mut pending, read) {
                if let Place::At(key) = place {
                    in_order(last, key)?;
                    last = Some(key);
                    hanging.attach(key, &mut inscription)?;
                }
                if repeated.first(inscription.id) && visitor.inscription(inscription).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if ended {
                return Ok(ControlFlow::Continue(()));
            }
        }
    }
}

fn in_order(last: Option<Key>, key: Key) -> Result<(), ErpError> {
    match last.filter(|before| *before > key) {
        None => Ok(()),
        Some(before) if before.0 == key.0 => Err(ErpError::Order {
            entite: INSCRIPTION.name,
        }),
        Some(_) => Err(ErpError::Order { entite: STAGIAIRE.name }),
    }
}

/// Of two SIFA rows of one inscription the lowest id counts; databases sort rows without a key in ways of their own.
fn take_lower_sifa(kept: &mut Inscription, other: &Inscription) {
    let rank = |inscription: &Inscription| {
        let sifa = inscription.sifa.as_ref();
        let id = sifa.and_then(|sifa| sifa.id.valeur().copied());
        (sifa.is_none(), id.is_none(), id)
    };
    if rank(other) < rank(kept) {
        kept.sifa.clone_from(&other.sifa);
    }
}

/// Inscriptions whose rows do not come one after the other: the first counts.
struct Repeated {
    scattered: HashSet<i64>,
    read: HashSet<i64>,
}

impl Repeated {
    fn first(&mut self, id: i64) -> bool {
        !self.scattered.contains(&id) || self.read.insert(id)
    }
}

/// The streams of what hangs on an inscription or its stagiaire.
struct Hanging<'c> {
    conventions: Children<'c, Convention>,
    interlocuteurs: Children<'c, Interlocuteur>,
    responsables: Children<'c, OfSifa>,
    /// The stagiaire read last, who can have further inscriptions.
    stagiaire: Option<(i64, Vec<Interlocuteur>)>,
}

impl Hanging<'_> {
    fn attach(&mut self, key: Key, inscription: &mut Inscription) -> Result<(), ErpError> {
        let mut once = Once::default();
        self.conventions.take(key, |convention| {
            if once.first(convention.id) {
                inscription.conventions.push(convention);
            }
        })?;
        let mut once = Once::default();
        self.responsables.take(key, |OfSifa { sifa_id, responsable }| {
            let of_it = |sifa: &&mut Sifa| sifa_id.is_some() && sifa.id.valeur() == sifa_id.as_ref();
            if let Some(sifa) = inscription.sifa.as_mut().filter(of_it) {
                if once.first(responsable.id) {
                    sifa.responsables.push(responsable);
                }
            }
        })?;
        let Some(stagiaire) = key.0 else {
            return Ok(());
        };
        if self.stagiaire.as_ref().is_none_or(|(id, ..)| *id != stagiaire) {
            let (mut once, mut interlocuteurs) = (Once::default(), Vec::new());
            self.interlocuteurs.take((Some(stagiaire), 0), |interlocuteur| {
                if once.first(interlocuteur.id) {
                    interlocuteurs.push(interlocuteur);
                }
            })?;
            self.stagiaire = Some((stagiaire, interlocuteurs));
        }
        if let Some((_, interlocuteurs)) = &self.stagiaire {
            inscription.interlocuteurs.clone_from(interlocuteurs);
        }
        Ok(())
    }
}

/// The keys of what hangs on one row: each counts once, and a row without a key is a row of its own.
#[derive(Default)]
struct Once(Vec<i64>);

impl Once {
    fn first(&mut self, id: Option<i64>) -> bool {
        let Some(id) = id else { return true };
        match self.0.binary_search(&id) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, id);
                true
            }
        }
    }
}
