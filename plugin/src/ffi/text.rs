//! Texts and structures that cross.

use std::ffi::{c_char, c_void};

use passerelle_abi as abi;

use crate::error::{Error, ErrorKind};

/// A text that a caller lent: pointer and length, UTF-8; an empty one may be NULL.
///
/// # Safety
/// `pointer` is NULL, or valid for reading `len` bytes for as long as `'a`.
pub unsafe fn borrow<'a>(argument: &str, pointer: *const c_char, len: u32) -> Result<&'a str, Error> {
    // SAFETY: the caller's promise, handed on.
    let bytes = unsafe { borrow_bytes(argument, pointer.cast(), len) }?;
    std::str::from_utf8(bytes).map_err(|error| {
        Error::new(
            ErrorKind::NotUtf8,
            format!("Le programme hôte a transmis un texte qui n'est pas en UTF-8 ({argument})."),
            format!("argument `{argument}` is not UTF-8: {error}"),
        )
    })
}

/// Bytes that a caller lent.
///
/// # Safety
/// `pointer` is NULL, or valid for reading `len` bytes for as long as `'a`.
pub unsafe fn borrow_bytes<'a>(argument: &str, pointer: *const u8, len: u32) -> Result<&'a [u8], Error> {
    // SAFETY: the caller's promise.
    unsafe { borrow_len(argument, pointer, len as usize) }
}

/// As [`borrow_bytes`], for a length of this system.
///
/// # Safety
/// As there.
unsafe fn borrow_len<'a>(argument: &str, pointer: *const u8, len: usize) -> Result<&'a [u8], Error> {
    if len == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(null(argument));
    }
    // Nothing is longer than half of the address space: a length that counts backwards, on a system of 32 bits.
    if isize::try_from(len).is_err() {
        return Err(Error::argument(
            format!("Le programme hôte a transmis une longueur impossible ({argument})."),
            format!("argument `{argument}` cannot have {len} bytes"),
        ));
    }
    // SAFETY: not NULL, no longer than a slice can be, and valid for `len` bytes by the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// The error for a NULL where a pointer is needed.
pub fn null(argument: &str) -> Error {
    Error::new(
        ErrorKind::Null,
        format!("Le programme hôte a transmis un pointeur nul ({argument})."),
        format!("argument `{argument}` is NULL"),
    )
}

/// A structure that starts with its size, as C sees it.
///
/// # Safety
/// The type is `#[repr(C)]` and its first field is `struct_size: u32`.
pub unsafe trait Sized32 {
    /// Its name in C.
    const NAME: &'static str;
}

macro_rules! sized {
    ($($name:ident)+) => {$(
        // SAFETY: declared `#[repr(C)]` with `struct_size: u32` first.
        unsafe impl Sized32 for abi::$name {
            const NAME: &'static str = stringify!($name);
        }
    )+};
}

sized! {
    passerelle_error passerelle_host passerelle_host_log passerelle_host_settings passerelle_host_secrets
    passerelle_host_forms passerelle_host_tables passerelle_host_jobs passerelle_host_mail passerelle_contribution passerelle_form_event
    passerelle_batch passerelle_run passerelle_sink passerelle_outcome
}

/// Check that `pointer` is not NULL and that what it points to is of the size that this ABI knows.
///
/// # Safety
/// `pointer` is NULL, or valid for reading a `u32`.
pub unsafe fn check_size<T: Sized32>(pointer: *const T) -> Result<(), Error> {
    if pointer.is_null() {
        return Err(null(T::NAME));
    }
    // SAFETY: not NULL; `struct_size` is the first field, so the structure's address is its address.
    let size = unsafe { pointer.cast::<u32>().read_unaligned() } as usize;
    if size == size_of::<T>() && pointer.is_aligned() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::StructSize,
        format!(
            "Le programme hôte et la bibliothèque ne sont pas de la même version ({}).",
            T::NAME
        ),
        format!(
            "{}: struct_size is {size}, expected {} (and the structure aligned)",
            T::NAME,
            size_of::<T>()
        ),
    ))
}

