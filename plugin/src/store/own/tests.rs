#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! What the store hands to a database, held against the words that databases reserve.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::own_sql;
use crate::bases::Product;
use crate::database::Dialect;
use crate::store::schema::{V1, V2, V2_COLUMNS, V3_COLUMNS, VERSION};
use crate::store::tests::store;

mod tour;

thread_local! {
    /// Statements of this thread, as the store wrote them.
    static WRITTEN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

pub(super) fn note(sql: &str) {
    WRITTEN.with_borrow_mut(|written| written.insert(sql.to_owned()));
}

/// Every statement of the store, as it wrote them.
fn statements() -> BTreeSet<String> {
    let (_base, database, store) = store(Product::Sqlite);
    tour::everything(&store, database.dialect());
    WRITTEN.take()
}

/// The same as a database gets them, with what is printed for its administrator.
pub(crate) fn every_statement(dialect: &Dialect) -> Vec<String> {
    let script = crate::store::Store::ddl(dialect);
    let printed = script.split(';').map(str::trim).filter(|sql| !sql.is_empty());
    let emitted = statements().into_iter().map(|sql| as_written_for(dialect, &sql));
    emitted.chain(printed.map(str::to_owned)).collect()
}

/// What the store wrote for SQLite, as it would have been for another database.
fn as_written_for(dialect: &Dialect, sql: &str) -> String {
    let sqlite = Dialect::from_product("SQLite");
    let paged = sql.replace(&sqlite.page(0, 10), &dialect.page(0, 10));
    own_sql(dialect, &paged.replace(sqlite.epoch_seconds(), dialect.epoch_seconds()))
}

/// The databases of the list of reserved words, by the name that their drivers report.
const PRODUCTS: [(&str, &str); 4] = [
    ("sqlserver", "Microsoft SQL Server"),
    ("postgresql", "PostgreSQL"),
    ("mariadb", "MariaDB"),
    ("sqlite", "SQLite"),
];

/// Reserved word, and where it is one.
fn reserved() -> BTreeMap<&'static str, Vec<&'static str>> {
    let list = include_str!("../../../../tests/sql/reserved-words.txt");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split_once('\t').expect("word, tab, databases"))
        .map(|(word, databases)| (word, databases.split(',').collect()))
        .collect()
}

/// Tables and columns of ours, of all versions.
fn own_names() -> BTreeSet<&'static str> {
    let tables = || std::iter::once(&VERSION).chain(V1).chain(V2);
    let columns = tables().flat_map(|table| table.columns);
    columns
        .chain(V2_COLUMNS.iter().chain(V3_COLUMNS).map(|added| &added.column))
        .map(|column| column.name)
        .chain(tables().map(|table| table.name))
        .collect()
}

/// The words of a statement outside quotes of any kind, in small letters, and the names in quotes.
fn words(sql: &str) -> (Vec<String>, Vec<String>) {
    let (mut bare, mut quoted) = (Vec::new(), Vec::new());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '\'' | '"' | '`' => Some(first),
            '[' => Some(']'),
            _ => None,
        };
        let end = if let Some(close) = close {
            let inside = rest[1..].find(close).expect("a quote that ends");
            if first != '\'' {
                quoted.push(rest[1..=inside].to_owned());
            }
            inside + 2
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            bare.push(rest[..end].to_owned());
            end
        } else {
            first.len_utf8()
        };
        rest = &rest[end..];
    }
    (bare, quoted)
}

