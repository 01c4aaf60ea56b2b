//! Cleaning of text, and the compact form in which national codes compare and are sent.

use std::borrow::Cow;

/// The cleaned text: each run of tab, CR, LF is one space; control characters (Cc) and U+FEFF are gone;
/// white space is trimmed at both ends. What is then empty is absent.
pub(super) fn nettoye(texte: &str) -> Option<Cow<'_, str>> {
    let propre = if texte.chars().any(a_remplacer) {
        Cow::Owned(remplace(texte))
    } else {
        Cow::Borrowed(texte)
    };
    let coupe = match propre {
        Cow::Borrowed(s) => Cow::Borrowed(s.trim()),
        Cow::Owned(s) => Cow::Owned(s.trim().to_owned()),
    };
    (!coupe.is_empty()).then_some(coupe)
}

/// The cleaned text of a column that may be NULL.
pub(super) fn rempli(texte: &Option<String>) -> Option<Cow<'_, str>> {
    texte.as_deref().and_then(nettoye)
}

/// A code without white space, full stops or dashes, in upper case; absent if nothing is left.
///
/// UAIs, SIRETs and RNCP numbers compare and are sent in this form.
pub(super) fn compact(texte: &Option<String>) -> Option<String> {
    let propre = rempli(texte)?;
    let code: String = propre
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '.' && !est_tiret(*c))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (!code.is_empty()).then_some(code)
}

/// The dashes that people type in codes and telephone numbers: U+002D, U+2010 to U+2015.
pub(super) fn est_tiret(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}')
}

fn a_remplacer(c: char) -> bool {
    c.is_control() || c == '\u{FEFF}'
}

fn remplace(texte: &str) -> String {
    let mut propre = String::with_capacity(texte.len());
    let mut dans_une_suite = false;
    for c in texte.chars() {
        let blanc = matches!(c, '\t' | '\r' | '\n');
        if blanc && !dans_une_suite {
            propre.push(' ');
        } else if !a_remplacer(c) {
            propre.push(c);
        }
        dans_une_suite = blanc;
    }
    propre
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning() {
        for (brut, attendu) in [
            ("Lenôtre", Some("Lenôtre")),
            ("  Jean \u{A0}\u{3000}", Some("Jean")),
            ("12 rue\r\n\tdes Prés", Some("12 rue des Prés")),
            ("a\tb\nc\rd", Some("a b c d")),
            ("a\n\u{0}\nb", Some("a  b")),
            ("a \n b", Some("a   b")),
            ("\u{FEFF}Zo\u{7}é\u{85}\u{7F}", Some("Zoé")),
            ("\u{FEFF} x", Some("x")),
            ("x\u{200B}", Some("x\u{200B}")),
            ("", None),
            (" \u{A0}\u{2003}", None),
            ("\t\r\n", None),
            ("\u{FEFF}\u{0}", None),
        ] {
            assert_eq!(nettoye(brut).as_deref(), attendu, "{brut:?}");
        }
    }

    #[test]
    fn compact_codes() {
        for (brut, attendu) in [
            ("0570033b", Some("0570033B")),
            (" 057-0033 B.", Some("0570033B")),
            ("123\u{202F}456\u{A0}789 01234", Some("12345678901234")),
            ("123.456.789\u{2013}01234", Some("12345678901234")),
            (". - \u{2015}", None),
            ("", None),
        ] {
            assert_eq!(compact(&Some(brut.to_owned())).as_deref(), attendu, "{brut:?}");
        }
        assert_eq!(compact(&None), None);
    }
}
