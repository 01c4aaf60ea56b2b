//! Jobs: what the host's scheduler, or an administrator, runs.

use core::ffi::{CStr, c_char};

use crate::{passerelle_error, passerelle_host, passerelle_plugin, passerelle_run};

/// Id of [`passerelle_host_jobs`]. Optional: without it nothing is scheduled.
pub const PASSERELLE_HOST_JOBS: &CStr = c"passerelle.host.jobs/1";
/// Id of [`passerelle_plugin_jobs`].
pub const PASSERELLE_PLUGIN_JOBS: &CStr = c"passerelle.plugin.jobs/1";

/// Outcome, green: everything was accepted, or there was nothing to do.
pub const PASSERELLE_OUTCOME_DONE: i32 = 1;
/// Outcome, orange: something was rejected or left out for somebody to mend, the rest is done; the text and the report say what.
pub const PASSERELLE_OUTCOME_TO_MEND: i32 = 2;
/// Outcome: this night was done before; nothing was sent.
pub const PASSERELLE_OUTCOME_ALREADY_DONE: i32 = 3;
/// Outcome: another run holds the night, here or on another server; nothing was sent.
pub const PASSERELLE_OUTCOME_RUNNING_ELSEWHERE: i32 = 4;
/// Outcome, red: nothing, or not everything, could go, and it stays so until somebody acts; the text and the report say why.
/// While `pending` is not 0 the night is not done: another call within the window takes it up.
pub const PASSERELLE_OUTCOME_PROBLEM: i32 = 5;

/// A job for the host's scheduler. Borrowed for `register_job`; its texts are UTF-8 and ended by a zero.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy)]
pub struct passerelle_job_spec {
    /// `sizeof(passerelle_job_spec)` as the library compiled it.
    pub struct_size: u32,
    /// Local minute of the day at which the suggested window opens: 1380 is 23:00.
    pub window_start_minute: u32,
    /// Local minute of the day at which it closes; before the start, it closes on the next day.
    pub window_end_minute: u32,
    /// Stable id, to be given to `run`.
    pub id: *const c_char,
    /// Label in French.
    pub label: *const c_char,
    /// How often, in French, e.g. "une fois par nuit".
    pub frequency: *const c_char,
}

/// What a job came to. Allocated by the host, filled on success.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy)]
pub struct passerelle_outcome {
    /// `sizeof(passerelle_outcome)`, set by the host.
    pub struct_size: u32,
    /// One of `PASSERELLE_OUTCOME_*`.
    pub kind: i32,
    /// Number of the run in the journal; 0 if the job keeps none.
    pub run_id: i64,
    /// Dossiers read; always the sum of the four below.
    pub read: u64,
    /// Dossiers that the receiver accepted.
    pub accepted: u64,
    /// Dossiers that the receiver rejected.
    pub rejected: u64,
    /// Dossiers left out, each with its reasons.
    pub left_out: u64,
    /// Dossiers whose establishment could not be reached.
    pub pending: u64,
    /// One sentence in French for the scheduler's log, ended by a zero, cut at a character boundary.
    pub text: [c_char; 1024],
}

/// Host side of `passerelle.host.jobs/1`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_host_jobs {
    /// `sizeof(passerelle_host_jobs)` as the host compiled it.
    pub struct_size: u32,
    /// Offer a job to the scheduler. The host owns the clock: the window is a suggestion.
    /// `[main]` during the plugin's `init` · `job`: borrowed for the call · since 1.0
    pub register_job: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            job: *const passerelle_job_spec,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}

/// Plugin side of `passerelle.plugin.jobs/1`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_plugin_jobs {
    /// `sizeof(passerelle_plugin_jobs)` as the library compiled it.
    pub struct_size: u32,
    /// Run a job to its end; blocks, and leaves no thread behind, but one in a look-up of a name that the system holds:
    /// it touches nothing of the host's. Jobs: "export-de-nuit", the nightly export; "migration", which creates or
    /// upgrades the `mna_` tables; and those that forms name: "essai-connexion", "verification-etablissement",
    /// "rotation-scellement", "essai-courriel".
    /// `[job]` · `parameters`: a JSON object, may be empty; for "export-de-nuit": `force` (boolean) sends a night that
    /// is already done once more; for "essai-connexion" and "verification-etablissement": `ligne` (string), the row · `run`: borrowed for the call · `outcome`: allocated by the host, `struct_size` set ·
    /// `PASSERELLE_E_CANCELLED` when `run` said so · since 1.0
    pub run: Option<
        unsafe extern "C" fn(
            plugin: *const passerelle_plugin,
            id: *const c_char,
            id_len: u32,
            parameters: *const c_char,
            parameters_len: u32,
            run: *const passerelle_run,
            outcome: *mut passerelle_outcome,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}
