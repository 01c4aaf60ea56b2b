//! The host's structures, in one allocation that lives until the instance is destroyed, and the funnel that every
//! callback goes through: NULL → `catch_unwind` → error → log.

use std::{
    any::Any,
    ffi::{CString, c_void},
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::NonNull,
    sync::{OnceLock, Weak},
    thread::{self, ThreadId},
};

use passerelle_abi as abi;
use passerelle_abi::{
    passerelle_error, passerelle_host, passerelle_host_forms, passerelle_host_jobs, passerelle_host_log,
    passerelle_host_mail, passerelle_host_secrets, passerelle_host_settings, passerelle_host_tables,
};

use super::{
    call::{self, struct_size},
    callbacks,
    instance::Instance,
};
use crate::{Error, Host, Level};

/// Everything that the plugin holds of the host. Nothing in it changes after it was made, but `instance`, once.
pub(super) struct Block {
    host: passerelle_host,
    pub(super) log: passerelle_host_log,
    pub(super) settings: passerelle_host_settings,
    pub(super) secrets: Option<passerelle_host_secrets>,
    pub(super) forms: passerelle_host_forms,
    pub(super) tables: passerelle_host_tables,
    pub(super) jobs: passerelle_host_jobs,
    pub(super) mail: Option<passerelle_host_mail>,
    /// What `host.name` points to.
    _name: CString,
    pub(super) user: Box<dyn Host>,
    /// The thread of `[main]` callbacks.
    pub(super) main: ThreadId,
    /// The instance that this host was given to, once it exists.
    pub(super) instance: OnceLock<Weak<Instance>>,
}

// SAFETY: its pointers point into itself, and the plugin reads them from any thread; `user` is Send and Sync.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

/// The owner of a [`Block`]; it lives at a fixed address, since the plugin keeps pointers into it.
pub(super) struct BlockBox(NonNull<Block>);

// SAFETY: it owns a Block, which is Send and Sync.
unsafe impl Send for BlockBox {}
// SAFETY: as above.
unsafe impl Sync for BlockBox {}

impl BlockBox {
    pub(super) fn new(user: Box<dyn Host>) -> Self {
        // A zero inside would end the name early: it is only shown, so it is left out.
        let name = user.name().replace('\0', "");
        let name = CString::new(name).unwrap_or_default();
        let max_level = user.max_log_level().code();
        let secrets = user.secrets().map(|_| passerelle_host_secrets {
            struct_size: struct_size::<passerelle_host_secrets>(),
            get: Some(callbacks::secrets_get),
            set: Some(callbacks::secrets_set),
        });
        let mail = user.mail().map(|_| passerelle_host_mail {
            struct_size: struct_size::<passerelle_host_mail>(),
            send: Some(callbacks::mail_send),
        });
        let block = Box::new(Block {
            host: passerelle_host {
                struct_size: struct_size::<passerelle_host>(),
                abi_major: abi::PASSERELLE_ABI_MAJOR,
                abi_minor: abi::PASSERELLE_ABI_MINOR,
                host_data: std::ptr::null_mut(),
                name: name.as_ptr(),
                get_interface: Some(callbacks::get_interface),
                now: Some(callbacks::now),
            },
            log: passerelle_host_log {
                struct_size: struct_size::<passerelle_host_log>(),
                max_level,
                log: Some(callbacks::log),
            },
            settings: passerelle_host_settings {
                struct_size: struct_size::<passerelle_host_settings>(),
                get: Some(callbacks::settings_get),
            },
            secrets,
            forms: passerelle_host_forms {
                struct_size: struct_size::<passerelle_host_forms>(),
                show: Some(callbacks::forms_show),
                close: Some(callbacks::forms_close),
            },
            tables: passerelle_host_tables {
                struct_size: struct_size::<passerelle_host_tables>(),
                show: Some(callbacks::tables_show),
            },
            jobs: passerelle_host_jobs {
                struct_size: struct_size::<passerelle_host_jobs>(),
                register_job: Some(callbacks::register_job),
            },
            mail,
            _name: name,
            user,
            main: thread::current().id(),
            instance: OnceLock::new(),
        });
        let block = Box::into_raw(block);
        // SAFETY: just made, and nobody else has it yet; from now on it is only read.
        unsafe { (*block).host.host_data = block.cast::<c_void>() };
        // SAFETY: a box is never NULL.
        Self(unsafe { NonNull::new_unchecked(block) })
    }

