//! Forms: JSON documents that the host draws, answered by typed events.

use core::ffi::{CStr, c_char};

use crate::{passerelle_error, passerelle_host, passerelle_plugin};

/// Id of [`passerelle_host_forms`]. Optional: without it forms cannot be opened.
pub const PASSERELLE_HOST_FORMS: &CStr = c"passerelle.host.forms/1";
/// Id of [`passerelle_plugin_forms`].
pub const PASSERELLE_PLUGIN_FORMS: &CStr = c"passerelle.plugin.forms/1";

/// Kind of form event: the user changed a field; `value` is its new value as JSON. Told when the editing of the field
/// ends (Enter, leaving it, a pick), and always before `PASSERELLE_FORM_ACTION`.
pub const PASSERELLE_FORM_CHANGED: i32 = 1;
/// Kind of form event: the user pressed a button; `field` is the button's id, `value` the id of the row that it acts on
/// as a JSON string, or empty for a button of the form itself. Of a button that has a job run, told after that job.
pub const PASSERELLE_FORM_ACTION: i32 = 2;
/// Kind of form event: the user closed the form without a button; what was not saved is forgotten.
pub const PASSERELLE_FORM_CLOSED: i32 = 3;

/// What the user did in a form. Borrowed for the call.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy)]
pub struct passerelle_form_event {
    /// `sizeof(passerelle_form_event)` as the host compiled it.
    pub struct_size: u32,
    /// One of `PASSERELLE_FORM_*`.
    pub kind: i32,
    /// Id of the field or of the button; empty for `PASSERELLE_FORM_CLOSED`.
    pub field: *const c_char,
    /// Length of `field` in bytes.
    pub field_len: u32,
    /// Length of `value` in bytes.
    pub value_len: u32,
    /// `PASSERELLE_FORM_CHANGED`: the field's new value as JSON; `PASSERELLE_FORM_ACTION`: the row's id as a JSON
    /// string, or empty; else empty.
    pub value: *const c_char,
}

/// Host side of `passerelle.host.forms/1`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_host_forms {
    /// `sizeof(passerelle_host_forms)` as the host compiled it.
    pub struct_size: u32,
    /// Show a form, or draw a shown one anew.
    /// `[main]` during `open` or `event` · `form`: number given by the plugin, in every event of this form ·
    /// `description`: a JSON document, schema `passerelle.form/1` (docs/integration.md) · since 1.0
    pub show: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            form: u64,
            description: *const c_char,
            description_len: u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
    /// Take a form off the screen; no event of it follows.
    /// `[main]` during `event` · since 1.0
    pub close:
        Option<unsafe extern "C" fn(host: *const passerelle_host, form: u64, error: *mut passerelle_error) -> i32>,
}

/// Plugin side of `passerelle.plugin.forms/1`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_plugin_forms {
    /// `sizeof(passerelle_plugin_forms)` as the library compiled it.
    pub struct_size: u32,
    /// Tell the plugin what the user did; it may show the form anew, or close it, before it returns.
    /// `[main]` · `form`: the number that `show` gave · `event`: borrowed for the call ·
    /// `PASSERELLE_E_UNKNOWN_ID` for a form that is closed or was never shown · since 1.0
    pub event: Option<
        unsafe extern "C" fn(
            plugin: *const passerelle_plugin,
            form: u64,
            event: *const passerelle_form_event,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}
