//! `v3` (today's; the default): its fields in the receiver's order, those of the option *données SIFA* last.

use super::CodeMotif::{
    CodeDiplomeManquant, DateNaissanceManquante, DatesFormationManquantes, EmailContactManquant, NomManquant,
    UaiSiretManquant,
};
use super::colonnes::{CANDIDAT, CONTRAT, Colonne, FORMATION, STATUTS, booleen, date, entier, texte};
use super::{candidat, contrat, donnees_sifa, etablissement, formation, statut};

/// How many of the last fields belong to the option *données SIFA*.
pub(super) const DONNEES_SIFA: usize = 7;

macro_rules! contrat {
    ($rang:literal, $suffixe:literal, $champ:ident, $nom:literal, $regle:ident) => {
        $champ(CONTRAT, concat!($nom, $suffixe), |e| contrat::$regle(e, $rang))
    };
}

pub(super) static COLONNES: &[Colonne] = &[
    texte(CANDIDAT, "nom_apprenant", candidat::nom).requis(NomManquant, candidat::sans_nom),
    texte(CANDIDAT, "prenom_apprenant", candidat::prenom).requis(NomManquant, candidat::sans_prenom),
    date(CANDIDAT, "date_de_naissance_apprenant", candidat::date_de_naissance)
        .requis(DateNaissanceManquante, candidat::sans_date_de_naissance),
    texte(STATUTS, "annee_scolaire", formation::annee_scolaire),
    texte(CANDIDAT, "id_erp_apprenant", candidat::id_erp),
    texte(CANDIDAT, "ine_apprenant", candidat::ine),
    texte(CANDIDAT, "email_contact", candidat::email_contact).requis(EmailContactManquant, candidat::sans_email),
    texte(CANDIDAT, "tel_apprenant", candidat::tel),
    texte(FORMATION, "libelle_court_formation", formation::libelle_court),
    entier(STATUTS, "annee_formation", formation::annee_formation),
    entier(STATUTS, "statut_apprenant", statut::statut_apprenant),
    date(STATUTS, "date_metier_mise_a_jour_statut", statut::date_metier),
    texte(FORMATION, "formation_cfd", formation::id_formation).requis(CodeDiplomeManquant, formation::sans_code),
    texte(FORMATION, "formation_rncp", formation::rncp),
    date(FORMATION, "date_inscription_formation", formation::date_inscription)
        .requis(DatesFormationManquantes, formation::sans_entree),
    date(FORMATION, "date_entree_formation", formation::date_entree)
        .requis(DatesFormationManquantes, formation::sans_entree),
    date(FORMATION, "date_fin_formation", formation::date_fin).requis(DatesFormationManquantes, formation::sans_fin),
    date(STATUTS, "date_exclusion_formation", statut::date_exclusion),
    texte(STATUTS, "cause_exclusion_formation", statut::cause_exclusion),
    entier(FORMATION, "duree_theorique_formation_mois", formation::duree_mois),
    texte(FORMATION, "etablissement_responsable_uai", etablissement::uai)
        .requis(UaiSiretManquant, etablissement::sans_uai),
    texte(FORMATION, "etablissement_responsable_siret", etablissement::siret)
        .requis(UaiSiretManquant, etablissement::sans_siret),
    texte(FORMATION, "etablissement_formateur_uai", etablissement::uai_formateur)
        .requis(UaiSiretManquant, etablissement::sans_uai_formateur),
    texte(
        FORMATION,
        "etablissement_formateur_siret",
        etablissement::siret_formateur,
    )
    .requis(UaiSiretManquant, etablissement::sans_siret_formateur),
    texte(
        FORMATION,
        "etablissement_lieu_de_formation_code_postal",
        etablissement::code_postal,
    ),
    contrat!(0, "", date, "contrat_date_debut", debut_de),
    contrat!(0, "", date, "contrat_date_fin", fin_de),
    contrat!(0, "", date, "contrat_date_rupture", rupture_de),
    contrat!(0, "", texte, "cause_rupture_contrat", cause_de),
    contrat!(0, "", texte, "siret_employeur", employeur_de),
    contrat!(1, "_2", date, "contrat_date_debut", debut_de),
    contrat!(1, "_2", date, "contrat_date_fin", fin_de),
    contrat!(1, "_2", date, "contrat_date_rupture", rupture_de),
    contrat!(1, "_2", texte, "cause_rupture_contrat", cause_de),
    contrat!(1, "_2", texte, "siret_employeur", employeur_de),
    contrat!(2, "_3", date, "contrat_date_debut", debut_de),
    contrat!(2, "_3", date, "contrat_date_fin", fin_de),
    contrat!(2, "_3", date, "contrat_date_rupture", rupture_de),
    contrat!(2, "_3", texte, "cause_rupture_contrat", cause_de),
    contrat!(2, "_3", texte, "siret_employeur", employeur_de),
    contrat!(3, "_4", date, "contrat_date_debut", debut_de),
    contrat!(3, "_4", date, "contrat_date_fin", fin_de),
    contrat!(3, "_4", date, "contrat_date_rupture", rupture_de),
    contrat!(3, "_4", texte, "cause_rupture_contrat", cause_de),
    contrat!(3, "_4", texte, "siret_employeur", employeur_de),
    texte(CANDIDAT, "responsable_apprenant_mail1", candidat::responsable_mail1),
    texte(CANDIDAT, "responsable_apprenant_mail2", candidat::responsable_mail2),
    texte(CANDIDAT, "sexe_apprenant", donnees_sifa::sexe),
    texte(CANDIDAT, "adresse_apprenant", donnees_sifa::adresse),
    texte(CANDIDAT, "code_postal_apprenant", donnees_sifa::code_postal),
    booleen(CANDIDAT, "rqth_apprenant", donnees_sifa::rqth),
    entier(CANDIDAT, "derniere_situation", donnees_sifa::derniere_situation),
    texte(CANDIDAT, "dernier_organisme_uai", donnees_sifa::dernier_organisme),
    texte(FORMATION, "type_cfa", donnees_sifa::type_cfa),
];
