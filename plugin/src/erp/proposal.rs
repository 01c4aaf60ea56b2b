//! A mapping file proposed from a database's catalogue, by the likeness of names: what is sure stands in it, what is
//! doubtful stands in comments with the candidates.
//!
//! | file | what it does |
//! |---|---|
//! | `words` | the words by which ERPs call tables and columns |
//! | `likeness` | how like two names are |

mod likeness;
mod words;

use std::collections::HashMap;
use std::fmt::Write as _;

use likeness::{POSSIBLE, SURE, likeness, words};
use words::{KEYS, PERHAPS_KEYS, WORDS, Words};

use super::mapping::may_be_absent;
use super::schema::{Column, Entity, Need};
use crate::database::CatalogueTable;

/// Candidates that a comment names at most.
const CANDIDATES: usize = 3;

/// Proposes a file, in TOML.
pub(super) fn propose(catalogue: &[CatalogueTable]) -> String {
    let tables: Vec<Table<'_>> = catalogue
        .iter()
        .filter(|table| !table.name.to_lowercase().starts_with("mna_"))
        .map(Table::new)
        .collect();
    let choices: Vec<Choice<'_>> = WORDS.iter().map(|words| choose(words, &tables)).collect();
    let keys: HashMap<&str, &str> = choices
        .iter()
        .filter_map(|choice| Some((choice.words.entity.name, choice.best()?.key(choice.words)?)))
        .collect();
    let mut file = HEAD.to_owned();
    for choice in &choices {
        write_entity(&mut file, choice, &keys);
    }
    file.push_str(TAIL);
    file
}

const HEAD: &str = "\
# Correspondance des tables, proposée d'après le catalogue de la base : à relire.
# Ce qui est douteux est en commentaire (#), avec les noms qui s'en approchent : garder le bon, et enlever le #.
# Une colonne facultative que cet ERP n'a pas s'écrit : colonne = \"\". Vérifier ensuite : demo-host mapping check.
";

const TAIL: &str = "
# Comment cet ERP appelle ses écrans, pour les conseils donnés aux utilisateurs :
# [ecrans]
# stagiaire = \"fiche Stagiaire\"
# inscription = \"fiche Inscrit\"
# action_formation = \"fiche Action\"
# sifa = \"SIFA\"
";

/// A table of the catalogue, with the words of its names.
struct Table<'c> {
    catalogue: &'c CatalogueTable,
    words: Vec<String>,
    /// The words of each column, without those that say the table's name again.
    columns: Vec<(&'c str, Vec<String>)>,
}

impl<'c> Table<'c> {
    fn new(catalogue: &'c CatalogueTable) -> Self {
        let own = words(&catalogue.name);
        let split: Vec<_> = catalogue
            .columns
            .iter()
            .map(|name| (name.as_str(), words(name)))
            .collect();
        let prefix = prefix(&split, &own);
        let strip = |(name, mut words): (&'c str, Vec<String>)| {
            if words.len() > 1 && words.first() == prefix.as_ref() {
                words.remove(0);
            }
            (name, words)
        };
        Table {
            catalogue,
            columns: split.into_iter().map(strip).collect(),
            words: own,
        }
    }

