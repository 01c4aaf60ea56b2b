//! The same tests on SQLite, PostgreSQL and MariaDB, live, through their ODBC drivers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod another_erp;
#[path = "../support/bases.rs"]
mod bases;
mod callbacks;
mod courriel;
mod drivers;
mod faults;
mod generated;
#[path = "../support/generator/mod.rs"]
mod generator;
mod golden;
mod host;
mod journey;
mod mapping;
#[path = "../support/servers.rs"]
mod servers;
#[path = "../support/mod.rs"]
mod support;
