//! Fingerprints of a dossier, field by field: they tell which fields changed since a night, and nothing else.
//!
//! One text a dossier, `1:<key id>:<protocol>:<4 characters a column>`, all columns of the protocol in their order. The
//! characters are the first 24 bits of an HMAC-SHA-256, under a key that never leaves the installation, of the inscription,
//! the column and the value: the same value of two dossiers, or of two columns, has two fingerprints, and nobody without
//! the key can try values out.

use crate::dossier::{Dossier, Protocole, Valeur, colonnes};
use crate::store::Sealer;

/// To be raised when a protocol's columns change: what was stored before is then not compared.
const FORM: &str = "1";
/// Stands for a column without a value.
const ABSENT: &str = "----";
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The fingerprints of a dossier.
pub fn of(sealer: &Sealer, dossier: &Dossier) -> String {
    let columns = colonnes(dossier.protocole, true);
    let mut text = head(sealer, dossier.protocole);
    text.reserve(columns.len() * ABSENT.len());
    // Fields come in the order of the columns, absent ones left out.
    let mut champs = dossier.champs.iter().peekable();
    for colonne in columns {
        match champs.next_if(|champ| champ.nom == colonne.nom) {
            Some(champ) => text.push_str(&short(sealer, dossier.inscription_id, colonne.nom, &champ.valeur)),
            None => text.push_str(ABSENT),
        }
    }
    text
}

/// The fields of a dossier that are not as they were; none if what was stored cannot be compared: another sealing key,
/// another protocol, another version.
pub fn changed(sealer: &Sealer, dossier: &Dossier, stored: &str) -> Option<Vec<&'static str>> {
    let head = head(sealer, dossier.protocole);
    let now = of(sealer, dossier);
    let (then, now) = (stored.strip_prefix(&head)?, now.strip_prefix(&head)?);
    if then.len() != now.len() {
        return None;
    }
    let chunk = ABSENT.len();
    let fields = colonnes(dossier.protocole, true).iter().enumerate();
    let different = fields.filter(|(index, _)| {
        let at = index * chunk..(index + 1) * chunk;
        then.get(at.clone()) != now.get(at)
    });
    Some(different.map(|(_, colonne)| colonne.nom).collect())
}

/// Whether it was made with the present sealing key, so that what it says can be compared.
pub fn has_present_key(sealer: &Sealer, stored: &str) -> bool {
    stored.split(':').nth(1) == Some(sealer.key_id())
}

fn head(sealer: &Sealer, protocole: Protocole) -> String {
    format!("{FORM}:{}:{}:", sealer.key_id(), protocole.code())
}

