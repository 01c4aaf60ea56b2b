//! The same tests on SQLite, PostgreSQL and MariaDB, live, through their ODBC drivers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod another_erp;
mod base;
mod drivers;
mod faults;
mod host;
mod journey;
#[path = "../support/servers.rs"]
mod servers;
#[path = "../support/mod.rs"]
mod support;
mod upgrade;

/// Makes each function a test on each of the databases.
macro_rules! on_each {
    ($($name:ident)+) => {$(
        mod $name {
            use crate::base::Product;

            #[test]
            fn sqlite() {
                super::$name(Product::Sqlite);
            }

            #[test]
            fn postgresql() {
                super::$name(Product::PostgreSql);
            }

            #[test]
            fn mariadb() {
                super::$name(Product::MariaDb);
            }
        }
    )+};
}
use on_each;
