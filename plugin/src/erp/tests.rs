#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! Against the real SQLite driver.

mod base;
mod diagnosing;
mod merging;
mod other_schema;
mod reading_ahead;
mod values;
