//! The error that a caller may ask for.

use core::ffi::c_char;

/// Bytes of each text of a [`passerelle_error`], its final zero included.
pub const PASSERELLE_ERROR_TEXT_SIZE: usize = 1024;

/// What went wrong. Allocated by the caller, who sets `struct_size`; filled when a call fails, untouched when it succeeds.
///
/// Texts are inline, ended by a zero and cut at a character boundary, so that nobody frees anything. They hold neither
/// keys nor personal data. A longer text is whole in the log.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy)]
pub struct passerelle_error {
    /// `sizeof(passerelle_error)`, set by the caller.
    pub struct_size: u32,
    /// The code that the call returned.
    pub code: i32,
    /// The driver's own number or the HTTP status behind the error; 0 if there is none.
    pub native_code: i32,
    /// The SQLSTATE behind the error, five characters; empty if there is none.
    pub sqlstate: [c_char; 8],
    /// One sentence in French for the user: what, where, and what to do.
    pub message: [c_char; 1024],
    /// English detail for the log.
    pub detail: [c_char; 1024],
}
