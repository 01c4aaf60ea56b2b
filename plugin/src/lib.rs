//! Passerelle Apprentissage: the plugin that an ERP loads as a dynamic library.
//!
//! | module | what it does |
//! |---|---|
//! | `ffi` | the only unsafe code: the entry, one funnel per direction, conversions |
//! | `instance` | one instance: what each call of the host leads to |
//! | `keys` | where the sealing key of this installation is kept |
//! | `contributions` | screens, menu entries, documents and jobs, one file each |
//! | `night` | the nightly run |
//! | `mission` | the receiving API: one file per protocol, transport with retry |
//! | `courriel` | one e-mail, over SMTP with TLS |
//! | `erp` | the ERP's tables: mapping, streams of records, diagnosis |
//! | `store` | the plugin's own `mna_` tables: migrations, settings, keys, journal |
//! | `database` | ODBC: connections, block cursors, what differs between databases |
//! | `dossier` | the rules: pure functions from ERP records to a dossier |
//! | `workbook` | Excel workbooks, written row by row |
//! | `host`, `form`, `table`, `error`, `log` | the words in which the plugin speaks with its host |
//! | `tls` | what a TLS error means, for `mission` and `courriel` |
//! | `fault` | panics on demand, for the tests; nothing in a release build |
//!
//! Arrows point one way, from the top of this table to its bottom: `dossier` depends on none of the others; `erp`,
//! `store` and `mission` know its types, never each other; `courriel` knows none of them; only `ffi` sees raw pointers.

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
pub mod instance;
pub mod keys;
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

// What the tests share speaks of this library by its name.
#[cfg(test)]
extern crate self as passerelle;
