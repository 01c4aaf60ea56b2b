//! The one exported function and the life of the library.

use std::sync::Mutex;

use passerelle_abi as abi;

use super::funnel::{self, Mark};
use super::host::HostPointer;
use super::object::size32;
use super::{object, text};
use crate::error::{Error, ErrorKind};

/// The library's life. It is the only state outside an instance: the host's `init` and `deinit` have no object.
static LIBRARY: Mutex<Library> = Mutex::new(Library { inits: 0, instances: 0 });

struct Library {
    inits: u32,
    instances: u32,
}

/// A table of pointers to constants, which any thread may read.
struct Static<T>(T);

// SAFETY: never written after compilation.
unsafe impl<T> Sync for Static<T> {}

const LAYOUT_COUNT: usize = abi::layout::LAYOUTS.len();

static LAYOUTS: Static<[abi::passerelle_layout; LAYOUT_COUNT]> = Static(layouts());

#[allow(clippy::cast_possible_truncation, clippy::indexing_slicing)] // Evaluated by the compiler.
const fn layouts() -> [abi::passerelle_layout; LAYOUT_COUNT] {
    let blank = abi::passerelle_layout {
        name: std::ptr::null(),
        size: 0,
        alignment: 0,
        field_count: 0,
        offsets: std::ptr::null(),
    };
    let mut table = [blank; LAYOUT_COUNT];
    let mut i = 0;
    while i < LAYOUT_COUNT {
        let layout = &abi::layout::LAYOUTS[i];
        table[i] = abi::passerelle_layout {
            name: layout.name.as_ptr(),
            size: layout.size,
            alignment: layout.alignment,
            field_count: layout.offsets.len() as u32,
            offsets: layout.offsets.as_ptr(),
        };
        i += 1;
    }
    table
}

const PRODUCT_VERSION: &std::ffi::CStr =
    match std::ffi::CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };

#[allow(clippy::cast_possible_truncation)]
static ENTRY: Static<abi::passerelle_entry> = Static(abi::passerelle_entry {
    struct_size: size32::<abi::passerelle_entry>(),
    abi_major: abi::PASSERELLE_ABI_MAJOR,
    abi_minor: abi::PASSERELLE_ABI_MINOR,
    layout_count: LAYOUT_COUNT as u32,
    layouts: LAYOUTS.0.as_ptr(),
    product_version: PRODUCT_VERSION.as_ptr(),
    init: Some(init),
    deinit: Some(deinit),
    create: Some(create),
});

/// The one function that the library exports; see `include/passerelle.h`.
#[unsafe(no_mangle)]
pub extern "C" fn passerelle_plugin_entry_v1() -> *const abi::passerelle_entry {
    &raw const ENTRY.0
}

/// What a Rust host compares with its own types before it calls anything.
#[abi_stable::export_root_module]
fn layout_root() -> abi::layout::LayoutRootRef {
    extern "C" fn every_type() -> *const abi::layout::EveryType {
        std::ptr::null()
    }
    abi_stable::prefix_type::PrefixTypeTrait::leak_into_prefix(abi::layout::LayoutRoot { every_type })
}

fn library() -> std::sync::MutexGuard<'static, Library> {
    LIBRARY.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn not_initialised() -> Error {
    Error::new(
        ErrorKind::NotInitialized,
        "La bibliothèque Passerelle Apprentissage n'est pas initialisée.",
        "the library's init has not been called",
    )
}

unsafe extern "C" fn init(abi_major: u32, abi_minor: u32, error: *mut abi::passerelle_error) -> i32 {
    let check = || {
        if abi_major != abi::PASSERELLE_ABI_MAJOR || abi_minor > abi::PASSERELLE_ABI_MINOR {
            return Err(Error::new(
                ErrorKind::Version,
                format!(
                    "Le programme hôte attend la version {abi_major}.{abi_minor} de la Passerelle Apprentissage ; la \
                     bibliothèque installée parle la version {}.{} : installez la même des deux côtés.",
                    abi::PASSERELLE_ABI_MAJOR,
                    abi::PASSERELLE_ABI_MINOR
                ),
                format!("host ABI {abi_major}.{abi_minor} is not spoken here"),
            ));
        }
        let mut library = library();
        if library.inits == 0 {
            keep_panics_quiet();
        }
        library.inits += 1;
        Ok(())
    };
    // SAFETY: the host's promise on `error`.
    unsafe { funnel::guard("entry.init", Mark::Main, None, error, check) }
}

/// What a panic says may hold a person's data: only its place goes to the log. The hook is this library's own, a host
/// written in Rust has another.
fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            tracing::error!(file = place.file(), line = place.line(), "panicked");
        }
    }));
}

unsafe extern "C" fn deinit(error: *mut abi::passerelle_error) -> i32 {
    let undo = || {
        let mut library = library();
        if library.instances > 0 && library.inits == 1 {
            return Err(Error::new(
                ErrorKind::Busy,
                "La Passerelle Apprentissage est encore utilisée : détruisez d'abord ses instances.",
                format!("deinit while {} instance(s) live", library.instances),
            ));
        }
        library.inits = library.inits.checked_sub(1).ok_or_else(not_initialised)?;
        if library.inits == 0 {
            drop(std::panic::take_hook());
        }
        Ok(())
    };
    // SAFETY: the host's promise on `error`.
    unsafe { funnel::guard("entry.deinit", Mark::Any, None, error, undo) }
}

unsafe extern "C" fn create(
    host: *const abi::passerelle_host,
    plugin: *mut *const abi::passerelle_plugin,
    error: *mut abi::passerelle_error,
) -> i32 {
    let make = || {
        // SAFETY: the host promises that `host` is valid until `destroy` returns, and `plugin` for this call.
        let (plugin, host) = unsafe { (text::out("plugin", plugin)?, HostPointer::new(host)?) };
        let mut library = library();
        if library.inits == 0 {
            return Err(not_initialised());
        }
        *plugin = object::create(host);
        library.instances += 1;
        Ok(())
    };
    // SAFETY: the host's promise on `error`.
    unsafe { funnel::guard("entry.create", Mark::Main, None, error, make) }
}

/// Counts an instance out when it is dropped.
pub struct CountedOut;

impl Drop for CountedOut {
    fn drop(&mut self) {
        let mut library = library();
        library.instances = library.instances.saturating_sub(1);
    }
}
