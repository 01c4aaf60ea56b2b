//! A fresh database of each kind.

use odbc_api::Connection;
use passerelle::database::Database;
use tempfile::TempDir;

pub use crate::servers::Product;
use crate::servers::connect;

/// A database without tables, and a folder for files.
pub struct Base {
    pub product: Product,
    pub folder: TempDir,
    /// As a user would write it: the plugin adds what the driver needs.
    pub connection_string: String,
    /// What stands before a table's name, with a full stop, to say where it is.
    pub schema: String,
}

impl Base {
    pub fn new(product: Product) -> Base {
        let folder = tempfile::tempdir().unwrap();
        let (connection_string, name) = match product.server() {
            Some(server) => {
                let name = server.create_database();
                (server.connection_string(&name), name)
            }
            None => {
                let file = folder.path().join("erp.db");
                (format!("Driver=SQLite3;Database={}", file.display()), String::new())
            }
        };
        Base {
            product,
            folder,
            connection_string,
            schema: product.pick("main".to_owned(), "public".to_owned(), name),
        }
    }

    /// A connection of the ERP's own.
    pub fn connect(&self) -> Connection<'static> {
        connect(&self.connection_string).unwrap()
    }

    /// The plugin's way in.
    pub fn database(&self) -> Database {
        Database::create(&self.connection_string).unwrap()
    }

    /// Runs the ERP's statements, in standard SQL.
    pub fn run(&self, statements: &[&str]) {
        let connection = self.connect();
        // Double quotes are for names everywhere else.
        if self.product == Product::MariaDb {
            connection
                .execute("SET SESSION sql_mode = 'ANSI_QUOTES'", (), None)
                .unwrap();
        }
        for sql in statements {
            connection
                .execute(sql, (), None)
                .unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
}
