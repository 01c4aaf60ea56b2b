//! E-mail: the host's own way of sending one.

use core::ffi::{CStr, c_char};

use crate::{passerelle_error, passerelle_host};

/// Id of [`passerelle_host_mail`]. Optional: without it the plugin speaks SMTP itself, to the server of its settings.
pub const PASSERELLE_HOST_MAIL: &CStr = c"passerelle.host.mail/1";

/// Host side of `passerelle.host.mail/1`: e-mail as the ERP sends its own, from its own address.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_host_mail {
    /// `sizeof(passerelle_host_mail)` as the host compiled it.
    pub struct_size: u32,
    /// Send one e-mail of plain text to all the recipients, or queue it where it cannot get lost. The report of a night
    /// goes this way: counts, reasons and the ERP's identifiers, no personal data.
    /// `[job]` during `run`; should give up within 30 seconds · `recipients`: addresses separated by commas, at least
    /// one, e.g. "cfa@example.org,dsi@example.org" · `subject`: one line · `body`: lines ended by `\n` · all borrowed
    /// for the call · a failure is told in the job's outcome and never fails a night · since 1.0
    pub send: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            recipients: *const c_char,
            recipients_len: u32,
            subject: *const c_char,
            subject_len: u32,
            body: *const c_char,
            body_len: u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}
