//! For whoever writes a host of *Passerelle Apprentissage* in Rust: load the plugin's library, be its [`Host`], use it.
//!
//! A whole host:
//!
//! ```no_run
//! use passerelle_host_sdk::{Host, Library, Run};
//! struct Erp;
//! impl Host for Erp {
//!     fn name(&self) -> String { "Mon ERP 1.0".into() }
//!     fn now(&self) -> chrono::DateTime<chrono::FixedOffset> { chrono::DateTime::UNIX_EPOCH.into() }
//!     fn setting(&self, key: &str) -> Option<String> { (key == "database").then(|| "DSN=ERP".into()) }
//!     fn register_job(&self, _: passerelle_host_sdk::JobSpec) -> Result<(), passerelle_host_sdk::HostError> { Ok(()) }
//! }
//! struct NeverStops;
//! impl Run for NeverStops { fn is_cancelled(&self) -> bool { false } }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let plugin = Library::load("/opt/erp/libpasserelle.so".as_ref())?.create(Erp)?;
//! let outcome = plugin.worker().run_job("export-de-nuit", "{}", &NeverStops)?;
//! println!("{}", outcome.text);
//! # Ok(()) }
//! ```
//!
//! # What the types say
//!
//! The ABI's thread rules are types here. [`Plugin`] is `[main]`: it stays on the thread that made it. [`Worker`] is
//! `[job]`: it goes anywhere. A [`Table`] moves to the thread that reads it, and its [`Canceller`] stops it from any
//! other. None of them can outlive the instance: each keeps it alive, and the instance keeps the [`Library`]
//! initialised. Nothing here needs `unsafe`.
//!
//! # What crosses
//!
//! A panic of a [`Host`], [`Run`], [`Secrets`], [`Mail`] or writer is caught before it reaches the plugin and becomes an error
//! code there, provided that the host is built with `panic = "unwind"`. What the plugin hands out is checked before it
//! is used: sizes, NULL, required functions, UTF-8, the shape of every batch of rows; an [`Error`] says what was wrong.
#![deny(unsafe_code)]

mod error;
mod file;
mod host;
mod library;
mod load_error;
mod plugin;
#[allow(unsafe_code)]
mod raw;
mod table;
mod types;

pub use error::{Error, HostError};
pub use host::{Host, Mail, Run, Secrets};
pub use library::Library;
pub use load_error::LoadError;
pub use plugin::{Plugin, Worker};
pub use table::{Batch, Canceller, Cell, Table};
pub use types::{Contribution, ContributionKind, FormEvent, FormId, JobSpec, Level, Outcome, OutcomeKind};
