//! The C ABI of Passerelle Apprentissage: `#[repr(C)]` types, ids and constants, and no logic.
//!
//! This crate is the one source of `include/passerelle.h`; what is written here on a type or a slot is what a C, C#,
//! Delphi or WinDev programmer reads there. Rust names are the C names, so that one word can be searched in every
//! language.
//!
//! # Words used by every slot
//!
//! Threads: `[main]` is the thread on which the host called the plugin's `init`, usually its user interface's; the host
//! makes `[main]` calls on no other. `[job]` is any thread of the host's choice, which may block for long; calls on one
//! object (a table, a run) come one after the other. `[any]` is any thread, also while another call is running.
//!
//! Callbacks: a slot of the host's is called only on a thread on which the host has called the plugin, and during that
//! call; what threads of the plugin's own need of the host is brought to it there. Its mark says in which calls: `[main]`
//! and `[job]` in those of that mark, `[any]` in all. A host that calls from several threads is called back on several.
//!
//! Texts are UTF-8, given as pointer and length in bytes, not ended by a zero, borrowed for the call; an empty one may
//! have a NULL pointer. Structures cross by pointer. Each `struct_size` is `sizeof` the structure as the one who
//! allocated it compiled it. Results are written on success only. Every `error` may be NULL.
#![no_std]
#![allow(non_camel_case_types)]

mod codes;
mod contributions;
mod documents;
mod entry;
mod error;
mod forms;
mod host;
mod jobs;
pub mod layout;
mod mail;
mod plugin;
mod run;
mod tables;

pub use codes::*;
pub use contributions::*;
pub use documents::*;
pub use entry::*;
pub use error::*;
pub use forms::*;
pub use host::*;
pub use jobs::*;
pub use mail::*;
pub use plugin::*;
pub use run::*;
pub use tables::*;
