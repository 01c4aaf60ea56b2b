//! `passerelle.plugin.jobs/1`, and the host's view of a long call.

use std::ffi::c_char;
use std::sync::atomic::{AtomicBool, Ordering};

use passerelle_abi as abi;

use super::callers::{Callers, is_called};
use super::funnel::Mark;
use super::object::{call, size32};
use super::text::{self, SharedPointer};
use crate::error::Error;
use crate::host::Run;
use crate::instance::OutcomeKind;

/// The interface.
pub static INTERFACE: abi::passerelle_plugin_jobs = abi::passerelle_plugin_jobs {
    struct_size: size32::<abi::passerelle_plugin_jobs>(),
    run: Some(run),
};

/// A run that the host lent for a call on this thread.
pub struct RunPointer<'c> {
    run: SharedPointer<abi::passerelle_run>,
    callers: &'c Callers,
    /// What the host answered last.
    cancelled: AtomicBool,
}

impl<'c> RunPointer<'c> {
    /// Check what the host lent; whoever asks it whether to stop takes to the host what waits at `callers`.
    ///
    /// # Safety
    /// `run` is NULL, or valid until this value is dropped.
    pub unsafe fn new(run: *const abi::passerelle_run, callers: &'c Callers) -> Result<Self, Error> {
        // SAFETY: the caller's promise.
        let checked = unsafe { text::borrow_struct(run) }?;
        checked.is_cancelled.ok_or_else(|| text::null("run.is_cancelled"))?;
        Ok(Self {
            run: SharedPointer(run),
            callers,
            cancelled: AtomicBool::new(false),
        })
    }
}

impl Run for RunPointer<'_> {
    fn is_cancelled(&self) -> bool {
        if !is_called() {
            return self.cancelled.load(Ordering::SeqCst);
        }
        self.callers.serve();
        // SAFETY: valid by the promise given to `new`.
        let cancelled = unsafe {
            (*self.run.0)
                .is_cancelled
                .is_some_and(|is_cancelled| is_cancelled(self.run.0) != 0)
        };
        self.cancelled.store(cancelled, Ordering::SeqCst);
        cancelled
    }

    fn progress(&self, done: u64, total: u64, text: &str) {
        // SAFETY: valid by the promise given to `new`; the text lives through the call.
        unsafe {
            if let (Some(progress), Ok(len)) = ((*self.run.0).progress, text::len32(text.len())) {
                progress(self.run.0, done, total, text.as_ptr().cast(), len);
            }
        }
    }
}

unsafe extern "C" fn run(
    plugin: *const abi::passerelle_plugin,
    id: *const c_char,
    id_len: u32,
    parameters: *const c_char,
    parameters_len: u32,
    run: *const abi::passerelle_run,
    outcome: *mut abi::passerelle_outcome,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("jobs.run", plugin, Mark::Job, error, |object, instance| {
            let id = text::borrow("id", id, id_len)?;
            let parameters = text::borrow("parameters", parameters, parameters_len)?;
            let (run, out) = (RunPointer::new(run, object.callers())?, text::borrow_out(outcome)?);
            let outcome = instance.run_job(id, parameters, &run)?;
            out.kind = match outcome.kind {
                OutcomeKind::Done => abi::PASSERELLE_OUTCOME_DONE,
                OutcomeKind::ToMend => abi::PASSERELLE_OUTCOME_TO_MEND,
                OutcomeKind::Problem => abi::PASSERELLE_OUTCOME_PROBLEM,
                OutcomeKind::AlreadyDone => abi::PASSERELLE_OUTCOME_ALREADY_DONE,
                OutcomeKind::RunningElsewhere => abi::PASSERELLE_OUTCOME_RUNNING_ELSEWHERE,
            };
            out.run_id = outcome.run_id;
            let count = |number: i64| u64::try_from(number).unwrap_or(0);
            out.read = count(outcome.counts.lus);
            out.accepted = count(outcome.counts.acceptes);
            out.rejected = count(outcome.counts.rejetes);
            out.left_out = count(outcome.counts.non_envoyes);
            out.pending = count(outcome.counts.en_attente);
            text::fill(&mut out.text, &outcome.text);
            Ok(())
        })
    }
}
