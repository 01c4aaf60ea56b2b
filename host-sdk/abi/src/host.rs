//! What the host offers: its clock, and interfaces found by id.

use core::ffi::{CStr, c_char, c_void};

use crate::passerelle_error;

/// Id of [`passerelle_host_log`]. Optional: without it the plugin is silent.
pub const PASSERELLE_HOST_LOG: &CStr = c"passerelle.host.log/1";
/// Id of [`passerelle_host_settings`]. Required.
pub const PASSERELLE_HOST_SETTINGS: &CStr = c"passerelle.host.settings/1";
/// Id of [`passerelle_host_secrets`]. Optional: without it the sealing key lives in a file of `data_dir`.
pub const PASSERELLE_HOST_SECRETS: &CStr = c"passerelle.host.secrets/1";

/// Key of [`passerelle_host_settings`]: the ODBC connection string of the ERP's database. Required.
pub const PASSERELLE_SETTING_DATABASE: &CStr = c"database";
/// Key of [`passerelle_host_settings`]: absolute path of the mapping file (TOML). Optional.
pub const PASSERELLE_SETTING_MAPPING: &CStr = c"mapping";
/// Key of [`passerelle_host_settings`]: absolute path of a folder for the plugin's own files. Required without
/// `passerelle.host.secrets/1`.
pub const PASSERELLE_SETTING_DATA_DIR: &CStr = c"data_dir";
/// Key of [`passerelle_host_settings`]: URL of the HTTP proxy. Optional: without it the environment's applies.
pub const PASSERELLE_SETTING_PROXY: &CStr = c"proxy";
/// Key of [`passerelle_host_settings`]: the signed-in user's name, kept beside the boxes that he ticks. Optional.
pub const PASSERELLE_SETTING_USER: &CStr = c"user";
/// Key of [`passerelle_host_settings`]: after how many seconds a night whose server died may be taken over by another
/// call, 2 to 3600. Optional: 60.
pub const PASSERELLE_SETTING_LEASE: &CStr = c"lease_seconds";
/// Key of [`passerelle_host_settings`]: how many dossiers go out in one request at most; held within what the receiver
/// takes. Optional: 500, or 100 with the protocol of 2021.
pub const PASSERELLE_SETTING_BATCH: &CStr = c"batch_dossiers";
/// Key of [`passerelle_host_settings`]: the name by which the tableau de bord knows this ERP, in the address of the page
/// where an API key is to be had: letters, digits, `-` and `_`. Optional: `scform`.
pub const PASSERELLE_SETTING_ERP: &CStr = c"erp";

/// A local date and time with its offset from UTC.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy, Default)]
pub struct passerelle_time {
    /// `sizeof(passerelle_time)`, set by whoever allocates it.
    pub struct_size: u32,
    /// Year, e.g. 2026.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month, from 1.
    pub day: u32,
    /// Hour, 0 to 23.
    pub hour: u32,
    /// Minute, 0 to 59.
    pub minute: u32,
    /// Second, 0 to 59.
    pub second: u32,
    /// Offset from UTC in minutes, positive to the east: 60 for Paris in winter.
    pub utc_offset_minutes: i32,
}

/// The host. Owned by it; valid until the `destroy` of every instance that got it has returned.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_host {
    /// `sizeof(passerelle_host)` as the host compiled it.
    pub struct_size: u32,
    /// `PASSERELLE_ABI_MAJOR` of the host.
    pub abi_major: u32,
    /// `PASSERELLE_ABI_MINOR` of the host.
    pub abi_minor: u32,
    /// The host's own; the plugin does not look at it.
    pub host_data: *mut c_void,
    /// The host's name and version, e.g. "SC-Form 25.1", ended by a zero. May be NULL.
    pub name: *const c_char,
    /// Find an interface of the host by its id.
    /// `[any]` · NULL if the host does not have it, else valid as long as the host · since 1.0
    pub get_interface:
        Option<unsafe extern "C" fn(host: *const passerelle_host, id: *const c_char, id_len: u32) -> *const c_void>,
    /// The local date and time. The plugin has no other clock.
    /// `[any]` · `time`: allocated by the plugin, `struct_size` set · since 1.0
    pub now: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            time: *mut passerelle_time,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}

/// Host side of `passerelle.host.log/1`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_host_log {
    /// `sizeof(passerelle_host_log)` as the host compiled it.
    pub struct_size: u32,
    /// The most detailed level that the host wants, one of `PASSERELLE_LOG_*`: lines of that number and below come.
    pub max_level: i32,
    /// Write one line; holds identifiers only, never personal data. What is called on the plugin from inside it (a log
    /// window that pumps messages does so by itself) works if it is `[any]`, and answers `PASSERELLE_E_BUSY` if not; it
    /// writes no lines.
    /// `[any]` · `level`: one of `PASSERELLE_LOG_*` · `target`: the part that speaks, e.g. "passerelle::night" ·
    /// never fails · since 1.0
    pub log: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            level: i32,
            target: *const c_char,
            target_len: u32,
            message: *const c_char,
            message_len: u32,
        ),
    >,
}

/// Host side of `passerelle.host.settings/1`: what the plugin must know to start.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_host_settings {
    /// `sizeof(passerelle_host_settings)` as the host compiled it.
    pub struct_size: u32,
    /// Read one value, one of `PASSERELLE_SETTING_*`. An absent one has the length 0.
    /// `[any]` · `buffer`: receives UTF-8 without a final zero; may be NULL when `buffer_size` is 0 ·
    /// `needed`: receives the value's length in bytes ·
    /// `PASSERELLE_E_BUFFER_TOO_SMALL` when `buffer_size` is less · since 1.0
    pub get: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            key: *const c_char,
            key_len: u32,
            buffer: *mut c_char,
            buffer_size: u32,
            needed: *mut u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}

/// Host side of `passerelle.host.secrets/1`: a place for a few secrets that only this installation can read, e.g. the
/// Windows Credential Manager. The plugin keeps its sealing key there; API keys are sealed with it in the database.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_host_secrets {
    /// `sizeof(passerelle_host_secrets)` as the host compiled it.
    pub struct_size: u32,
    /// Read a secret. An absent one has the length 0.
    /// `[any]` · `buffer`: receives raw bytes · `needed`: receives the secret's length in bytes ·
    /// `PASSERELLE_E_BUFFER_TOO_SMALL` when `buffer_size` is less · since 1.0
    pub get: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            name: *const c_char,
            name_len: u32,
            buffer: *mut u8,
            buffer_size: u32,
            needed: *mut u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
    /// Keep a secret for good, in place of an earlier one of that name.
    /// `[any]` · `bytes`: borrowed for the call · since 1.0
    pub set: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            name: *const c_char,
            name_len: u32,
            bytes: *const u8,
            bytes_len: u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}
