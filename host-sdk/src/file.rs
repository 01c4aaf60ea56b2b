//! What a library file must be before the system maps it: a file that was cut off is mapped without a word, and ends the
//! process when the missing part is touched (SIGBUS on Linux).

use std::{ffi::CStr, fs::File, io, io::Read, path::Path};

use object::read::NameOrOrdinal;
use object::{Architecture, BinaryFormat, Export, Object, ObjectKind, ObjectSegment, ReadCache};

use crate::LoadError;

/// This program's own.
const FORMAT: BinaryFormat = if cfg!(windows) {
    BinaryFormat::Pe
} else if cfg!(target_vendor = "apple") {
    BinaryFormat::MachO
} else {
    BinaryFormat::Elf
};

/// This program's own, where it is one that the product is built for.
const ARCHITECTURE: Option<Architecture> = if cfg!(target_arch = "x86_64") {
    Some(Architecture::X86_64)
} else if cfg!(target_arch = "x86") {
    Some(Architecture::I386)
} else if cfg!(target_arch = "aarch64") {
    Some(Architecture::Aarch64)
} else {
    None
};

/// What every library of this product exports.
pub(crate) const ENTRY: &CStr = c"passerelle_plugin_entry_v1";

/// How libraries begin: ELF, PE, and Mach-O for one processor or several.
const BEGINNINGS: [&[u8]; 5] = [b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", SEVERAL];
const SEVERAL: &[u8] = b"\xca\xfe\xba\xbe";

/// Check that the file is a library of this product for this program, and that nothing of it is missing.
///
/// # Errors
/// It is not, or something is.
pub(crate) fn check(path: &Path) -> Result<(), LoadError> {
    let unreadable = |error: io::Error| LoadError::Open {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let not_one = || LoadError::Open {
        path: path.to_owned(),
        reason: "it is not a library".to_owned(),
    };
    // Opening a pipe would wait for somebody who writes to it.
    let kind = path.metadata().map_err(unreadable)?;
    if !kind.is_file() && !kind.is_dir() {
        return Err(not_one());
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let mut beginning = Vec::new();
    (&mut file).take(4).read_to_end(&mut beginning).map_err(unreadable)?;
    let known = |known: &[u8]| known.starts_with(&beginning) || beginning.starts_with(known);
    if !BEGINNINGS.into_iter().any(known) {
        return Err(not_one());
    }
    if beginning == SEVERAL {
        // The system picks the part for this processor, and checks it.
        return Ok(());
    }

    let damaged = |reason: String| LoadError::Damaged {
        path: path.to_owned(),
        size,
        reason,
    };
    let cache = ReadCache::new(file);
    let library = object::File::parse(&cache).map_err(|error| damaged(error.to_string()))?;
    let (format, architecture) = (library.format(), library.architecture());
    if format != FORMAT || ARCHITECTURE.is_some_and(|own| own != architecture) {
        return Err(LoadError::Machine {
            path: path.to_owned(),
            found: format!("{format:?}, {architecture:?}"),
            wanted: format!("{FORMAT:?}, {}", std::env::consts::ARCH),
        });
    }
    if library.kind() != ObjectKind::Dynamic {
        return Err(LoadError::Open {
            path: path.to_owned(),
            reason: format!(
                "it is not a library but another file of the system's ({:?})",
                library.kind()
            ),
        });
    }
    for segment in library.segments() {
        let (start, length) = segment.file_range();
        if start.checked_add(length).is_none_or(|end| end > size) {
            return Err(damaged(format!("its part at {start} has {length} bytes")));
        }
    }
    // Read from the file: nothing of somebody else's library runs, nor of one that has its length but not its end.
    let mut exports = library.exports().map_err(|error| damaged(error.to_string()))?;
    // Mach-O puts a stroke before the names of C.
    let is_entry = |name: &[u8]| name.strip_prefix(b"_").unwrap_or(name) == ENTRY.to_bytes();
    if !exports.any(|export| matches!(export.map(Export::into_name), Ok(NameOrOrdinal::Name(name)) if is_entry(&name)))
    {
        return Err(LoadError::NoEntry { path: path.to_owned() });
    }
    Ok(())
}
