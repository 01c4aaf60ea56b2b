//! Every entity against the live database.

use super::error::without_column;
use super::schema::{Column, ENTITIES, Entity, Kind, Need};
use super::sql::Writer;
use crate::database::{ColumnType, Connection, Database, DatabaseError, Row};

/// Rows whose values are tried.
const SAMPLE: usize = 200;

/// One line of the diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The logical entity; `connexion` where the database cannot be opened.
    pub entite: &'static str,
    /// What is wrong and how to mend it, in French; none: the entity can be read.
    pub probleme: Option<String>,
    /// Where the entity was looked for, in French.
    pub detail: String,
}

/// Looks at all of them.
pub(super) fn diagnose(database: &Database, writer: Writer<'_>) -> Vec<Check> {
    let connection = match database.open_reader() {
        Ok(connection) => connection,
        Err(error) => {
            let probleme = Some(error.user_text());
            return vec![Check {
                entite: "connexion",
                probleme,
                detail: String::new(),
            }];
        }
    };
    let mut checks = Vec::new();
    for entity in ENTITIES {
        let detail = writer.mapping.shown_source(entity);
        let problems = check(&connection, writer, entity);
        if problems.is_empty() {
            checks.push(Check {
                entite: entity.name,
                probleme: None,
                detail,
            });
            continue;
        }
        checks.extend(problems.into_iter().map(|problem| Check {
            entite: entity.name,
            probleme: Some(problem),
            detail: detail.clone(),
        }));
    }
    checks
}

pub(super) fn check(connection: &Connection, writer: Writer<'_>, entity: &'static Entity) -> Vec<String> {
    if writer.mapping.is_absent(entity) {
        return Vec::new();
    }
    if let Err(error) = writer.mapping.entity_fits(entity, writer.dialect.kind()) {
        return vec![error.user_text()];
    }
    if let Err(error) = connection.query(&writer.probe(entity, None), &[]) {
        return vec![source_problem(&error, &writer.mapping.shown_source(entity))];
    }
    let mut problems = Vec::new();
    let mut good = Vec::new();
    for column in entity.read() {
        let Some(name) = writer.mapping.column_name(entity, column.name) else {
            continue;
        };
        match column_type(connection, &writer.probe(entity, Some(column.name))) {
            Err(error) => problems.push(column_problem(&error, entity, column, name, writer)),
            Ok(found) if !readable(column.kind, found) => problems.push(format!(
                "La colonne « {name} » ({}.{}) est d'un type qui ne peut pas être lu comme {} : vérifier la \
                 correspondance, ou convertir la colonne au moyen d'une requête.",
                entity.name,
                column.name,
                expected(column.kind)
            )),
            Ok(_) => good.push((column, name)),
        }
    }
    problems.extend(values(connection, writer, entity, &good));
    problems
}

fn source_problem(error: &DatabaseError, source: &str) -> String {
    match error {
        DatabaseError::TableMissing { .. } => format!(
            "La {source} est introuvable : vérifier son nom dans le fichier de correspondance et les droits de lecture \
             du compte."
        ),
        other => format!("La {source} ne peut pas être lue. {}", other.user_text()),
    }
}

fn column_problem(error: &DatabaseError, entity: &Entity, column: &Column, name: &str, writer: Writer<'_>) -> String {
    let source = writer.mapping.shown_source(entity);
    match error {
        DatabaseError::ColumnMissing { .. } => format!(
            "La colonne « {name} » est introuvable dans la {source} : vérifier son nom dans le fichier de \
             correspondance. {}",
            without_column(entity.name, column.name, column.need == Need::Optional)
        ),
        other => format!(
            "La colonne « {name} » de la {source} ne peut pas être lue. {}",
            other.user_text()
        ),
    }
}

fn column_type(connection: &Connection, sql: &str) -> Result<ColumnType, DatabaseError> {
    let types = connection.query(sql, &[])?.column_types()?;
    Ok(types.first().copied().unwrap_or(ColumnType::Unknown))
}

fn readable(kind: Kind, found: ColumnType) -> bool {
    use ColumnType::{Binary, Bit, Date, Number, Time};
    match kind {
        Kind::Key | Kind::Integer | Kind::Decimal => !matches!(found, Binary | Date | Time),
        Kind::Boolean => !matches!(found, Binary | Date | Time),
        Kind::Date => !matches!(found, Binary | Time | Number | Bit),
        Kind::Text(_) => found != Binary,
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Key | Kind::Integer => "un nombre entier",
        Kind::Decimal => "un nombre décimal",
        Kind::Boolean => "un booléen (0 ou 1)",
        Kind::Date => "une date (AAAA-MM-JJ)",
        Kind::Text(_) => "un texte",
    }
}

/// Columns of which not one value in a sample can be read: what a type's name does not tell.
fn values(
    connection: &Connection,
    writer: Writer<'_>,
    entity: &'static Entity,
    columns: &[(&'static Column, &str)],
) -> Vec<String> {
    let names: Vec<&str> = columns.iter().map(|(column, _)| column.name).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let Ok(mut rows) = connection.query(&writer.sample(entity, &names), &[]) else {
        return Vec::new();
    };
    let mut good = vec![0_usize; columns.len()];
    let mut bad = vec![0_usize; columns.len()];
    for _ in 0..SAMPLE {
        let Ok(Some(row)) = rows.next_row() else {
            break;
        };
        for (at, ((column, _), (good, bad))) in columns.iter().zip(good.iter_mut().zip(&mut bad)).enumerate() {
            match is_read(row, at, column.kind) {
                Some(true) => *good += 1,
                Some(false) => *bad += 1,
                None => {}
            }
        }
    }
    columns
        .iter()
        .zip(good.iter().zip(&bad))
        .filter(|(_, (good, bad))| **good == 0 && **bad > 0)
        .map(|((column, name), _)| {
            format!(
                "Les valeurs de la colonne « {name} » ({}.{}) ne se lisent pas comme {} : vérifier la correspondance, \
                 ou convertir la colonne au moyen d'une requête.",
                entity.name,
                column.name,
                expected(column.kind)
            )
        })
        .collect()
}

/// Whether a value can be read; `None` where there is none.
fn is_read(row: Row<'_>, at: usize, kind: Kind) -> Option<bool> {
    let present = match kind {
        Kind::Key | Kind::Integer => row.integer(at).map(|value| value.is_some()),
        Kind::Decimal => row.decimal(at).map(|value| value.is_some()),
        Kind::Boolean => row.boolean(at).map(|value| value.is_some()),
        Kind::Date => row.date(at).map(|value| value.is_some()),
        Kind::Text(_) => row.text(at).map(|value| value.is_some()),
    };
    match present {
        Ok(true) => Some(true),
        Ok(false) => None,
        Err(_) => Some(false),
    }
}
