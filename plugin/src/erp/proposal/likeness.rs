//! How like two names are, from 0 to 1.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::words::EMPTY;

/// Likeness from which on a name is taken.
pub(super) const SURE: f64 = 0.85;
/// Likeness from which on a name is a candidate.
pub(super) const POSSIBLE: f64 = 0.45;

/// The words of a name: `STA_NE_LE`, `dateNaissance`, `Date de naissance`; without accents, in lower case, in the singular.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.nfd().filter(|letter| !is_combining_mark(*letter)) {
        let part = !letter.is_alphanumeric();
        let hump = letter.is_uppercase() && before.is_lowercase();
        if part || hump {
            words.push(String::new());
        }
        if let (false, Some(word)) = (part, words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    let singular = |word: String| match word.strip_suffix(['s', 'x']) {
        Some(stem) if stem.len() > 3 => stem.to_owned(),
        _ => word,
    };
    let words = words.into_iter().map(singular);
    words
        .filter(|word| !word.is_empty() && !EMPTY.contains(&word.as_str()))
        .collect()
}

/// How like the words of a name are to a known name.
pub(super) fn likeness(found: &[String], known: &str) -> f64 {
    let known = words(known);
    let (found_text, known_text) = (found.concat(), known.concat());
    if found.is_empty() || known.is_empty() {
        return 0.0;
    }
    if found_text == known_text {
        return 1.0;
    }
    let more = found.len().saturating_sub(known.len());
    if known.iter().all(|word| found.contains(word)) {
        let more = u8::try_from(more).unwrap_or(u8::MAX);
        return (0.9 - 0.15 * f64::from(more)).max(0.3);
    }
    let begins = |(found, known): (&String, &String)| {
        let short = found.len().min(known.len());
        short >= 3 && (known.starts_with(found.as_str()) || found.starts_with(known.as_str()))
    };
    if more == 0 && found.len() == known.len() && found.iter().zip(&known).all(begins) {
        return 0.7;
    }
    let common = dice(&found_text, &known_text);
    if common >= 0.7 { common * 0.7 } else { 0.0 }
}

/// The share of pairs of letters that two words have in common.
fn dice(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        letters.windows(2).map(<[char]>::to_vec).collect::<Vec<_>>()
    };
    let (a, mut b) = (pairs(a), pairs(b));
    let total = a.len() + b.len();
    if total == 0 {
        return 0.0;
    }
    let mut common = 0_u32;
    for pair in a {
        if let Some(at) = b.iter().position(|other| *other == pair) {
            b.swap_remove(at);
            common += 1;
        }
    }
    2.0 * f64::from(common) / f64::from(u32::try_from(total).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_into_words() {
        for (name, expected) in [
            ("STA_NE_LE", &["sta", "ne", "le"][..]),
            ("dateNaissance", &["date", "naissance"]),
            ("Date de naissance", &["date", "naissance"]),
            ("T_ÉLÈVES", &["eleve"]),
            ("N° tél.", &["n", "tel"]),
            ("CP", &["cp"]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn the_same_words_are_sure_and_like_ones_are_possible() {
        let like = |found: &str, known: &str| likeness(&words(found), known);
        for (found, known) in [
            ("DateNaissance", "date_naissance"),
            ("date naissance", "date_naissance"),
            ("MAIL", "mail"),
        ] {
            assert!(like(found, known) >= SURE, "{found} {known}");
        }
        for (found, known) in [
            ("date naiss", "date_naissance"),
            ("tel fixe", "tel"),
            ("diplomme", "diplome"),
        ] {
            let like = like(found, known);
            assert!((POSSIBLE..SURE).contains(&like), "{found} {known}: {like}");
        }
        for (found, known) in [("ville", "nom"), ("nombre", "code"), ("", "nom")] {
            assert!(like(found, known) < POSSIBLE, "{found} {known}");
        }
    }
}
