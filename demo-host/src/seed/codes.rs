//! Codes of the French administration, made to be well-formed: UAI, SIRET, INE, and the receiver's keys.

use super::rng::Rng;

/// The UAI with this number (7 digits), with its true check letter.
pub fn uai(number: i32) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ";
    let number = number.rem_euclid(10_000_000);
    let letter = usize::try_from(number % 23)
        .ok()
        .and_then(|index| LETTERS.get(index))
        .copied()
        .unwrap_or(b'A');
    format!("{number:07}{}", char::from(letter))
}

/// A SIRET whose SIREN and whole both pass Luhn's check.
pub fn siret(rng: &mut Rng) -> String {
    let siren = with_check_digit(format!("{}{}", rng.between(3, 9), rng.digits(7)));
    with_check_digit(format!("{siren}{:04}", rng.between(1, 60)))
}

fn with_check_digit(mut digits: String) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            match (place % 2, digit) {
                (0, 0..=4) => digit * 2,
                (0, _) => digit * 2 - 9,
                _ => digit,
            }
        })
        .sum();
    digits.push(char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0'));
    digits
}

/// An INE in one of its two national forms.
pub fn ine(rng: &mut Rng) -> String {
    const LETTERS: [&str; 10] = ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K"];
    if rng.chance(700) {
        format!("{}{}", rng.digits(10), rng.pick(&LETTERS))
    } else {
        format!("{}{}{}", rng.digits(9), rng.pick(&LETTERS), rng.pick(&LETTERS))
    }
}

/// A key of the form that the receiver hands out: a UUID of version 4.
pub fn key(rng: &mut Rng) -> String {
    let high = (rng.next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000;
    let low = (rng.next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000;
    uuid::Uuid::from_u64_pair(high, low).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::rng::{Rng, Stream};
    use super::*;

    #[test]
    fn an_uai_has_its_check_letter() {
        // The first is a real one: lycée Louis-le-Grand.
        for (number, expected) in [(750_655, "0750655E"), (570_033, "0570033B"), (570_138, "0570138R")] {
            assert_eq!(uai(number), expected);
        }
    }

    #[test]
    fn a_siret_passes_luhn() {
        let luhn = |text: &str| {
            text.bytes().rev().enumerate().fold(0_u32, |sum, (place, digit)| {
                let digit = u32::from(digit - b'0') << (place % 2);
                sum + digit / 10 + digit % 10
            }) % 10
        };
        let mut rng = Rng::of(3, Stream::World, 0);
        for _ in 0..200 {
            let siret = siret(&mut rng);
            assert_eq!(siret.len(), 14);
            assert_eq!((luhn(&siret), luhn(&siret[..9])), (0, 0), "{siret}");
        }
    }

    #[test]
    fn a_key_is_a_uuid_of_version_4() {
        let mut rng = Rng::of(3, Stream::Settings, 0);
        let key = uuid::Uuid::parse_str(&key(&mut rng)).unwrap();
        assert_eq!(key.get_version_num(), 4);
        assert_eq!(key.get_variant(), uuid::Variant::RFC4122);
    }
}
