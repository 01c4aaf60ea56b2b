//! School years, ages and lengths.

use chrono::{Datelike, NaiveDate};

/// The school year of a date: N for a date in [1 August N, 31 July N+1].
pub(super) fn annee_scolaire(date: NaiveDate) -> i32 {
    if date.month() >= 8 {
        date.year()
    } else {
        date.year() - 1
    }
}

/// First and last day of the school year N.
pub(super) fn bornes(annee: i32) -> Option<(NaiveDate, NaiveDate)> {
    Some((
        NaiveDate::from_ymd_opt(annee, 8, 1)?,
        NaiveDate::from_ymd_opt(annee + 1, 7, 31)?,
    ))
}

/// Adult: 18 completed years at `jour`; someone born on 29 February comes of age on 1 March.
pub(super) fn est_majeur(naissance: NaiveDate, jour: NaiveDate) -> bool {
    age(naissance, jour) >= 18
}

/// Completed years.
pub(super) fn age(naissance: NaiveDate, jour: NaiveDate) -> i32 {
    let fete = (jour.month(), jour.day()) >= (naissance.month(), naissance.day());
    jour.year() - naissance.year() - i32::from(!fete)
}

/// Number of days from `debut` to `fin`, both included, ÷ 30.4375, rounded half up.
pub(super) fn mois(debut: NaiveDate, fin: NaiveDate) -> i64 {
    let jours = (fin - debut).num_days() + 1;
    // 30.4375 is 487/16.
    (jours * 32 + 487).div_euclid(974)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn d(texte: &str) -> NaiveDate {
        texte.parse().unwrap()
    }

    #[test]
    fn school_year() {
        for (date, attendu) in [
            ("2026-07-31", 2025),
            ("2026-08-01", 2026),
            ("2026-12-31", 2026),
            ("2027-01-01", 2026),
        ] {
            assert_eq!(annee_scolaire(d(date)), attendu, "{date}");
        }
        assert_eq!(bornes(2026), Some((d("2026-08-01"), d("2027-07-31"))));
    }

    #[test]
    fn majority() {
        for (naissance, jour, majeur) in [
            ("2008-11-23", "2026-11-22", false),
            ("2008-11-23", "2026-11-23", true),
            ("2008-11-24", "2026-11-23", false),
            ("2008-02-29", "2026-02-28", false),
            ("2008-02-29", "2026-03-01", true),
            ("2008-12-31", "2027-01-01", true),
            ("2009-01-01", "2026-12-31", false),
            ("2030-01-01", "2026-11-23", false),
        ] {
            assert_eq!(est_majeur(d(naissance), d(jour)), majeur, "{naissance} {jour}");
        }
    }

    #[test]
    fn months() {
        for (debut, fin, attendu) in [
            ("2026-09-01", "2026-09-01", 0),
            ("2026-09-01", "2026-09-15", 0), // 15 days: 0.49
            ("2026-09-01", "2026-09-16", 1), // 16 days: 0.53
            ("2026-09-01", "2028-08-31", 24),
            ("2026-09-01", "2026-08-31", 0),
            ("2026-09-01", "2025-08-31", -12),
        ] {
            assert_eq!(mois(d(debut), d(fin)), attendu, "{debut} {fin}");
        }
        // 32 × days is even and 487 × an odd number is odd: no number of days falls exactly on a half.
    }
}
