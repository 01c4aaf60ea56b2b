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

use servers::on_each;
