//! The funnel that every call of the host goes through: null → state → `catch_unwind` → error → log.

use std::panic::{AssertUnwindSafe, catch_unwind};

use passerelle_abi as abi;

use super::text;
use crate::error::Error;
use crate::fault;

/// Run `work` so that nothing but a code crosses, and tell what went wrong in `error` if the caller wants to know.
///
/// # Safety
/// `error` is NULL, or valid for writing as many bytes as its `struct_size` says.
pub unsafe fn guard(
    slot: &'static str,
    error: *mut abi::passerelle_error,
    work: impl FnOnce() -> Result<(), Error>,
) -> i32 {
    let mut report = None;
    if !error.is_null() {
        // SAFETY: the caller's promise.
        match unsafe { text::borrow_out(error) } {
            Ok(out) => report = Some(out),
            // An error of another size cannot be written to: the code alone tells.
            Err(refused) => return refused.code,
        }
    }
    tracing::trace!(slot, "called");
    match catch(slot, work) {
        Ok(()) => abi::PASSERELLE_OK,
        Err(failure) => {
            if failure.code != abi::PASSERELLE_E_CANCELLED {
                tracing::error!(
                    slot,
                    code = failure.code,
                    sqlstate = failure.sqlstate,
                    "{}",
                    failure.detail
                );
            }
            if let Some(out) = report {
                out.code = failure.code;
                out.native_code = failure.native_code;
                text::fill(&mut out.sqlstate, &failure.sqlstate);
                text::fill(&mut out.message, &failure.message);
                text::fill(&mut out.detail, &failure.detail);
            }
            failure.code
        }
    }
}

/// Run `work`; a panic is an error that names the slot, never what the panic said: that could hold a person's data.
fn catch(slot: &'static str, work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        fault::inject(slot);
        work()
    }));
    outcome.unwrap_or_else(|panic| {
        // Dropping what the panic carried may panic in its turn.
        std::mem::forget(panic);
        Err(Error::new(
            abi::PASSERELLE_E_PANICKED,
            "Une erreur interne s'est produite dans la Passerelle Apprentissage : redémarrez le programme et \
             prévenez votre éditeur si elle revient.",
            format!("a panic was caught in {slot}"),
        ))
    })
}
