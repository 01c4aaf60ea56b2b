//! Where the logical entities are: the reference schema, or what a TOML file says instead.

use std::collections::HashMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ErpError, MappingFault};
use super::schema::{ENTITIES, Entity, Need};
use crate::database::Dialect;

/// The name that each entity and column has in the database. The default is the reference schema.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    entities: HashMap<&'static str, Mapped>,
}

/// What the file says of one entity.
#[derive(Debug, Clone, Default)]
struct Mapped {
    table: Option<String>,
    query: Option<String>,
    /// Column to its name; an empty name: the ERP has no such column.
    columns: HashMap<&'static str, String>,
}

impl Mapping {
    /// Reads a mapping file. What it does not name keeps its default.
    ///
    /// # Errors
    ///
    /// [`ErpError::MappingFile`] if it cannot be read, [`ErpError::Mapping`] with the file, the line, the key and what
    /// was expected if it is wrong.
    pub fn load(path: &Path) -> Result<Mapping, ErpError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ErpError::MappingFile {
            file: file.clone(),
            reason: error.kind(),
        })?;
        Mapping::parse(&text).map_err(|(at, fault)| {
            let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            ErpError::Mapping {
                file,
                line,
                fault: Box::new(fault),
            }
        })
    }

    /// What a FROM clause takes for an entity, with its alias.
    pub(super) fn source(&self, entity: &Entity, alias: &str, dialect: &Dialect) -> String {
        match self.entities.get(entity.name) {
            Some(Mapped { query: Some(query), .. }) => format!("({query}) {alias}"),
            Some(Mapped { table: Some(table), .. }) => format!("{} {alias}", dialect.quote_path(table)),
            _ => format!("{} {alias}", dialect.quote_path(entity.name)),
        }
    }

    /// What the user knows the entity's source by.
    pub(super) fn shown_source(&self, entity: &Entity) -> String {
        match self.entities.get(entity.name) {
            Some(Mapped { query: Some(_), .. }) => format!("requête de l'entité {}", entity.name),
            Some(Mapped { table: Some(table), .. }) => format!("table « {table} »"),
            _ => format!("table « {} »", entity.name),
        }
    }

    /// The name of a column in the database; `None`: the ERP has no such column.
    pub(super) fn column_name<'m>(&'m self, entity: &Entity, column: &'m str) -> Option<&'m str> {
        let mapped = self
            .entities
            .get(entity.name)
            .and_then(|mapped| mapped.columns.get(column));
        let name = mapped.map_or(column, String::as_str);
        (!name.is_empty()).then_some(name)
    }

    /// A column as an expression.
    pub(super) fn expression(&self, entity: &Entity, alias: &str, column: &str, dialect: &Dialect) -> String {
        match self.column_name(entity, column) {
            Some(name) => format!("{alias}.{}", dialect.quote(name)),
            None => "NULL".to_owned(),
        }
    }

    fn parse(text: &str) -> Result<Mapping, (usize, MappingFault)> {
        let document = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            (
                at,
                MappingFault::new("", format!("un fichier TOML valide ({})", error.message())),
            )
        })?;
        let mut entities = HashMap::new();
        for (key, value) in document.get_ref() {
            let name: &str = key.get_ref();
            if name != "entity" {
                return Err(fault(key, name, "une section [entity.<nom>]"));
            }
            let Some(table) = value.get_ref().as_table() else {
                return Err(fault(value, name, "une section [entity.<nom>]"));
            };
            for (key, value) in table {
                let name: &str = key.get_ref();
                let path = format!("entity.{name}");
                let Some(entity) = ENTITIES.into_iter().find(|entity| entity.name == name) else {
                    let names: Vec<&str> = ENTITIES.iter().map(|entity| entity.name).collect();
                    return Err(fault(key, &path, &format!("une entité parmi : {}", names.join(", "))));
                };
                entities.insert(entity.name, parse_entity(entity, &path, value)?);
            }
        }
        Ok(Mapping { entities })
    }
}

fn fault<T>(at: &Spanned<T>, key: &str, expected: &str) -> (usize, MappingFault) {
    (at.span().start, MappingFault::new(key, expected.to_owned()))
}

fn parse_entity(
    entity: &'static Entity,
    path: &str,
    value: &Spanned<DeValue<'_>>,
) -> Result<Mapped, (usize, MappingFault)> {
    let Some(keys) = value.get_ref().as_table() else {
        return Err(fault(
            value,
            path,
            "une section avec « table » ou « query », et « columns »",
        ));
    };
    let mut mapped = Mapped::default();
    for (key, value) in keys {
        let name: &str = key.get_ref();
        let path = format!("{path}.{name}");
        match name {
            "table" => {
                let text = text(value, &path, "le nom d'une table ou d'une vue, entre guillemets")?;
                if text.split('.').any(|part| part.trim().is_empty()) {
                    return Err(fault(
                        value,
                        &path,
                        "le nom d'une table ou d'une vue, p. ex. \"dbo.STAGIAIRES\"",
                    ));
                }
                mapped.table = Some(text.to_owned());
            }
            "query" => {
                let text = text(value, &path, "une requête SELECT, entre guillemets")?;
                let query = text.trim().trim_end_matches([';', ' ', '\n', '\r', '\t']);
                let first: String = query.chars().take(6).collect();
                if !first.eq_ignore_ascii_case("select") || has_semicolon(query) {
                    return Err(fault(value, &path, "une seule requête, qui commence par SELECT"));
                }
                mapped.query = Some(query.to_owned());
            }
            "columns" => mapped.columns = parse_columns(entity, &path, value)?,
            _ => return Err(fault(key, &path, "« table », « query » ou « columns »")),
        }
    }
    if let (Some(_), Some((key, _))) = (&mapped.table, keys.get_key_value("query")) {
        return Err(fault(
            key,
            &format!("{path}.query"),
            "soit « table », soit « query », pas les deux",
        ));
    }
    Ok(mapped)
}

