//! How a command ends when it does not end well, and what the user reads.

use passerelle_abi as abi;
use passerelle_host_sdk::{Error, LoadError};
use thiserror::Error as ThisError;

use crate::seed::SeedError;

/// Exit code: done.
pub const DONE: u8 = 0;
/// Exit code: done, but something was rejected or failed.
pub const FAILED: u8 = 1;
/// Exit code: wrong usage or settings.
pub const WRONG_USAGE: u8 = 2;
/// Exit code: cancelled.
pub const CANCELLED: u8 = 130;

/// Why a command did not come to its end.
#[derive(Debug, ThisError)]
pub enum Failure {
    /// The command line, a file that it names, or the settings are wrong.
    #[error("{detail}")]
    Usage {
        /// French: what, where, how to mend.
        text: String,
        /// English detail, for `--verbose`.
        detail: String,
    },
    /// The plugin does not have what was asked of it.
    #[error("{detail}")]
    Absent {
        /// French: what, where, how to mend.
        text: String,
        /// English detail, for `--verbose`.
        detail: String,
    },
    /// Something failed on the way.
    #[error("{detail}")]
    Failed {
        /// French: what, where, how to mend.
        text: String,
        /// English detail, for `--verbose`.
        detail: String,
    },
    /// The user stopped it.
    #[error("cancelled")]
    Cancelled,
    /// Whoever read the standard output has read enough.
    #[error("standard output was closed")]
    Closed,
}

impl Failure {
    /// Wrong usage, with the detail of what was found.
    pub fn usage(text: impl Into<String>, detail: impl ToString) -> Self {
        Self::Usage {
            text: text.into(),
            detail: detail.to_string(),
        }
    }

    /// A failure, with the detail of what was found.
    pub fn failed(text: impl Into<String>, detail: impl ToString) -> Self {
        Self::Failed {
            text: text.into(),
            detail: detail.to_string(),
        }
    }

    /// The program's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::Absent { .. } => WRONG_USAGE,
            Self::Failed { .. } => FAILED,
            Self::Cancelled => CANCELLED,
            Self::Closed => DONE,
        }
    }

    /// What the user reads; `None` where there is nothing to say.
    pub fn user_text(&self) -> Option<String> {
        match self {
            Self::Usage { text, .. } | Self::Absent { text, .. } | Self::Failed { text, .. } => Some(text.clone()),
            Self::Cancelled => Some("Interrompu.".to_owned()),
            Self::Closed => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.is_cancelled() {
            return Self::Cancelled;
        }
        let text = error.user_text();
        let mut detail = error.to_string();
        if !error.sqlstate.is_empty() {
            detail.push_str(&format!(", SQLSTATE {}, native {}", error.sqlstate, error.native_code));
        }
        match error.code {
            abi::PASSERELLE_E_UNKNOWN_ID => Self::Absent { text, detail },
            // What the user gave: arguments, connection string, mapping, settings, or a migration not run yet.
            abi::PASSERELLE_E_ARGUMENT
            | abi::PASSERELLE_E_DATABASE_UNREACHABLE
            | abi::PASSERELLE_E_SCHEMA
            | abi::PASSERELLE_E_MAPPING
            | abi::PASSERELLE_E_MIGRATION_NEEDED
            | abi::PASSERELLE_E_SETTINGS => Self::Usage { text, detail },
            _ => Self::Failed { text, detail },
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::usage(format!("{} Option : --plugin FICHIER.", error.user_text()), &error)
    }
}

impl From<SeedError> for Failure {
    fn from(error: SeedError) -> Self {
        let text = error.user_text();
        match error {
            SeedError::Cancelled => Self::Cancelled,
            SeedError::Connect(_) | SeedError::Occupied(_) => Self::usage(text, &error),
            _ => Self::failed(text, &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugins_codes_become_exit_codes() {
        let cases = [
            (abi::PASSERELLE_E_CANCELLED, CANCELLED),
            (abi::PASSERELLE_E_SETTINGS, WRONG_USAGE),
            (abi::PASSERELLE_E_MAPPING, WRONG_USAGE),
            (abi::PASSERELLE_E_MIGRATION_NEEDED, WRONG_USAGE),
            (abi::PASSERELLE_E_DATABASE_UNREACHABLE, WRONG_USAGE),
            (abi::PASSERELLE_E_DATABASE, FAILED),
            (abi::PASSERELLE_E_NETWORK, FAILED),
            (abi::PASSERELLE_E_PANICKED, FAILED),
        ];
        for (code, expected) in cases {
            let error = Error {
                code,
                message: "m".into(),
                detail: "d".into(),
                sqlstate: String::new(),
                native_code: 0,
            };
            assert_eq!(Failure::from(error).exit_code(), expected, "{code}");
        }
    }

    #[test]
    fn a_closed_output_is_no_failure() {
        assert_eq!(Failure::Closed.exit_code(), DONE);
        assert_eq!(Failure::Closed.user_text(), None);
    }
}
