//! The keys of a mapping file, and what is refused of them.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Mapped, MappingFault, Said, Source, encoding, names, query};
use crate::dossier::Ecrans;
use crate::erp::schema::{CENTRE_INTERET, CONVENTION, ENTITIES, Entity, INTERLOCUTEUR, Need, SIFA, SIFA_RESPONSABLE};

/// Where something is wrong, and what was expected there.
type Fault = (usize, MappingFault);

/// A table of the file, its keys with where they are.
type Keys<'v> = DeTable<'v>;

/// Entities that an ERP may do without; every dossier needs a row of each of the others.
static MAY_BE_ABSENT: [&Entity; 5] = [&SIFA, &SIFA_RESPONSABLE, &CONVENTION, &INTERLOCUTEUR, &CENTRE_INTERET];

/// Whether an ERP may do without an entity.
pub(in crate::erp) fn may_be_absent(entity: &Entity) -> bool {
    MAY_BE_ABSENT.iter().any(|other| other.name == entity.name)
}

/// Reads a whole file.
pub(super) fn parse(text: &str) -> Result<Said, Fault> {
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let expected = format!("un fichier TOML valide ({})", error.message());
        (at, MappingFault::new("", expected))
    })?;
    let mut said = Said::default();
    for (key, value) in document.get_ref() {
        let name: &str = key.get_ref();
        match (name, value.get_ref().as_table()) {
            ("entity", Some(table)) => said.entities = entities(text, table)?,
            ("ecrans", Some(table)) => said.ecrans = ecrans(table)?,
            _ => return Err(fault(key, name, "une section [entity.<nom>], ou la section [ecrans]")),
        }
    }
    Ok(said)
}

fn entities(text: &str, table: &Keys<'_>) -> Result<HashMap<&'static str, Mapped>, Fault> {
    let line = |at| encoding::line_of(text.as_bytes(), at);
    let mut entities = HashMap::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        let path = format!("entity.{name}");
        let Some(entity) = ENTITIES.into_iter().find(|entity| entity.name == name) else {
            let names = listed(ENTITIES.iter().map(|entity| entity.name));
            return Err(fault(key, &path, format!("une entité parmi : {names}")));
        };
        entities.insert(entity.name, entity_of(entity, &path, value, &line)?);
    }
    without_sifa(&mut entities, table)?;
    Ok(entities)
}

/// The section `[ecrans]`: what this ERP calls its screens.
fn ecrans(table: &Keys<'_>) -> Result<Ecrans, Fault> {
    let mut ecrans = Ecrans::default();
    for (key, value) in table {
        let name: &str = key.get_ref();
        let path = format!("ecrans.{name}");
        let expected = "le nom de l'écran dans cet ERP, p. ex. \"fiche Apprenant\"";
        let shown = text(value, &path, expected)?.trim();
        if shown.is_empty() || shown.chars().any(char::is_control) {
            return Err(fault(value, &path, expected));
        }
        if !ecrans.nommer(name, shown) {
            let names = listed(Ecrans::cles());
            return Err(fault(key, &path, format!("un écran parmi : {names}")));
        }
    }
    Ok(ecrans)
}

/// Without SIFA there are no responsables either: they hang on it.
fn without_sifa(entities: &mut HashMap<&'static str, Mapped>, table: &Keys<'_>) -> Result<(), Fault> {
    let absent = |entity: &Entity| Some(matches!(entities.get(entity.name)?.source, Source::Absent));
    if absent(&SIFA) != Some(true) {
        return Ok(());
    }
    match (absent(&SIFA_RESPONSABLE), table.get_key_value(SIFA_RESPONSABLE.name)) {
        (Some(false), Some((key, _))) => Err(fault(
            key,
            &format!("entity.{}", SIFA_RESPONSABLE.name),
            "absent = true, comme pour l'entité sifa, à laquelle les responsables se rattachent ; les donner comme \
             interlocuteurs de profil PARENT (entité interlocuteur)",
        )),
        _ => {
            entities.entry(SIFA_RESPONSABLE.name).or_default().source = Source::Absent;
            Ok(())
        }
    }
}

