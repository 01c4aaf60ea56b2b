//! A database to read.

use std::ops::ControlFlow;

use crate::database::{Connection, Database, Param};
use crate::dossier::records::Inscription;
use crate::erp::schema::{ENTITIES, Entity, Kind};
use crate::erp::{Erp, ErpError, Mapping, Scope};

/// A fresh SQLite file, gone when this is dropped.
pub struct Base {
    pub folder: tempfile::TempDir,
    pub database: Database,
    pub connection: Connection,
}

impl Base {
    pub fn empty() -> Base {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("erp.db");
        let database = Database::create(&format!("Driver=SQLite3;Database={}", file.display())).unwrap();
        let connection = database.open().unwrap();
        Base {
            folder,
            database,
            connection,
        }
    }

    /// The reference schema, without rows.
    pub fn reference() -> Base {
        let base = Base::empty();
        for entity in ENTITIES {
            base.run(&create(entity));
        }
        base
    }

    /// The reference schema with société 1 and sectors 1 and 2.
    pub fn with_secteurs() -> Base {
        let base = Base::reference();
        base.run("INSERT INTO societe VALUES (1, 'AURLOM')");
        base.run(
            "INSERT INTO secteur VALUES (1, 1, 'Metz', '57000', 49.12, 6.177), (2, 1, 'Nancy', '54000', NULL, NULL)",
        );
        base
    }

    pub fn run(&self, sql: &str) {
        self.connection
            .execute(sql, &[])
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    pub fn many(&self, table: &str, rows: &[Vec<Param>]) {
        let Some(first) = rows.first() else { return };
        let sql = format!("INSERT INTO {table} VALUES ({})", vec!["?"; first.len()].join(", "));
        self.connection.transaction(|c| c.execute_many(&sql, rows)).unwrap();
    }

    pub fn erp(&self) -> Erp {
        Erp::new(self.database.clone(), Mapping::default())
    }
}

fn create(entity: &Entity) -> String {
    let columns: Vec<String> = entity
        .columns
        .iter()
        .map(|column| {
            let kind = match column.kind {
                Kind::Key if column.name == "id" => "INTEGER PRIMARY KEY",
                Kind::Key | Kind::Integer => "INTEGER",
                Kind::Decimal => "DECIMAL(9,6)",
                Kind::Boolean => "SMALLINT",
                Kind::Date => "DATE",
                Kind::Text(_) => "VARCHAR(80)",
            };
            format!("{} {kind}", column.name)
        })
        .collect();
    format!("CREATE TABLE {} ({})", entity.name, columns.join(", "))
}

pub fn scope(secteurs: &[i64]) -> Scope {
    Scope {
        secteurs: secteurs.iter().map(|secteur| (1, *secteur)).collect(),
    }
}

pub fn try_read(erp: &Erp, scope: &Scope) -> Result<Vec<Inscription>, ErpError> {
    let mut read = Vec::new();
    erp.inscriptions(scope, &|| false, &mut |inscription| {
        read.push(inscription);
        ControlFlow::Continue(())
    })?;
    Ok(read)
}

pub fn read(erp: &Erp, secteurs: &[i64]) -> Vec<Inscription> {
    try_read(erp, &scope(secteurs)).unwrap()
}
