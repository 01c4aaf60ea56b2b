//! CANDIDAT: who the apprentice is.

use super::avertissements::{EMAIL_INVALIDE, INE_INHABITUEL, NOM_A_VERIFIER, TELEPHONE_INVALIDE};
use super::elements::{Elements, Trouve, date, de, texte};
use super::records::{Manque, Trouvaille};
use super::{Provenance, Valeur, codes, telephone};

const SANS_STAGIAIRE: &str =
    "L'inscription n'est rattachée à aucun stagiaire : la rattacher à son stagiaire dans la fiche Inscrit.";

/// `stagiaire.id`, as text.
pub(super) fn id_erp(e: &mut Elements<'_>) -> Trouve<Valeur> {
    texte(e.stagiaire()?.id.to_string(), Provenance::Stagiaire)
}

/// `sifa.ine`, upper case.
pub(super) fn ine(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let ine = e.sifa()?.ine.rempli()?.to_uppercase();
    if !codes::est_ine(&ine) {
        e.avertir(
            &INE_INHABITUEL,
            "L'INE du SIFA est envoyé, mais sa forme est inconnue (attendu : 10 chiffres et une lettre, ou 9 chiffres \
             et 2 lettres) : le vérifier dans le SIFA.",
        );
    }
    texte(ine, Provenance::Sifa)
}

/// `stagiaire.nom`
pub(super) fn nom(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let nom = e.stagiaire()?.nom.rempli()?;
    verifier_nom(e, &nom, "Le nom");
    texte(nom, Provenance::Stagiaire)
}

pub(super) fn sans_nom(e: &Elements<'_>) -> String {
    conseil(e, "Saisir le nom dans la fiche Stagiaire.")
}

/// `stagiaire.prenom`
pub(super) fn prenom(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let prenom = e.stagiaire()?.prenom.rempli()?;
    verifier_nom(e, &prenom, "Le prénom");
    texte(prenom, Provenance::Stagiaire)
}

/// Marks that people leave in a name when they enter it.
fn verifier_nom(e: &mut Elements<'_>, nom: &str, quoi: &str) {
    if nom.contains(['*', '+', '?', '(', ')', '[', ']', '{', '}', '\\', '^', '$', '|']) {
        e.avertir(
            &NOM_A_VERIFIER,
            format!(
                "{quoi} est envoyé tel quel, mais il contient un signe (étoile, plus, parenthèse, crochet…) que le tableau de \
                 bord peut refuser : le retirer dans la fiche Stagiaire s'il n'en fait pas partie."
            ),
        );
    }
}

pub(super) fn sans_prenom(e: &Elements<'_>) -> String {
    conseil(e, "Saisir le prénom dans la fiche Stagiaire.")
}

/// `stagiaire.ne_pas_solliciter`, absent reads false. It leaves no one out.
pub(super) fn ne_pas_solliciter(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let coche = e.stagiaire().and_then(|s| s.ne_pas_solliciter.copie()).facultatif()?;
    Ok((Valeur::Booleen(coche.unwrap_or(false)), Provenance::Stagiaire))
}

/// The apprentice's own e-mail, or for a minor that of the first responsable or PARENT.
pub(super) fn email_contact(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let valeur = texte(e.emails.premier()?, e.emails.provenance());
    if let Some(invalides) = e.emails.invalides() {
        e.avertir(
            &EMAIL_INVALIDE,
            format!("Adresse invalide, laissée de côté : {invalides}."),
        );
    }
    valeur
}

pub(super) fn sans_email(e: &Elements<'_>) -> String {
    conseil(e, &e.emails.conseil())
}

/// For a minor, the first e-mail of the list that `email_contact` used.
pub(super) fn responsable_mail1(e: &mut Elements<'_>) -> Trouve<Valeur> {
    texte(e.emails.de_mineur(0)?, e.emails.provenance())
}

/// For a minor, the second e-mail of the list that `email_contact` used.
pub(super) fn responsable_mail2(e: &mut Elements<'_>) -> Trouve<Valeur> {
    texte(e.emails.de_mineur(1)?, e.emails.provenance())
}

/// `stagiaire.telephone`, normalised.
pub(super) fn tel(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let saisie = e.stagiaire()?.telephone.rempli()?;
    let Some(numero) = telephone::normalise(&saisie) else {
        e.avertir(
            &TELEPHONE_INVALIDE,
            "Ce n'est pas un numéro de téléphone personnel valide (un seul numéro, sans autre texte) : le corriger \
             dans la fiche Stagiaire.",
        );
        return Err(Manque::Absent);
    };
    texte(numero, Provenance::Stagiaire)
}

/// `stagiaire.date_naissance`
pub(super) fn date_de_naissance(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(de(&e.stagiaire()?.date_naissance, Provenance::Stagiaire))
}

pub(super) fn sans_date_de_naissance(e: &Elements<'_>) -> String {
    conseil(e, "Saisir la date de naissance dans la fiche Stagiaire.")
}

fn conseil(e: &Elements<'_>, avec_stagiaire: &str) -> String {
    if !e.inscription.stagiaire.est_absente() {
        avec_stagiaire
    } else {
        SANS_STAGIAIRE
    }
    .to_owned()
}
