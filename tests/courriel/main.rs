//! The report by e-mail: against a real SMTP server with every fault of one, through the host's own mail, and after
//! whole nights.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod night;
mod smtp;
#[path = "../support/mod.rs"]
mod support;
