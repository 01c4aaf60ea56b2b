//! The rows of every entity, counted by what is doubtful in them: for *Diagnostic*, and for whoever writes a mapping file.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::diagnosis;
use super::error::ErpError;
use super::schema::{CONVENTION, Column, Entity, INTERLOCUTEUR, Kind, SIFA, SIFA_RESPONSABLE};
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
    /// Rows that repeat another one, with its key; only the first counts.
    pub repetees: u64,
    /// Rows with the key of another one and other values.
    pub differentes: u64,
    /// The first keys that rows with other values share.
    pub cles_differentes: Vec<i64>,
    /// The columns in which they differ.
    pub colonnes_differentes: Vec<&'static str>,
    /// Rows without a key that can be read.
    pub sans_cle: u64,
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
/// Entities whose rows are found by what they hang on: one without a key loses nothing of its own.
const FOUND_WITHOUT_KEY: [&str; 4] = [INTERLOCUTEUR.name, CONVENTION.name, SIFA.name, SIFA_RESPONSABLE.name];
/// Keys that are named.
const NAMED: usize = 5;

/// The columns of an entity that the database has.
fn columns(connection: &Connection, writer: Writer<'_>, entity: &'static Entity) -> Vec<&'static Column> {
    let there = |column: &&'static Column| {
        writer.mapping.column_name(entity, column.name).is_some()
            && connection.query(&writer.probe(entity, Some(column.name)), &[]).is_ok()
    };
    entity.read().filter(there).collect()
}

/// Reads all rows of an entity that can be read, and tells what keeps others from it.
pub(super) fn examine(
    connection: &Connection,
    writer: Writer<'_>,
    entity: &'static Entity,
    cancel: &dyn Fn() -> bool,
) -> Result<Examined, ErpError> {
    let mut problemes = diagnosis::check(connection, writer, entity);
    let mut examined = tally(connection, writer, entity, cancel)?;
    problemes.append(&mut examined.problemes);
    Ok(Examined { problemes, ..examined })
}

/// Reads all rows of an entity; the only problem is one that ends the reading.
pub(super) fn tally(
    connection: &Connection,
    writer: Writer<'_>,
    entity: &'static Entity,
    cancel: &dyn Fn() -> bool,
) -> Result<Examined, ErpError> {
    let mut examined = Examined {
        entite: entity.name,
        source: writer.mapping.shown_source(entity),
        absente: writer.mapping.is_absent(entity),
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
    // The first row of a key, which the others are held against.
    let mut first: Option<(i64, Vec<u64>)> = None;
    while let Some(row) = rows.next_row()? {
        if cancel() {
            return Err(ErpError::Cancelled);
        }
        lines += 1;
        for ((at, column), doubts) in columns.iter().enumerate().zip(counts.iter_mut()) {
            doubts.note(row, at, column.kind);
        }
        if !keyed {
            continue;
        }
        let Some(key) = row.integer(0).ok().flatten() else {
            examined.sans_cle += 1;
            continue;
        };
        let values = fingerprints(row, columns.len());
        match &first {
            Some((known, of_first)) if *known == key => examined.note_repeat(key, columns, of_first, &values),
            _ => first = Some((key, values)),
        }
    }
    examined.lignes = Some(lines);
    Ok(())
}

/// A number that stands for each value of a row.
fn fingerprints(row: Row<'_>, columns: usize) -> Vec<u64> {
    let fingerprint = |at| {
        let mut hasher = DefaultHasher::new();
        row.text(at).ok().hash(&mut hasher);
        hasher.finish()
    };
    (0..columns).map(fingerprint).collect()
}

impl Examined {
    /// What is wrong with the keys, and how to mend it, in French: rows that are not read for it.
    pub fn cles_douteuses(&self) -> Vec<String> {
        let (entite, source) = (self.entite, &self.source);
        let mut lines = Vec::new();
        if self.differentes > 0 {
            let keys: Vec<String> = self.cles_differentes.iter().map(i64::to_string).collect();
            lines.push(format!(
                "Lignes de même identifiant et de valeurs différentes : {} (premiers identifiants : {} ; colonnes qui \
                 diffèrent : {}) ; la première compte. Corriger la {source} (entité « {entite} »), pour qu'elle donne une \
                 seule ligne par identifiant.",
                self.differentes,
                keys.join(", "),
                self.colonnes_differentes.join(", "),
            ));
        }
        if self.sans_cle > 0 && !FOUND_WITHOUT_KEY.contains(&entite) {
            lines.push(format!(
                "Lignes sans identifiant lisible (« id » vide, ou autre chose qu'un nombre entier) : {}. Rien ne peut s'y \
                 rattacher : elles ne sont pas lues. Corriger la {source} (entité « {entite} »), ou la colonne indiquée \
                 pour « id » dans le fichier de correspondance.",
                self.sans_cle,
            ));
        }
        lines
    }

    fn note_repeat(&mut self, key: i64, columns: &[&'static Column], first: &[u64], values: &[u64]) {
        if first == values {
            self.repetees += 1;
            return;
        }
        self.differentes += 1;
        if self.cles_differentes.len() < NAMED && self.cles_differentes.last() != Some(&key) {
            self.cles_differentes.push(key);
        }
        for (column, (first, value)) in columns.iter().zip(first.iter().zip(values)) {
            if first != value && !self.colonnes_differentes.contains(&column.name) {
                self.colonnes_differentes.push(column.name);
            }
        }
    }
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
