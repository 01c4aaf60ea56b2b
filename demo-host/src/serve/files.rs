//! Documents that the plugin wrote for a browser tab, until it has fetched them.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use passerelle_host_sdk::{Run, Worker};
use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;

/// Bytes read at a time.
const PIECE: usize = 64 * 1024;

/// A document that a table offers, as its description says.
#[derive(Clone, Deserialize)]
pub struct Offer {
    /// The document's id.
    pub id: String,
    /// What it is, in French.
    pub label: String,
    /// The name that the file gets.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// What to give the plugin with the id.
    #[serde(default)]
    pub parameters: Value,
}

/// A document that is written.
pub struct Written {
    /// What was offered.
    pub offer: Offer,
    tab: u64,
    file: Mutex<File>,
}

impl Written {
    /// Some of its bytes, from a place on; none after its end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self, from: u64) -> io::Result<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::with_capacity(PIECE);
        file.seek(SeekFrom::Start(from))?;
        (&mut *file).take(PIECE as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The written documents, by the number of the task that wrote each.
#[derive(Default)]
pub struct Files(Mutex<HashMap<u64, Arc<Written>>>);

impl Files {
    /// Has the plugin write a document, on this thread.
    ///
    /// # Errors
    /// The plugin's, or the disk is full.
    pub fn write(
        &self,
        worker: &Worker,
        offer: Offer,
        folder: &Path,
        run: &dyn Run,
        key: (u64, u64),
    ) -> Result<(), Failure> {
        let disk = |error: io::Error| {
            Failure::failed(
                "Impossible d'écrire le document : vérifiez la place disponible dans le dossier de l'application.",
                error,
            )
        };
        let file = tempfile::tempfile_in(folder).map_err(disk)?;
        let mut to = BufWriter::with_capacity(1 << 16, file);
        let parameters = if offer.parameters.is_null() {
            "{}".to_owned()
        } else {
            offer.parameters.to_string()
        };
        worker.write_document(&offer.id, &parameters, run, &mut to)?;
        to.flush().map_err(disk)?;
        let file = to.into_inner().map_err(|error| disk(error.into_error()))?;
        let (number, tab) = key;
        let written = Arc::new(Written {
            offer,
            tab,
            file: Mutex::new(file),
        });
        self.lock().insert(number, written);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Written>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A document of a browser tab, by its task's number.
    pub fn get(&self, number: u64, tab: u64) -> Option<Arc<Written>> {
        self.lock().get(&number).filter(|written| written.tab == tab).cloned()
    }

    /// Forgets those of a browser tab.
    pub fn leave(&self, tab: u64) {
        self.lock().retain(|_, written| written.tab != tab);
    }
}
