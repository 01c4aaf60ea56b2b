//! What a call through the library can answer.

use passerelle_abi as abi;

/// A failed call: of the plugin, of the host inside it, or of this crate when the plugin broke a rule of the ABI.
///
/// Neither text holds keys or personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail} (code {code})")]
pub struct Error {
    /// One of `passerelle_abi::PASSERELLE_E_*`.
    pub code: i32,
    /// One sentence in French for the user: what, where, and what to do.
    pub message: String,
    /// English detail for the log.
    pub detail: String,
    /// The SQLSTATE behind the error; empty if there is none.
    pub sqlstate: String,
    /// The driver's own number or the HTTP status behind the error; 0 if there is none.
    pub native_code: i32,
}

impl Error {
    /// The French text for the user, with the code that a support desk asks for.
    #[must_use]
    pub fn user_text(&self) -> String {
        format!("{} (code {})", self.message, self.code)
    }

    /// Whether the call ended because its [`Run`](crate::Run) or [`Canceller`](crate::Canceller) asked for it.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.code == abi::PASSERELLE_E_CANCELLED
    }

    pub(crate) fn new(code: i32, message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: detail.into(),
            sqlstate: String::new(),
            native_code: 0,
        }
    }

    /// The plugin broke a rule of the ABI; `detail` says which.
    pub(crate) fn plugin_misbehaves(code: i32, detail: impl Into<String>) -> Self {
        Self::new(
            code,
            "Le plugin Passerelle Apprentissage a donné une réponse incorrecte : vérifiez que sa version convient à \
             cette application, et signalez-le à son éditeur.",
            detail,
        )
    }

    /// The plugin lacks an interface or a slot.
    pub(crate) fn plugin_lacks(what: &str) -> Self {
        Self::new(
            abi::PASSERELLE_E_VERSION,
            "Le plugin Passerelle Apprentissage installé ne sait pas faire cela : installez une version plus récente.",
            format!("the plugin lacks {what}"),
        )
    }

    /// An argument that the ABI cannot carry.
    pub(crate) fn too_long(what: &str) -> Self {
        Self::new(
            abi::PASSERELLE_E_ARGUMENT,
            "Le texte ou le document donné dépasse 4 Go.",
            format!("{what} is longer than a u32 can count"),
        )
    }
}

/// A [`Host`](crate::Host) method that failed: one sentence in French for the user, without personal data. The plugin
/// gets it as `PASSERELLE_E_HOST` and repeats it in its own error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub String);

impl From<HostError> for Error {
    fn from(error: HostError) -> Self {
        Self::new(abi::PASSERELLE_E_HOST, error.0, "the host refused")
    }
}
