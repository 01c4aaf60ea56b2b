//! The checks that a file passes before anything of it is used.

use std::path::{Path, PathBuf};

use abi_stable::library::{AbiHeaderRef, ROOT_MODULE_LOADER_NAME_WITH_NUL};
use passerelle_abi as abi;
use passerelle_abi::{
    layout::{LAYOUTS, LayoutRootRef, StructLayout},
    passerelle_entry, passerelle_error, passerelle_host, passerelle_layout, passerelle_plugin,
};

use super::{
    call::{call, struct_size},
    open::{self, Opened},
    text,
};
use crate::{Error, LoadError, file};

type EntryFunction = unsafe extern "C" fn() -> *const passerelle_entry;
type Init = unsafe extern "C" fn(u32, u32, *mut passerelle_error) -> i32;
type Deinit = unsafe extern "C" fn(*mut passerelle_error) -> i32;
type Create = unsafe extern "C" fn(*const passerelle_host, *mut *const passerelle_plugin, *mut passerelle_error) -> i32;

/// More layouts or fields than any version of this ABI has: the number is garbage.
const TOO_MANY: u32 = 1024;

/// A library that passed every check; its code stays mapped for the life of the process.
pub(crate) struct Loaded {
    pub(crate) path: PathBuf,
    pub(crate) product_version: String,
    /// The minor version to speak: the older of both sides'.
    abi_minor: u32,
    init: Init,
    deinit: Deinit,
    create: Create,
}

impl Loaded {
    /// Open the file at a canonical path and check it.
    pub(crate) fn open(path: &Path) -> Result<Self, LoadError> {
        file::check(path)?;
        let path = path.to_owned();
        let library = open::open(&path).map_err(|reason| LoadError::Open {
            path: path.clone(),
            reason,
        })?;
        // Never unloaded, whatever the checks say: its initialisers have run, and threads may remember its destructors.
        let library: &'static Opened = Box::leak(Box::new(library));

        // SAFETY: by this name only a function of this type is exported.
        let entry = unsafe { library.get::<EntryFunction>(file::ENTRY.to_bytes_with_nul()) }
            .map_err(|_| LoadError::NoEntry { path: path.clone() })?;
        // SAFETY: it takes nothing and returns a pointer, in every version of this ABI.
        let entry = unsafe { entry() };
        let entry = check_versions(&path, entry)?;
        check_layouts(&path, entry)?;
        check_abi_stable(&path, library)?;

        let missing = |slot| LoadError::MissingSlot {
            path: path.clone(),
            slot,
        };
        let init = entry.init.ok_or_else(|| missing("passerelle_entry.init"))?;
        let deinit = entry.deinit.ok_or_else(|| missing("passerelle_entry.deinit"))?;
        let create = entry.create.ok_or_else(|| missing("passerelle_entry.create"))?;
        // SAFETY: the entry's texts are ended by a zero and valid for the life of the process.
        let product_version = unsafe { text::ended_text(entry.product_version, "product_version") }
            .map_err(|error| LoadError::Entry {
                path: path.clone(),
                reason: error.detail,
            })?
            .to_owned();
        #[allow(
            clippy::unnecessary_min_or_max,
            reason = "it has an effect as soon as the minor version is not 0"
        )]
        let abi_minor = entry.abi_minor.min(abi::PASSERELLE_ABI_MINOR);
        Ok(Self {
            path,
            product_version,
            abi_minor,
            init,
            deinit,
            create,
        })
    }

    pub(crate) fn init(&self) -> Result<(), Error> {
        // SAFETY: the library passed its checks; `init` may be called at any time.
        call(|error| unsafe { (self.init)(abi::PASSERELLE_ABI_MAJOR, self.abi_minor, error) })
    }

    pub(crate) fn deinit(&self) -> Result<(), Error> {
        // SAFETY: the library passed its checks; each `deinit` answers an `init`.
        call(|error| unsafe { (self.deinit)(error) })
    }

    /// # Safety
    /// `host` stays valid until the instance's `destroy` has returned.
    pub(super) unsafe fn create(&self, host: *const passerelle_host) -> Result<*const passerelle_plugin, Error> {
        let mut plugin = std::ptr::null();
        // SAFETY: the library passed its checks and is initialised; the caller vouches for the host.
        call(|error| unsafe { (self.create)(host, &mut plugin, error) })?;
        Ok(plugin)
    }
}

