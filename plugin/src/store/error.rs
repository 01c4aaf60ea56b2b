//! What can go wrong with the plugin's own tables.

use super::seal::SealError;
use super::settings::Problem;
use crate::database::{DatabaseError, Refusal};
use crate::error::{Error, ErrorKind};

/// An operation on the `mna_` tables that failed. Holds identifiers only.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The tables are not there.
    #[error("the mna_ tables are missing; version {expected} is needed")]
    NotMigrated {
        /// Version that this plugin needs.
        expected: i64,
    },
    /// The tables are of an older version.
    #[error("the mna_ tables are at version {found}, older than {expected}")]
    Older {
        /// Version found.
        found: i64,
        /// Version that this plugin needs.
        expected: i64,
    },
    /// The tables are of a newer version than this plugin knows.
    #[error("the mna_ tables are at version {found}, newer than {expected}")]
    Newer {
        /// Version found.
        found: i64,
        /// Version that this plugin needs.
        expected: i64,
    },
    /// Somebody else changed the sector's settings since they were read.
    #[error("the settings of société {societe_id}, secteur {secteur_id} were changed by somebody else")]
    Conflict {
        /// The société.
        societe_id: i64,
        /// The sector.
        secteur_id: i64,
    },
    /// Somebody else changed or deleted a line since it was read.
    #[error("line {id} of {table} was {} by somebody else", if *gone { "deleted" } else { "changed" })]
    LineConflict {
        /// The table.
        table: &'static str,
        /// Number of the line.
        id: i64,
        /// Whether it was deleted.
        gone: bool,
    },
    /// Somebody else changed the settings of the report by e-mail since they were read.
    #[error("the settings of the report by e-mail were changed by somebody else")]
    CourrielConflict,
    /// Another line stands for the same thing.
    #[error("line {id} of {table} stands for the same already")]
    Twin {
        /// The table.
        table: &'static str,
        /// Number of the other line.
        id: i64,
    },
    /// The settings file is not JSON.
    #[error("the settings are not JSON: line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The settings file is JSON, but not settings.
    #[error("{} problem(s) in the settings, first: {}", problems.len(), first(problems))]
    Settings {
        /// All of them, in the file's order.
        problems: Vec<Problem>,
    },
    /// A key could not be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A table holds what this plugin never writes.
    #[error("{table}.{column} holds an unexpected value")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The run does not exist (any more).
    #[error("there is no run {id}")]
    UnknownRun {
        /// Its number.
        id: i64,
    },
    /// The report could not be written.
    #[error("the report could not be written: {0}")]
    Write(#[from] std::io::Error),
}

fn first(problems: &[Problem]) -> String {
    problems.first().map(ToString::to_string).unwrap_or_default()
}

/// Problems shown at once; the rest is counted.
const SHOWN: usize = 10;

impl StoreError {
    pub(super) fn unreadable(table: &'static str, column: &'static str) -> Self {
        Self::Unreadable { table, column }
    }

    /// French text for the user: what, where, how to mend it.
    #[must_use]
    pub fn user_text(&self) -> String {
        match self {
            Self::Database(error) => error.user_text(),
            Self::Seal(error) => error.user_text(),
            Self::NotMigrated { .. } => "Les tables de la passerelle (mna_…) ne sont pas encore installées dans cette \
                 base. Un administrateur doit lancer la commande « migrate »."
                .to_owned(),
            Self::Older { found, expected } => format!(
                "Les tables de la passerelle (mna_…) sont en version {found} ; ce module demande la version {expected}. \
                 Un administrateur doit lancer la commande « migrate »."
            ),
            Self::Newer { found, expected } => format!(
                "Les tables de la passerelle (mna_…) sont en version {found}, plus récente que ce module \
                 (version {expected}). Installez sur ce poste la même version du module que sur les autres."
            ),
            Self::Conflict { societe_id, secteur_id } => format!(
                "Les compléments du secteur {secteur_id} (société {societe_id}) ont été modifiés entre-temps par \
                 quelqu'un d'autre ; rien n'a été enregistré. Rouvrez la fiche, vérifiez et recommencez."
            ),
            Self::CourrielConflict => "Ces réglages ont été modifiés entre-temps sur un autre poste ; rien n'a été \
                 enregistré. Les voici tels qu'ils sont à présent : vérifiez et recommencez."
                .to_owned(),
            Self::LineConflict { gone: false, .. } => {
                "Cette ligne a été modifiée entre-temps sur un autre poste ; rien n'a été enregistré.".to_owned()
            }
            Self::LineConflict { gone: true, .. } => {
                "Cette ligne a été supprimée entre-temps sur un autre poste ; rien n'a été enregistré.".to_owned()
            }
            Self::Twin { id, .. } => format!(
                "Il y a déjà une ligne pour les mêmes UAI, société et secteur (n° {id}) : modifiez-la, ou changez l'un des trois."
            ),
            Self::Syntax { line, column } => format!(
                "Le fichier de paramètres n'est pas du JSON correct (ligne {line}, colonne {column}). \
                 Corrigez-le et recommencez ; rien n'a été modifié."
            ),
            Self::Settings { problems } => {
                let mut text = "Le fichier de paramètres est refusé ; rien n'a été modifié. À corriger :".to_owned();
                for problem in problems.iter().take(SHOWN) {
                    text.push_str(&format!("\n- {}", problem.user_text()));
                }
                if let Some(more) = problems.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                    text.push_str(&format!("\n- et {more} autre(s)."));
                }
                text
            }
            Self::Unreadable { table, column } => format!(
                "La table {table} contient une valeur inattendue (colonne {column}), écrite hors de la passerelle. \
                 Restaurez-la ou prévenez l'administrateur de la base."
            ),
            Self::UnknownRun { id } => {
                format!("L'exécution n° {id} n'existe pas ou a été purgée. Actualisez la liste des exports de nuit.")
            }
            Self::Write(error) => format!(
                "Le compte rendu n'a pas pu être écrit ({error}). Vérifiez l'emplacement et l'espace disponible."
            ),
        }
    }
}

impl Refusal for StoreError {
    fn is_lock(&self) -> bool {
        matches!(self, StoreError::Database(error) if error.is_lock())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::Database(error) => return error.into(),
            StoreError::Seal(error) => return error.into(),
            StoreError::NotMigrated { .. } | StoreError::Older { .. } | StoreError::Newer { .. } => {
                ErrorKind::MigrationNeeded
            }
            StoreError::UnknownRun { .. } => ErrorKind::Argument,
            StoreError::Write(_) => ErrorKind::Io,
            StoreError::Conflict { .. }
            | StoreError::LineConflict { .. }
            | StoreError::CourrielConflict
            | StoreError::Twin { .. }
            | StoreError::Syntax { .. }
            | StoreError::Settings { .. }
            | StoreError::Unreadable { .. } => ErrorKind::Settings,
        };
        Self::new(kind, error.user_text(), error.to_string())
    }
}
