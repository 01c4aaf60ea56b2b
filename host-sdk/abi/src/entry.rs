//! The one exported function's table, and the layouts that other languages can check.

use core::ffi::c_char;

use crate::{passerelle_error, passerelle_host, passerelle_plugin};

/// Major version of this ABI: part of the entry's name; a library of another major is another product.
pub const PASSERELLE_ABI_MAJOR: u32 = 1;
/// Minor version: grows when an interface is added; published structures never change.
pub const PASSERELLE_ABI_MINOR: u32 = 0;

/// Size, alignment and field offsets of one structure, as the library compiled it.
///
/// A host in any language compares them with its own declarations before it calls anything.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy)]
pub struct passerelle_layout {
    /// The structure's name in C, ended by a zero; valid for the life of the process.
    pub name: *const c_char,
    /// `sizeof`, in bytes.
    pub size: u32,
    /// `alignof`, in bytes.
    pub alignment: u32,
    /// Number of fields.
    pub field_count: u32,
    /// `offsetof` each field in the order of declaration, in bytes; valid for the life of the process.
    pub offsets: *const u32,
}

/// What `passerelle_plugin_entry_v1` returns: a static table, valid for the life of the process.
///
/// The sizes and versions may be read before anything else; `init` comes before `create`, `deinit` after the last
/// `destroy`. The library is never unloaded: replacing the file needs a restart of the host.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_entry {
    /// `sizeof(passerelle_entry)` as the library compiled it.
    pub struct_size: u32,
    /// `PASSERELLE_ABI_MAJOR` of the library.
    pub abi_major: u32,
    /// `PASSERELLE_ABI_MINOR` of the library.
    pub abi_minor: u32,
    /// Number of entries of `layouts`.
    pub layout_count: u32,
    /// Every structure of this ABI as the library compiled it.
    pub layouts: *const passerelle_layout,
    /// The product's version, e.g. "0.1.0", ended by a zero.
    pub product_version: *const c_char,
    /// Prepare the library; fast, opens nothing. Calls are counted: each successful one wants a `deinit`.
    /// `[main]` · `abi_major`, `abi_minor`: the versions that the host was compiled with ·
    /// `PASSERELLE_E_VERSION` for another major or a newer minor · since 1.0
    pub init: Option<unsafe extern "C" fn(abi_major: u32, abi_minor: u32, error: *mut passerelle_error) -> i32>,
    /// Undo one `init`. After the last one the library is as it was when it was loaded, and may be initialised again.
    /// `[any]` after every instance was destroyed; tables have ended with theirs · `PASSERELLE_E_BUSY`, and nothing
    /// happens, while an instance lives, `PASSERELLE_E_NOT_INITIALIZED` without an `init` · since 1.0
    pub deinit: Option<unsafe extern "C" fn(error: *mut passerelle_error) -> i32>,
    /// Make an instance; calls back nothing but `get_interface`. Several instances may live side by side.
    /// `[main]` · `host`: the host's, valid until the instance's `destroy` returns · `plugin`: receives the instance,
    /// to be ended by its `destroy` · since 1.0
    pub create: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            plugin: *mut *const passerelle_plugin,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}