    /// What `create` gets.
    pub(super) fn host(&self) -> *const passerelle_host {
        // SAFETY: the allocation lives until `free`.
        unsafe { &raw const (*self.0.as_ptr()).host }
    }

    /// Free it.
    ///
    /// # Safety
    /// The plugin no longer uses the host: `destroy` has returned `PASSERELLE_OK`, or `create` has failed.
    pub(super) unsafe fn free(self) {
        // SAFETY: from `Box::into_raw` in `new`, freed once because this takes the owner.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl std::ops::Deref for BlockBox {
    type Target = Block;

    fn deref(&self) -> &Block {
        // SAFETY: the allocation lives until `free`, which takes the owner.
        unsafe { self.0.as_ref() }
    }
}

impl Block {
    /// A line of this crate's own for the host's log.
    pub(super) fn note(&self, level: Level, message: &str) {
        if level.code() <= self.log.max_level {
            // A log that panics has already said so through the panic hook.
            let _panicked = caught(|| self.user.log(level, "passerelle::host_sdk", message));
        }
    }

    /// Run something of the host's; a panic is logged and becomes an error.
    pub(super) fn guarded<T>(&self, slot: &str, body: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        let result = caught(|| body(self)).unwrap_or_else(|panic| {
            Err(Error::new(
                abi::PASSERELLE_E_HOST,
                "L'application a rencontré une erreur interne pendant cette opération : consultez son journal.",
                format!("the host panicked in {slot}: {panic}"),
            ))
        });
        if let Err(error) = &result {
            self.note(Level::Error, &format!("{slot}: {error}"));
        }
        result
    }

    /// Refuse a `[main]` callback on another thread.
    pub(super) fn on_main(&self, slot: &str) -> Result<(), Error> {
        if thread::current().id() == self.main {
            return Ok(());
        }
        Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_WRONG_THREAD,
            format!("{slot} was called on another thread than the instance's"),
        ))
    }
}

/// Run something, and a panic's text if it panicked.
pub(super) fn caught<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
        let text = payload_text(&*payload);
        // A payload may panic when it is dropped; leaking it is the only way to be sure that nothing crosses.
        std::mem::forget(payload);
        text
    })
}

fn payload_text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a payload that is not text".to_owned()
    }
}

/// The block behind the `host` argument of a callback.
///
/// # Safety
/// `host` is NULL or what [`BlockBox::host`] gave, not yet freed.
pub(super) unsafe fn block<'a>(host: *const passerelle_host) -> Option<&'a Block> {
    if host.is_null() {
        return None;
    }
    // SAFETY: not NULL, so it is ours; `host_data` points to its block.
    unsafe { (*host).host_data.cast::<Block>().as_ref() }
}

/// The funnel of a fallible callback.
///
/// # Safety
/// As for [`block`]; `error` is NULL or an error whose `struct_size` is set, used by nobody else during the call.
pub(super) unsafe fn funnel(
    host: *const passerelle_host,
    error: *mut passerelle_error,
    slot: &str,
    body: impl FnOnce(&Block) -> Result<(), Error>,
) -> i32 {
    // SAFETY: passed on to the caller.
    let result = match unsafe { block(host) } {
        Some(block) => block.guarded(slot, body),
        None => Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_NULL,
            format!("{slot}: host is NULL"),
        )),
    };
    match result {
        Ok(()) => abi::PASSERELLE_OK,
        Err(failed) => {
            // SAFETY: passed on to the caller.
            unsafe { call::fill(error, &failed) };
            failed.code
        }
    }
}
