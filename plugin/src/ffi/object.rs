//! An instance as C sees it, its state, and the funnel's part that knows it.

use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::ThreadId;

use passerelle_abi as abi;

use super::callers::Callers;
use super::funnel::{self, Mark};
use super::host::HostPointer;
use super::life::{Life, NotEnded, hand_out};
use super::log::Home;
use super::tables::TableShell;
use super::{contributions, documents, entry, forms, jobs, text};
use crate::error::{Error, ErrorKind};
use crate::fault;
use crate::instance::Instance;

const CREATED: u8 = 0;
const INITIALISING: u8 = 1;
const READY: u8 = 2;
const POISONED: u8 = 3;

/// An instance as it was handed out; it outlives what it stands for.
pub struct Shell {
    c: abi::passerelle_plugin,
    life: Life<Object>,
    // Held by the one call that destroys: once it has returned, the host may be gone, and nobody may call it back.
    ending: Mutex<()>,
}

// SAFETY: the structure of C is never written after it was made, and its pointer is this value's own address.
unsafe impl Sync for Shell {}

/// What stands behind a `passerelle_plugin` from `create` to `destroy`.
pub struct Object {
    state: AtomicU8,
    main_thread: OnceLock<ThreadId>,
    host: Arc<HostPointer>,
    home: Home,
    instance: OnceLock<Instance>,
    // Those that were shown and not yet released; they end with the instance.
    tables: Mutex<Vec<&'static TableShell>>,
}

impl Shell {
    /// The instance for one call, which keeps it from being destroyed.
    ///
    /// # Errors
    /// It has been destroyed.
    pub fn enter(&self) -> Result<Arc<Object>, Error> {
        self.life.enter().ok_or_else(ended)
    }
}

fn ended() -> Error {
    Error::new(
        ErrorKind::NotInitialized,
        "La Passerelle Apprentissage a été arrêtée dans ce programme : redémarrez-le.",
        "the instance has been destroyed",
    )
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
                ErrorKind::Poisoned,
                "La Passerelle Apprentissage s'est arrêtée après une erreur interne : redémarrez le programme.",
                "an earlier call panicked; only cancel and release of its tables and destroy go on working",
            )),
            _ => Err(Error::new(
                ErrorKind::NotInitialized,
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
        Err(Error::new(
            ErrorKind::WrongThread,
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
        mark: Mark,
        error: *mut abi::passerelle_error,
        work: impl FnOnce() -> Result<(), Error>,
    ) -> i32 {
        // SAFETY: the caller's promise.
        let code = unsafe { funnel::guard(slot, mark, Some(&self.home), error, work) };
        if code == abi::PASSERELLE_E_PANICKED {
            self.poison();
        }
        code
    }

    /// Answer nothing from now on but `destroy`, and what ends a table.
    fn poison(&self) {
        self.state.store(POISONED, Ordering::Release);
    }

    /// The threads that may call the host.
    pub fn callers(&self) -> &Callers {
        &self.home.callers
    }

    /// A table of this instance is about to be shown.
    pub fn add_table(&self, table: &'static TableShell) {
        self.tables().push(table);
    }

    /// A table of this instance has been released.
    pub fn forget_table(&self, table: &TableShell) {
        self.tables().retain(|known| !std::ptr::eq(*known, table));
    }

    fn tables(&self) -> std::sync::MutexGuard<'_, Vec<&'static TableShell>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call of the host on an instance: the whole funnel.
///
/// # Safety
/// `plugin` is NULL or an instance that was handed out; `error` is as [`funnel::guard`] says.
pub unsafe fn call(
    slot: &'static str,
    plugin: *const abi::passerelle_plugin,
    mark: Mark,
    error: *mut abi::passerelle_error,
    work: impl FnOnce(&Object, &Instance) -> Result<(), Error>,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        enter(slot, plugin, mark, error, |object| {
            let instance = object.check_state()?;
            if mark == Mark::Main {
                object.check_thread()?;
            }
            work(object, instance)
        })
    }
}

/// One call of the host on an instance in any state.
///
/// # Safety
/// As of [`call`].
unsafe fn enter(
    slot: &'static str,
    plugin: *const abi::passerelle_plugin,
    mark: Mark,
    error: *mut abi::passerelle_error,
    work: impl FnOnce(&Object) -> Result<(), Error>,
) -> i32 {
    // SAFETY: the caller's promise.
    let entered = match unsafe { shell(plugin) } {
        Some(shell) => shell.enter(),
        None => Err(text::null("plugin")),
    };
    // SAFETY: the caller's promise.
    unsafe {
        match entered {
            Ok(object) => object.guarded(slot, mark, error, || work(&object)),
            Err(refused) => funnel::guard(slot, mark, None, error, || Err(refused)),
        }
    }
}

/// # Safety
/// `plugin` is NULL or an instance that was handed out.
unsafe fn shell(plugin: *const abi::passerelle_plugin) -> Option<&'static Shell> {
    // SAFETY: the caller's promise; `plugin_data` is what `create` put there, and is never freed.
    unsafe { text::own(plugin.as_ref()?.plugin_data) }
}

/// Make an instance for `host`; it is ended by `destroy`.
pub fn create(host: HostPointer) -> *const abi::passerelle_plugin {
    let host = Arc::new(host);
    let home = Home {
        dispatch: crate::log::forward_to(host.lines()),
        callers: host.callers(),
        log: host.log(),
    };
    let object = Object {
        state: AtomicU8::new(CREATED),
        main_thread: OnceLock::new(),
        host: Arc::clone(&host),
        home,
        instance: OnceLock::new(),
        tables: Mutex::default(),
    };
    let shell = hand_out(|shell| Shell {
        c: abi::passerelle_plugin {
            struct_size: size32::<abi::passerelle_plugin>(),
            plugin_data: shell,
            init: Some(init),
            destroy: Some(destroy),
            get_interface: Some(get_interface),
        },
        life: Life::new(object),
        ending: Mutex::new(()),
    });
    host.set_owner(shell);
    &raw const shell.c
}

/// `sizeof`, for a `struct_size`.
#[allow(clippy::cast_possible_truncation)]
pub const fn size32<T>() -> u32 {
    size_of::<T>() as u32
}

unsafe extern "C" fn init(plugin: *const abi::passerelle_plugin, error: *mut abi::passerelle_error) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        enter("plugin.init", plugin, Mark::Main, error, |object| {
            object
                .state
                .compare_exchange(CREATED, INITIALISING, Ordering::AcqRel, Ordering::Acquire)
                .map_err(|_| object.check_state().err().unwrap_or_else(already_initialised))?;
            let _ = object.main_thread.set(std::thread::current().id());
            let made = Instance::new(object.host.clone())
                .and_then(|instance| object.instance.set(instance).map_err(|_| already_initialised()));
            let next = if made.is_ok() { READY } else { CREATED };
            object.state.store(next, Ordering::Release);
            made
        })
    }
}