#[test]
fn no_name_of_ours_reaches_a_database_without_quotes() {
    let statements = statements();
    let (names, reserved) = (own_names(), reserved());
    for (key, product) in PRODUCTS {
        let dialect = Dialect::from_product(product);
        let mut seen = BTreeSet::new();
        for statement in &statements {
            let sql = as_written_for(&dialect, statement);
            let (bare, quoted) = words(&sql);
            for word in bare {
                assert!(
                    !names.contains(word.to_lowercase().as_str()),
                    "{product}: {word} stands bare in {sql}"
                );
                // An alias, or a name that the schema does not know.
                assert!(
                    !word.contains(|c: char| c.is_ascii_lowercase()),
                    "{product}: {word} in {sql}"
                );
            }
            seen.extend(quoted);
        }
        for name in &names {
            assert!(seen.contains(*name), "{product}: no statement has {name} in quotes");
        }
        let ours = names
            .iter()
            .filter(|name| reserved.get(*name).is_some_and(|of| of.contains(&key)));
        // The list and the names do meet: SQL Server alone reserves one of them.
        let ours: Vec<_> = ours.copied().collect();
        assert_eq!(
            ours,
            if key == "sqlserver" { vec!["plan"] } else { vec![] },
            "{product}"
        );
    }
}

#[test]
fn the_printed_ddl_has_every_name_in_quotes() {
    for (_, product) in PRODUCTS {
        let script = crate::store::Store::ddl(&Dialect::from_product(product));
        let script: String = script.lines().filter(|line| !line.starts_with("--")).collect();
        let (bare, quoted) = words(&script);
        let names = own_names();
        let loose = bare.iter().find(|word| names.contains(word.to_lowercase().as_str()));
        assert_eq!(loose, None, "{product}");
        assert!(
            names.iter().all(|name| quoted.iter().any(|other| other == name)),
            "{product}"
        );
    }
}

#[test]
fn names_are_quoted_in_each_databases_way_and_values_are_left_alone() {
    let plain = "UPDATE mna_execution SET plan = ?, fin = NULL WHERE x.id IN (1, 2) AND etat <> 'l''état plan'";
    for (product, expected) in [
        (
            "Microsoft SQL Server",
            "UPDATE [mna_execution] SET [plan] = ?, [fin] = NULL WHERE [x].[id] IN (1, 2) AND [etat] <> 'l''état plan'",
        ),
        (
            "MariaDB",
            "UPDATE `mna_execution` SET `plan` = ?, `fin` = NULL WHERE `x`.`id` IN (1, 2) AND `etat` <> 'l''état plan'",
        ),
        (
            "SQLite",
            "UPDATE [mna_execution] SET [plan] = ?, [fin] = NULL WHERE [x].[id] IN (1, 2) AND [etat] <> 'l''état plan'",
        ),
        (
            "PostgreSQL",
            r#"UPDATE "mna_execution" SET "plan" = ?, "fin" = NULL WHERE "x"."id" IN (1, 2) AND "etat" <> 'l''état plan'"#,
        ),
    ] {
        assert_eq!(own_sql(&Dialect::from_product(product), plain), expected);
    }
}

/// A statement that the tour does not lead to would not have been looked at.
#[test]
fn the_tour_leads_to_every_statement_that_the_sources_hold() {
    let emitted: Vec<String> = statements().iter().map(|sql| one_space(sql)).collect();
    let mut found = 0;
    for literal in literals(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")) {
        // Up to the first part that is filled in.
        let start = one_space(literal.split('{').next().unwrap());
        let known = emitted.iter().any(|sql| sql.starts_with(start.trim_end()));
        assert!(known, "the tour does not lead to: {start}");
        found += 1;
    }
    assert!(found > 30, "{found}");
}

fn one_space(sql: &str) -> String {
    let mut text = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    text.push(' ');
    text
}

/// Texts of the sources that begin as a statement does.
fn literals(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(literals(&path));
        } else if path
            .file_name()
            .is_some_and(|name| name != "tests.rs" && name != "tour.rs")
        {
            let source = std::fs::read_to_string(&path).unwrap();
            // Tests stand at the end of a file.
            let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let texts = source.split("\"").skip(1).step_by(2);
            found.extend(
                texts
                    .filter(|text| {
                        ["SELECT ", "INSERT ", "UPDATE ", "DELETE "]
                            .iter()
                            .any(|verb| text.starts_with(verb))
                    })
                    .map(|text| text.replace("\\\n", " ")),
            );
        }
    }
    found
}