/// A structure that a caller lent for reading.
///
/// # Safety
/// `pointer` is NULL, or valid for reading as many bytes as its `struct_size` says, for as long as `'a`.
pub unsafe fn borrow_struct<'a, T: Sized32>(pointer: *const T) -> Result<&'a T, Error> {
    // SAFETY: the caller's promise; then the size and the alignment are those of `T`.
    unsafe {
        check_size(pointer)?;
        Ok(&*pointer)
    }
}

/// A structure that a caller lent for writing.
///
/// # Safety
/// `pointer` is NULL, or valid for writing as many bytes as its `struct_size` says, for as long as `'a`, and nobody
/// else looks at it meanwhile.
pub unsafe fn borrow_out<'a, T: Sized32>(pointer: *mut T) -> Result<&'a mut T, Error> {
    // SAFETY: the caller's promise; then the size and the alignment are those of `T`.
    unsafe {
        check_size(pointer)?;
        Ok(&mut *pointer)
    }
}

/// A place that a caller lent for one plain value.
///
/// # Safety
/// `pointer` is NULL, or valid for writing a `T` for as long as `'a`.
pub unsafe fn out<'a, T>(argument: &str, pointer: *mut T) -> Result<&'a mut T, Error> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_mut() }.ok_or_else(|| null(argument))
}

/// Write a text into a fixed array, cut at a character boundary and ended by a zero.
pub fn fill(buffer: &mut [c_char], text: &str) {
    let room = buffer.len().saturating_sub(1);
    let mut len = text.len().min(room);
    while !text.is_char_boundary(len) {
        len -= 1;
    }
    // A zero inside would end the text early for C.
    let bytes = text.bytes().take(len).map(|byte| if byte == 0 { b' ' } else { byte });
    for (slot, byte) in buffer.iter_mut().zip(bytes.chain(std::iter::repeat(0))) {
        #[allow(clippy::cast_possible_wrap)]
        {
            *slot = byte as c_char;
        }
    }
}

/// Length for C.
pub fn len32(len: usize) -> Result<u32, Error> {
    u32::try_from(len).map_err(|_| {
        Error::argument(
            "Un texte dépasse 4 Go.",
            format!("a text of {len} bytes does not fit in a 32-bit length"),
        )
    })
}

/// A pointer of the host's that threads of a call may share.
#[derive(Debug)]
pub struct SharedPointer<T>(pub *const T);

impl<T> Clone for SharedPointer<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SharedPointer<T> {}

impl<T> SharedPointer<T> {
    /// What it points to; a closure that calls this shares the whole.
    pub fn raw(self) -> *const T {
        self.0
    }
}

// SAFETY: only wrapped around objects whose slots are documented `[any]`, or whose user keeps to one thread at a time.
unsafe impl<T> Send for SharedPointer<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for SharedPointer<T> {}

/// The data behind a `void *` that this library made itself.
///
/// # Safety
/// `pointer` is NULL or came from this library for a `T` that is still alive.
pub unsafe fn own<'a, T>(pointer: *mut c_void) -> Option<&'a T> {
    // SAFETY: the caller's promise.
    unsafe { pointer.cast::<T>().as_ref() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_length_that_nothing_can_have_is_a_wrong_argument() {
        let byte = b'x';
        for len in [usize::MAX, isize::MAX as usize + 1] {
            // SAFETY: refused before anything is read.
            let refused = unsafe { borrow_len("id", &raw const byte, len) }.unwrap_err();
            assert_eq!(refused.kind, crate::error::ErrorKind::Argument);
        }
        // SAFETY: one byte is there.
        assert_eq!(unsafe { borrow_len("id", &raw const byte, 1) }.unwrap(), b"x");
    }
}
