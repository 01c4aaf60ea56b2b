//! The forms of the national codes: UAI, SIRET, diploma (CFD), RNCP, INE, postal code, SIFA lists.

use std::borrow::Cow;

/// 7 digits and a letter.
pub fn est_uai(code: &str) -> bool {
    matches!(code.as_bytes().split_last(), Some((lettre, chiffres))
        if lettre.is_ascii_alphabetic() && chiffres.len() == 7 && tous_chiffres(chiffres))
}

/// 14 digits, not all 0.
pub fn est_siret(code: &str) -> bool {
    code.len() == 14 && tous_chiffres(code.as_bytes()) && code.bytes().any(|c| c != b'0')
}

/// Whether the check digit of a well-formed SIRET is right.
///
/// La Poste (SIREN 356000000) numbers its establishments otherwise: there the sum of the digits is a multiple of 5.
pub(super) fn cle_siret_juste(siret: &str) -> bool {
    let chiffres = || siret.bytes().rev().map(|c| u32::from(c.wrapping_sub(b'0')));
    let luhn: u32 = chiffres()
        .enumerate()
        .map(|(rang, c)| match (rang % 2, c) {
            (0, c) => c,
            (_, c) if c > 4 => 2 * c - 9,
            (_, c) => 2 * c,
        })
        .sum();
    luhn % 10 == 0 || (siret.starts_with("356000000") && chiffres().sum::<u32>() % 5 == 0)
}

/// 8 ASCII letters or digits.
pub(super) fn est_cfd(code: &str) -> bool {
    code.len() == 8 && code.bytes().all(|c| c.is_ascii_alphanumeric())
}

/// The RNCP number as it is sent, `RNCP38765`, from its compact form `(RNCP)?[0-9]{2,5}`.
pub(super) fn rncp(compact: &str) -> Option<String> {
    let numero = compact.strip_prefix("RNCP").unwrap_or(compact);
    let juste = (2..=5).contains(&numero.len()) && tous_chiffres(numero.as_bytes());
    juste.then(|| format!("RNCP{numero}"))
}

/// The three forms of the INE, in upper case: 10 digits and a letter; 9 digits and 2 letters;
/// of apprenticeship, 4 digits, `A`, 5 digits, a letter.
pub(super) fn est_ine(code: &str) -> bool {
    let forme: Vec<u8> = code
        .bytes()
        .map(|c| match c {
            b'0'..=b'9' => b'9',
            b'A'..=b'Z' => b'X',
            autre => autre,
        })
        .collect();
    match forme.as_slice() {
        b"9999999999X" | b"999999999XX" => true,
        b"9999X99999X" => code.as_bytes().get(4) == Some(&b'A'),
        _ => false,
    }
}

/// 5 ASCII digits; 4 get back the leading zero that a numeric column lost.
pub(super) fn code_postal(code: &str) -> Option<Cow<'_, str>> {
    match (code.len(), tous_chiffres(code.as_bytes())) {
        (5, true) => Some(Cow::Borrowed(code)),
        (4, true) => Some(Cow::Owned(format!("0{code}"))),
        _ => None,
    }
}

/// The types of CFA of the SIFA: the code as it is sent, and its label.
pub const TYPES_CFA: [(&str, &str); 10] = [
    ("01", "CFA public (éducation nationale)"),
    ("02", "CFA public (enseignement supérieur)"),
    ("03", "CFA public agricole"),
    ("04", "CFA de collectivité territoriale"),
    ("05", "Autre CFA public"),
    ("06", "CFA consulaire"),
    ("07", "CFA de branche"),
    ("08", "CFA d'entreprise"),
    ("09", "CFA associatif"),
    ("10", "Autre CFA privé"),
];

/// SIFA type of CFA as it is sent: two digits, `01` to `10`.
pub(super) fn type_cfa(code: &str) -> Option<&'static str> {
    TYPES_CFA
        .into_iter()
        .map(|(t, _)| t)
        .find(|t| *t == code || t.strip_prefix('0') == Some(code))
}

/// The letter that a UAI of this number ends with: the number modulo 23 among the letters but I, O and Q. None if it is
/// no number of a UAI.
pub(super) fn lettre_uai(numero: &str) -> Option<char> {
    let rang = numero
        .parse::<usize>()
        .ok()
        .filter(|_| tous_chiffres(numero.as_bytes()))?
        % 23;
    "ABCDEFGHJKLMNPRSTUVWXYZ".chars().nth(rang)
}

/// What the receiver takes as *dernier organisme*, in its compact form: a UAI, or a département or territory number.
pub(super) fn est_dernier_organisme(code: &str) -> bool {
    let departement = code.strip_prefix('0').filter(|r| r.len() == 2).unwrap_or(code);
    est_uai(code)
        || matches!(departement, "2A" | "2B")
        || (departement.len() == 2 && tous_chiffres(departement.as_bytes()))
        || [
            "971", "972", "973", "974", "976", "977", "978", "986", "987", "988", "990", "991", "993", "995",
        ]
        .contains(&code)
}

