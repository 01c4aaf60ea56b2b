//! The only unsafe code: the entry, one funnel per direction, and conversions.
//!
//! Slots are three lines: they name themselves and hand a closure to [`funnel`]; what they do stands elsewhere, in safe
//! Rust. Nothing outside this module sees a raw pointer.

mod callers;
mod codes;
mod contributions;
mod documents;
mod entry;
mod forms;
mod funnel;
mod host;
mod jobs;
mod life;
mod log;
mod mail;
mod object;
mod tables;
mod text;

pub use entry::passerelle_plugin_entry_v1;
