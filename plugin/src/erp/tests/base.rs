//! A database to read.

use std::ops::ControlFlow;

use crate::bases::{self, Product};
use crate::database::{Connection, Database, Dialect, Param};
use crate::dossier::records::Inscription;
use crate::erp::schema::{ENTITIES, Entity, Kind};
use crate::erp::{Erp, ErpError, Mapping, Scope};

/// A fresh database with the ERP's tables, gone when this is dropped.
pub struct Base {
    pub connection: Connection,
    pub database: Database,
    _base: bases::Base,
}

impl Base {
    /// The reference schema, without rows.
    pub fn reference(product: Product) -> Base {
        Base::with_types(product, &[])
    }

    /// The reference schema with société 1 and sectors 1 and 2.
    pub fn with_secteurs(product: Product) -> Base {
        let base = Base::reference(product);
        base.add_secteurs();
        base
    }

    /// The same in an ERP that keeps everything but the keys of its joins as text.
    pub fn all_text(product: Product) -> Base {
        let base = Base::with_types(product, &[Kind::Decimal, Kind::Integer, Kind::Boolean, Kind::Date]);
        base.add_secteurs();
        base
    }

    fn with_types(product: Product, as_text: &[Kind]) -> Base {
        let base = bases::Base::new(product);
        let database = base.database();
        let connection = database.open().unwrap();
        let base = Base {
            connection,
            database,
            _base: base,
        };
        for entity in ENTITIES {
            base.run(&create(entity, base.database.dialect(), as_text));
        }
        base
    }

    fn add_secteurs(&self) {
        self.run("INSERT INTO societe VALUES (1, 'AURLOM')");
        self.run(
            "INSERT INTO secteur VALUES (1, 1, 'Metz', '57000', '49.12', '6.177'), (2, 1, 'Nancy', '54000', NULL, NULL)",
        );
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

fn create(entity: &Entity, dialect: &Dialect, as_text: &[Kind]) -> String {
    let columns: Vec<String> = entity
        .columns
        .iter()
        .map(|column| {
            let kind = match column.kind {
                kind if as_text.contains(&kind) => dialect.text_type(),
                Kind::Key if column.name == "id" => "INTEGER PRIMARY KEY",
                Kind::Key | Kind::Integer => "INTEGER",
                Kind::Decimal => "DECIMAL(9,6)",
                Kind::Boolean => "SMALLINT",
                Kind::Date => "DATE",
                // No declared size: what is too long for the reference schema has to be read too.
                Kind::Text(_) => dialect.text_type(),
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
