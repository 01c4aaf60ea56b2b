//! Telephone numbers, as the receiver wants them.

use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use phonenumber::{PhoneNumber, Type};

use super::cleaning::est_tiret;

/// Longest text worth reading: E.164 has 15 digits, prefixes a few more.
const CHIFFRES_MAX: usize = 24;

/// The number as it is sent: `0612345678` for metropolitan France, E.164 elsewhere.
///
/// `None`: not possible, not valid, or a premium, shared-cost, pager or voicemail number.
pub(super) fn normalise(saisie: &str) -> Option<String> {
    let numero = sans_ponctuation(saisie)?;
    courant(&numero).or_else(|| lu_par_la_bibliotheque(&numero))
}

/// The numbers that most people in France have, without the library, which takes a hundred times longer to say the
/// same: those that are valid and personal by their first three digits alone, whatever the six others.
fn courant(numero: &str) -> Option<String> {
    let metropole = numero.strip_prefix("+33").or_else(|| numero.strip_prefix("0033"));
    let chiffres = metropole.unwrap_or_else(|| numero.strip_prefix('0').unwrap_or(numero));
    let (debut, suite) = chiffres.split_at_checked(3)?;
    // Without its 0, a number that begins with 33 may as well begin with the country.
    if suite.len() != 6 || numero.starts_with("33") {
        return None;
    }
    match (debut.as_bytes(), metropole) {
        ([b'1' | b'3', _, _] | [b'2', b'0'..=b'5' | b'7'..=b'9', _] | [b'4', b'1'..=b'9', _], _)
        | ([b'5', b'0'..=b'8', _] | [b'7', b'3'..=b'9', _] | [b'6', b'0'..=b'2' | b'4'..=b'8', _], _)
        | ([b'6', b'3', b'0'..=b'8'] | [b'6', b'9', b'5' | b'8' | b'9'], _) => Some(format!("0{chiffres}")),
        (b"690", None) => Some(format!("+590{chiffres}")),
        (b"692", None) => Some(format!("+262{chiffres}")),
        (b"696" | b"697", None) => Some(format!("+596{chiffres}")),
        _ => None,
    }
}

fn lu_par_la_bibliotheque(numero: &str) -> Option<String> {
    let lu = match numero.strip_prefix("00") {
        // Given a region, the library would strip that region's trunk prefix from a foreign number too.
        Some(international) => phonenumber::parse(None, format!("+{international}")),
        None if numero.starts_with('+') => phonenumber::parse(None, numero),
        None => phonenumber::parse(Some(region(numero)), numero),
    }
    .ok()?;
    if !convient(&lu) {
        return None;
    }
    let pays = lu.country().code();
    let national = lu.national();
    if pays != 33 {
        return Some(format!("+{pays}{national}"));
    }
    let lu_en_france = format!("0{national}");
    if region(&lu_en_france) == Id::FR {
        Some(lu_en_france)
    } else {
        // Written with France's +33, but an overseas number: so will the receiver read it.
        lu_par_la_bibliotheque(&lu_en_france)
    }
}

/// An optional plus and digits, once white space, full stops, dashes, brackets and whatever else libphonenumber reads
/// over between digits are gone. Anything more (a second number, a name, a note) makes it unreadable.
fn sans_ponctuation(saisie: &str) -> Option<String> {
    let mut numero = String::with_capacity(CHIFFRES_MAX);
    for c in saisie.chars().map(demi_chasse) {
        if c.is_whitespace() || est_tiret(c) || "./()[]{}~\u{2212}".contains(c) {
            continue;
        }
        let utile = c.is_ascii_digit() || (c == '+' && numero.is_empty());
        if !utile || numero.len() == CHIFFRES_MAX {
            return None;
        }
        numero.push(c);
    }
    Some(numero)
}

/// The ASCII character that a full-width one stands for.
fn demi_chasse(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        autre => autre,
    }
}

/// The default region by the first digits, with or without the leading 0.
fn region(numero: &str) -> Id {
    let chiffres = numero.strip_prefix('0').unwrap_or(numero);
    match chiffres.get(..3) {
        Some("590" | "690" | "691") => Id::GP,
        Some("594" | "694") => Id::GF,
        Some("596" | "696" | "697") => Id::MQ,
        Some("262" | "263" | "692" | "693") => Id::RE,
        Some("269" | "639") => Id::YT,
        _ => Id::FR,
    }
}

