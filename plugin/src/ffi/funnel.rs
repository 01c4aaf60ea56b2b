//! The funnel that every call of the host goes through: null → state → `catch_unwind` → error → log.

use std::panic::{AssertUnwindSafe, catch_unwind};

use passerelle_abi as abi;

use super::codes::code;
use super::log::{self, Home};
use super::text;
use crate::error::{Error, ErrorKind};
use crate::fault;

/// The mark of a slot in the header: from where it may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// `[main]`: on one thread.
    Main,
    /// `[job]`: on any thread, which may block for long.
    Job,
    /// `[any]`: on any thread, also from inside the host's `log`.
    Any,
}

/// Run `work` so that nothing but a code crosses, with its lines going to `home`, and tell what went wrong in `error` if
/// the caller wants to know.
///
/// # Safety
/// `error` is NULL, or valid for writing as many bytes as its `struct_size` says.
pub unsafe fn guard(
    slot: &'static str,
    mark: Mark,
    home: Option<&Home>,
    error: *mut abi::passerelle_error,
    work: impl FnOnce() -> Result<(), Error>,
) -> i32 {
    let mut report = None;
    if !error.is_null() {
        // SAFETY: the caller's promise.
        match unsafe { text::borrow_out(error) } {
            Ok(out) => report = Some(out),
            // An error of another size cannot be written to: the code alone tells.
            Err(refused) => {
                let _told = catch(slot, home, || tell(slot, home, &refused));
                return code(refused.kind);
            }
        }
    }
    let worked = catch(slot, home, || {
        tracing::trace!(slot, "called");
        fault::inject(slot);
        if mark != Mark::Any && log::is_writing() {
            return Err(Error::new(
                ErrorKind::Busy,
                "Le programme hôte a appelé la Passerelle Apprentissage pendant qu'elle écrivait dans son journal.",
                "a slot that is not [any] was called from inside the host's log",
            ));
        }
        work()
    });
    let Err(failure) = worked.and_then(|done| done) else {
        return abi::PASSERELLE_OK;
    };
    let told = catch(slot, home, || tell(slot, home, &failure));
    let failure = told.err().unwrap_or(failure);
    if let Some(out) = report {
        out.code = code(failure.kind);
        out.native_code = failure.native_code;
        text::fill(&mut out.sqlstate, &failure.sqlstate);
        text::fill(&mut out.message, &failure.message);
        text::fill(&mut out.detail, &failure.detail);
    }
    code(failure.kind)
}

/// One line about a failure; the host's own are of a level that passes every filter.
fn tell(slot: &'static str, home: Option<&Home>, failure: &Error) {
    match code(failure.kind) {
        abi::PASSERELLE_E_CANCELLED => {}
        code @ (100..=199
        | abi::PASSERELLE_E_NOT_INITIALIZED
        | abi::PASSERELLE_E_ALREADY_INITIALIZED
        | abi::PASSERELLE_E_WRONG_THREAD) => {
            if let Some(home) = home {
                home.misbehaves(&format!("{slot} answers {code}: {}", failure.detail));
            }
        }
        code => tracing::error!(slot, code, sqlstate = failure.sqlstate, "{}", failure.detail),
    }
}

/// Run `work`; a panic is an error that names the slot, never what the panic said: that could hold a
/// person's data.
fn catch<T>(slot: &'static str, home: Option<&Home>, work: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(|| log::under(home, work))).map_err(|panic| {
        // Dropping what the panic carried may panic in its turn.
        std::mem::forget(panic);
        Error::new(
            ErrorKind::Panicked,
            "Une erreur interne s'est produite dans la Passerelle Apprentissage : redémarrez le programme et \
             prévenez votre éditeur si elle revient.",
            format!("a panic was caught in {slot}"),
        )
    })
}
