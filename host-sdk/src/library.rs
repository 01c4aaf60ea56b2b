//! The loaded library: one per file and process, never unloaded.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Error, Host, LoadError, Plugin,
    raw::{instance, library::Loaded},
};

/// Files that passed every check, by canonical path. They are never taken out: unloading a library that has run is not
/// safe on any system, so replacing the file needs a restart of the host.
static LOADED: Mutex<Option<HashMap<PathBuf, Arc<Loaded>>>> = Mutex::new(None);

/// A library that passed every check and was initialised. Any thread.
///
/// It is deinitialised when the last of its `Library`, [`Plugin`], [`Worker`](crate::Worker) and [`Table`](crate::Table)
/// values is gone, and its code stays mapped for the life of the process.
#[derive(Clone)]
pub struct Library(Arc<Initialised>);

/// One counted `init`; its end is the `deinit`.
pub(crate) struct Initialised(pub(crate) Arc<Loaded>);

impl Library {
    /// Load the file at an absolute path, check that it is a Passerelle plugin of this ABI, and initialise it.
    ///
    /// The checks: the file is a whole library for this program, before it is mapped; it exports the entry; sizes and versions; every structure's layout against this crate's; abi_stable's
    /// own comparison when the library was written in Rust; required functions. Loading a file twice opens it once.
    ///
    /// # Errors
    /// [`LoadError`] says which file and why.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        if !path.is_absolute() {
            return Err(LoadError::Relative { path: path.to_owned() });
        }
        let canonical = path.canonicalize().map_err(|error| LoadError::Missing {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let mut guard = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = guard.get_or_insert_default();
        let library = match loaded.get(&canonical) {
            Some(library) => Arc::clone(library),
            None => {
                let library = Arc::new(Loaded::open(&canonical)?);
                loaded.insert(canonical.clone(), Arc::clone(&library));
                library
            }
        };
        // Still under the lock: the library need not count from several threads at once.
        library
            .init()
            .map_err(|error| LoadError::Init { path: canonical, error })?;
        Ok(Self(Arc::new(Initialised(library))))
    }

    /// The file, canonical.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.0.path
    }

    /// The product's version, e.g. "0.1.0".
    #[must_use]
    pub fn product_version(&self) -> &str {
        &self.0.0.product_version
    }

    /// Make an instance and initialise it. The calling thread becomes the only one of its [`Plugin`].
    ///
    /// # Errors
    /// The plugin's own, e.g. a setting that it needs, or a host's that refused a job; and what the plugin lacks.
    pub fn create(&self, host: impl Host) -> Result<Plugin, Error> {
        let instance = instance::Instance::create(Arc::clone(&self.0), Box::new(host))?;
        Ok(Plugin::new(instance))
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Library")
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

impl Drop for Initialised {
    fn drop(&mut self) {
        let _one_at_a_time = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        // Refused only while an instance lives that could not be destroyed; that one was logged.
        let _refused = self.0.deinit();
    }
}
