//! E-mail: the receiver's rule, and which address of an apprentice it is applied to.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::NaiveDate;

use super::Provenance;
use super::annee::est_majeur;
use super::cleaning::{rempli, sans_casse_ni_accent};
use super::records::{Inscription, Interlocuteur};

/// Where an apprentice's e-mails are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Liste {
    /// Adult, or birth date absent: *fiche Stagiaire*.
    Stagiaire,
    /// Minor: the responsables of the SIFA.
    Responsables,
    /// Minor: the interlocuteurs whose profil is PARENT.
    Parents,
}

/// The valid e-mails of the list that applies, the first two of them, and who has an invalid one.
#[derive(Debug)]
pub(super) struct Emails<'a> {
    liste: Liste,
    avec_sifa: bool,
    valides: [Option<Cow<'a, str>>; 2],
    /// The list and id of each invalid address that was passed over.
    invalides: Vec<(Liste, i64)>,
}

/// The e-mails that count. *First* is the lowest `rang` (an absent one comes last; then `id`).
pub(super) fn emails(inscription: &Inscription, run_date: NaiveDate) -> Emails<'_> {
    let mut emails = Emails {
        liste: Liste::Stagiaire,
        avec_sifa: inscription.sifa.is_some(),
        valides: [None, None],
        invalides: Vec::new(),
    };
    let Some(stagiaire) = &inscription.stagiaire else {
        return emails;
    };
    if stagiaire
        .date_naissance
        .is_none_or(|naissance| est_majeur(naissance, run_date))
    {
        emails.lire(Liste::Stagiaire, [(stagiaire.id, &stagiaire.email)]);
        return emails;
    }
    if let Some(sifa) = &inscription.sifa {
        let mut responsables: Vec<_> = sifa.responsables.iter().collect();
        responsables.sort_by_key(|r| (r.rang.is_none(), r.rang, r.id));
        emails.lire(Liste::Responsables, responsables.into_iter().map(|r| (r.id, &r.email)));
    }
    if emails.premier().is_none() {
        let mut parents: Vec<_> = inscription.interlocuteurs.iter().filter(|i| est_parent(i)).collect();
        parents.sort_by_key(|i| (i.rang.is_none(), i.rang, i.id));
        emails.lire(Liste::Parents, parents.into_iter().map(|i| (i.id, &i.email)));
    }
    emails
}