fn already_initialised() -> Error {
    Error::new(
        ErrorKind::AlreadyInitialized,
        "La Passerelle Apprentissage est déjà initialisée.",
        "init was called twice on one instance",
    )
}

unsafe extern "C" fn destroy(plugin: *const abi::passerelle_plugin, error: *mut abi::passerelle_error) -> i32 {
    // SAFETY: the host promises an instance that was handed out.
    let Some(shell) = (unsafe { shell(plugin) }) else {
        return abi::PASSERELLE_OK;
    };
    let Ok(_alone) = shell.ending.try_lock() else {
        // SAFETY: the host's promise on `error`.
        return unsafe { funnel::guard("plugin.destroy", Mark::Any, None, error, || Err(ending())) };
    };
    // Not entered: a call that ends the instance does not keep it.
    let home = shell.life.peek(|object| object.home.clone());
    // SAFETY: the host's promise on `error`.
    let code = unsafe {
        funnel::guard("plugin.destroy", Mark::Any, home.as_ref(), error, || {
            let object = shell.life.end().map_err(|refused| match refused {
                NotEnded::Ended => ended(),
                NotEnded::InUse => Error::new(
                    ErrorKind::Busy,
                    "La Passerelle Apprentissage travaille encore : attendez la fin de ses travaux avant de quitter.",
                    "destroy while a call on the instance or on one of its tables is running",
                ),
            })?;
            // Counted out even if what follows panics: nobody can call on it any more.
            let _counted = entry::CountedOut;
            fault::inject("plugin.free");
            object.end();
            Ok(())
        })
    };
    if code == abi::PASSERELLE_E_PANICKED {
        let _ended = shell.life.peek(Object::poison);
    }
    code
}

fn ending() -> Error {
    Error::new(
        ErrorKind::Busy,
        "La Passerelle Apprentissage est déjà en train de s'arrêter.",
        "destroy while another destroy of this instance is running",
    )
}

impl Object {
    /// Its tables first: what reads for them stops at once, all of it.
    fn end(mut self) {
        let tables = std::mem::take(self.tables.get_mut().unwrap_or_else(PoisonError::into_inner));
        tables.iter().for_each(|table| table.cancel());
        tables.iter().for_each(|table| table.end());
    }
}

unsafe extern "C" fn get_interface(
    plugin: *const abi::passerelle_plugin,
    id: *const c_char,
    id_len: u32,
) -> *const c_void {
    let mut found = std::ptr::null();
    // SAFETY: the host promises an instance that was handed out and a text that can be read.
    unsafe {
        enter("plugin.get_interface", plugin, Mark::Any, std::ptr::null_mut(), |_| {
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
