//! `passerelle.h` as text, for the tests; building this crate checks the header against `host-sdk/abi`.

/// The committed C header.
pub const HEADER: &str = include_str!("passerelle.h");
