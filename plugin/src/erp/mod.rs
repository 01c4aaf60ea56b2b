//! The ERP's tables: where they are, streams of their records, and their diagnosis. They are only ever read.
//!
//! | file | what it does |
//! |---|---|
//! | `schema` | the logical entities and columns |
//! | `mapping` | what they are called in this ERP's database |
//! | `proposal` | a mapping proposed from the database's catalogue |
//! | `sql` | the queries |
//! | `references` | what is held once: sociétés, secteurs, diplomas |
//! | `reading` | one pass over the inscriptions, merged with what hangs on them |
//! | `records`, `fields` | a row's columns to records, and what cannot be read |
//! | `merge` | what hangs on an inscription, in the same order |
//! | `read_ahead` | the same on a thread of its own, in batches |
//! | `apart` | the inscriptions that are not read, counted |
//! | `homonyms` | stagiaires who look like one person |
//! | `diagnosis` | every entity against the live database |
//! | `census` | the rows of every entity, counted by what is doubtful |

mod apart;
mod census;
mod diagnosis;
mod error;
mod fields;
mod homonyms;
mod mapping;
mod merge;
mod proposal;
mod read_ahead;
mod reading;
mod records;
mod references;
mod schema;
mod sql;

use std::ops::ControlFlow;

pub use apart::Apart;
pub use census::{Examined, Values};
pub use diagnosis::Check;
pub use error::{ErpError, MappingFault};
pub use mapping::Mapping;
pub use read_ahead::ReadAhead;
pub use references::{References, Societe};

use crate::database::{CancelHandle, Connection, Database};
use crate::dossier::Ecrans;
use crate::dossier::records::Inscription;
use reading::{Reading, Visitor};
use schema::Entity;
use sql::{Part, Writer};

/// Which inscriptions are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The sectors asked for, as (`societe.id`, `secteur.id`). A sector that does not exist with that société has no
    /// inscriptions.
    pub secteurs: Vec<(i64, i64)>,
}

/// An ERP: a database and the names in it. Holds no connection; every call opens its own.
#[derive(Debug, Clone)]
pub struct Erp {
    database: Database,
    mapping: Mapping,
}

impl Erp {
    /// Nothing is opened nor checked.
    pub fn new(database: Database, mapping: Mapping) -> Erp {
        Erp { database, mapping }
    }

    /// What this ERP calls its screens.
    pub fn ecrans(&self) -> &Ecrans {
        self.mapping.ecrans()
    }