/// Sizes and versions; what follows `abi_major` is read only when it is known how large the structure is.
fn check_versions(path: &Path, entry: *const passerelle_entry) -> Result<&'static passerelle_entry, LoadError> {
    let malformed = |reason: String| LoadError::Entry {
        path: path.to_owned(),
        reason,
    };
    if entry.is_null() || !entry.is_aligned() {
        return Err(malformed("the entry returned NULL or a misaligned pointer".into()));
    }
    // SAFETY: not NULL and aligned; the table begins with its size in every version.
    let size = unsafe { entry.cast::<u32>().read() };
    let versions = std::mem::offset_of!(passerelle_entry, layout_count);
    if usize::try_from(size).unwrap_or(usize::MAX) < versions {
        return Err(malformed(format!("struct_size {size} is too small for its versions")));
    }
    // SAFETY: the versions lie within the size that the library says.
    let (major, minor) = unsafe {
        (
            (&raw const (*entry).abi_major).read(),
            (&raw const (*entry).abi_minor).read(),
        )
    };
    if major != abi::PASSERELLE_ABI_MAJOR {
        return Err(LoadError::Version {
            path: path.to_owned(),
            found: format!("{major}.{minor}"),
            wanted: format!("{}.{}", abi::PASSERELLE_ABI_MAJOR, abi::PASSERELLE_ABI_MINOR),
        });
    }
    let expected = struct_size::<passerelle_entry>();
    if size != expected {
        return Err(malformed(format!("struct_size {size}, this host expects {expected}")));
    }
    // SAFETY: not NULL, aligned, of the right size, and static.
    Ok(unsafe { &*entry })
}

/// Every structure of this crate's ABI, against the library's table. One that the library has besides belongs to a newer
/// minor version.
fn check_layouts(path: &Path, entry: &'static passerelle_entry) -> Result<(), LoadError> {
    let differs = |reason: String| LoadError::Layout {
        path: path.to_owned(),
        reason,
    };
    let count = entry.layout_count;
    if count > TOO_MANY {
        return Err(differs(format!("{count} structures are more than any version has")));
    }
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: `layouts` has `layout_count` entries, valid for the life of the process.
    let theirs = unsafe { text::slice(entry.layouts, count, "passerelle_entry.layouts") }
        .map_err(|error| differs(error.detail))?;
    for ours in LAYOUTS {
        check_layout(ours, theirs).map_err(|reason| differs(format!("{}: {reason}", ours.name.to_string_lossy())))?;
    }
    Ok(())
}

fn check_layout(ours: &StructLayout, theirs: &[passerelle_layout]) -> Result<(), String> {
    for layout in theirs {
        // SAFETY: the names in the library's table are ended by a zero and valid for the life of the process.
        let name = unsafe { text::ended_text(layout.name, "a layout's name") }.map_err(|error| error.detail)?;
        if name.as_bytes() != ours.name.to_bytes() {
            continue;
        }
        let same = |what: &str, theirs: u32, ours: u32| {
            if theirs == ours {
                Ok(())
            } else {
                Err(format!("{what} is {theirs}, this host expects {ours}"))
            }
        };
        same("its size", layout.size, ours.size)?;
        same("its alignment", layout.alignment, ours.alignment)?;
        same(
            "its number of fields",
            layout.field_count,
            u32::try_from(ours.offsets.len()).unwrap_or(u32::MAX),
        )?;
        // SAFETY: `offsets` has `field_count` numbers, which is as many as this crate has.
        let offsets =
            unsafe { text::slice(layout.offsets, ours.offsets.len(), "offsets") }.map_err(|error| error.detail)?;
        for (field, (theirs, ours)) in (1..).zip(offsets.iter().zip(ours.offsets)) {
            same(&format!("the offset of its field {field}"), *theirs, *ours)?;
        }
        return Ok(());
    }
    Err("the library does not have it".into())
}

/// A library written in Rust lets abi_stable compare every type, name and signature too. One in another language does
/// not export its symbol, and the table of layouts has decided.
fn check_abi_stable(path: &Path, library: &'static Opened) -> Result<(), LoadError> {
    // SAFETY: by this name only abi_stable's own static is exported; it is read as such.
    let Ok(header) = (unsafe { library.get::<AbiHeaderRef>(ROOT_MODULE_LOADER_NAME_WITH_NUL.as_bytes()) }) else {
        return Ok(());
    };
    header
        .upgrade()
        .and_then(|header| header.ensure_layout::<LayoutRootRef>())
        .map_err(|error| LoadError::Layout {
            path: path.to_owned(),
            reason: essence(&error.to_string()),
        })
}

/// abi_stable prints both sides whole, hundreds of lines; what differs comes last, after "Error:".
fn essence(report: &str) -> String {
    let differs = report
        .find("\nError:")
        .and_then(|start| report.get(start..))
        .unwrap_or(report);
    let words: Vec<_> = differs.split_whitespace().take(60).collect();
    format!("abi_stable: {}", words.join(" "))
}
