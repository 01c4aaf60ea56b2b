//! An instance as C sees it, its state, and the funnel's part that knows it.

use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::ThreadId;

use passerelle_abi as abi;

use super::host::HostPointer;
use super::{contributions, documents, entry, forms, funnel, jobs, text};
use crate::error::Error;
use crate::instance::Instance;

const CREATED: u8 = 0;
const INITIALISING: u8 = 1;
const READY: u8 = 2;
const POISONED: u8 = 3;

/// What stands behind a `passerelle_plugin`.
pub struct Object {
    state: AtomicU8,
    main_thread: OnceLock<ThreadId>,
    // Calls in progress and tables not yet released: what `destroy` must wait for.
    in_use: AtomicUsize,
    host: Arc<HostPointer>,
    dispatch: tracing::Dispatch,
    instance: OnceLock<Instance>,
}

/// Keeps an instance from being destroyed.
pub struct InUse(SharedObject);

type SharedObject = text::SharedPointer<Object>;

impl InUse {
    /// The instance.
    pub fn object(&self) -> &Object {
        // SAFETY: `destroy` frees the object only while nothing is in use.
        unsafe { &*self.0.0 }
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        self.object().in_use.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Which calls a slot takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Thread {
    /// `[main]`.
    Main,
    /// `[job]` or `[any]`.
    Any,
}

impl Object {
    /// The instance, if it is ready to work.
    ///
    /// # Errors
    /// It is not initialised, or an earlier call panicked.
    pub fn check_state(&self) -> Result<&Instance, Error> {
        match (self.state.load(Ordering::Acquire), self.instance.get()) {
            (READY, Some(instance)) => Ok(instance),
            (POISONED, _) => Err(Error::new(
                abi::PASSERELLE_E_POISONED,
                "La Passerelle Apprentissage s'est arrêtée après une erreur interne : redémarrez le programme.",
                "an earlier call panicked; only cancel and release of its tables and destroy go on working",
            )),
            _ => Err(Error::new(
                abi::PASSERELLE_E_NOT_INITIALIZED,
                "La Passerelle Apprentissage n'est pas encore initialisée.",
                "the instance has not been initialised",
            )),
        }
    }

    fn check_thread(&self) -> Result<(), Error> {
        if self
            .main_thread
            .get()
            .is_none_or(|main| *main == std::thread::current().id())
        {
            return Ok(());
        }
        self.host.misbehaves("a [main] slot was called on another thread");
        Err(Error::new(
            abi::PASSERELLE_E_WRONG_THREAD,
            "Le programme hôte a appelé la Passerelle Apprentissage depuis un mauvais fil d'exécution.",
            "a [main] slot was called on another thread than the one that initialised the instance",
        ))
    }

    /// Run one call under this instance's log; a panic poisons the instance.
    ///
    /// # Safety
    /// `error` is as [`funnel::guard`] says.
    pub unsafe fn guarded(
        &self,
        slot: &'static str,
        error: *mut abi::passerelle_error,
        work: impl FnOnce() -> Result<(), Error>,
    ) -> i32 {
        // SAFETY: the caller's promise.
        let code = tracing::dispatcher::with_default(&self.dispatch, || unsafe { funnel::guard(slot, error, work) });
        if code == abi::PASSERELLE_E_PANICKED {
            self.poison();
        }
        code
    }

    /// Answer nothing from now on but `destroy`, and what ends a table.
    pub fn poison(&self) {
        self.state.store(POISONED, Ordering::Release);
    }

    /// Keep this instance alive until the result is dropped.
    pub fn hold(&self) -> InUse {
        self.in_use.fetch_add(1, Ordering::AcqRel);
        InUse(text::SharedPointer(std::ptr::from_ref(self)))
    }
}

/// One call of the host on an instance: the whole funnel.
///
/// # Safety
/// `plugin` is NULL or an instance that lives; `error` is as [`funnel::guard`] says.
pub unsafe fn call(
    slot: &'static str,
    plugin: *const abi::passerelle_plugin,
    thread: Thread,
    error: *mut abi::passerelle_error,
    work: impl FnOnce(&Object, &Instance) -> Result<(), Error>,
) -> i32 {
    // SAFETY: the caller's promise.
    let Some(object) = (unsafe { object(plugin) }) else {
        // SAFETY: the caller's promise.
        return unsafe { funnel::guard(slot, error, || Err(text::null("plugin"))) };
    };
    let _held = object.hold();
    // SAFETY: the caller's promise.
    unsafe {
        object.guarded(slot, error, || {
            let instance = object.check_state()?;
            if thread == Thread::Main {
                object.check_thread()?;
            }
            work(object, instance)
        })
    }
}

/// # Safety
/// `plugin` is NULL or an instance that lives.
unsafe fn object<'a>(plugin: *const abi::passerelle_plugin) -> Option<&'a Object> {
    // SAFETY: the caller's promise; `plugin_data` is what `create` put there.
    unsafe { text::own(plugin.as_ref()?.plugin_data) }
}

/// Make an instance for `host`; it is freed by `destroy`.
pub fn create(host: HostPointer) -> *const abi::passerelle_plugin {
    let host = Arc::new(host);
    let dispatch = crate::log::forward_to(host.log_sink());
    let object = Box::new(Object {
        state: AtomicU8::new(CREATED),
        main_thread: OnceLock::new(),
        in_use: AtomicUsize::new(0),
        host,
        dispatch,
        instance: OnceLock::new(),
    });
    object.host.set_owner(&object);
    Box::into_raw(Box::new(abi::passerelle_plugin {
        struct_size: size32::<abi::passerelle_plugin>(),
        plugin_data: Box::into_raw(object).cast::<c_void>(),
        init: Some(init),
        destroy: Some(destroy),
        get_interface: Some(get_interface),
    }))
}

/// `sizeof`, for a `struct_size`.
#[allow(clippy::cast_possible_truncation)]
pub const fn size32<T>() -> u32 {
    size_of::<T>() as u32
}

unsafe extern "C" fn init(plugin: *const abi::passerelle_plugin, error: *mut abi::passerelle_error) -> i32 {
    // SAFETY: the host promises an instance that lives.
    let Some(object) = (unsafe { object(plugin) }) else {
        // SAFETY: the host's promise on `error`.
        return unsafe { funnel::guard("plugin.init", error, || Err(text::null("plugin"))) };
    };
    let _held = object.hold();
    let mut began = false;
    // SAFETY: the host's promise on `error`.
    let code = unsafe {
        object.guarded("plugin.init", error, || {
            object
                .state
                .compare_exchange(CREATED, INITIALISING, Ordering::AcqRel, Ordering::Acquire)
                .map_err(|_| object.check_state().err().unwrap_or_else(already_initialised))?;
            began = true;
            let _ = object.main_thread.set(std::thread::current().id());
            let instance = Instance::new(object.host.clone())?;
            object.instance.set(instance).map_err(|_| already_initialised())
        })
    };
    if began && code != abi::PASSERELLE_E_PANICKED {
        let next = if code == abi::PASSERELLE_OK { READY } else { CREATED };
        object.state.store(next, Ordering::Release);
    }
    code
}

fn already_initialised() -> Error {
    Error::new(
        abi::PASSERELLE_E_ALREADY_INITIALIZED,
        "La Passerelle Apprentissage est déjà initialisée.",
        "init was called twice on one instance",
    )
}

unsafe extern "C" fn destroy(plugin: *const abi::passerelle_plugin, error: *mut abi::passerelle_error) -> i32 {
    // SAFETY: the host promises an instance that lives.
    let Some(object) = (unsafe { object(plugin) }) else {
        return abi::PASSERELLE_OK;
    };
    // SAFETY: the host's promise on `error`.
    let code = unsafe {
        object.guarded("plugin.destroy", error, || {
            object.check_thread()?;
            if object.in_use.load(Ordering::Acquire) > 0 {
                return Err(Error::new(
                    abi::PASSERELLE_E_BUSY,
                    "La Passerelle Apprentissage travaille encore : fermez ses tableaux et attendez la fin de ses \
                     travaux avant de quitter.",
                    "destroy while a call is running or a table has not been released",
                ));
            }
            Ok(())
        })
    };
    if code != abi::PASSERELLE_OK {
        return code;
    }
    // SAFETY: the pointers came from `Box::into_raw` in `create`, nothing holds the object, and the host gives the
    // instance up with this call.
    let code = unsafe {
        funnel::guard("plugin.free", error, || {
            let shell = plugin.cast_mut();
            // Emptied first: should the object panic on its way, the shell is left, and answers as NULL does.
            let object = std::mem::replace(&mut (*shell).plugin_data, std::ptr::null_mut());
            entry::instance_destroyed();
            drop(Box::from_raw(object.cast::<Object>()));
            drop(Box::from_raw(shell));
            Ok(())
        })
    };
    if code == abi::PASSERELLE_E_PANICKED {
        // SAFETY: the shell is the last to go: it is still there, with the object or empty.
        if let Some(object) = unsafe { self::object(plugin) } {
            object.poison();
        }
    }
    code
}

unsafe extern "C" fn get_interface(
    plugin: *const abi::passerelle_plugin,
    id: *const c_char,
    id_len: u32,
) -> *const c_void {
    let mut found = std::ptr::null();
    // SAFETY: the host promises an instance that lives and a text that can be read.
    unsafe {
        let Some(object) = object(plugin) else {
            return found;
        };
        object.guarded("plugin.get_interface", std::ptr::null_mut(), || {
            let id = text::borrow("id", id, id_len)?;
            let is = |known: &std::ffi::CStr| known.to_bytes() == id.as_bytes();
            if is(abi::PASSERELLE_PLUGIN_CONTRIBUTIONS) {
                found = (&raw const contributions::INTERFACE).cast();
            } else if is(abi::PASSERELLE_PLUGIN_FORMS) {
                found = (&raw const forms::INTERFACE).cast();
            } else if is(abi::PASSERELLE_PLUGIN_JOBS) {
                found = (&raw const jobs::INTERFACE).cast();
            } else if is(abi::PASSERELLE_PLUGIN_DOCUMENTS) {
                found = (&raw const documents::INTERFACE).cast();
            }
            Ok(())
        });
    }
    found
}
