//! An instance of the plugin.

use core::ffi::{c_char, c_void};

use crate::passerelle_error;

/// An instance. Owned by the plugin, which keeps it readable for the life of the process (less than 100 bytes of it, once
/// it has been destroyed).
///
/// Its life: created → initialised → destroyed. Slots called in the wrong state answer `PASSERELLE_E_NOT_INITIALIZED`, also
/// after `destroy`, or `PASSERELLE_E_ALREADY_INITIALIZED`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_plugin {
    /// `sizeof(passerelle_plugin)` as the library compiled it.
    pub struct_size: u32,
    /// The plugin's own; the host does not look at it.
    pub plugin_data: *mut c_void,
    /// Initialise: read the host's settings and register the jobs. Opens no connection; the calling thread becomes
    /// this instance's `[main]`.
    /// `[main]` once · since 1.0
    pub init: Option<unsafe extern "C" fn(plugin: *const passerelle_plugin, error: *mut passerelle_error) -> i32>,
    /// End the instance, in any state, and with it the tables that the host has not released. From then on each of its
    /// slots, this one too, and each slot of its tables answers `PASSERELLE_E_NOT_INITIALIZED`.
    /// `[any]` · `PASSERELLE_E_BUSY`, and nothing happens, while a call on the instance or on a table of it is running; the
    /// instance is then still there, to be destroyed; a NULL `plugin` does nothing · since 1.0
    pub destroy: Option<unsafe extern "C" fn(plugin: *const passerelle_plugin, error: *mut passerelle_error) -> i32>,
    /// Find an interface of the plugin by its id, one of `PASSERELLE_PLUGIN_*`.
    /// `[any]` · NULL after `destroy`, or if the plugin does not have it; else valid for the life of the process ·
    /// since 1.0
    pub get_interface:
        Option<unsafe extern "C" fn(plugin: *const passerelle_plugin, id: *const c_char, id_len: u32) -> *const c_void>,
}
