//! The mini ERP in a real browser.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod axe;
mod browser;
mod erp;
mod figures;
mod grids;
mod guide;
mod http;
mod invented;
mod layout;
mod night;
#[path = "../guide/scenario.rs"]
#[allow(dead_code)]
mod scenario;
#[path = "../support/mod.rs"]
mod support;
mod typing;
