//! E-mail: the receiver's rule, and which address of an apprentice it is applied to.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::NaiveDate;

use super::Provenance;
use super::annee::est_majeur;
use super::cleaning::sans_casse_ni_accent;
use super::records::{Inscription, Interlocuteur, Lecture, Manque, Trouvaille, numero};

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
    valides: [Result<Cow<'a, str>, Manque>; 2],
    /// The list and id of each invalid address that was passed over.
    invalides: Vec<(Liste, Option<i64>)>,
}

/// Somebody with an e-mail.
struct Contact<'a> {
    id: Option<i64>,
    rang: &'a Lecture<i64>,
    email: &'a Lecture<String>,
    /// Whether it is on the list at all, where that cannot be read.
    present: Result<(), Manque>,
}

/// The e-mails that count. *First* is the lowest `rang` (an absent one comes last; then `id`).
pub(super) fn emails(inscription: &Inscription, run_date: NaiveDate) -> Emails<'_> {
    let absent = || Err(Manque::Absent);
    let mut emails = Emails {
        liste: Liste::Stagiaire,
        avec_sifa: inscription.sifa.is_some(),
        valides: [absent(), absent()],
        invalides: Vec::new(),
    };
    let lu = inscription
        .stagiaire
        .lue()
        .and_then(|stagiaire| Ok((stagiaire, stagiaire.date_naissance.copie().facultatif()?)));
    let (stagiaire, naissance) = match lu {
        Ok(lu) => lu,
        Err(manque) => {
            emails.valides = [Err(manque.clone()), Err(manque)];
            return emails;
        }
    };
    if naissance.is_none_or(|naissance| est_majeur(naissance, run_date)) {
        let seul = Contact {
            id: Some(stagiaire.id),
            rang: &Lecture::Absente,
            email: &stagiaire.email,
            present: Ok(()),
        };
        emails.lire(Liste::Stagiaire, vec![seul]);
        return emails;
    }
    if let Some(sifa) = &inscription.sifa {
        let responsables = sifa.responsables.iter().map(|r| Contact {
            id: r.id,
            rang: &r.rang,
            email: &r.email,
            present: Ok(()),
        });
        emails.lire(Liste::Responsables, responsables.collect());
        if let Lecture::Illisible(cle) = &sifa.id {
            // Nobody knows whose responsables these would be.
            emails.valides = [Err(Manque::Illisible(cle.clone())), Err(Manque::Illisible(cle.clone()))];
        }
    }
    if emails.premier() == Err(Manque::Absent) {
        let parents = inscription.interlocuteurs.iter().map(|i| Contact {
            id: i.id,
            rang: &i.rang,
            email: &i.email,
            present: est_parent(i),
        });
        emails.lire(Liste::Parents, parents.collect());
    }
    emails
}

impl<'a> Emails<'a> {
    fn lire(&mut self, liste: Liste, mut contacts: Vec<Contact<'a>>) {
        self.liste = liste;
        contacts.retain(|contact| contact.present != Err(Manque::Absent));
        contacts.sort_by_key(|c| (c.rang.valeur().is_none(), c.rang.valeur(), c.id.is_none(), c.id));
        // Those who could be the first: a valid address, or one of which nobody knows.
        let mut candidats = Vec::new();
        for contact in &contacts {
            match contact.email.rempli() {
                Ok(adresse) if est_valide(&adresse) => {
                    candidats.push((contact.present.clone().map(|()| adresse), contact.rang));
                }
                Ok(_) if contact.present.is_ok() && candidats.len() <= self.valides.len() => {
                    self.invalides.push((liste, contact.id))
                }
                Ok(_) | Err(Manque::Absent) => {}
                Err(illisible) => candidats.push((Err(illisible), contact.rang)),
            }
        }
        if let [_, _, ..] = candidats[..] {
            // One whose place among several cannot be read could stand at any.
            if let Some(rang) = candidats
                .iter()
                .find_map(|(_, rang)| rang.lue().err().filter(est_illisible))
            {
                candidats
                    .iter_mut()
                    .for_each(|(adresse, _)| *adresse = Err(rang.clone()));
            }
        }
        let mut illisible = None;
        let mut adresses = candidats.into_iter().map(|(adresse, _)| adresse);
        for place in &mut self.valides {
            // Behind an unreadable address nobody knows which number another one has.
            *place = match &illisible {
                Some(illisible) => Err(Manque::clone(illisible)),
                None => adresses.next().unwrap_or(Err(Manque::Absent)),
            };
            illisible = place.as_ref().err().filter(|manque| est_illisible(manque)).cloned();
        }
    }

    pub(super) fn premier(&self) -> Result<&str, Manque> {
        self.numero(0)
    }

    /// The e-mail number `rang` of a minor's list; nothing for an adult.
    pub(super) fn de_mineur(&self, rang: usize) -> Result<&str, Manque> {
        if self.liste == Liste::Stagiaire {
            return Err(Manque::Absent);
        }
        self.numero(rang)
    }

    fn numero(&self, rang: usize) -> Result<&str, Manque> {
        match self.valides.get(rang) {
            Some(adresse) => adresse.as_deref().map_err(Clone::clone),
            None => Err(Manque::Absent),
        }
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
                Liste::Responsables => write!(qui, "{separateur}responsable {} du SIFA", numero(*id)),
                Liste::Parents => write!(qui, "{separateur}interlocuteur {} de la fiche Stagiaire", numero(*id)),
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
fn est_parent(interlocuteur: &Interlocuteur) -> Result<(), Manque> {
    if sans_casse_ni_accent(&interlocuteur.profil.rempli()?) == "PARENT" {
        Ok(())
    } else {
        Err(Manque::Absent)
    }
}

fn est_illisible(manque: &Manque) -> bool {
    *manque != Manque::Absent
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
