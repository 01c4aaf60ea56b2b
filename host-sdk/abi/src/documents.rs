//! Documents: files that the plugin writes or reads through the host, so that the host chooses where they live.

use core::ffi::{CStr, c_char, c_void};

use crate::{passerelle_error, passerelle_plugin, passerelle_run};

/// Id of [`passerelle_plugin_documents`].
pub const PASSERELLE_PLUGIN_DOCUMENTS: &CStr = c"passerelle.plugin.documents/1";

/// Where a document goes. Owned by the host, borrowed for the call.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_sink {
    /// `sizeof(passerelle_sink)` as the host compiled it.
    pub struct_size: u32,
    /// The host's own; the plugin does not look at it.
    pub sink_data: *mut c_void,
    /// Take the next bytes; they follow those of the call before.
    /// `[job]` on the calling thread · `bytes`: borrowed for the call · anything but `PASSERELLE_OK` ends the document
    /// with `PASSERELLE_E_HOST` · since 1.0
    pub write: Option<
        unsafe extern "C" fn(
            sink: *const passerelle_sink,
            bytes: *const u8,
            bytes_len: u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}

/// Plugin side of `passerelle.plugin.documents/1`.
///
/// | id | written | read |
/// |---|---|---|
/// | `apercu.json` | the preview, exactly what would go out | |
/// | `apercu.xlsx` | the preview as a workbook | |
/// | `compte-rendu.json` | the journal of the nights | |
/// | `compte-rendu.xlsx` | the same as a workbook | |
/// | `compte-rendu.html` | the same as one page that stands alone | |
/// | `reglages.json` | the settings, without keys | replaces the settings |
/// | `reglages-a-verifier.json` | what is doubtful in the settings, as a list of `ou` and `texte` | |
/// | `correspondance.toml` | a mapping file proposed from the tables and columns that the database has | |
/// | `schema.sql` | the DDL of the `mna_` tables for this database | |
///
/// Parameters are a JSON object, may be empty: for the preview those of a contribution's context; for the report `run`
/// (number of one run).
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_plugin_documents {
    /// `sizeof(passerelle_plugin_documents)` as the library compiled it.
    pub struct_size: u32,
    /// Write a document; blocks, streams. What a failed call has written is to be thrown away.
    /// `[job]` · `parameters`: see above · `run`, `sink`: borrowed for the call · since 1.0
    pub write: Option<
        unsafe extern "C" fn(
            plugin: *const passerelle_plugin,
            id: *const c_char,
            id_len: u32,
            parameters: *const c_char,
            parameters_len: u32,
            run: *const passerelle_run,
            sink: *const passerelle_sink,
            error: *mut passerelle_error,
        ) -> i32,
    >,
    /// Read a document; all of it is taken, or nothing.
    /// `[job]` · `bytes`: the whole document, borrowed for the call · since 1.0
    pub read: Option<
        unsafe extern "C" fn(
            plugin: *const passerelle_plugin,
            id: *const c_char,
            id_len: u32,
            bytes: *const u8,
            bytes_len: u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}
