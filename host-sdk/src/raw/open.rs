//! Opens a library file, each system's way, for the life of the process.

use std::path::Path;

#[cfg(unix)]
pub(super) type Opened = libloading::os::unix::Library;
#[cfg(windows)]
pub(super) type Opened = libloading::os::windows::Library;

/// libloading does not name it, and its number is the system's own.
#[cfg(unix)]
const RTLD_NODELETE: std::ffi::c_int = if cfg!(target_vendor = "apple") { 0x80 } else { 0x1000 };

/// Every symbol is bound now, so that a library that lacks one is refused here and does not crash later; its symbols
/// stay its own.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> Result<Opened, String> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: opening runs the file's initialisers; a host that names a file as its plugin trusts them. The path is
    // absolute, so no search path decides which file that is.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) }.map_err(|error| reason(&error))
}

/// What the library needs is looked for beside it and in the system's folders, never in the current one.
#[cfg(windows)]
pub(super) fn open(path: &Path) -> Result<Opened, String> {
    use libloading::os::windows::{LOAD_LIBRARY_SEARCH_DEFAULT_DIRS, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR, Library};
    let flags = LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS;
    // SAFETY: opening runs the file's initialisers; a host that names a file as its plugin trusts them. The path is
    // absolute, so no search path decides which file that is.
    let library = unsafe { Library::load_with_flags(path, flags) }.map_err(|error| reason(&error))?;
    library.pin().map_err(|error| reason(&error))?;
    Ok(library)
}

/// libloading's own words and, where it keeps them apart, the system's.
fn reason(error: &libloading::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
