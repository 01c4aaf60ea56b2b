//! Texts and structures from the other side, checked before they are used.

use std::ffi::{CStr, c_char};

use passerelle_abi as abi;

use crate::Error;

/// `len` bytes at `pointer`; an empty slice may have a NULL pointer.
///
/// # Safety
/// A pointer that is not NULL points to `len` elements that stay valid and unchanged for `'a`.
pub(super) unsafe fn slice<'a, T>(pointer: *const T, len: usize, what: &str) -> Result<&'a [T], Error> {
    if len == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_NULL,
            format!("{what} is NULL or misaligned"),
        ));
    }
    // Nothing is longer than half of the address space: a length that counts backwards, on a system of 32 bits.
    if len
        .checked_mul(size_of::<T>())
        .is_none_or(|bytes| isize::try_from(bytes).is_err())
    {
        return Err(Error::too_long(what));
    }
    // SAFETY: not NULL, aligned, no longer than a slice can be, and the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// A text of `len` bytes.
///
/// # Safety
/// As for [`slice`].
pub(super) unsafe fn text<'a>(pointer: *const c_char, len: u32, what: &str) -> Result<&'a str, Error> {
    let len = usize::try_from(len).map_err(|_| Error::too_long(what))?;
    // SAFETY: passed on to the caller.
    let bytes = unsafe { slice(pointer.cast::<u8>(), len, what) }?;
    utf8(bytes, what)
}

/// A text ended by a zero.
///
/// # Safety
/// A pointer that is not NULL points to a text ended by a zero, valid for `'a`.
pub(super) unsafe fn ended_text<'a>(pointer: *const c_char, what: &str) -> Result<&'a str, Error> {
    if pointer.is_null() {
        return Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_NULL,
            format!("{what} is NULL"),
        ));
    }
    // SAFETY: not NULL, and the caller vouches for the final zero.
    let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
    utf8(bytes, what)
}

/// The bytes before the first zero of an inline text, or all of them.
pub(super) fn inline_bytes(text: &[c_char]) -> Vec<u8> {
    text.iter()
        .take_while(|byte| **byte != 0)
        .map(|byte| {
            // c_char is signed on some systems and not on others.
            let [byte] = byte.to_ne_bytes();
            byte
        })
        .collect()
}

pub(super) fn utf8<'a>(bytes: &'a [u8], what: &str) -> Result<&'a str, Error> {
    std::str::from_utf8(bytes)
        .map_err(|error| Error::plugin_misbehaves(abi::PASSERELLE_E_NOT_UTF8, format!("{what} is not UTF-8: {error}")))
}

/// A structure that begins with its `struct_size`, of the size that this crate knows: published structures never change.
///
/// # Safety
/// A pointer that is not NULL points to `struct_size` bytes that stay valid and unchanged for `'a`.
pub(super) unsafe fn sized<'a, T>(pointer: *const T, what: &str) -> Result<&'a T, Error> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_NULL,
            format!("{what} is NULL or misaligned"),
        ));
    }
    // SAFETY: not NULL and aligned; every such structure begins with this number.
    let size = unsafe { pointer.cast::<u32>().read() };
    if usize::try_from(size).unwrap_or(usize::MAX) != size_of::<T>() {
        return Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_STRUCT_SIZE,
            format!("{what} says struct_size {size}, this host expects {}", size_of::<T>()),
        ));
    }
    // SAFETY: not NULL, aligned, and as many bytes as it takes.
    Ok(unsafe { &*pointer })
}

/// Where the other side wants a result.
///
/// # Safety
/// A pointer that is not NULL may be written for `'a`, and nobody else touches it meanwhile.
pub(super) unsafe fn out<'a, T>(pointer: *mut T, what: &str) -> Result<&'a mut T, Error> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_NULL,
            format!("{what} is NULL or misaligned"),
        ));
    }
    // SAFETY: not NULL, aligned, and the caller vouches for the rest.
    Ok(unsafe { &mut *pointer })
}

/// A function that the plugin must have.
pub(super) fn required<F: Copy>(slot: Option<F>, name: &str) -> Result<F, Error> {
    slot.ok_or_else(|| Error::plugin_lacks(name))
}

/// The length that the ABI counts with.
pub(super) fn length(bytes: &[u8], what: &str) -> Result<u32, Error> {
    u32::try_from(bytes.len()).map_err(|_| Error::too_long(what))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_length_that_nothing_can_have_is_an_error() {
        let number = 7_u64;
        for len in [usize::MAX, usize::MAX / 8, isize::MAX as usize / 8 + 1] {
            // SAFETY: refused before anything is read.
            let refused = unsafe { slice(&raw const number, len, "offsets") }.unwrap_err();
            assert_eq!(refused.code, abi::PASSERELLE_E_ARGUMENT);
        }
        // SAFETY: one number is there.
        assert_eq!(unsafe { slice(&raw const number, 1, "offsets") }.unwrap(), [7]);
    }
}
