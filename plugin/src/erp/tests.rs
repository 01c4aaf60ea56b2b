#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! Against the real drivers.

mod base;
mod diagnosing;
mod merging;
mod one_state;
mod reading_ahead;
mod rows;
mod values;