impl<'a> Emails<'a> {
    fn lire(&mut self, liste: Liste, adresses: impl IntoIterator<Item = (i64, &'a Option<String>)>) {
        self.liste = liste;
        let mut places = self.valides.iter_mut();
        for (id, adresse) in adresses {
            match rempli(adresse) {
                Some(adresse) if est_valide(&adresse) => match places.next() {
                    Some(place) => *place = Some(adresse),
                    None => return,
                },
                Some(_) => self.invalides.push((liste, id)),
                None => {}
            }
        }
    }

    pub(super) fn premier(&self) -> Option<&str> {
        self.valides.first()?.as_deref()
    }

    /// The e-mail number `rang` of a minor's list; nothing for an adult.
    pub(super) fn de_mineur(&self, rang: usize) -> Option<&str> {
        if self.liste == Liste::Stagiaire {
            return None;
        }
        self.valides.get(rang)?.as_deref()
    }

    pub(super) fn provenance(&self) -> Provenance {
        match self.liste {
            Liste::Responsables => Provenance::Sifa,
            Liste::Stagiaire | Liste::Parents => Provenance::Stagiaire,
        }
    }

    /// Who has an address that the receiver would refuse.
    pub(super) fn invalides(&self) -> Option<String> {
        let mut qui = String::new();
        for (liste, id) in &self.invalides {
            let separateur = if qui.is_empty() { "" } else { ", " };
            let _ = match liste {
                Liste::Stagiaire => write!(qui, "{separateur}fiche Stagiaire"),
                Liste::Responsables => write!(qui, "{separateur}responsable n° {id} du SIFA"),
                Liste::Parents => write!(qui, "{separateur}interlocuteur n° {id} de la fiche Stagiaire"),
            };
        }
        (!qui.is_empty()).then_some(qui)
    }

    /// Which e-mail is missing, and where to enter it.
    pub(super) fn conseil(&self) -> String {
        let mut conseil = match (self.liste, self.avec_sifa) {
            (Liste::Stagiaire, _) => "Saisir l'e-mail dans la fiche Stagiaire.",
            (_, true) => {
                "Saisir l'e-mail du premier responsable dans le SIFA, ou celui d'un interlocuteur de profil PARENT dans \
                 la fiche Stagiaire : apprenti mineur."
            }
            (_, false) => {
                "Saisir l'e-mail d'un interlocuteur de profil PARENT dans la fiche Stagiaire, ou dans le SIFA (premier \
                 responsable) : apprenti mineur."
            }
        }
        .to_owned();
        if let Some(invalides) = self.invalides() {
            let _ = write!(conseil, " À corriger, adresse invalide : {invalides}.");
        }
        conseil
    }
}

/// The whole cleaned text equals PARENT once case and combining marks are removed.
fn est_parent(interlocuteur: &Interlocuteur) -> bool {
    rempli(&interlocuteur.profil).is_some_and(|profil| sans_casse_ni_accent(&profil) == "PARENT")
}

/// Whether the receiver takes this address: ASCII; no leading dot, no two dots in a row; before the @ letters, digits
/// and `_'+-.`, the last of them not `.` nor `'`; then labels that start with a letter or digit, separated by dots,
/// the last one two letters or more.
fn est_valide(adresse: &str) -> bool {
    let Some((avant, domaine)) = adresse.split_once('@') else {
        return false;
    };
    let Some((labels, dernier)) = domaine.rsplit_once('.') else {
        return false;
    };
    let permis = |c: u8| c.is_ascii_alphanumeric() || b"_'+-.".contains(&c);
    !avant.starts_with('.')
        && !avant.contains("..")
        && avant.bytes().all(permis)
        && !matches!(avant.as_bytes().last(), None | Some(b'.' | b'\''))
        && labels.split('.').all(est_label)
        && dernier.len() >= 2
        && dernier.bytes().all(|c| c.is_ascii_alphabetic())
}

fn est_label(label: &str) -> bool {
    label.bytes().next().is_some_and(|c| c.is_ascii_alphanumeric())
        && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (adresse, juste) in [
            ("a@b.fr", true),
            ("Jean-Paul.O'Neil+cfa_1@sous-domaine.exemple.MUSEUM", true),
            ("_@b.fr", true),
            ("-@1b.fr", true),
            ("a@b-.fr", true),
            ("a@b--c.fr", true),
            ("", false),
            ("a", false),
            ("@b.fr", false),
            ("a@b", false),
            ("a@", false),
            ("é@b.fr", false),
            ("a@é.fr", false),
            ("a..b@c.fr", false),
            (".a@c.fr", false),
            ("a.@c.fr", false),
            ("a'@c.fr", false),
            ("'a@c.fr", true),
            ("a@b..fr", false),
            ("a@.b.fr", false),
            ("a@-b.fr", false),
            ("a@b.f", false),
            ("a@b.f1", false),
            ("a@b.fr.", false),
            ("a b@c.fr", false),
            ("a@b@c.fr", false),
            ("a@b_c.fr", false),
            ("a@b.fr;c@d.fr", false),
            ("<a@b.fr>", false),
            ("a@192.168.1.1", false),
        ] {
            assert_eq!(est_valide(adresse), juste, "{adresse}");
        }
        // Of all characters, which may stand before the @, and within a label.
        let permis = |modele: fn(char) -> String| -> String {
            ('\0'..='\u{FF}')
                .filter(|c| !c.is_ascii_alphanumeric() && est_valide(&modele(*c)))
                .collect()
        };
        assert_eq!(permis(|c| format!("a{c}a@b.fr")), "'+-._");
        assert_eq!(permis(|c| format!("a@b{c}b.fr")), "-.");
        assert_eq!(permis(|c| format!("a@b.fr{c}fr")), ".");
    }
}
