//! The report by e-mail: who gets it, when, and through which server. One row.

use serde::Serialize;

use super::Auteur;
use crate::database::Param;
use crate::store::own::OwnConnection;
use crate::store::read::{self, Cells};
use crate::store::schema::insert_into;
use crate::store::seal::{CourrielContext, SealError, Sealer, Secret};
use crate::store::{Store, StoreError};

/// The one row.
const ID: i64 = 1;

const SELECT: &str = "SELECT destinataires, quand, serveur, port, securite, identifiant, mot_de_passe_scelle, \
                      expediteur, modifie_par, modifie_le, revision FROM mna_courriel WHERE id = ?";

/// After which nights the report goes out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Quand {
    /// Never.
    #[default]
    #[serde(rename = "jamais")]
    Jamais,
    /// After every night.
    #[serde(rename = "toujours")]
    Toujours,
    /// When something needs a hand.
    #[serde(rename = "si_action")]
    SiAction,
}

impl Quand {
    /// All of them, in the order in which they are offered.
    pub const TOUS: [Self; 3] = [Self::Jamais, Self::Toujours, Self::SiAction];

    /// As files and tables write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Jamais => "jamais",
            Self::Toujours => "toujours",
            Self::SiAction => "si_action",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::TOUS.into_iter().find(|quand| quand.code() == code)
    }
}

/// How the connection with the SMTP server is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Securite {
    /// TLS from the first byte.
    #[default]
    #[serde(rename = "tls")]
    Tls,
    /// STARTTLS.
    #[serde(rename = "starttls")]
    StartTls,
    /// None; for a server on the same machine.
    #[serde(rename = "aucune")]
    Aucune,
}

impl Securite {
    /// All of them, in the order in which they are offered.
    pub const TOUTES: [Self; 3] = [Self::Tls, Self::StartTls, Self::Aucune];

    /// As files and tables write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::Aucune => "aucune",
        }
    }

    /// The one of this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::TOUTES.into_iter().find(|securite| securite.code() == code)
    }
}

/// The report by e-mail in the settings file.
#[derive(Default, Serialize)]
pub struct ReglageCourriel {
    /// Addresses, as entered.
    pub destinataires: Vec<String>,
    /// After which nights.
    pub quand: Quand,
    /// The SMTP server's name; not needed where the host sends e-mail itself.
    pub serveur: Option<String>,
    /// Its port; none: the usual one of its encryption.
    pub port: Option<u16>,
    /// Its encryption.
    pub securite: Securite,
    /// User name; none: the server asks for none.
    pub identifiant: Option<String>,
    /// The sender's address.
    pub expediteur: Option<String>,
    /// The password: read on import, never written.
    #[serde(skip)]
    pub mot_de_passe: Option<Secret>,
}

/// Without the addresses, which name people.
impl std::fmt::Debug for ReglageCourriel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ReglageCourriel")
            .field("destinataires", &self.destinataires.len())
            .field("quand", &self.quand)
            .field("serveur", &self.serveur)
            .field("port", &self.port)
            .field("securite", &self.securite)
            .finish_non_exhaustive()
    }
}

impl ReglageCourriel {
    fn without_password(&self) -> Self {
        Self {
            destinataires: self.destinataires.clone(),
            serveur: self.serveur.clone(),
            identifiant: self.identifiant.clone(),
            expediteur: self.expediteur.clone(),
            mot_de_passe: None,
            ..*self
        }
    }

    fn context(&self) -> CourrielContext<'_> {
        CourrielContext {
            serveur: self.serveur.as_deref(),
            identifiant: self.identifiant.as_deref(),
        }
    }
}

/// The report by e-mail as stored, its password still sealed.
#[derive(Default)]
pub struct Courriel {
    /// The settings, without the password.
    pub reglage: ReglageCourriel,
    /// The sealed password; none was entered if absent.
    pub mot_de_passe_scelle: Option<String>,
    /// Who changed them last, as the host names its user.
    pub modifie_par: Option<String>,
    /// When, as ISO 8601 with the UTC offset.
    pub modifie_le: Option<String>,
    /// Changes each time they are saved; 0 before the first time.
    pub revision: i64,
}

impl std::fmt::Debug for Courriel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Courriel")
            .field("reglage", &self.reglage)
            .field("mot_de_passe", &self.mot_de_passe_scelle.as_ref().map(|_| "***"))
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

impl Courriel {
    pub(in crate::store) fn context(&self) -> CourrielContext<'_> {
        self.reglage.context()
    }

    /// Opens the password; none if none was entered. It is sealed for this server and this user name.
    ///
    /// # Errors
    /// As [`Sealer::open`].
    pub fn open_password(&self, sealer: &Sealer) -> Result<Option<Secret>, SealError> {
        self.mot_de_passe_scelle
            .as_deref()
            .map(|sealed| sealer.open(sealed, &self.reglage.context()))
            .transpose()
    }
}

