//! What the host's settings say of this installation, and what they open: the database, the ERP's tables, the plugin's
//! own, the sealing key.

mod keys;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::database::Database;
use crate::erp::{Erp, Mapping};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Setting};
use crate::store::{Sealer, Store};

pub use keys::Keys;

/// How long a dead night keeps others out, unless the host says otherwise.
const LEASE: Duration = Duration::from_secs(60);

/// The tableau de bord's name of the ERP that the plugin was first made for.
const ERP_NAME: &str = "scform";

/// An installation, as the host describes it at start-up. Nothing of it is open.
pub struct Installation {
    host: Arc<dyn Host>,
    connection_string: String,
    mapping: Option<PathBuf>,
    data_dir: Option<PathBuf>,
    proxy: Option<String>,
    user: Option<String>,
    lease: Duration,
    batch: Option<usize>,
    erp_name: String,
}

impl Installation {
    /// Reads the host's settings; opens no connection.
    ///
    /// # Errors
    /// A setting is missing or wrong, or a callback failed.
    pub fn read(host: Arc<dyn Host>) -> Result<Self, Error> {
        let connection_string = host.setting(Setting::Database)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Settings,
                "La base de données de l'ERP n'est pas indiquée : renseignez sa chaîne de connexion ODBC dans les \
                 paramètres du programme.",
                "the host gave no value for the setting `database`",
            )
        })?;
        let path = |key| host.setting(key).map(|path| path.map(PathBuf::from));
        Ok(Self {
            connection_string,
            mapping: path(Setting::Mapping)?,
            data_dir: path(Setting::DataDir)?,
            proxy: host.setting(Setting::Proxy)?,
            user: host.setting(Setting::User)?,
            lease: lease(host.setting(Setting::Lease)?.as_deref())?,
            batch: batch(host.setting(Setting::Batch)?.as_deref())?,
            erp_name: erp_name(host.setting(Setting::Erp)?.as_deref())?,
            host,
        })
    }

    /// The host.
    pub fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// The host, for what outlives a call.
    pub fn shared_host(&self) -> Arc<dyn Host> {
        self.host.clone()
    }

    /// Who works at this workstation, if the host says.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The ODBC connection string. It can hold a password.
    pub fn connection_string(&self) -> &str {
        &self.connection_string
    }

    /// The mapping file, if the host names one.
    pub fn mapping(&self) -> Option<&Path> {
        self.mapping.as_deref()
    }

    /// The HTTP proxy, if the host names one.
    pub fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// How long a dead night keeps others out.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// How many dossiers go out together; none: what suits the protocol.
    pub fn batch(&self) -> Option<usize> {
        self.batch
    }

    /// How the tableau de bord names this ERP.
    pub fn erp_name(&self) -> &str {
        &self.erp_name
    }

    /// The database, checked to be reachable.
    ///
    /// # Errors
    /// It is not.
    pub fn database(&self) -> Result<Database, Error> {
        Ok(Database::connect(&self.connection_string)?)
    }

    /// The ERP's tables.
    ///
    /// # Errors
    /// The database cannot be reached or the mapping is wrong.
    pub fn erp(&self) -> Result<Erp, Error> {
        self.erp_on(self.database()?)
    }

    /// The ERP's tables in a database that was reached already.
    ///
    /// # Errors
    /// The mapping is wrong.
    pub fn erp_on(&self, database: Database) -> Result<Erp, Error> {
        let mapping = match &self.mapping {
            Some(path) => Mapping::load(path)?,
            None => Mapping::default(),
        };
        mapping.fits(database.dialect())?;
        Ok(Erp::new(database, mapping))
    }

    /// The plugin's own tables.
    ///
    /// # Errors
    /// The database cannot be reached, or the tables are missing or of another version.
    pub fn store(&self) -> Result<Store, Error> {
        Ok(Store::open(&self.database()?)?)
    }

    /// What seals and opens the API keys of this installation.
    ///
    /// # Errors
    /// The sealing key cannot be read or kept.
    pub fn sealer(&self) -> Result<Sealer, Error> {
        self.keys().sealer()
    }

    /// Where the sealing key of this installation is kept.
    pub fn keys(&self) -> Keys {
        Keys::new(self.host.clone(), self.data_dir.clone())
    }
}

/// How long a dead night keeps others out; never so short that a slow query would lose it.
fn lease(setting: Option<&str>) -> Result<Duration, Error> {
    let Some(text) = setting else { return Ok(LEASE) };
    match text.trim().parse() {
        Ok(seconds @ 2..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err(Error::new(
            ErrorKind::Settings,
            "Le délai de reprise d'une nuit interrompue (lease_seconds) doit être un nombre de secondes entre 2 et 3600.",
            "the setting `lease_seconds` is not a number from 2 to 3600",
        )),
    }
}

/// The tableau de bord's name of this ERP, which stands in an address.
fn erp_name(setting: Option<&str>) -> Result<String, Error> {
    let Some(text) = setting else {
        return Ok(ERP_NAME.to_owned());
    };
    let name = text.trim();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !name.is_empty() && name.chars().all(plain) {
        return Ok(name.to_owned());
    }
    Err(Error::new(
        ErrorKind::Settings,
        "Le nom de l'ERP pour le tableau de bord (erp) ne peut contenir que des lettres sans accent, des chiffres, « - » et \
         « _ ».",
        "the setting `erp` is no name",
    ))
}

/// How many dossiers go out together; none: what suits the protocol.
fn batch(setting: Option<&str>) -> Result<Option<usize>, Error> {
    let Some(text) = setting else { return Ok(None) };
    match text.trim().parse() {
        Ok(dossiers @ 1..) => Ok(Some(dossiers)),
        _ => Err(Error::new(
            ErrorKind::Settings,
            "Le nombre de dossiers par envoi (batch_dossiers) doit être un nombre entier, 1 au moins.",
            "the setting `batch_dossiers` is not a number from 1",
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_erps_name_is_one_that_an_address_takes_as_it_is() {
        for (setting, name) in [
            (None, "scform"),
            (Some("galia"), "galia"),
            (Some(" Mon-ERP_2 "), "Mon-ERP_2"),
        ] {
            assert_eq!(erp_name(setting).unwrap(), name);
        }
        for wrong in ["", "a b", "é", "a&b=c", "a/b"] {
            assert_eq!(erp_name(Some(wrong)).unwrap_err().kind, ErrorKind::Settings, "{wrong}");
        }
    }
}