/// Valid, and a number that reaches a person at no special cost.
fn convient(numero: &PhoneNumber) -> bool {
    match numero.number_type(&DATABASE) {
        Type::PremiumRate | Type::SharedCost | Type::Pager | Type::Voicemail => false,
        _ => phonenumber::is_valid(numero),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones() {
        for (saisie, attendu) in [
            // Metropolitan France, written every way.
            ("0612345678", Some("0612345678")),
            ("06 12 34 56 78", Some("0612345678")),
            ("06\u{A0}12\u{202F}34 56 78", Some("0612345678")),
            ("06.12.34.56.78", Some("0612345678")),
            ("06-12\u{2010}34\u{2013}56\u{2015}78", Some("0612345678")),
            ("06/12/34/56/78", Some("0612345678")),
            ("[06]{12}34~56 78", Some("0612345678")),
            ("06 12 34\u{2212}5678", Some("0612345678")),
            ("０６１２３４５６７８", Some("0612345678")),
            ("＋33（0）6．12－34　56 78", Some("0612345678")),
            ("612345678", Some("0612345678")),
            ("+33612345678", Some("0612345678")),
            ("+33 (0)6 12 34 56 78", Some("0612345678")),
            ("0033612345678", Some("0612345678")),
            ("33612345678", Some("0612345678")),
            ("(06) 12 34 56 78", Some("0612345678")),
            ("0123456789", Some("0123456789")),
            ("0912345678", Some("0912345678")),
            ("0800123456", Some("0800123456")),
            // Overseas.
            ("0690123456", Some("+590690123456")),
            ("0590 27 12 34", Some("+590590271234")),
            ("0691234567", Some("+590691234567")),
            ("690123456", Some("+590690123456")),
            ("00590690123456", Some("+590690123456")),
            ("590690123456", Some("+590690123456")),
            ("0694123456", Some("+594694123456")),
            ("0594 25 12 34", Some("+594594251234")),
            ("0696123456", Some("+596696123456")),
            ("0697123456", Some("+596697123456")),
            ("0596 42 12 34", Some("+596596421234")),
            ("0692123456", Some("+262692123456")),
            ("0693123456", Some("+262693123456")),
            ("0262 21 12 34", Some("+262262211234")),
            ("0263 01 23 45", Some("+262263012345")),
            ("0639012345", Some("+262639012345")),
            ("0269 61 12 34", Some("+262269611234")),
            ("+262639012345", Some("+262639012345")),
            ("+33 2 69 61 12 34", Some("+262269611234")),
            ("0033 2 63 01 23 45", Some("+262263012345")),
            ("+33 690 12 34 56", None),
            ("262692123456", Some("+262692123456")),
            // Abroad.
            ("+352 621 123 456", Some("+352621123456")),
            ("00352621123456", Some("+352621123456")),
            ("0033 (0)6 12 34 56 78", Some("0612345678")),
            ("+590 (0)690 12 34 56", Some("+590690123456")),
            ("+262 0692 12 34 56", Some("+262692123456")),
            ("+32 470 12 34 56", Some("+32470123456")),
            ("+49 1512 3456789", Some("+4915123456789")),
            ("+39 06 1234 5678", Some("+390612345678")),
            ("0039 06 1234 5678", Some("+390612345678")),
            // Not a number, not valid, not a person's.
            ("", None),
            ("voir mère", None),
            ("inconnu", None),
            ("06 12 34", None),
            ("0612345678 / 0145678901", None),
            ("06 12 34 56 78 (mère)", None),
            ("T 06 12 34 56 78", None),
            ("Ｔ 06 12 34 56 78", None),
            ("06 12 34 56 78 poste 12", None),
            ("0612345678#12", None),
            ("0612345678;ext=12", None),
            ("tel:0612345678", None),
            ("0612345678, 0712345678", None),
            ("٠٦١٢٣٤٥٦٧٨", None),
            ("3919", None),
            ("06 12 34 56 78 x 12", None),
            ("0612345678 ext. 12", None),
            ("06123456", None),
            ("0000000000", None),
            ("0700000000", None),
            ("0899123456", None),
            ("0892123456", None),
            ("0820123456", None),
            ("+44 7640 123456", None),
            ("+353 85 512 34567", None),
            ("+", None),
            ("06+12345678", None),
            ("+999612345678", None),
            ("123456789012345678901234567890", None),
        ] {
            assert_eq!(normalise(saisie).as_deref(), attendu, "{saisie}");
        }
    }

    #[test]
    fn common_numbers_are_what_the_library_says() {
        let mut courants = 0;
        for debut in 0..10_000_u32 {
            // The library's patterns end with six free digits; the last five vary here with the first ones.
            let national = format!("{debut:04}{:05}", debut * 7919 % 100_000);
            for prefixe in ["0", "", "+33", "0033"] {
                // All first four digits as they are mostly written, every tenth as they are seldom.
                let numero = format!("{prefixe}{national}");
                let Some(courant) = courant(&numero) else { continue };
                if prefixe == "0" || debut % 10 == debut / 10 % 10 {
                    assert_eq!(lu_par_la_bibliotheque(&numero), Some(courant), "{numero}");
                    courants += 1;
                }
            }
        }
        assert!(courants > 8000, "{courants}");
    }

    #[test]
    fn numbers_of_another_length_are_left_to_the_library() {
        for numero in [
            "061234567",
            "06123456789",
            "+3361234567",
            "+336123456789",
            "06+2345678",
            "0",
            "",
            "+",
        ] {
            assert_eq!(courant(numero), None, "{numero}");
        }
    }
}
