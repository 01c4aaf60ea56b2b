//! An API key or password while it is open.

use std::fmt;

use zeroize::Zeroizing;

/// An opened key: wiped from memory when dropped, never printed, never serialised, never copied.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; its memory is wiped when the secret is dropped.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The key itself, for the one call that sends or seals it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}