fn short(sealer: &Sealer, inscription: i64, column: &str, valeur: &Valeur) -> String {
    let value = match valeur {
        Valeur::Texte(text) => text.clone(),
        Valeur::Entier(number) => number.to_string(),
        Valeur::Booleen(value) => value.to_string(),
        Valeur::Date(date) => date.to_string(),
    };
    let bits = sealer.short_fingerprint(&[&inscription.to_be_bytes(), column.as_bytes(), b"=", value.as_bytes()]);
    let digit = |shift: u32| {
        let index = (bits >> shift) & 63;
        ALPHABET.get(index as usize).map_or('-', |letter| char::from(*letter))
    };
    [18, 12, 6, 0].into_iter().map(digit).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::dossier::{Champ, Options, Provenance};

    fn sealer(seed: u8) -> Sealer {
        Sealer::from_key([seed; 32]).unwrap()
    }

    fn dossier(inscription_id: i64, champs: &[(&'static str, &str)]) -> Dossier {
        Dossier {
            inscription_id,
            stagiaire_id: Some(1),
            ligne_uai: None,
            protocole: Protocole::V3,
            entree: None,
            options: Options::default(),
            statut_affiche: None,
            champs: champs
                .iter()
                .map(|(nom, texte)| Champ {
                    nom,
                    valeur: Valeur::Texte((*texte).to_owned()),
                    provenance: Provenance::Stagiaire,
                })
                .collect(),
            motifs: Vec::new(),
            avertissements: Vec::new(),
            retenu: None,
        }
    }

    const BEFORE: &[(&str, &str)] = &[
        ("nom_apprenant", "MARTIN"),
        ("prenom_apprenant", "Zoé"),
        ("email_contact", "z@x.fr"),
    ];

    #[test]
    fn the_fields_that_changed_came_or_went_are_named() {
        let before = of(&sealer(1), &dossier(7, BEFORE));
        for (now, fields) in [
            (BEFORE, &[][..]),
            (
                &[
                    ("nom_apprenant", "MARTINE"),
                    ("prenom_apprenant", "Zoé"),
                    ("email_contact", "z@x.fr"),
                ],
                &["nom_apprenant"],
            ),
            (
                &[("nom_apprenant", "MARTIN"), ("email_contact", "z@x.fr")],
                &["prenom_apprenant"],
            ),
            (
                &[
                    ("nom_apprenant", "MARTIN"),
                    ("prenom_apprenant", "Zoé"),
                    ("email_contact", "z@y.fr"),
                    ("tel_apprenant", "0612345678"),
                ],
                &["email_contact", "tel_apprenant"],
            ),
        ] {
            let found = changed(&sealer(1), &dossier(7, now), &before).unwrap();
            let mut found: Vec<_> = found.into_iter().collect();
            found.sort_unstable();
            assert_eq!(found, fields);
        }
    }

    #[test]
    fn nothing_can_be_read_from_it_nor_compared_across_dossiers_columns_or_keys() {
        let text = of(&sealer(1), &dossier(7, BEFORE));
        assert!(!text.contains("MARTIN") && text.len() < 250, "{text}");
        let same = dossier(7, &[("nom_apprenant", "x"), ("prenom_apprenant", "x")]);
        let parts = |dossier: &Dossier| {
            let text = of(&sealer(1), dossier);
            let cells = text.rsplit(':').next().unwrap().to_owned();
            let cells: Vec<_> = cells.as_bytes().chunks(4).map(<[u8]>::to_vec).collect();
            cells.into_iter().filter(|cell| cell != b"----").collect::<Vec<_>>()
        };
        let (here, there) = (
            parts(&same),
            parts(&Dossier {
                inscription_id: 8,
                ..same.clone()
            }),
        );
        assert_eq!(here.len(), 2);
        assert_ne!(here[0], here[1], "one value in two columns");
        assert!(
            here.iter().all(|cell| !there.contains(cell)),
            "one value of two dossiers"
        );
        assert_eq!(changed(&sealer(2), &dossier(7, BEFORE), &text), None);
        assert!(has_present_key(&sealer(1), &text) && !has_present_key(&sealer(2), &text));
        let other_protocol = Dossier {
            protocole: Protocole::StatutCandidats,
            ..dossier(7, BEFORE)
        };
        assert_eq!(changed(&sealer(1), &other_protocol, &text), None);
        assert_eq!(changed(&sealer(1), &dossier(7, BEFORE), "n'importe quoi"), None);
    }

    #[test]
    fn the_form_is_raised_when_the_columns_change() {
        let names = |protocole| {
            let names: Vec<_> = colonnes(protocole, true).iter().map(|colonne| colonne.nom).collect();
            Sealer::from_key([0; 32])
                .unwrap()
                .fingerprint(names.join(",").as_bytes())
        };
        let known = [names(Protocole::V3), names(Protocole::StatutCandidats)];
        let short: Vec<_> = known.iter().map(|hash| &hash[..8]).collect();
        assert_eq!(
            (FORM, &short[..]),
            ("1", &["c2afef3b", "84fc6c4a"][..]),
            "other columns: raise FORM, then say here what they are"
        );
    }
}
