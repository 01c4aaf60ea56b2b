//! Cleaning of text, and the compact form in which national codes compare and are sent.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The cleaned text: each run of tab, CR, LF is one space; characters that nobody sees are gone; white space is trimmed
/// at both ends. What is then empty is absent.
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

/// The text in upper case and without combining marks, as words are compared: `réussi` and `REUSSI` are one.
pub(super) fn sans_casse_ni_accent(texte: &str) -> String {
    texte
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

/// A code without white space, full stops or dashes, in upper case; absent if nothing is left.
///
/// UAIs, SIRETs and RNCP numbers compare and are sent in this form.
pub(super) fn compact(texte: &Option<String>) -> Option<String> {
    texte.as_deref().and_then(compacte)
}

/// The same of a text that is there.
pub(super) fn compacte(texte: &str) -> Option<String> {
    let propre = nettoye(texte)?;
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
    // The first of them is U+00AD: most letters end here.
    c.is_control() || (c >= '\u{AD}' && est_invisible(c))
}

/// The format characters (Cf: zero-width characters, soft hyphen, direction marks, tags …) and the two noncharacters
/// U+FFFE and U+FFFF. They come with what is copied from elsewhere, and nobody sees them, so nobody could correct them.
fn est_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{600}'..='\u{605}'
            | '\u{61C}'
            | '\u{6DD}'
            | '\u{70F}'
            | '\u{890}'..='\u{891}'
            | '\u{8E2}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{FFFE}'..='\u{FFFF}'
            | '\u{110BD}'
            | '\u{110CD}'
            | '\u{13430}'..='\u{1343F}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0001}'
            | '\u{E0020}'..='\u{E007F}'
    )
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
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::string::string_regex;
    use proptest::test_runner::TestRunner;

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
            ("LE\u{AD}GALL\u{200B}", Some("LEGALL")),
            ("\u{202A}06 12\u{202C}", Some("06 12")),
            ("\u{200B} \u{E0041}", None),
            ("MARTIN\u{FFFE}\u{FFFF}", Some("MARTIN")),
            ("e\u{301}\u{FE0F}", Some("e\u{301}\u{FE0F}")),
            ("", None),
            (" \u{A0}\u{2003}", None),
            ("\t\r\n", None),
            ("\u{FEFF}\u{0}", None),
        ] {
            assert_eq!(nettoye(brut).as_deref(), attendu, "{brut:?}");
        }
    }

    /// The category as the regular expressions of the tests know it: drawn often enough, each of its characters comes.
    #[test]
    fn invisible_are_the_format_characters_of_unicode_and_two_noncharacters() {
        let mut tires = TestRunner::deterministic();
        let formats = string_regex(r"\p{Cf}").unwrap();
        let mut attendus: BTreeSet<char> = (0..20_000)
            .flat_map(|_| {
                formats
                    .new_tree(&mut tires)
                    .unwrap()
                    .current()
                    .chars()
                    .collect::<Vec<_>>()
            })
            .collect();
        assert!(attendus.len() >= 170, "{}", attendus.len());
        attendus.extend(['\u{FFFE}', '\u{FFFF}']);
        let invisibles: BTreeSet<char> = ('\0'..=char::MAX).filter(|c| est_invisible(*c)).collect();
        assert_eq!(invisibles, attendus);
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
