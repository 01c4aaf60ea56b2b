//! The mini ERP in a real browser.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod axe;
mod browser;
mod erp;
mod guide;
mod http;
mod invented;
#[path = "../support/mod.rs"]
mod support;
mod world;
