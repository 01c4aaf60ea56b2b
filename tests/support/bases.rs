//! A fresh database of each kind, and how a test becomes one on each. The library's own tests use it too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code
)]

use odbc_api::{Connection, ConnectionOptions, environment};
use passerelle::database::Database;
use tempfile::TempDir;

#[cfg(unix)]
use crate::servers::Server;

/// Makes each function a test on each of the databases. Those that need a server are for the systems that it runs on.
macro_rules! on_each {
    ($($name:ident)+) => {$(
        mod $name {
            use $crate::bases::Product;

            #[test]
            fn sqlite() {
                super::$name(Product::Sqlite);
            }

            #[cfg(unix)]
            #[test]
            fn postgresql() {
                super::$name(Product::PostgreSql);
            }

            #[cfg(unix)]
            #[test]
            fn mariadb() {
                super::$name(Product::MariaDb);
            }
        }
    )+};
}
pub(crate) use on_each;

/// The databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    Sqlite,
    PostgreSql,
    MariaDb,
}

impl Product {
    /// The one of these that is this one's.
    pub fn pick<T>(self, sqlite: T, postgresql: T, mariadb: T) -> T {
        match self {
            Product::Sqlite => sqlite,
            Product::PostgreSql => postgresql,
            Product::MariaDb => mariadb,
        }
    }

    /// Its server, of this test executable.
    #[cfg(unix)]
    pub fn server(self) -> Option<&'static Server> {
        match self {
            Product::Sqlite => None,
            Product::PostgreSql => Some(Server::postgresql()),
            Product::MariaDb => Some(Server::mariadb()),
        }
    }
}

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
        let (connection_string, name) = on_server(product).unwrap_or_else(|| {
            let file = folder.path().join("erp.db");
            (format!("Driver=SQLite3;Database={}", file.display()), String::new())
        });
        Base {
            product,
            folder,
            connection_string,
            schema: product.pick("main".to_owned(), "public".to_owned(), name),
        }
    }

    /// A connection of the ERP's own.
    pub fn connect(&self) -> Connection<'static> {
        environment()
            .unwrap()
            .connect_with_connection_string(&self.connection_string, ConnectionOptions::default())
            .unwrap()
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

/// A new database on the product's server: how to reach it, and its name.
#[cfg(unix)]
fn on_server(product: Product) -> Option<(String, String)> {
    let server = product.server()?;
    let name = server.create_database();
    Some((server.connection_string(&name), name))
}

#[cfg(not(unix))]
fn on_server(_: Product) -> Option<(String, String)> {
    None
}
