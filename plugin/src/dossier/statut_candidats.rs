//! `statut-candidats` (2021, the guide's): the vendor's 26 fields, in the guide's order.

use super::CodeMotif::{
    CodeDiplomeManquant, DatesFormationManquantes, EmailContactManquant, NomManquant, UaiSiretManquant,
};
use super::colonnes::{CANDIDAT, CONTRAT, Colonne, FORMATION, STATUTS, booleen, date, entier, texte};
use super::{candidat, contrat, etablissement, formation, statut};

pub(super) static COLONNES: &[Colonne] = &[
    texte(CANDIDAT, "id_erp_apprenant", candidat::id_erp),
    texte(CANDIDAT, "ine_apprenant", candidat::ine),
    texte(CANDIDAT, "nom_apprenant", candidat::nom).requis(NomManquant, candidat::sans_nom),
    texte(CANDIDAT, "prenom_apprenant", candidat::prenom).requis(NomManquant, candidat::sans_prenom),
    booleen(CANDIDAT, "ne_pas_solliciter", candidat::ne_pas_solliciter),
    texte(CANDIDAT, "email_contact", candidat::email_contact).requis(EmailContactManquant, candidat::sans_email),
    texte(CANDIDAT, "tel_apprenant", candidat::tel),
    date(CANDIDAT, "date_de_naissance_apprenant", candidat::date_de_naissance),
    texte(FORMATION, "id_formation", formation::id_formation).requis(CodeDiplomeManquant, formation::sans_code),
    texte(FORMATION, "libelle_court_formation", formation::libelle_court),
    texte(FORMATION, "libelle_long_formation", formation::libelle_long),
    texte(FORMATION, "uai_etablissement", etablissement::uai).requis(UaiSiretManquant, etablissement::sans_uai),
    texte(
        FORMATION,
        "uai_etablissement_formateur",
        etablissement::uai_formateur_facultatif,
    ),
    texte(FORMATION, "nom_etablissement", etablissement::nom).requis(UaiSiretManquant, etablissement::sans_nom),
    texte(FORMATION, "siret_etablissement", etablissement::siret).requis(UaiSiretManquant, etablissement::sans_siret),
    texte(
        FORMATION,
        "siret_etablissement_formateur",
        etablissement::siret_formateur_facultatif,
    ),
    texte(
        FORMATION,
        "etablissement_formateur_geo_coordonnees",
        etablissement::coordonnees,
    ),
    texte(
        FORMATION,
        "etablissement_formateur_code_postal",
        etablissement::code_postal,
    ),
    date(CONTRAT, "contrat_date_debut", contrat::date_debut),
    date(CONTRAT, "contrat_date_fin", contrat::date_fin),
    date(CONTRAT, "contrat_date_rupture", contrat::date_rupture),
    entier(STATUTS, "statut_apprenant", statut::statut_apprenant),
    date(STATUTS, "date_metier_mise_a_jour_statut", statut::date_metier)
        .requis(DatesFormationManquantes, statut::sans_date_metier),
    texte(STATUTS, "periode_formation", formation::periode),
    entier(STATUTS, "annee_formation", formation::annee_formation),
    texte(STATUTS, "annee_scolaire", formation::annee_scolaire),
];