impl Store {
    /// The settings of the report by e-mail; those of an installation that never sends it, before they are first saved.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn courriel(&self) -> Result<Courriel, StoreError> {
        Ok(read_courriel(&self.database.open()?)?.unwrap_or_default())
    }

    /// Saves them, and gives them as they are stored now. A password that is not given stays, as long as server and user
    /// name are those that it was entered for. `revision` is that of the [`Courriel`] that the user saw.
    ///
    /// # Errors
    /// [`StoreError::CourrielConflict`] if somebody saved them since; [`StoreError::Seal`]; as [`Store::courriel`].
    pub fn save_courriel(
        &self,
        reglage: ReglageCourriel,
        revision: i64,
        sealer: &Sealer,
        auteur: &Auteur,
    ) -> Result<Courriel, StoreError> {
        self.database.open()?.transaction(|connection| {
            let stored = read_courriel(connection)?.unwrap_or_default();
            if stored.revision != revision {
                return Err(StoreError::CourrielConflict);
            }
            let kept = stored
                .mot_de_passe_scelle
                .as_ref()
                .filter(|_| stored.reglage.context() == reglage.context())
                .cloned();
            write_courriel(connection, &reglage, kept, revision, sealer, auteur)
        })
    }
}

/// Replaces what is stored by what an import says of it; a password that it leaves out is gone.
pub(super) fn import_courriel(
    connection: &OwnConnection,
    reglage: &ReglageCourriel,
    sealer: &Sealer,
    auteur: &Auteur,
) -> Result<(), StoreError> {
    let revision = read_courriel(connection)?.unwrap_or_default().revision;
    write_courriel(connection, reglage, None, revision, sealer, auteur).map(drop)
}

/// What is stored, as the settings file has it; none if it was never saved.
pub(super) fn export_courriel(connection: &OwnConnection) -> Result<Option<ReglageCourriel>, StoreError> {
    Ok(read_courriel(connection)?.map(|stored| stored.reglage))
}

pub(in crate::store) fn read_courriel(connection: &OwnConnection) -> Result<Option<Courriel>, StoreError> {
    let found = read::all(connection, "mna_courriel", SELECT, &[ID.into()], read_line)?;
    Ok(found.into_iter().next())
}

fn read_line(cells: &Cells<'_>) -> Result<Courriel, StoreError> {
    let destinataires = match cells.text(0, "destinataires")? {
        None => Vec::new(),
        Some(text) => serde_json::from_str(&text).map_err(|_| cells.unreadable("destinataires"))?,
    };
    let port = cells.integer(3, "port")?.map(u16::try_from).transpose();
    let securite = match cells.text(4, "securite")? {
        None => Securite::default(),
        Some(code) => Securite::from_code(&code).ok_or_else(|| cells.unreadable("securite"))?,
    };
    Ok(Courriel {
        reglage: ReglageCourriel {
            destinataires,
            quand: cells.parsed(1, "quand", Quand::from_code)?,
            serveur: cells.text(2, "serveur")?,
            port: port.map_err(|_| cells.unreadable("port"))?,
            securite,
            identifiant: cells.text(5, "identifiant")?,
            expediteur: cells.text(7, "expediteur")?,
            mot_de_passe: None,
        },
        mot_de_passe_scelle: cells.text(6, "mot_de_passe_scelle")?,
        modifie_par: cells.text(8, "modifie_par")?,
        modifie_le: cells.text(9, "modifie_le")?,
        revision: cells.required_integer(10, "revision")?,
    })
}

/// Writes the row anew, with the password that `reglage` brings, else with the one `kept`.
fn write_courriel(
    connection: &OwnConnection,
    reglage: &ReglageCourriel,
    kept: Option<String>,
    revision: i64,
    sealer: &Sealer,
    auteur: &Auteur,
) -> Result<Courriel, StoreError> {
    let sealed = match &reglage.mot_de_passe {
        Some(password) => Some(sealer.seal(password, &reglage.context())?),
        None => kept,
    };
    let courriel = Courriel {
        reglage: reglage.without_password(),
        mot_de_passe_scelle: sealed,
        modifie_par: auteur.nom.clone(),
        modifie_le: Some(auteur.le.to_rfc3339()),
        revision: revision.saturating_add(1),
    };
    let reglage = &courriel.reglage;
    let values: [Param; 12] = [
        ID.into(),
        serde_json::Value::from(reglage.destinataires.clone())
            .to_string()
            .into(),
        reglage.quand.code().into(),
        reglage.serveur.clone().into(),
        reglage.port.map(i64::from).into(),
        reglage.securite.code().into(),
        reglage.identifiant.clone().into(),
        courriel.mot_de_passe_scelle.clone().into(),
        reglage.expediteur.clone().into(),
        courriel.modifie_par.clone().into(),
        courriel.modifie_le.clone().into(),
        courriel.revision.into(),
    ];
    // What this transaction read may be gone by now.
    let sql = "DELETE FROM mna_courriel WHERE id = ? AND revision = ?";
    let deleted = connection.change(sql, &[ID.into(), revision.into()])?;
    if deleted == 0 && revision > 0 {
        return Err(StoreError::CourrielConflict);
    }
    connection.execute(&insert_into("mna_courriel"), &values)?;
    Ok(courriel)
}
