//! What can fail when the ERP is read, and its French text.

use crate::database::DatabaseError;
use crate::error::{Error, ErrorKind};

/// What is wrong in a mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingFault {
    /// The key, e.g. `entity.stagiaire.columns.nom`; empty where the file is no TOML.
    pub key: String,
    /// What was expected, in French.
    pub expected: String,
}

impl MappingFault {
    pub(super) fn new(key: &str, expected: String) -> MappingFault {
        MappingFault {
            key: key.to_owned(),
            expected,
        }
    }
}

/// Why the ERP could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErpError {
    /// The mapping file cannot be read.
    #[error("the mapping file {file} cannot be read: {reason}")]
    MappingFile {
        /// The file.
        file: String,
        /// What the operating system says.
        reason: std::io::ErrorKind,
    },
    /// The mapping file is not in UTF-8.
    #[error("the mapping file {file} is not in UTF-8 but in {encoding} (line {line})")]
    MappingEncoding {
        /// The file.
        file: String,
        /// What it is, as far as can be told.
        encoding: &'static str,
        /// The first line, from 1, that cannot be read.
        line: usize,
    },
    /// The mapping file is wrong.
    #[error("mapping file {file}, line {line}, key {:?}: expected {}", fault.key, fault.expected)]
    Mapping {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The key and what was expected.
        fault: Box<MappingFault>,
    },
    /// The database failed.
    #[error(transparent)]
    Database(DatabaseError),
    /// A column that the mapping names is missing.
    #[error("{entite}.{colonne}: {error}")]
    ColumnMissing {
        /// The logical entity.
        entite: &'static str,
        /// The logical column.
        colonne: &'static str,
        /// Whether an ERP may do without it.
        facultative: bool,
        /// What the database said.
        error: Box<DatabaseError>,
    },
    /// Rows do not come in the order of their ids, as those of a text column do not.
    #[error("the rows of {entite} do not come in the numeric order of their ids")]
    Order {
        /// The logical entity.
        entite: &'static str,
    },
    /// The caller stopped the reading.
    #[error("the reading was cancelled")]
    Cancelled,
}

impl From<DatabaseError> for ErpError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Cancelled => ErpError::Cancelled,
            other => ErpError::Database(other),
        }
    }
}

impl ErpError {
    /// One French sentence or two for the user: what, where, how to mend.
    pub fn user_text(&self) -> String {
        match self {
            Self::MappingFile { file, .. } => format!(
                "Le fichier de correspondance « {file} » ne peut pas être lu : vérifier son chemin et les droits de \
                 lecture."
            ),
            Self::MappingEncoding { file, encoding, line } => format!(
                "Le fichier de correspondance « {file} » n'est pas en UTF-8 mais en {encoding} (ligne {line}) : l'ouvrir \
                 dans un éditeur de texte et l'enregistrer en UTF-8 (Bloc-notes : Fichier > Enregistrer sous, encodage \
                 UTF-8)."
            ),
            Self::Mapping { file, line, fault } if fault.key.is_empty() => format!(
                "Le fichier de correspondance « {file} » est incorrect, ligne {line} : attendu {}.",
                fault.expected
            ),
            Self::Mapping { file, line, fault } => format!(
                "Le fichier de correspondance « {file} » est incorrect, ligne {line}, clé « {} » : attendu {}.",
                fault.key, fault.expected
            ),
            Self::Database(error) => error.user_text(),
            Self::ColumnMissing {
                entite,
                colonne,
                facultative,
                error,
            } => format!(
                "{} {}",
                error.user_text(),
                without_column(entite, colonne, *facultative)
            ),
            Self::Order { entite } => format!(
                "Les identifiants de l'entité « {entite} » ne se trient pas comme des nombres : dans le fichier de \
                 correspondance, convertir cette colonne en nombre entier (CAST) au moyen d'une requête."
            ),
            Self::Cancelled => "La lecture de l'ERP a été interrompue à la demande de l'utilisateur.".to_owned(),
        }
    }
}

/// What to do about a column that an ERP does not have.
pub(super) fn without_column(entite: &str, colonne: &str, facultative: bool) -> String {
    if facultative {
        format!(
            "{entite}.{colonne} est facultative : si cet ERP ne l'a pas, écrire {colonne} = \"\" dans « columns » de \
             [entity.{entite}]."
        )
    } else {
        format!(
            "{entite}.{colonne} est obligatoire, {colonne} = \"\" n'est pas possible : si cet ERP ne l'a pas, une requête \
             (« query » de [entity.{entite}]) peut la donner."
        )
    }
}

impl From<ErpError> for Error {
    fn from(error: ErpError) -> Self {
        let kind = match &error {
            ErpError::Database(error) => return error.clone().into(),
            ErpError::ColumnMissing { error: missing, .. } => {
                return Self {
                    message: error.user_text(),
                    detail: error.to_string(),
                    ..DatabaseError::clone(missing).into()
                };
            }
            ErpError::Cancelled => return Self::cancelled(),
            ErpError::MappingFile { .. } | ErpError::MappingEncoding { .. } | ErpError::Mapping { .. } => {
                ErrorKind::Mapping
            }
            ErpError::Order { .. } => ErrorKind::Schema,
        };
        Self::new(kind, error.user_text(), error.to_string())
    }
}
