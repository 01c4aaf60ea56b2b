//! The sandbox.
pub mod rules;
