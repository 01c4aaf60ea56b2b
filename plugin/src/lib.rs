//! Passerelle Apprentissage: the plugin that an ERP loads as a dynamic library.
//!
//! | module | what it does |
//! |---|---|
//! | `dossier` | the rules: pure functions from ERP records to a dossier |
//! | `database` | ODBC: connections, block cursors, what differs between databases |
//! | `erp` | the ERP's tables: mapping, streams of records, diagnosis |
//! | `store` | the plugin's own `mna_` tables: migrations, settings, keys, journal |
//! | `mission` | the receiving API: one file per protocol, transport with retry |
//! | `night` | the nightly run |
//!
//! `dossier` depends on none of the others; `erp`, `store` and `mission` know its types and `database`, never each other.

pub mod database;
pub mod dossier;
pub mod erp;
mod ffi;
pub mod mission;
pub mod night;
pub mod store;
