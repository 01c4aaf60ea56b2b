//! Where the logical entities are: the reference schema, or what a TOML file says instead.
//!
//! | file | what it does |
//! |---|---|
//! | `encoding` | the file's characters |
//! | `file` | its keys, and what is refused |
//! | `names` | names of tables and columns as people write them |
//! | `query` | queries, as far as they must be understood |

mod encoding;
mod file;
mod names;
mod query;

use std::collections::HashMap;
use std::path::Path;

pub(super) use file::may_be_absent;

use super::error::{ErpError, MappingFault};
use super::schema::{ENTITIES, Entity};
use crate::database::{Dialect, DialectKind};
use crate::dossier::Ecrans;

/// The name that each entity and column has in the database. The default is the reference schema.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// The file, for messages.
    file: String,
    said: Said,
}

/// What the file says.
#[derive(Debug, Clone, Default)]
struct Said {
    entities: HashMap<&'static str, Mapped>,
    ecrans: Ecrans,
}

/// What the file says of one entity.
#[derive(Debug, Clone, Default)]
struct Mapped {
    source: Source,
    /// Column to its name; an empty name: the ERP has no such column.
    columns: HashMap<&'static str, String>,
}

/// Where an entity's rows are.
#[derive(Debug, Clone, Default)]
enum Source {
    /// In the table of the reference schema.
    #[default]
    Default,
    /// In another table or view.
    Table {
        /// The name as the file writes it.
        shown: String,
        /// Its parts, unquoted.
        parts: Vec<String>,
    },
    /// In what a query yields.
    Query {
        /// The statement.
        sql: String,
        /// The file's line of it, from 1.
        line: usize,
    },
    /// Nowhere: this ERP has no such entity.
    Absent,
}

impl Mapping {
    /// Reads a mapping file. What it does not name keeps its default.
    ///
    /// # Errors
    ///
    /// [`ErpError::MappingFile`] if it cannot be read, [`ErpError::MappingEncoding`] if it is not in UTF-8,
    /// [`ErpError::Mapping`] with the file, the line, the key and what was expected if it is wrong.
    pub fn load(path: &Path) -> Result<Mapping, ErpError> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| ErpError::MappingFile {
            file: file.clone(),
            reason: error.kind(),
        })?;
        let text = match encoding::text(&bytes) {
            Ok(text) => text,
            Err(encoding::NotUtf8 { encoding, line }) => {
                return Err(ErpError::MappingEncoding { file, encoding, line });
            }
        };
        match file::parse(text) {
            Ok(said) => Ok(Mapping { file, said }),
            Err((at, fault)) => Err(ErpError::Mapping {
                file,
                line: encoding::line_of(text.as_bytes(), at),
                fault: Box::new(fault),
            }),
        }
    }

    /// Looks for what this database cannot do, which the file alone does not tell.
    ///
    /// # Errors
    ///
    /// [`ErpError::Mapping`] as for a file that is wrong in itself.
    pub fn fits(&self, dialect: &Dialect) -> Result<(), ErpError> {
        ENTITIES
            .into_iter()
            .try_for_each(|entity| self.entity_fits(entity, dialect.kind()))
    }

    pub(super) fn entity_fits(&self, entity: &Entity, kind: DialectKind) -> Result<(), ErpError> {
        let Source::Query { sql, line } = self.origin(entity) else {
            return Ok(());
        };
        match query::refused_by(sql, kind) {
            None => Ok(()),
            Some(expected) => Err(ErpError::Mapping {
                file: self.file.clone(),
                line: *line,
                fault: Box::new(MappingFault::new(
                    &format!("entity.{}.query", entity.name),
                    expected.to_owned(),
                )),
            }),
        }
    }

    fn origin(&self, entity: &Entity) -> &Source {
        self.said
            .entities
            .get(entity.name)
            .map_or(&Source::Default, |mapped| &mapped.source)
    }

    /// What this ERP calls its screens.
    pub(super) fn ecrans(&self) -> &Ecrans {
        &self.said.ecrans
    }

    /// Whether this ERP has no such entity.
    pub(super) fn is_absent(&self, entity: &Entity) -> bool {
        matches!(self.origin(entity), Source::Absent)
    }

    /// What a FROM clause takes for an entity that is not absent, with its alias.
    pub(super) fn source(&self, entity: &Entity, alias: &str, dialect: &Dialect) -> String {
        match self.origin(entity) {
            // A line of its own: the query may end with a comment.
            Source::Query { sql, .. } => format!("({sql}\n) {alias}"),
            Source::Table { parts, .. } => {
                let quote = |part: &String| match part.as_str() {
                    "" => String::new(),
                    part => dialect.quote(part),
                };
                let quoted: Vec<String> = parts.iter().map(quote).collect();
                format!("{} {alias}", quoted.join("."))
            }
            Source::Default | Source::Absent => format!("{} {alias}", dialect.quote(entity.name)),
        }
    }

    /// What the user knows the entity's source by.
    pub(super) fn shown_source(&self, entity: &Entity) -> String {
        match self.origin(entity) {
            Source::Query { .. } => format!("requête de l'entité {}", entity.name),
            Source::Table { shown, .. } => format!("table « {shown} »"),
            Source::Default => format!("table « {} »", entity.name),
            Source::Absent => "absente de cet ERP, d'après le fichier de correspondance".to_owned(),
        }
    }

    /// The name of a column in the database; `None`: the ERP has no such column.
    pub(super) fn column_name<'m>(&'m self, entity: &Entity, column: &'m str) -> Option<&'m str> {
        let mapped = self.said.entities.get(entity.name);
        if mapped.is_some_and(|mapped| matches!(mapped.source, Source::Absent)) {
            return None;
        }
        let name = mapped.and_then(|mapped| mapped.columns.get(column));
        let name = name.map_or(column, String::as_str);
        (!name.is_empty()).then_some(name)
    }

    /// A column as an expression.
    pub(super) fn expression(&self, entity: &Entity, alias: &str, column: &str, dialect: &Dialect) -> String {
        match self.column_name(entity, column) {
            Some(name) => format!("{alias}.{}", dialect.quote(name)),
            None => "NULL".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
