//! Addresses as a user types them.

use std::str::FromStr;

use lettre::Address;

/// A list of addresses, as typed: those that can be written to, and those that cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adresses {
    /// In the order in which they were typed, each once.
    pub valables: Vec<String>,
    /// What stands there and is no address.
    pub refusees: Vec<String>,
}

impl Adresses {
    /// Take a text apart at its commas, semicolons and line ends.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut found = Self::default();
        for part in text
            .split([',', ';', '\n'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let list = if is_address(part) {
                &mut found.valables
            } else {
                &mut found.refusees
            };
            if !list.iter().any(|known| known.eq_ignore_ascii_case(part)) {
                list.push(part.to_owned());
            }
        }
        found
    }
}

/// Whether a text is an e-mail address that every server takes: ASCII, without a name or brackets around it.
#[must_use]
pub fn is_address(text: &str) -> bool {
    // A comma parts addresses, also for the host that sends them: none may be inside one, not even in quotes.
    text.is_ascii() && !text.contains([',', ';', '"', ' ']) && text.len() <= 254 && Address::from_str(text).is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list_is_taken_apart() {
        let found =
            Adresses::parse(" cfa@example.org ; dsi@example.org,,CFA@example.org\nabsent@, pas une adresse;a@b");
        assert_eq!(found.valables, ["cfa@example.org", "dsi@example.org", "a@b"]);
        assert_eq!(found.refusees, ["absent@", "pas une adresse"]);
        assert_eq!(Adresses::parse(" ; , "), Adresses::default());
    }

    #[test]
    fn what_is_no_address() {
        for text in [
            "",
            "x",
            "@x.fr",
            "x@",
            "x@y@z.fr",
            "x@y z",
            "Élise@x.fr",
            "x@é.fr",
            "X <x@x.fr>",
            "\"a,b\"@x.fr",
            "x@x..fr",
            "x@x.fr\r\nBcc: y@y.fr",
        ] {
            assert!(!is_address(text), "{text}");
        }
        for text in ["x@x.fr", "x.y+z@x-y.fr", "x@localhost", "x@[127.0.0.1]"] {
            assert!(is_address(text), "{text}");
        }
    }
}