fn parse_columns(
    entity: &'static Entity,
    path: &str,
    value: &Spanned<DeValue<'_>>,
) -> Result<HashMap<&'static str, String>, (usize, MappingFault)> {
    let Some(keys) = value.get_ref().as_table() else {
        return Err(fault(value, path, "un tableau { colonne = \"NOM\", … }"));
    };
    let mut columns = HashMap::new();
    for (key, value) in keys {
        let name: &str = key.get_ref();
        let path = format!("{path}.{name}");
        let Some(column) = entity.columns.iter().find(|column| column.name == name) else {
            let names: Vec<&str> = entity.columns.iter().map(|column| column.name).collect();
            return Err(fault(key, &path, &format!("une colonne parmi : {}", names.join(", "))));
        };
        let text = text(value, &path, "le nom d'une colonne, entre guillemets")?;
        if text.trim().is_empty() && column.need != Need::Optional {
            return Err(fault(value, &path, "le nom d'une colonne : celle-ci est obligatoire"));
        }
        columns.insert(column.name, text.trim().to_owned());
    }
    Ok(columns)
}

fn text<'v>(value: &'v Spanned<DeValue<'_>>, key: &str, expected: &str) -> Result<&'v str, (usize, MappingFault)> {
    value.get_ref().as_str().ok_or_else(|| fault(value, key, expected))
}

/// A semicolon outside of quotes separates statements.
fn has_semicolon(sql: &str) -> bool {
    let mut quote = None;
    for character in sql.chars() {
        match quote {
            Some(end) if character == end => quote = None,
            Some(_) => {}
            None if matches!(character, '\'' | '"' | '`') => quote = Some(character),
            None if character == ';' => return true,
            None => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::erp::schema::{CONVENTION, STAGIAIRE};

    fn load(text: &str) -> Result<Mapping, ErpError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("correspondance.toml");
        std::fs::write(&file, text).unwrap();
        Mapping::load(&file)
    }

    #[test]
    fn tables_columns_and_queries_are_named() {
        let mapping = load(
            r#"
            [entity.stagiaire]
            table   = "dbo.STAGIAIRES"
            columns = { id = "STA_CLE", nom = "STA_NOM", ne_pas_solliciter = "" }
            [entity.convention]
            query = "SELECT CON_ID AS id, ';' AS x FROM CONVENTIONS;"
            "#,
        )
        .unwrap();
        let dialect = Dialect::from_product("Microsoft SQL Server");
        assert_eq!(mapping.source(&STAGIAIRE, "s", &dialect), "[dbo].[STAGIAIRES] s");
        assert_eq!(mapping.expression(&STAGIAIRE, "s", "nom", &dialect), "s.[STA_NOM]");
        assert_eq!(mapping.expression(&STAGIAIRE, "s", "email", &dialect), "s.[email]");
        assert_eq!(
            mapping.expression(&STAGIAIRE, "s", "ne_pas_solliciter", &dialect),
            "NULL"
        );
        assert_eq!(
            mapping.source(&CONVENTION, "c", &dialect),
            "(SELECT CON_ID AS id, ';' AS x FROM CONVENTIONS) c"
        );
    }

    #[test]
    fn a_wrong_file_is_refused_with_line_key_and_expectation() {
        let cases = [
            ("\n[entity.stagaire]\ntable = \"X\"", 2, "entity.stagaire", "stagiaire"),
            ("[entity.stagiaire]\n\ntable = 3", 3, "entity.stagiaire.table", "table"),
            (
                "[entity.stagiaire]\ncolumns = { nom = \"\" }",
                2,
                "entity.stagiaire.columns.nom",
                "obligatoire",
            ),
            (
                "[entity.stagiaire.columns]\nnom = \"N\"\nprnom = \"P\"",
                3,
                "entity.stagiaire.columns.prnom",
                "prenom",
            ),
            (
                "[entity.sifa]\nquery = \"DELETE FROM sifa\"",
                2,
                "entity.sifa.query",
                "SELECT",
            ),
            (
                "[entity.sifa]\nquery = \"SELECT 1; DROP TABLE x\"",
                2,
                "entity.sifa.query",
                "SELECT",
            ),
            (
                "[entity.sifa]\ntable = \"a\"\nquery = \"SELECT 1\"",
                3,
                "entity.sifa",
                "soit",
            ),
            ("[entity.sifa]\nnom = \"a\"", 2, "entity.sifa.nom", "table"),
            ("[entites.sifa]\n", 1, "entites", "entity"),
            ("[entity.sifa]\ntable = ", 2, "", "TOML"),
        ];
        for (text, expected_line, key, expectation) in cases {
            let error = load(text).unwrap_err();
            let ErpError::Mapping { line, .. } = &error else {
                panic!("{error:?}")
            };
            assert_eq!(*line, expected_line, "{text}: {error}");
            let shown = error.user_text();
            for word in ["correspondance.toml", key, expectation, &format!("ligne {line}")] {
                assert!(shown.contains(word), "{word}: {shown}");
            }
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Mapping::load(Path::new("/nulle/part.toml")).unwrap_err();
        assert!(error.user_text().contains("/nulle/part.toml"), "{}", error.user_text());
    }
}
