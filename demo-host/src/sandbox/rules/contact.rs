//! E-mail and telephone, as zod 3.25 and libphonenumber-js judge them.

use super::js;
use phonenumber::metadata::DATABASE;
use phonenumber::{PhoneNumber, Type, country};

/// zod's e-mail rule, without trimming: no leading dot, no two dots in a row; `[A-Za-z0-9_'+\-.]*` and a last character that is neither `.` nor `'`;
/// then labels that start with a letter or digit, the last one two letters or more.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    is_local_part(local) && !text.contains("..") && is_domain(domain)
}

fn is_local_part(local: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_'+-.".contains(&b);
    match local.bytes().last() {
        Some(last) => !local.starts_with('.') && local.bytes().all(allowed) && !b".'".contains(&last),
        None => false,
    }
}

fn is_domain(domain: &str) -> bool {
    let Some((labels, top)) = domain.rsplit_once('.') else {
        return false;
    };
    let is_label = |label: &str| {
        label.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic()) && labels.split('.').all(is_label)
}

/// What is wrong with a telephone number that is not empty, in the receiver's words; empty when nothing is.
pub fn phone_faults(text: &str) -> Vec<&'static str> {
    const IMPOSSIBLE: &str = "Format invalide";
    const UNASSIGNED: &str = "Numéro de téléphone invalide";
    let cleaned: String = js::trim(text)
        .chars()
        .map(plain_digit)
        // The dashes of typographers are cut out by the library, the others by the receiver before it.
        .filter(|c| !(js::is_space(*c) || matches!(c, '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')))
        .collect();
    let cleaned = without_extension(&cleaned);
    // The receiver reads the whole text or nothing; the Rust port looks for a number inside it.
    let international = cleaned.strip_prefix('+').unwrap_or(cleaned);
    if international.is_empty() || !international.bytes().all(|b| b.is_ascii_digit()) {
        return vec![IMPOSSIBLE];
    }
    // Ten zeros have the length of a number; the Rust port reads no number at all there.
    // Nor does it keep the 0 of a number that is one digit short, which makes its length a possible one.
    let short = cleaned.len() == 9 && cleaned.starts_with('0') && !cleaned.starts_with("00");
    if cleaned == "0000000000" || short {
        return vec![UNASSIGNED];
    }
    let number = match phonenumber::parse(Some(region_of(cleaned)), cleaned) {
        Ok(number) if is_possible(&number) => number,
        _ => return vec![IMPOSSIBLE],
    };
    let mut faults = Vec::new();
    if !number.is_valid() {
        faults.push(UNASSIGNED);
    }
    if matches!(
        number.number_type(&DATABASE),
        Type::PremiumRate | Type::Pager | Type::Voicemail | Type::SharedCost
    ) {
        faults.push("Numéro de téléphone est un numéro spécial");
    }
    faults
}

/// A digit of any width or script that the library knows, as ASCII writes it.
fn plain_digit(char: char) -> char {
    let of = |zero: u32| char::from_digit(u32::from(char).wrapping_sub(zero), 10);
    of(0xFF10).or_else(|| of(0x0660)).or_else(|| of(0x06F0)).unwrap_or(char)
}

/// A number without the extension that the library reads off its end: `x12`, `#3`, `ext12`, `;ext=3`.
fn without_extension(number: &str) -> &str {
    let number = number
        .strip_suffix('#')
        .filter(|rest| rest.contains(['x', 't', '#']))
        .unwrap_or(number);
    let head = number.trim_end_matches(|char: char| char.is_ascii_digit());
    let digits = number.len() - head.len();
    let lower = head.to_ascii_lowercase();
    let found = [
        (";ext=", 20),
        ("ext", 20),
        ("extn", 20),
        ("x", 9),
        ("#", 9),
        ("~", 9),
        ("int", 9),
    ]
    .into_iter()
    .find(|(mark, most)| lower.ends_with(mark) && (1..=*most).contains(&digits));
    found
        .and_then(|(mark, _)| head.get(..head.len() - mark.len()))
        .unwrap_or(number)
}

/// The region a number belongs to by its first digits, with or without the leading 0.
fn region_of(number: &str) -> country::Id {
    let national = number.strip_prefix('0').unwrap_or(number);
    match national.get(..3) {
        Some("690" | "590") => country::GP,
        Some("694" | "594") => country::GF,
        Some("696" | "596") => country::MQ,
        Some("692" | "693" | "262" | "269") => country::RE,
        _ => country::FR,
    }
}

/// Whether the length suits some kind of number of its country code: nine significant digits in France and its overseas departments.
fn is_possible(number: &PhoneNumber) -> bool {
    let length = number.national().to_string().len();
    let regions = DATABASE.by_code(&number.code().value()).unwrap_or_default();
    // The port leaves the general lengths of a region empty: those of its kinds are the same, spread out.
    regions.iter().any(|region| {
        let kinds = region.descriptors();
        [
            kinds.fixed_line(),
            kinds.mobile(),
            kinds.toll_free(),
            kinds.premium_rate(),
            kinds.shared_cost(),
            kinds.personal_number(),
            kinds.voip(),
            kinds.pager(),
            kinds.uan(),
            kinds.voicemail(),
        ]
        .into_iter()
        .flatten()
        .flat_map(|kind| kind.possible_length())
        .any(|possible| usize::from(*possible) == length)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn emails() {
        for text in ["a@b.fr", "a.b+c_d'e@sub.do-main.fr", "-@b.fr", "A@B.FR", "a@1-.fr"] {
            assert!(is_email(text), "{text}");
        }
        for text in [
            "",
            "a@b",
            "é@b.fr",
            "a..b@c.fr",
            "a@b.fr;c@d.fr",
            ".a@b.fr",
            "a.@b.fr",
            "a'@b.fr",
            "a@-b.fr",
            "a@b.f",
            "a@b.f1",
            "a@b..fr",
            "a b@c.fr",
            "a@b@c.fr",
            "a@b.fr ",
            "@b.fr",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }

    #[test]
    fn telephones() {
        for text in [
            "+33612345678",
            "0033612345678",
            "33612345678",
            "06.12.34.56.78",
            "+33(0)612345678",
            "612345678",
            "0690123456",
            "0692123456",
            "0800123456",
            "0145678901",
            "+32470123456",
            "0262123456",
            "0596301234",
            "0594101234",
        ] {
            assert_eq!(phone_faults(text), Vec::<&str>::new(), "{text}");
        }
        for text in [
            "  ",
            "inconnu",
            "0612345678 / 0145678901",
            "0612345678 (mère)",
            "06123456",
            "1",
            "+",
            "+33",
            "061234567890123456",
        ] {
            assert_eq!(phone_faults(text), ["Format invalide"], "{text}");
        }
        for text in ["0000000000", "0639123456", "0700000000"] {
            assert_eq!(phone_faults(text), ["Numéro de téléphone invalide"], "{text}");
        }
        for text in ["0899123456", "0892123456"] {
            assert_eq!(
                phone_faults(text),
                ["Numéro de téléphone est un numéro spécial"],
                "{text}"
            );
        }
    }
}