/// The SIFA codes of *situation avant le contrat* that the receiver knows.
pub(super) const DERNIERES_SITUATIONS: [u16; 65] = [
    1003, 1005, 1009, 1017, 1019, 1021, 1023, 2001, 2003, 2005, 2007, 3001, 3003, 3009, 3011, 3021, 3023, 3031, 3032,
    3033, 3101, 3103, 3109, 3111, 3117, 3119, 3121, 3123, 3131, 3132, 3133, 4001, 4003, 4005, 4007, 4009, 4011, 4013,
    4015, 4017, 4019, 4021, 4023, 4025, 4027, 4101, 4103, 4105, 4107, 4111, 4113, 4115, 4117, 4119, 4121, 4123, 4125,
    4127, 5901, 5903, 5905, 5907, 5909, 9900, 9999,
];

fn tous_chiffres(octets: &[u8]) -> bool {
    octets.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uai() {
        for (code, juste) in [
            ("0570033B", true),
            ("0123456a", true),
            ("123456A", false),
            ("_123456A", false),
            ("01234567", false),
            ("01234567A", false),
            ("012345é", false),
            ("", false),
        ] {
            assert_eq!(est_uai(code), juste, "{code}");
        }
    }

    #[test]
    fn check_letters() {
        for (numero, lettre) in [
            ("0570079", Some('B')),
            ("1234567", Some('W')),
            ("0750655", Some('E')),
            ("0000022", Some('Z')),
            ("057007B", None),
            ("+570079", None),
            ("", None),
        ] {
            assert_eq!(lettre_uai(numero), lettre, "{numero}");
        }
    }

    #[test]
    fn siret() {
        for (code, juste) in [
            ("12345678901234", true),
            ("1234567890123", false),
            ("1234567890123A", false),
            ("00000000000000", false),
            ("00000000000001", true),
            ("", false),
        ] {
            assert_eq!(est_siret(code), juste, "{code}");
        }
        for (code, juste) in [
            ("73282932000074", true),
            ("73282932000075", false),
            ("35600000000048", true),
            ("35600000049837", true),
            ("35600000049838", false),
            ("35600000000002", false),
        ] {
            assert_eq!(cle_siret_juste(code), juste, "{code}");
        }
    }

    #[test]
    fn diplomas() {
        for (code, juste) in [
            ("50022141", true),
            ("5002214a", true),
            ("1022141", false),
            ("500 22141", false),
            ("500221412", false),
            ("5002214é", false),
        ] {
            assert_eq!(est_cfd(code), juste, "{code}");
        }
        for (code, attendu) in [
            ("35316", Some("RNCP35316")),
            ("RNCP35316", Some("RNCP35316")),
            ("34670", Some("RNCP34670")),
            ("12", Some("RNCP12")),
            ("1", None),
            ("RNCP", None),
            ("RS1234", None),
            ("RNCP035316", None),
            ("RNCPRNCP12", None),
        ] {
            assert_eq!(rncp(code).as_deref(), attendu, "{code}");
        }
    }

    #[test]
    fn ine() {
        for (code, juste) in [
            ("1234567890F", true),
            ("123456789FF", true),
            ("1234A12345F", true),
            ("1234B12345F", false),
            ("EN COURS", false),
            ("1234567", false),
            ("0", false),
            ("123456789É", false),
        ] {
            assert_eq!(est_ine(code), juste, "{code}");
        }
    }

    #[test]
    fn postal_codes() {
        for (code, attendu) in [
            ("57000", Some("57000")),
            ("1000", Some("01000")),
            ("75 001", None),
            ("B-1000", None),
            ("2A004", None),
            ("100", None),
            ("٧٥٠٠١", None),
        ] {
            assert_eq!(code_postal(code).as_deref(), attendu, "{code}");
        }
    }

    #[test]
    fn sifa_lists() {
        for (code, attendu) in [
            ("4", Some("04")),
            ("04", Some("04")),
            ("10", Some("10")),
            ("11", None),
            ("0", None),
            ("00", None),
            ("004", None),
            ("x4", None),
            ("", None),
        ] {
            assert_eq!(type_cfa(code), attendu, "{code}");
        }
        for numero in 1..=10 {
            let attendu = format!("{numero:02}");
            for code in [numero.to_string(), attendu.clone()] {
                assert_eq!(type_cfa(&code), Some(attendu.as_str()), "{code}");
            }
        }
        for (code, juste) in [
            ("75", true),
            ("075", true),
            ("2A", true),
            ("02B", true),
            ("00", true),
            ("995", true),
            ("974", true),
            ("975", false),
            ("0570033B", true),
            ("7", false),
            ("0", false),
            ("AB", false),
            ("0974", false),
        ] {
            assert_eq!(est_dernier_organisme(code), juste, "{code}");
        }
        assert!(DERNIERES_SITUATIONS.is_sorted(), "binary search");
        // The receiver's territories, of all numbers of three digits that do not start with 0.
        let territoires: Vec<_> = (100..=999).filter(|n| est_dernier_organisme(&n.to_string())).collect();
        assert_eq!(
            territoires,
            [971, 972, 973, 974, 976, 977, 978, 986, 987, 988, 990, 991, 993, 995]
        );
    }
}