    /// Its key, if there is a sure one.
    fn key(&self, words: &Words) -> Option<&'c str> {
        let id = words.entity.columns.first()?;
        let ranked = self.ranked(words, id, &HashMap::new());
        ranked.first().filter(|(_, like)| *like >= SURE).map(|(name, _)| *name)
    }

    /// Its columns that may be a logical column, the likeliest first.
    fn ranked(&self, of: &Words, column: &Column, keys: &HashMap<&str, &str>) -> Vec<(&'c str, f64)> {
        let like = |(name, found): &(&'c str, Vec<String>)| {
            let like = if column.name == "id" {
                self.like_a_key(found)
            } else if let Some((_, target)) = of.references.iter().find(|(known, _)| *known == column.name) {
                like_a_reference(name, found, column, target, keys)
            } else {
                like_a_value(found, of, column)
            };
            (*name, like)
        };
        let mut ranked: Vec<_> = self
            .columns
            .iter()
            .map(like)
            .filter(|(_, like)| *like >= POSSIBLE)
            .collect();
        ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        ranked
    }

    fn like_a_key(&self, found: &[String]) -> f64 {
        let is_own = |word: &String| self.words.contains(word);
        let rest: Vec<&String> = found.iter().filter(|word| !is_own(word)).collect();
        match rest.as_slice() {
            [word] if KEYS.contains(&word.as_str()) && found.len() == 1 => 1.0,
            [word] if KEYS.contains(&word.as_str()) => 0.9,
            [word] if PERHAPS_KEYS.contains(&word.as_str()) => 0.6,
            [_, word] if KEYS.contains(&word.as_str()) => 0.5,
            _ => 0.0,
        }
    }

    /// Its name as a mapping file writes it.
    fn written(&self) -> String {
        let CatalogueTable { schema, name, .. } = self.catalogue;
        let bare = |part: &str| part.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        let part = |part: &str| {
            if bare(part) {
                part.to_owned()
            } else {
                format!("[{}]", part.replace(']', "]]"))
            }
        };
        match schema.as_str() {
            "" => part(name),
            schema => format!("{}.{}", part(schema), part(name)),
        }
    }
}

/// The word that a table's columns begin with, where it stands for the table: `STA_` of `STAGIAIRES`.
fn prefix(columns: &[(&str, Vec<String>)], table: &[String]) -> Option<String> {
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for (_, words) in columns.iter().filter(|(_, words)| words.len() > 1) {
        *counts.entry(words.first()?).or_default() += 1;
    }
    let stands = |word: &str| {
        table
            .iter()
            .any(|own| own.starts_with(word) || word.starts_with(own.as_str()))
    };
    counts
        .into_iter()
        .filter(|(word, count)| *count >= 2 && (stands(word) || count * 2 >= columns.len()))
        .max_by_key(|(word, count)| (*count, std::cmp::Reverse((*word).clone())))
        .map(|(word, _)| word.clone())
}

fn like_a_value(found: &[String], of: &Words, column: &Column) -> f64 {
    let others = of.columns.iter().filter(|(name, _)| *name == column.name);
    let others = others.flat_map(|(_, names)| names.iter().copied());
    let like = others.map(|name| likeness(found, name) * 0.97);
    like.fold(likeness(found, column.name), f64::max)
}

fn like_a_reference(name: &str, found: &[String], column: &Column, target: &Entity, keys: &HashMap<&str, &str>) -> f64 {
    // A key that is called `id` everywhere says nothing of the table that it leads to.
    if words(name).len() > 1 && keys.get(target.name).is_some_and(|key| key.eq_ignore_ascii_case(name)) {
        return 0.98;
    }
    let tables = WORDS.iter().filter(|words| words.entity.name == target.name);
    let names = tables.flat_map(|words| words.tables.iter());
    let is_key = |word: &&String| KEYS.contains(&word.as_str()) || PERHAPS_KEYS.contains(&word.as_str());
    let rest: Vec<String> = found.iter().filter(|word| !is_key(word)).cloned().collect();
    let certainty = if rest.len() < found.len() { 0.95 } else { 0.8 };
    let like = names.map(|name| likeness(&rest, name) * certainty);
    like.fold(likeness(found, column.name), f64::max)
}

/// The tables that an entity may be in, the likeliest first.
struct Choice<'t> {
    words: &'static Words,
    ranked: Vec<(&'t Table<'t>, f64)>,
}

impl<'t> Choice<'t> {
    /// The one that is sure enough to be written.
    fn best(&self) -> Option<&'t Table<'t>> {
        match self.ranked.as_slice() {
            [(table, like), (_, next), ..] if *like >= SURE_TABLE && like - next >= MARGIN => Some(table),
            [(table, like)] if *like >= SURE_TABLE => Some(table),
            _ => None,
        }
    }
}

/// Likeness from which on a table is taken.
const SURE_TABLE: f64 = 0.6;
/// By how much it must be likelier than the next.
const MARGIN: f64 = 0.05;

fn choose<'t>(words: &'static Words, tables: &'t [Table<'t>]) -> Choice<'t> {
    let mut ranked: Vec<_> = tables
        .iter()
        .map(|table| (table, like_an_entity(table, words)))
        .collect();
    ranked.retain(|(_, like)| *like >= POSSIBLE);
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    Choice { words, ranked }
}