    fn writer(&self) -> Writer<'_> {
        Writer {
            mapping: &self.mapping,
            only: None,
            dialect: self.database.dialect(),
        }
    }

    /// Reads what many inscriptions share.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn references(&self) -> Result<References, ErpError> {
        references::read(&self.database.open_reader()?, self.writer())
    }

    /// Reads the sociétés and sectors only.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn places(&self) -> Result<References, ErpError> {
        references::read_secteurs(&self.database.open_reader()?, self.writer())
    }

    /// Reads the inscriptions in apprenticeship of a scope, in the order (`stagiaire.id`, those without one first;
    /// `inscription.id`), and hands each to `visit` until it breaks. Memory does not grow with their number. `cancel`
    /// is asked at every row.
    ///
    /// All is read of one state of the data: exactly on PostgreSQL, and on SQLite with a write-ahead log; on MariaDB
    /// but for what changes between the openings of four connections. SQLite's other journals keep writers out while
    /// rows are read, so there it is a state a page, and nobody can write while `visit` runs: see [`ReadAhead`].
    /// SQL Server's default is what is committed at the time of each row.
    ///
    /// # Errors
    ///
    /// The database cannot be read, ids do not sort as numbers, or `cancel` said so.
    pub fn inscriptions(
        &self,
        scope: &Scope,
        cancel: &dyn Fn() -> bool,
        visit: &mut dyn FnMut(Inscription) -> ControlFlow<()>,
    ) -> Result<(), ErpError> {
        self.visit(scope, cancel, &|_| (), visit)
    }

    /// The same of these stagiaires only.
    ///
    /// # Errors
    ///
    /// As [`Erp::inscriptions`].
    pub fn inscriptions_of(
        &self,
        scope: &Scope,
        stagiaires: &[i64],
        cancel: &dyn Fn() -> bool,
        visit: &mut dyn FnMut(Inscription) -> ControlFlow<()>,
    ) -> Result<(), ErpError> {
        Reading {
            database: &self.database,
            writer: Writer {
                only: Some(stagiaires),
                ..self.writer()
            },
            cancel,
            opened: &|_| (),
        }
        .run(scope, visit)
    }

    /// The stagiaires of a scope who look like one person, together, by id.
    ///
    /// # Errors
    ///
    /// The database cannot be read, or `cancel` said so.
    pub fn homonyms(&self, scope: &Scope, cancel: &dyn Fn() -> bool) -> Result<Vec<Vec<i64>>, ErpError> {
        let connection = self.database.open_reader()?;
        let references = references::read_secteurs(&connection, self.writer())?;
        homonyms::find(
            &connection,
            self.writer(),
            &references.secteurs_of(&scope.secteurs),
            cancel,
        )
    }

    /// `opened` is told how to cancel each connection, as soon as it is open.
    fn visit<V: Visitor + ?Sized>(
        &self,
        scope: &Scope,
        cancel: &dyn Fn() -> bool,
        opened: &dyn Fn(CancelHandle),
        visitor: &mut V,
    ) -> Result<(), ErpError> {
        Reading {
            database: &self.database,
            writer: self.writer(),
            cancel,
            opened,
        }
        .run(scope, visitor)
    }

    /// Counts the inscriptions in apprenticeship that are not read with the sectors `named` as (`societe.id`,
    /// `secteur.id`).
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn count_apart(&self, named: &[(i64, i64)]) -> Result<Apart, ErpError> {
        let connection = self.database.open_reader()?;
        let references = references::read_secteurs(&connection, self.writer())?;
        apart::count(&connection, self.writer(), &references.secteurs_of(named))
    }

    /// The queries that read a scope, in the order of the tables' importance; for whoever measures them bare. They do
    /// not depend on what exists: every sector asked for is in them.
    pub fn statements(&self, scope: &Scope) -> Vec<String> {
        let secteurs: Vec<i64> = scope.secteurs.iter().map(|(_, secteur)| *secteur).collect();
        let writer = self.writer();
        let parts = [
            Part::Orphans,
            Part::Stagiaires {
                after: None,
                up_to: None,
            },
        ];
        let mut statements = Vec::new();
        for part in parts {
            statements.push(writer.inscriptions(part, &secteurs).sql);
            let children = [
                writer.conventions(part, &secteurs),
                writer.responsables(part, &secteurs),
                writer.interlocuteurs(part, &secteurs),
            ];
            statements.extend(children.into_iter().flatten().map(|query| query.sql));
        }
        statements
    }

    /// Proposes a mapping file, in TOML, from the tables and columns that the database has.
    ///
    /// # Errors
    ///
    /// The database's catalogue cannot be read.
    pub fn propose_mapping(database: &Database) -> Result<String, ErpError> {
        Ok(proposal::propose(&database.open_reader()?.catalogue()?))
    }

    /// The logical entities, in the order of [`Erp::tally`], [`Erp::examine`] and [`Erp::first_values`].
    pub fn entities() -> impl ExactSizeIterator<Item = &'static str> {
        schema::ENTITIES.iter().map(|entity| entity.name)
    }

    /// Reads all rows of the entity at a position and counts what is doubtful in them, as far as [`Erp::diagnose`] lets it;
    /// its problem is one that ends the reading. `None` after the last entity.
    ///
    /// # Errors
    ///
    /// The database cannot be reached, or `cancel` said so.
    pub fn tally(&self, position: usize, cancel: &dyn Fn() -> bool) -> Result<Option<Examined>, ErpError> {
        self.at(position, |connection, entity| {
            census::tally(connection, self.writer(), entity, cancel)
        })
    }

    /// The same, with the problems that [`Erp::diagnose`] finds in the entity.
    ///
    /// # Errors
    ///
    /// The database cannot be reached, or `cancel` said so.
    pub fn examine(&self, position: usize, cancel: &dyn Fn() -> bool) -> Result<Option<Examined>, ErpError> {
        self.at(position, |connection, entity| {
            census::examine(connection, self.writer(), entity, cancel)
        })
    }

    /// The first values of each column of the entity at a position, as they are in the database: personal data, to be shown
    /// and not kept. `None` after the last entity.
    ///
    /// # Errors
    ///
    /// The database cannot be reached.
    pub fn first_values(&self, position: usize) -> Result<Option<Vec<Values>>, ErpError> {
        self.at(position, |connection, entity| {
            Ok(census::first_values(connection, self.writer(), entity))
        })
    }

    fn at<T>(
        &self,
        position: usize,
        read: impl FnOnce(&Connection, &'static Entity) -> Result<T, ErpError>,
    ) -> Result<Option<T>, ErpError> {
        let Some(entity) = schema::ENTITIES.get(position) else {
            return Ok(None);
        };
        read(&self.database.open_reader()?, entity).map(Some)
    }

    /// Looks at every entity in the live database: all missing tables and columns and all types that cannot be read, at
    /// once. An entity without a problem has one line without one.
    pub fn diagnose(&self) -> Vec<Check> {
        diagnosis::diagnose(&self.database, self.writer())
    }
}

#[cfg(test)]
pub(crate) mod tests;
