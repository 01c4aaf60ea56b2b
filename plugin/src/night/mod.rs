//! The nightly run.
