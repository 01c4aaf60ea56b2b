//! Decimal degrees as text.

/// The degrees rounded half away from zero to 6 decimals, without trailing zeros nor a trailing point, never -0.
///
/// It rounds the shortest decimal form of the number, which is what the database holds: 0.0000005 is a half, although
/// the nearest binary number is not.
pub(super) fn degres(valeur: f64) -> String {
    let decimal = format!("{}", valeur.abs());
    let (entier, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
    let garde = fraction.get(..6).unwrap_or(fraction);
    let arrondi_haut = fraction.as_bytes().get(6).is_some_and(|c| *c >= b'5');
    let mut chiffres = format!("{entier}{garde:0<6}").into_bytes();
    if arrondi_haut {
        incremente(&mut chiffres);
    }
    let virgule = chiffres.len().saturating_sub(6);
    let mut texte: String = chiffres.iter().map(|c| char::from(*c)).collect();
    texte.insert(virgule, '.');
    let coupe = texte.trim_end_matches('0').trim_end_matches('.');
    if valeur.is_sign_negative() && coupe != "0" {
        format!("-{coupe}")
    } else {
        coupe.to_owned()
    }
}

/// Adds 1 to a decimal number.
fn incremente(chiffres: &mut Vec<u8>) {
    for chiffre in chiffres.iter_mut().rev() {
        if *chiffre < b'9' {
            *chiffre += 1;
            return;
        }
        *chiffre = b'0';
    }
    chiffres.insert(0, b'1');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees() {
        for (valeur, attendu) in [
            (49.12, "49.12"),
            (6.177, "6.177"),
            (48.700784, "48.700784"),
            (0.0, "0"),
            (-0.0, "0"),
            (-0.0000001, "0"),
            (-0.0000005, "-0.000001"),
            (0.0000005, "0.000001"),
            (0.0000004999, "0"),
            (49.1234565, "49.123457"),
            (49.1234564999, "49.123456"),
            (-61.5333335, "-61.533334"),
            (9.9999995, "10"),
            (99.9999999, "100"),
            (-20.0, "-20"),
            (120.0, "120"),
            (1e-12, "0"),
        ] {
            assert_eq!(degres(valeur), attendu, "{valeur}");
        }
    }
}
