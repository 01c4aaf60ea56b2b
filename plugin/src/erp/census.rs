//! The rows of every entity, counted by what is doubtful in them: for whoever writes a mapping file.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::diagnosis;
use super::error::ErpError;
use super::schema::{Column, Entity, Kind};
use super::sql::Writer;
use crate::database::{Connection, DatabaseError, Row};
use crate::dossier::est_fictive;

/// What one entity yields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// The logical entity.
    pub entite: &'static str,
    /// Where its rows were looked for, in French.
    pub source: String,
    /// Whether the mapping says that this ERP has no such entity.
    pub absente: bool,
    /// What is wrong and how to mend it, in French.
    pub problemes: Vec<String>,
    /// Its rows; `None`: they cannot be read.
    pub lignes: Option<u64>,
    /// Rows that repeat the key of the one before, and are alike; only the first counts.
    pub repetees: u64,
    /// The same, with other values.
    pub differentes: u64,
    /// Columns with values that cannot be read, and how many.
    pub illisibles: Vec<(String, u64)>,
    /// Columns with dates that stand for no date, and how many.
    pub dates_fictives: Vec<(String, u64)>,
}

/// The first values of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// The logical entity.
    pub entite: &'static str,
    /// The logical column.
    pub colonne: &'static str,
    /// What the database calls it.
    pub nom: String,
    /// Some values that differ.
    pub valeurs: Vec<String>,
}

/// Rows that first values are taken from.
const FIRST_ROWS: usize = 50;
/// Values of a column that are shown.
const SHOWN: usize = 3;

/// The columns of an entity that the database has.
fn columns(connection: &Connection, writer: Writer<'_>, entity: &'static Entity) -> Vec<&'static Column> {
    let there = |column: &&'static Column| {
        writer.mapping.column_name(entity, column.name).is_some()
            && connection.query(&writer.probe(entity, Some(column.name)), &[]).is_ok()
    };
    entity.read().filter(there).collect()
}

/// Reads all rows of an entity.
pub(super) fn examine(
    connection: &Connection,
    writer: Writer<'_>,
    entity: &'static Entity,
    cancel: &dyn Fn() -> bool,
) -> Result<Examined, ErpError> {
    let mut examined = Examined {
        entite: entity.name,
        source: writer.mapping.shown_source(entity),
        absente: writer.mapping.is_absent(entity),
        problemes: diagnosis::check(connection, writer, entity),
        ..Examined::default()
    };
    let columns = columns(connection, writer, entity);
    if columns.is_empty() {
        examined.lignes = examined.absente.then_some(0);
        return Ok(examined);
    }
    let mut counts = vec![Doubts::default(); columns.len()];
    match count(connection, writer, entity, &columns, &mut counts, &mut examined, cancel) {
        Ok(()) => {}
        Err(ErpError::Cancelled) => return Err(ErpError::Cancelled),
        Err(error) => {
            examined.lignes = None;
            examined.problemes.push(error.user_text());
        }
    }
    let counted = |of: fn(&Doubts) -> u64| -> Vec<(String, u64)> {
        let counted = columns
            .iter()
            .zip(&counts)
            .map(|(column, doubts)| (column.name, of(doubts)));
        let doubtful = counted.filter(|(_, count)| *count > 0);
        doubtful.map(|(name, count)| (name.to_owned(), count)).collect()
    };
    examined.illisibles = counted(|doubts| doubts.unreadable);
    examined.dates_fictives = counted(|doubts| doubts.placeholders);
    Ok(examined)
}

/// What is doubtful in one column.
#[derive(Debug, Clone, Default)]
struct Doubts {
    unreadable: u64,
    placeholders: u64,
}

