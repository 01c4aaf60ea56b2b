//! What the receiver said of each dossier.

use serde::Deserialize;
use std::fmt;

/// Longest text kept of what the receiver says, in characters: what it says is written into the ERP's database, and has
/// to be read again.
const LONGEST_MESSAGE: usize = 500;
/// Longest name of a field kept, in characters; the protocols' own have 43 at most.
const LONGEST_FIELD: usize = 100;

/// One complaint of the receiver, word for word, as far as it is kept.
///
/// Its message may quote the value that was refused, so `Debug` shows the field only; the message is for the
/// report that the user opens, never for a log.
#[derive(Clone, PartialEq, Eq)]
pub struct ErreurChamp {
    /// The field's name; empty when the complaint is about the whole dossier.
    pub champ: String,
    /// The receiver's own words.
    pub message: String,
}

impl fmt::Debug for ErreurChamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErreurChamp")
            .field("champ", &self.champ)
            .finish_non_exhaustive()
    }
}

/// What became of one dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted as it was sent.
    Accepte,
    /// Refused at first for optional fields only, then accepted without them (v3).
    AccepteAllege {
        /// What the first answer complained of.
        premiere: Vec<ErreurChamp>,
    },
    /// Rejected.
    Rejete {
        /// Status of the answer: 200 for a rejection read from the body, else that of the answer which named this dossier the culprit.
        http: u16,
        /// What the first answer complained of.
        erreurs: Vec<ErreurChamp>,
        /// What the second answer complained of, if the dossier went once more without its optional fields.
        seconde: Option<Vec<ErreurChamp>>,
    },
}

impl Verdict {
    /// Whether the receiver took the dossier.
    pub fn is_accepted(&self) -> bool {
        !matches!(self, Verdict::Rejete { .. })
    }

    /// A rejection read from the body of a successful answer.
    pub(super) fn rejected(erreurs: Vec<ErreurChamp>) -> Self {
        Verdict::Rejete {
            http: 200,
            erreurs,
            seconde: None,
        }
    }
}

/// A readable or unreadable body of a successful answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// One verdict per dossier, in their order.
    Verdicts(Vec<Verdict>),
    /// Some were rejected, but which ones cannot be told: smaller parts will tell.
    Ambiguous,
    /// Not the answer that the protocol promises.
    Unreadable,
}

/// One error as both protocols write it.
#[derive(Deserialize)]
pub(super) struct RawError {
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Vec<Segment>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Segment {
    Name(String),
    Index(u64),
}

impl From<RawError> for ErreurChamp {
    fn from(raw: RawError) -> Self {
        let names: Vec<String> = raw
            .path
            .into_iter()
            .map(|segment| match segment {
                Segment::Name(name) => name,
                Segment::Index(index) => index.to_string(),
            })
            .collect();
        Self {
            champ: shortened(names.join("."), LONGEST_FIELD),
            message: shortened(raw.message, LONGEST_MESSAGE),
        }
    }
}

/// The part of an error body that is worth keeping.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

/// The text, or its beginning with an ellipsis.
fn shortened(mut text: String, longest: usize) -> String {
    if let Some((cut, _)) = text.char_indices().nth(longest) {
        let last = text.char_indices().nth(longest - 1).map_or(cut, |(at, _)| at);
        text.truncate(last);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

/// The receiver's explanation in an error answer, as far as it is kept; none if the body is not its JSON.
pub(super) fn refusal_message(body: &[u8]) -> Option<String> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    refusal.message.map(|message| shortened(message, LONGEST_MESSAGE))
}

/// Whether a 400 says that the receiver's own database failed (`{status:"ERROR"}`), not that a dossier is wrong.
pub(super) fn says_database_failure(body: &[u8]) -> bool {
    serde_json::from_slice::<Refusal>(body).is_ok_and(|refusal| refusal.status.as_deref() == Some("ERROR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(message: &str, path: &str) -> ErreurChamp {
        RawError {
            message: message.to_owned(),
            path: vec![Segment::Name(path.to_owned())],
        }
        .into()
    }

    #[test]
    fn a_message_is_kept_to_its_bound_and_says_that_it_was_longer() {
        let whole = "é".repeat(500);
        assert_eq!(kept(&whole, "tel_apprenant").message, whole);
        let longer = kept(&"é".repeat(5_000_000), &"x".repeat(1000));
        assert_eq!(longer.message, format!("{}…", "é".repeat(499)));
        assert!(longer.message.capacity() < 2000);
        assert_eq!(longer.champ.chars().count(), 100);
    }
}
