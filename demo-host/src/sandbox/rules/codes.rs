//! Identifiers and code lists: UAI, SIRET, CFD, RNCP, postal and INSEE codes, school years, SIFA codes.

use super::js;

/// The receiver's 65 codes of `derniere_situation`, in ascending order.
const DERNIERES_SITUATIONS: [u16; 65] = [
    1003, 1005, 1009, 1017, 1019, 1021, 1023, 2001, 2003, 2005, 2007, 3001, 3003, 3009, 3011, 3021, 3023, 3031, 3032,
    3033, 3101, 3103, 3109, 3111, 3117, 3119, 3121, 3123, 3131, 3132, 3133, 4001, 4003, 4005, 4007, 4009, 4011, 4013,
    4015, 4017, 4019, 4021, 4023, 4025, 4027, 4101, 4103, 4105, 4107, 4111, 4113, 4115, 4117, 4119, 4121, 4123, 4125,
    4127, 5901, 5903, 5905, 5907, 5909, 9900, 9999,
];

/// Exactly `count` ASCII digits.
pub fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

/// UAI once trimmed and upper-cased: 7 digits, a letter (the check letter is not verified).
pub fn normal_uai(text: &str) -> Option<String> {
    let uai = js::trim(text).to_uppercase();
    is_uai(&uai).then_some(uai)
}

fn is_uai(text: &str) -> bool {
    match (text.get(..7), text.get(7..)) {
        (Some(number), Some(letter)) => {
            digits(number, 7) && letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_alphabetic())
        }
        _ => false,
    }
}

/// A text without `[\s.-]`.
pub fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| !(js::is_space(*c) || matches!(c, '.' | '-')))
        .collect()
}

/// SIRET without white space, dots and dashes: 14 digits (no Luhn check).
pub fn normal_siret(text: &str) -> Option<String> {
    let siret = compact(text);
    digits(&siret, 14).then_some(siret)
}

/// School year `2023-2024` out of `2023/2024` or `2023 - 2024`; the second year is the first or the next.
pub fn normal_annee_scolaire(text: &str) -> Option<String> {
    let joined: String = text
        .chars()
        .filter(|c| *c != ' ')
        .map(|c| if c == '/' { '-' } else { c })
        .collect();
    let annee = js::trim(&joined);
    let (first, second) = annee.split_once('-')?;
    let century = |year: &str| digits(year, 4) && (year.starts_with('1') || year.starts_with('2'));
    if !(century(first) && century(second)) {
        return None;
    }
    let (first, second): (u16, u16) = (first.parse().ok()?, second.parse().ok()?);
    (second == first || second == first + 1).then(|| annee.to_owned())
}

/// CFD once trimmed and upper-cased: 8 digits or capitals.
pub fn is_cfd(text: &str) -> bool {
    let cfd = js::trim(text).to_uppercase();
    cfd.len() == 8 && cfd.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// RNCP sheet number, with or without its prefix: 2 to 5 digits.
pub fn is_rncp(text: &str) -> bool {
    let code = compact(&js::trim(text).to_uppercase());
    let number = code.strip_prefix("RNCP").unwrap_or(&code);
    (2..=5).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
}

/// Postal code, trimmed and padded on the left: 5 digits.
pub fn is_code_postal(text: &str) -> bool {
    digits(&js::pad_start(js::trim(text), 5), 5)
}

/// INSEE code of a commune, exactly as it is: 5 digits, or 2A/2B and 3 digits.
pub fn is_commune_insee(text: &str) -> bool {
    match (text.get(..2), text.get(2..)) {
        (Some(department), Some(rest)) => {
            (digits(department, 2) || matches!(department, "2A" | "2B")) && digits(rest, 3)
        }
        _ => false,
    }
}

/// One of the 65 codes of `derniere_situation`, or 0, which the receiver reads as absent.
pub fn is_derniere_situation(code: f64) -> bool {
    code == 0.0 || DERNIERES_SITUATIONS.iter().any(|known| f64::from(*known) == code)
}

/// Department code or UAI of the establishment of the year before, exactly as it is.
pub fn is_dernier_organisme(text: &str) -> bool {
    let department = text.strip_prefix('0').filter(|rest| rest.len() == 2).unwrap_or(text);
    digits(department, 2)
        || matches!(department, "2A" | "2B")
        || [
            "971", "972", "973", "974", "976", "977", "978", "986", "987", "988", "990", "991", "993", "995",
        ]
        .contains(&text)
        || is_uai(text)
}

/// Kind of CFA, padded on the left: `01` to `10`.
pub fn is_type_cfa(text: &str) -> bool {
    let padded = js::pad_start(text, 2);
    digits(&padded, 2) && (1..=10).contains(&padded.parse::<u8>().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn situations_are_sorted_and_65() {
        assert!(DERNIERES_SITUATIONS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(is_derniere_situation(4001.0) && is_derniere_situation(0.0));
        assert!(!is_derniere_situation(9.0) && !is_derniere_situation(f64::NAN) && !is_derniere_situation(1013.0));
    }

    #[test]
    fn organisme_of_the_year_before() {
        for code in ["75", "075", "2A", "02B", "995", "971", "976", "0123456A", "0123456a"] {
            assert!(is_dernier_organisme(code), "{code}");
        }
        for code in ["", "7", "2a", "02a", "975", "0750", "999", " 75", "00 5", "01234567"] {
            assert!(!is_dernier_organisme(code), "{code}");
        }
    }

    #[test]
    fn commune_codes_do_not_split_characters() {
        assert!(is_commune_insee("2A004"));
        assert!(!is_commune_insee("éé04"));
        assert!(!is_commune_insee("2é004"));
        assert!(normal_uai("012345éA").is_none());
    }
}
