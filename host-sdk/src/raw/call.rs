//! Calls into the plugin and the error structure, both ways.

use std::ffi::c_char;

use passerelle_abi as abi;
use passerelle_abi::passerelle_error;

use super::text::inline_bytes;
use crate::Error;

/// `sizeof T` for a `struct_size`; every structure of this ABI is far below 4 GiB.
pub(super) const fn struct_size<T>() -> u32 {
    const { assert!(size_of::<T>() <= u32::MAX as usize) };
    #[allow(clippy::cast_possible_truncation)]
    {
        size_of::<T>() as u32
    }
}

/// Make a fallible call with an error for it to fill.
pub(super) fn call(function: impl FnOnce(*mut passerelle_error) -> i32) -> Result<(), Error> {
    let mut error = passerelle_error {
        struct_size: struct_size::<passerelle_error>(),
        code: 0,
        native_code: 0,
        sqlstate: [0; 8],
        message: [0; abi::PASSERELLE_ERROR_TEXT_SIZE],
        detail: [0; abi::PASSERELLE_ERROR_TEXT_SIZE],
    };
    match function(&mut error) {
        abi::PASSERELLE_OK => Ok(()),
        code => Err(read(code, &error)),
    }
}

/// What the plugin filled in. Its texts are taken as they are, malformed bytes replaced: an error about an error would
/// hide the first one.
fn read(code: i32, error: &passerelle_error) -> Error {
    let text = |text: &[c_char]| String::from_utf8_lossy(&inline_bytes(text)).into_owned();
    let mut read = Error {
        code,
        message: text(&error.message),
        detail: text(&error.detail),
        sqlstate: text(&error.sqlstate),
        native_code: error.native_code,
    };
    if read.message.is_empty() {
        read.message = "Le plugin Passerelle Apprentissage a échoué sans dire pourquoi : consultez le journal.".into();
    }
    if read.detail.is_empty() {
        read.detail = "the plugin failed and said nothing".into();
    }
    read
}

/// Fill the error that the plugin gave to a callback, if it gave one as large as this crate knows it.
///
/// # Safety
/// A pointer that is not NULL points to an error whose `struct_size` is set, which nobody else touches for the call.
pub(super) unsafe fn fill(error: *mut passerelle_error, from: &Error) {
    if error.is_null() || !error.is_aligned() {
        return;
    }
    // SAFETY: not NULL, aligned; its first field is set.
    if unsafe { error.cast::<u32>().read() } < struct_size::<passerelle_error>() {
        return;
    }
    // SAFETY: as above, and as large as this crate knows it.
    let error = unsafe { &mut *error };
    error.code = from.code;
    error.native_code = from.native_code;
    write(&mut error.sqlstate, &from.sqlstate);
    write(&mut error.message, &from.message);
    write(&mut error.detail, &from.detail);
}

/// A text into an inline field: cut at a character boundary, ended by a zero.
fn write(field: &mut [c_char], text: &str) {
    let mut end = text.len().min(field.len().saturating_sub(1));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let bytes = text.bytes().take(end).chain(std::iter::repeat(0));
    for (to, byte) in field.iter_mut().zip(bytes) {
        *to = c_char::from_ne_bytes([byte]);
    }
}
