//! A long call in progress: how it tells how far it is, and how the host stops it.

use core::ffi::{c_char, c_void};

/// The host's view of one long call. Owned by the host, borrowed for the call.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_run {
    /// `sizeof(passerelle_run)` as the host compiled it.
    pub struct_size: u32,
    /// The host's own; the plugin does not look at it.
    pub run_data: *mut c_void,
    /// Whether the host wants the call to stop: anything but 0 ends it within 2 s. Asked often.
    /// `[job]` on the calling thread · since 1.0
    pub is_cancelled: Option<unsafe extern "C" fn(run: *const passerelle_run) -> i32>,
    /// How far the call is; may be NULL.
    /// `[job]` on the calling thread · `done`, `total`: records; `total` is 0 while unknown · `text`: in French, what
    /// is being done · since 1.0
    pub progress: Option<
        unsafe extern "C" fn(run: *const passerelle_run, done: u64, total: u64, text: *const c_char, text_len: u32),
    >,
}