fn fault<T>(at: &Spanned<T>, key: &str, expected: impl Into<String>) -> Fault {
    (at.span().start, MappingFault::new(key, expected.into()))
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn entity_of(
    entity: &'static Entity,
    path: &str,
    value: &Spanned<DeValue<'_>>,
    line: &dyn Fn(usize) -> usize,
) -> Result<Mapped, Fault> {
    let Some(keys) = value.get_ref().as_table() else {
        let expected = "une section avec « table » ou « query », et « columns »";
        return Err(fault(value, path, expected));
    };
    let mut mapped = Mapped::default();
    for (key, value) in keys {
        let name: &str = key.get_ref();
        let path = format!("{path}.{name}");
        match name {
            "table" => {
                let shown = text(value, &path, "le nom d'une table ou d'une vue, entre guillemets")?;
                let parts = names::table(shown).map_err(|wrong| fault(value, &path, wrong.expected()))?;
                let shown = shown.trim().to_owned();
                mapped.source = Source::Table { shown, parts };
            }
            "query" => {
                let text = text(value, &path, "une requête SELECT, entre guillemets")?;
                let sql = query::statement(text).map_err(|expected| fault(value, &path, expected))?;
                mapped.source = Source::Query {
                    sql,
                    line: line(value.span().start),
                };
            }
            "absent" => {
                if absent(entity, &path, value)? {
                    mapped.source = Source::Absent;
                }
            }
            "columns" => mapped.columns = columns(entity, &path, value)?,
            _ => return Err(fault(key, &path, "« table », « query », « columns » ou « absent »")),
        }
    }
    one_source(path, keys)?;
    Ok(mapped)
}

/// A table, a query and nothing at all exclude one another.
fn one_source(path: &str, keys: &Keys<'_>) -> Result<(), Fault> {
    let given = |name: &str| keys.get_key_value(name);
    if let (Some(_), Some((key, _))) = (given("table"), given("query")) {
        let expected = "soit « table », soit « query », pas les deux";
        return Err(fault(key, &format!("{path}.query"), expected));
    }
    let absent = given("absent").filter(|(_, value)| value.get_ref().as_bool() == Some(true));
    let other = ["table", "query", "columns"]
        .into_iter()
        .find(|name| given(name).is_some());
    match (absent, other) {
        (Some((key, _)), Some(other)) => Err(fault(
            key,
            &format!("{path}.absent"),
            format!("soit « absent = true », soit « {other} », pas les deux"),
        )),
        _ => Ok(()),
    }
}

fn absent(entity: &Entity, path: &str, value: &Spanned<DeValue<'_>>) -> Result<bool, Fault> {
    let Some(absent) = value.get_ref().as_bool() else {
        return Err(fault(value, path, "true, ou false, sans guillemets"));
    };
    if absent && !may_be_absent(entity) {
        let names = listed(MAY_BE_ABSENT.iter().map(|entity| entity.name));
        let expected = format!(
            "une table ou une requête : sans l'entité {}, aucun dossier ne peut être formé ; seules peuvent être absentes : {names}",
            entity.name
        );
        return Err(fault(value, path, expected));
    }
    Ok(absent)
}

fn columns(
    entity: &'static Entity,
    path: &str,
    value: &Spanned<DeValue<'_>>,
) -> Result<HashMap<&'static str, String>, Fault> {
    let Some(keys) = value.get_ref().as_table() else {
        return Err(fault(value, path, "un tableau { colonne = \"NOM\", … }"));
    };
    let mut columns = HashMap::new();
    for (key, value) in keys {
        let name: &str = key.get_ref();
        let path = format!("{path}.{name}");
        let Some(column) = entity.columns.iter().find(|column| column.name == name) else {
            let names = listed(entity.columns.iter().map(|column| column.name));
            return Err(fault(key, &path, format!("une colonne parmi : {names}")));
        };
        let text = text(value, &path, "le nom d'une colonne, entre guillemets")?;
        if text.trim().is_empty() && column.need == Need::Required {
            let optional = listed(optional(entity));
            let others = match optional.as_str() {
                "" => "aucune colonne de cette entité ne peut l'être".to_owned(),
                names => format!("seules peuvent l'être : {names}"),
            };
            let expected = format!(
                "le nom d'une colonne : celle-ci est obligatoire et ne peut pas être mise à \"\" ({others}) ; si l'ERP ne \
                 l'a pas, une requête (query) peut la donner"
            );
            return Err(fault(value, &path, expected));
        }
        let written = names::column(text).map_err(|wrong| fault(value, &path, wrong.expected()))?;
        columns.insert(column.name, written);
    }
    Ok(columns)
}

/// The columns of an entity that an ERP may do without.
fn optional(entity: &Entity) -> impl Iterator<Item = &'static str> {
    let optional = entity.columns.iter().filter(|column| column.need == Need::Optional);
    optional.map(|column| column.name)
}

fn text<'v>(value: &'v Spanned<DeValue<'_>>, key: &str, expected: &str) -> Result<&'v str, Fault> {
    value.get_ref().as_str().ok_or_else(|| fault(value, key, expected))
}
