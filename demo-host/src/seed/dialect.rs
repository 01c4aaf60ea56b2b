//! What differs between databases in the sample's DDL, decided once from the name that the driver reports.

use super::schema::{Column, Kind, TableDef};

/// A family of databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, PostgreSQL and whatever else takes standard SQL.
    Standard,
    /// MariaDB and MySQL.
    MariaDb,
    /// Microsoft SQL Server.
    SqlServer,
}

impl Dialect {
    /// From the driver's `SQL_DBMS_NAME`.
    pub fn of(dbms_name: &str) -> Self {
        let name = dbms_name.to_ascii_lowercase();
        if name.contains("mariadb") || name.contains("mysql") {
            Self::MariaDb
        } else if name.contains("sql server") {
            Self::SqlServer
        } else {
            Self::Standard
        }
    }

    /// A name, quoted.
    pub fn quote(self, name: &str) -> String {
        match self {
            Self::MariaDb => format!("`{name}`"),
            Self::Standard | Self::SqlServer => format!("\"{name}\""),
        }
    }

    fn column(self, column: Column) -> String {
        // SQL Server's VARCHAR holds one code page; only its N types hold all of Unicode.
        let national = if self == Self::SqlServer { "N" } else { "" };
        let kind = match column.kind {
            Kind::Key => "INTEGER NOT NULL PRIMARY KEY".to_owned(),
            Kind::Integer => "INTEGER".to_owned(),
            Kind::Boolean => "SMALLINT".to_owned(),
            Kind::Text(length) => format!("{national}VARCHAR({length})"),
            Kind::Char => format!("{national}CHAR(1)"),
            Kind::Date => "DATE".to_owned(),
            Kind::Decimal => "DECIMAL(9,6)".to_owned(),
        };
        format!("{} {kind}", self.quote(column.name))
    }

    /// The statement that creates a table.
    pub fn create_table(self, table: &TableDef) -> String {
        let columns: Vec<_> = table.columns.iter().map(|column| self.column(*column)).collect();
        let charset = if self == Self::MariaDb {
            " DEFAULT CHARACTER SET utf8mb4"
        } else {
            ""
        };
        format!(
            "CREATE TABLE {} ({}){charset}",
            self.quote(table.name),
            columns.join(", ")
        )
    }

    /// The statements that create a table's indexes.
    pub fn create_indexes(self, table: &TableDef) -> Vec<String> {
        let plain = table.indexed.iter().map(|column| ("", *column));
        let unique = table.unique.iter().map(|column| ("UNIQUE ", *column));
        plain
            .chain(unique)
            .map(|(unique, column)| {
                format!(
                    "CREATE {unique}INDEX {} ON {} ({})",
                    self.quote(&format!("ix_{}_{column}", table.name)),
                    self.quote(table.name),
                    self.quote(column)
                )
            })
            .collect()
    }

    /// The statement that removes a table.
    pub fn drop_table(self, table: &TableDef) -> String {
        format!("DROP TABLE {}", self.quote(table.name))
    }

    /// A query that succeeds, without rows, exactly when the table is there.
    pub fn probe(self, table: &TableDef) -> String {
        format!(
            "SELECT {} FROM {} WHERE 1 = 0",
            self.quote("id"),
            self.quote(table.name)
        )
    }

    /// The statement that adds a row.
    pub fn insert(self, table: &TableDef) -> String {
        let columns: Vec<_> = table.columns.iter().map(|column| self.quote(column.name)).collect();
        let marks = vec!["?"; table.columns.len()].join(", ");
        format!(
            "INSERT INTO {} ({}) VALUES ({marks})",
            self.quote(table.name),
            columns.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::{TABLES, Table};
    use super::*;

    #[test]
    fn a_database_is_known_by_its_name() {
        let cases = [
            ("SQLite", Dialect::Standard),
            ("PostgreSQL", Dialect::Standard),
            ("MariaDB", Dialect::MariaDb),
            ("MySQL", Dialect::MariaDb),
            ("Microsoft SQL Server", Dialect::SqlServer),
        ];
        for (name, dialect) in cases {
            assert_eq!(Dialect::of(name), dialect, "{name}");
        }
    }

    /// So that no word that a database reserves can be in the way.
    #[test]
    fn every_name_of_the_sample_stands_in_quotes() {
        for dialect in [Dialect::Standard, Dialect::MariaDb, Dialect::SqlServer] {
            for table in &TABLES {
                let mut statements = dialect.create_indexes(table);
                statements.push(dialect.create_table(table));
                statements.push(dialect.drop_table(table));
                statements.push(dialect.probe(table));
                statements.push(dialect.insert(table));
                for sql in statements {
                    let sql = sql.replace("DEFAULT CHARACTER SET utf8mb4", "");
                    let outside: String = sql.split(['"', '`']).step_by(2).collect();
                    assert!(!outside.contains(|c: char| c.is_ascii_lowercase()), "{sql}");
                    assert!(
                        sql.contains(&dialect.quote(table.name)) || sql.contains("INDEX"),
                        "{sql}"
                    );
                }
            }
        }
    }

    #[test]
    fn statements_follow_the_dialect() {
        let centre = Table::CentreInteret.def();
        let cases = [
            (
                Dialect::Standard,
                r#"CREATE TABLE "centre_interet" ("id" INTEGER NOT NULL PRIMARY KEY, "libelle" VARCHAR(160), "diplome_id" INTEGER)"#,
            ),
            (
                Dialect::MariaDb,
                "CREATE TABLE `centre_interet` (`id` INTEGER NOT NULL PRIMARY KEY, `libelle` VARCHAR(160), `diplome_id` INTEGER) DEFAULT CHARACTER SET utf8mb4",
            ),
            (
                Dialect::SqlServer,
                r#"CREATE TABLE "centre_interet" ("id" INTEGER NOT NULL PRIMARY KEY, "libelle" NVARCHAR(160), "diplome_id" INTEGER)"#,
            ),
        ];
        for (dialect, expected) in cases {
            assert_eq!(dialect.create_table(centre), expected);
        }
        assert_eq!(
            Dialect::Standard.create_indexes(Table::Sifa.def()),
            [
                r#"CREATE INDEX "ix_sifa_diplome_id" ON "sifa" ("diplome_id")"#,
                r#"CREATE UNIQUE INDEX "ix_sifa_inscription_id" ON "sifa" ("inscription_id")"#,
            ]
        );
    }
}
