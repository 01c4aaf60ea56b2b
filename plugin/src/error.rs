//! The one error that crosses the ABI: a code, a French sentence for the user, an English detail for the log.

use passerelle_abi as abi;

use crate::courriel::CourrielError;
use crate::database::DatabaseError;
use crate::erp::ErpError;
use crate::mission::MissionError;
use crate::store::{SealError, StoreError};

/// What a call of the plugin may fail with.
#[derive(Debug, Clone)]
pub struct Error {
    /// One of `PASSERELLE_E_*`.
    pub code: i32,
    /// One sentence in French: what, where, and what to do. No key, no personal data.
    pub message: String,
    /// English detail for the log. No key, no personal data.
    pub detail: String,
    /// The SQLSTATE behind it; empty if there is none.
    pub sqlstate: String,
    /// The driver's number or the HTTP status behind it; 0 if there is none.
    pub native_code: i32,
}

impl Error {
    /// An error that stands on nothing else.
    pub fn new(code: i32, message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: detail.into(),
            sqlstate: String::new(),
            native_code: 0,
        }
    }

    /// An argument that the caller must mend.
    pub fn argument(message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(abi::PASSERELLE_E_ARGUMENT, message, detail)
    }

    /// The host asked to stop.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(
            abi::PASSERELLE_E_CANCELLED,
            "Opération annulée.",
            "cancelled by the host",
        )
    }

    /// A document could not be written.
    #[must_use]
    pub fn io(error: &std::io::Error) -> Self {
        Self::new(
            abi::PASSERELLE_E_IO,
            "Le document n'a pas pu être écrit : vérifiez la place disponible et les droits du dossier choisi.",
            format!("writing a document: {error}"),
        )
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        let code = match &error {
            DatabaseError::NoDriver(_)
            | DatabaseError::CannotConnect(_)
            | DatabaseError::LoginRefused(_)
            | DatabaseError::FileMissing { .. }
            | DatabaseError::DatabaseMissing(_) => abi::PASSERELLE_E_DATABASE_UNREACHABLE,
            DatabaseError::TableMissing { .. } | DatabaseError::ColumnMissing { .. } => abi::PASSERELLE_E_SCHEMA,
            DatabaseError::Cancelled => return Self::cancelled(),
            _ => abi::PASSERELLE_E_DATABASE,
        };
        Self {
            sqlstate: error.sqlstate().unwrap_or_default().to_owned(),
            native_code: error.native_code().unwrap_or_default(),
            ..Self::new(code, error.user_text(), error.to_string())
        }
    }
}

impl From<ErpError> for Error {
    fn from(error: ErpError) -> Self {
        let code = match &error {
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
                abi::PASSERELLE_E_MAPPING
            }
            ErpError::Order { .. } => abi::PASSERELLE_E_SCHEMA,
        };
        Self::new(code, error.user_text(), error.to_string())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Database(error) => return error.into(),
            StoreError::Seal(error) => return error.into(),
            StoreError::NotMigrated { .. } | StoreError::Older { .. } | StoreError::Newer { .. } => {
                abi::PASSERELLE_E_MIGRATION_NEEDED
            }
            StoreError::UnknownRun { .. } => abi::PASSERELLE_E_ARGUMENT,
            StoreError::Write(_) => abi::PASSERELLE_E_IO,
            _ => abi::PASSERELLE_E_SETTINGS,
        };
        Self::new(code, error.user_text(), error.to_string())
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        Self::new(abi::PASSERELLE_E_SECRET, error.user_text(), error.to_string())
    }
}

impl From<MissionError> for Error {
    fn from(error: MissionError) -> Self {
        let code = match &error {
            MissionError::Cancelled => return Self::cancelled(),
            MissionError::KeyRefused { .. } => abi::PASSERELLE_E_KEY_REFUSED,
            _ => abi::PASSERELLE_E_NETWORK,
        };
        Self::new(code, error.user_text(), error.to_string())
    }
}

impl From<CourrielError> for Error {
    fn from(error: CourrielError) -> Self {
        let code = match &error {
            CourrielError::Cancelled => abi::PASSERELLE_E_CANCELLED,
            CourrielError::NoRecipient
            | CourrielError::InvalidRecipient { .. }
            | CourrielError::InvalidSender
            | CourrielError::InvalidServer
            | CourrielError::ClearText { .. } => abi::PASSERELLE_E_SETTINGS,
            _ => abi::PASSERELLE_E_NETWORK,
        };
        Self::new(code, error.user_text(), error.to_string())
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (code {})", self.detail, self.code)
    }
}

impl std::error::Error for Error {}