fn count(
    connection: &Connection,
    writer: Writer<'_>,
    entity: &'static Entity,
    columns: &[&'static Column],
    counts: &mut [Doubts],
    examined: &mut Examined,
    cancel: &dyn Fn() -> bool,
) -> Result<(), ErpError> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let mut sql = writer.sample(entity, &names);
    // Rows of one key come one after the other then, however many there are.
    let keyed = names.first() == Some(&"id");
    if keyed {
        sql = format!("{sql} ORDER BY 1");
    }
    let mut rows = connection.query(&sql, &[])?;
    let mut lines = 0;
    let mut last: Option<(String, u64)> = None;
    while let Some(row) = rows.next_row()? {
        if cancel() {
            return Err(ErpError::Cancelled);
        }
        lines += 1;
        for ((at, column), doubts) in columns.iter().enumerate().zip(counts.iter_mut()) {
            doubts.note(row, at, column.kind);
        }
        let key = row
            .text(0)
            .ok()
            .flatten()
            .filter(|_| keyed)
            .map(|key| (key.into_owned(), whole(row, columns.len())));
        if let (Some((before, values_before)), Some((now, values))) = (&last, &key) {
            if before == now && values_before == values {
                examined.repetees += 1;
            } else if before == now {
                examined.differentes += 1;
            }
        }
        last = key;
    }
    examined.lignes = Some(lines);
    Ok(())
}

/// A number that stands for all values of a row.
fn whole(row: Row<'_>, columns: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    for at in 0..columns {
        row.text(at).ok().flatten().hash(&mut hasher);
    }
    hasher.finish()
}

impl Doubts {
    fn note(&mut self, row: Row<'_>, at: usize, kind: Kind) {
        let readable = match kind {
            Kind::Key | Kind::Integer => row.integer(at).is_ok(),
            Kind::Decimal => row.decimal(at).is_ok(),
            Kind::Boolean => row.boolean(at).is_ok(),
            Kind::Text(_) => row.text(at).is_ok(),
            Kind::Date => match row.date(at) {
                Ok(Some(date)) => {
                    self.placeholders += u64::from(est_fictive(date));
                    true
                }
                // A date with a part that is zero.
                Ok(None) => {
                    let text = row.text(at).ok().flatten();
                    self.placeholders += u64::from(text.is_some_and(|text| !text.trim().is_empty()));
                    true
                }
                Err(_) => false,
            },
        };
        self.unreadable += u64::from(!readable);
    }
}

/// The first values of each column.
pub(super) fn first_values(connection: &Connection, writer: Writer<'_>, entity: &'static Entity) -> Vec<Values> {
    if writer.mapping.is_absent(entity) {
        return Vec::new();
    }
    let columns = columns(connection, writer, entity);
    let mut found: Vec<Values> = columns
        .iter()
        .map(|column| Values {
            entite: entity.name,
            colonne: column.name,
            nom: writer
                .mapping
                .column_name(entity, column.name)
                .unwrap_or_default()
                .to_owned(),
            valeurs: Vec::new(),
        })
        .collect();
    // What was read before something went wrong is shown; what went wrong is in the examination.
    let _: Result<(), DatabaseError> = read_first(connection, writer, entity, &mut found);
    found
}

fn read_first(
    connection: &Connection,
    writer: Writer<'_>,
    entity: &'static Entity,
    found: &mut [Values],
) -> Result<(), DatabaseError> {
    let names: Vec<&str> = found.iter().map(|values| values.colonne).collect();
    if names.is_empty() {
        return Ok(());
    }
    let mut rows = connection.query(&writer.sample(entity, &names), &[])?;
    for _ in 0..FIRST_ROWS {
        let Some(row) = rows.next_row()? else { break };
        for (at, Values { valeurs, .. }) in found.iter_mut().enumerate() {
            let Some(text) = row.text(at).ok().flatten() else {
                continue;
            };
            let text = text.trim();
            if valeurs.len() < SHOWN && !text.is_empty() && !valeurs.iter().any(|known| known == text) {
                valeurs.push(text.to_owned());
            }
        }
    }
    Ok(())
}
