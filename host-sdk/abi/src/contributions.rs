//! What the plugin adds to its host's menus.

use core::ffi::{CStr, c_char};

use crate::{passerelle_error, passerelle_plugin};

/// Id of [`passerelle_plugin_contributions`].
pub const PASSERELLE_PLUGIN_CONTRIBUTIONS: &CStr = c"passerelle.plugin.contributions/1";

/// Kind of contribution: `open` shows a form.
pub const PASSERELLE_CONTRIBUTION_FORM: i32 = 1;
/// Kind of contribution: `open` shows one or more tables.
pub const PASSERELLE_CONTRIBUTION_TABLE: i32 = 2;
/// Kind of contribution: a job, for the host's scheduler; there is nothing to open.
pub const PASSERELLE_CONTRIBUTION_JOB: i32 = 3;

/// One entry for the host's menus. Allocated by the host, filled by the plugin; its texts are valid for the life of
/// the process and ended by a zero.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy)]
pub struct passerelle_contribution {
    /// `sizeof(passerelle_contribution)`, set by the host.
    pub struct_size: u32,
    /// One of `PASSERELLE_CONTRIBUTION_*`.
    pub kind: i32,
    /// Stable id, e.g. "complements-secteur".
    pub id: *const c_char,
    /// Label in French, exactly as to be shown.
    pub label: *const c_char,
    /// Where to put it: menu labels parted by " > ".
    pub menu: *const c_char,
}

/// Plugin side of `passerelle.plugin.contributions/1`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_plugin_contributions {
    /// `sizeof(passerelle_plugin_contributions)` as the library compiled it.
    pub struct_size: u32,
    /// How many contributions there are.
    /// `[any]` · `count`: receives the number · since 1.0
    pub count: Option<
        unsafe extern "C" fn(plugin: *const passerelle_plugin, count: *mut u32, error: *mut passerelle_error) -> i32,
    >,
    /// Describe one of them.
    /// `[any]` · `index`: from 0 · `contribution`: allocated by the host, `struct_size` set ·
    /// `PASSERELLE_E_ARGUMENT` past the last · since 1.0
    pub get: Option<
        unsafe extern "C" fn(
            plugin: *const passerelle_plugin,
            index: u32,
            contribution: *mut passerelle_contribution,
            error: *mut passerelle_error,
        ) -> i32,
    >,
    /// The user picked one, or something that opens another: the plugin answers by calling `passerelle.host.forms/1` or
    /// `passerelle.host.tables/1` before it returns. Ids that only forms and tables name are opened alike. Reads
    /// settings only; rows are read when the host pulls them.
    /// `[main]` · `context`: a JSON object that says where the user stands: `societe_id`, `secteur_id` (numbers) and,
    /// for the preview, `protocole` ("v3", "statut-candidats") and `donnees_sifa` (boolean), for the report `run`
    /// (number); each may be left out. A table's own actions bring theirs · since 1.0
    pub open: Option<
        unsafe extern "C" fn(
            plugin: *const passerelle_plugin,
            id: *const c_char,
            id_len: u32,
            context: *const c_char,
            context_len: u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}
