//! The sealing key of this installation: a secret of the host's, else a file of the plugin's own. Renewed in steps that
//! may be cut short anywhere: the previous key is kept until everything is sealed with the new one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::host::{Host, Secrets};
use crate::store::{SealError, Sealer, SealingKey};

/// Name under which the host keeps the sealing key.
const SECRET: &str = "passerelle.sealing-key";
/// And the one before it, while the key is being renewed; equal to the key itself at other times.
const PREVIOUS_SECRET: &str = "passerelle.sealing-key.previous";
/// The file in the data folder, where the host keeps no secrets.
const FILE: &str = "scellement.cle";
/// And the one before it, while the key is being renewed.
const PREVIOUS_FILE: &str = "scellement.cle.ancienne";

/// Where the sealing key is kept. Read anew at each use: another process may have renewed it.
#[derive(Clone)]
pub struct Keys {
    host: Arc<dyn Host>,
    data_dir: Option<PathBuf>,
}

enum Place<'a> {
    Host(&'a dyn Secrets),
    Folder(&'a Path),
}

impl Keys {
    /// Nothing is read yet.
    pub fn new(host: Arc<dyn Host>, data_dir: Option<PathBuf>) -> Self {
        Self { host, data_dir }
    }

    /// What seals with the present key, which is made on first use, and opens with the previous one too.
    ///
    /// # Errors
    /// A key cannot be read or kept.
    pub fn sealer(&self) -> Result<Sealer, Error> {
        let (present, previous) = match self.place()? {
            Place::Host(secrets) => {
                let previous = secrets.get(PREVIOUS_SECRET)?;
                let previous = previous
                    .map(|secret| SealingKey::from_host_secret(&secret))
                    .transpose()?;
                (SealingKey::from_host_secret(&present(secrets)?)?, previous)
            }
            Place::Folder(folder) => (
                SealingKey::from_file(&folder.join(FILE))?,
                SealingKey::from_existing_file(&folder.join(PREVIOUS_FILE))?,
            ),
        };
        let sealer = Sealer::new(&present)?;
        Ok(match previous {
            Some(previous) => sealer.with_previous(&previous)?,
            None => sealer,
        })
    }

    /// Makes a new key the present one, and the present one the previous one.
    ///
    /// # Errors
    /// A key cannot be read or kept; the present one is then what it was.
    pub fn renew(&self) -> Result<(), Error> {
        match self.place()? {
            Place::Host(secrets) => {
                secrets.set(PREVIOUS_SECRET, &present(secrets)?)?;
                secrets.set(SECRET, &random()?)
            }
            Place::Folder(folder) => Ok(SealingKey::renew_file(&folder.join(FILE), &folder.join(PREVIOUS_FILE))?),
        }
    }

    /// Forgets the previous key: nothing is sealed with it any more.
    ///
    /// # Errors
    /// It cannot be overwritten or taken away.
    pub fn forget_previous(&self) -> Result<(), Error> {
        match self.place()? {
            // A host has no way to take a secret away: the present key takes its place.
            Place::Host(secrets) => secrets.set(PREVIOUS_SECRET, &present(secrets)?),
            Place::Folder(folder) => Ok(SealingKey::remove_file(&folder.join(PREVIOUS_FILE))?),
        }
    }

    fn place(&self) -> Result<Place<'_>, Error> {
        match (self.host.secrets(), &self.data_dir) {
            (Some(secrets), _) => Ok(Place::Host(secrets)),
            (None, Some(folder)) => Ok(Place::Folder(folder)),
            (None, None) => Err(Error::new(
                ErrorKind::Settings,
                "Le programme n'indique pas où garder la clé de scellement : renseignez le dossier de données de la \
                 Passerelle Apprentissage.",
                "the host has no secrets interface and gave no value for the setting `data_dir`",
            )),
        }
    }
}

/// The host's secret; made on first use.
fn present(secrets: &dyn Secrets) -> Result<Zeroizing<Vec<u8>>, Error> {
    if let Some(secret) = secrets.get(SECRET)? {
        return Ok(secret);
    }
    let secret = random()?;
    secrets.set(SECRET, &secret)?;
    Ok(secret)
}

fn random() -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut secret = Zeroizing::new(vec![0; 32]);
    getrandom::fill(&mut secret).map_err(|error| SealError::Randomness(error.to_string()))?;
    Ok(secret)
}