/// By the table's name for the most part, and by how many of the columns are there.
fn like_an_entity(table: &Table<'_>, of: &Words) -> f64 {
    let names = of.tables.iter().map(|name| likeness(&table.words, name) * 0.97);
    let name = names.fold(likeness(&table.words, of.entity.name), f64::max);
    let required = of.entity.columns.iter().filter(|column| column.need == Need::Required);
    let found = required.map(|column| {
        table
            .ranked(of, column, &HashMap::new())
            .first()
            .map_or(0.0, |(_, like)| *like)
    });
    let found: Vec<f64> = found.collect();
    let count = f64::from(u32::try_from(found.len().max(1)).unwrap_or(1));
    name * 0.6 + found.iter().sum::<f64>() / count * 0.4
}

fn write_entity(file: &mut String, choice: &Choice<'_>, keys: &HashMap<&str, &str>) {
    let entity = choice.words.entity;
    let _ = writeln!(file);
    match (choice.best(), choice.ranked.as_slice()) {
        (Some(table), _) => {
            let _ = writeln!(file, "[entity.{}]", entity.name);
            let _ = writeln!(file, "table = {}", quoted(&table.written()));
            let _ = writeln!(file, "[entity.{}.columns]", entity.name);
            write_columns(file, table, choice.words, keys, "");
        }
        (None, [(table, _), ..]) => {
            let names = choice.ranked.iter().map(|(table, _)| table.written());
            let _ = writeln!(file, "# À vérifier. Tables qui s'en approchent : {}.", listed(names));
            let _ = writeln!(file, "# [entity.{}]", entity.name);
            let _ = writeln!(file, "# table = {}", quoted(&table.written()));
            let _ = writeln!(file, "# [entity.{}.columns]", entity.name);
            write_columns(file, table, choice.words, keys, "# ");
        }
        (None, []) => {
            let _ = writeln!(
                file,
                "# Aucune table ne s'approche de l'entité {}. À compléter :",
                entity.name
            );
            let _ = writeln!(file, "# [entity.{}]", entity.name);
            let _ = writeln!(file, "# table = \"…\"");
            if may_be_absent(entity) {
                let _ = writeln!(file, "# ou, si cet ERP n'a rien de tel :");
                let _ = writeln!(file, "# absent = true");
            }
        }
    }
}

fn write_columns(file: &mut String, table: &Table<'_>, of: &Words, keys: &HashMap<&str, &str>, comment: &str) {
    let read = of.entity.read();
    let mut ranked: Vec<_> = read.map(|column| (column, table.ranked(of, column, keys))).collect();
    // One column has one meaning: it goes to the logical column that it is likest to.
    let taken: Vec<(&str, &str, f64)> = ranked
        .iter()
        .flat_map(|(column, names)| names.iter().map(|(name, like)| (column.name, *name, *like)))
        .collect();
    for (column, names) in &mut ranked {
        names.retain(|(name, like)| {
            let stronger = |(other, found, more): &(&str, &str, f64)| {
                *other != column.name && found == name && *more >= SURE && more > like
            };
            !taken.iter().any(stronger)
        });
    }
    for (column, names) in ranked {
        let name = column.name;
        let optional = column.need == Need::Optional;
        let _ = match names.as_slice() {
            [(found, like), rest @ ..] if *like >= SURE && rest.iter().all(|(_, next)| like - next >= MARGIN) => {
                writeln!(file, "{comment}{name} = {}", quoted(found))
            }
            [(found, _), ..] => {
                let names = names.iter().map(|(name, _)| (*name).to_owned());
                writeln!(file, "# {name} = {}   # à vérifier : {}", quoted(found), listed(names))
            }
            [] if optional => writeln!(file, "{comment}{name} = \"\"   # facultative, rien ne s'en approche"),
            [] => writeln!(file, "# {name} = \"…\"   # obligatoire, rien ne s'en approche"),
        };
    }
}

fn listed(names: impl Iterator<Item = String>) -> String {
    names.take(CANDIDATES).collect::<Vec<_>>().join(", ")
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
