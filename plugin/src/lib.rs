//! Passerelle Apprentissage: the plugin that an ERP loads as a dynamic library.
//!
//! | module | what it does |
//! |---|---|
//! | `ffi` | the roof: the entry, one funnel per direction, conversions; with `database::odbc` the only unsafe code |
//! | `instance` | one instance: the open forms, and what each call of the host leads to |
//! | `contributions` | screens, menu entries, documents and jobs, one file each |
//! | `night` | the nightly run |
//! | `installation` | the host's settings and what they open; where the sealing key is kept |
//! | `erp` | the ERP's tables: mapping, streams of records, diagnosis |
//! | `store` | the plugin's own `mna_` tables: migrations, settings, keys, journal |
//! | `mission` | the receiving API: one file per protocol, transport with retry |
//! | `courriel` | one e-mail, over SMTP with TLS |
//! | `workbook` | Excel workbooks, written row by row |
//! | `dossier` | the rules: pure functions from ERP records to a dossier |
//! | `database` | ODBC: connections, block cursors, what differs between databases |
//! | `tls` | what a TLS error means, for `mission` and `courriel` |
//! | `host`, `form`, `table`, `error`, `log` | the words in which the plugin speaks with its host |
//! | `fault` | panics on demand, for the tests; nothing in a release build |
//!
//! Arrows point down this table, never up; of `erp`, `store` and `mission` none knows another. `tests/ladder.rs` reads
//! the table and the sources, and fails where an arrow points up. Only `ffi` sees raw pointers.

#![deny(unsafe_code)]

#[cfg(panic = "abort")]
compile_error!("the plugin must unwind: with panic = \"abort\" a bug would take the host down");

pub mod contributions;
pub mod courriel;
pub mod database;
pub mod dossier;
pub mod erp;
pub mod error;
mod fault;
#[allow(unsafe_code)]
pub mod ffi;
pub mod form;
pub mod host;
pub mod installation;
pub mod instance;
pub mod log;
pub mod mission;
pub mod night;
pub mod store;
pub mod table;
mod tls;
pub mod workbook;

#[cfg(test)]
#[path = "../../tests/support/bases.rs"]
mod bases;
#[cfg(all(test, unix))]
#[path = "../../tests/support/servers.rs"]
mod servers;

#[cfg(test)]
mod tsql;

// What the tests share speaks of this library by its name.
#[cfg(test)]
extern crate self as passerelle;
