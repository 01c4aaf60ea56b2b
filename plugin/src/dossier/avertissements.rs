//! The warnings: the dossier is sent, and the user is told what it loses or what is doubtful. Never silently.

/// One kind of warning.
#[derive(Debug)]
pub(super) struct Alerte {
    pub(super) code: &'static str,
    libelle: &'static str,
}

macro_rules! alertes {
    ($($nom:ident $libelle:literal)*) => {
        $(pub(super) static $nom: Alerte = Alerte { code: stringify!($nom), libelle: $libelle };)*

        static TOUTES: &[&Alerte] = &[$(&$nom),*];
    };
}

alertes! {
    EMAIL_CONTACT_MANQUANT "Email contact manquant, envoyé sans lui"
    CODE_DIPLOME_MANQUANT "Code Diplôme manquant, envoyé sans lui"
    NOM_A_VERIFIER "Nom ou prénom à vérifier"
    EMAIL_INVALIDE "E-mail invalide, non envoyé"
    TELEPHONE_INVALIDE "Téléphone invalide, non envoyé"
    INE_INHABITUEL "INE d'une forme inconnue"
    LIBELLE_COURT_INVALIDE "Libellé court trop court, non envoyé"
    RNCP_MANQUANT "Code RNCP manquant"
    RNCP_INVALIDE "Code RNCP invalide, non envoyé"
    DUREE_INVALIDE "Durée de formation hors limites, non envoyée"
    PLUSIEURS_LIGNES_UAI "Plusieurs lignes UAI possibles"
    LIGNE_UAI_INCOMPLETE "Établissement formateur incomplet, le CFA envoyé à sa place"
    UAI_FORMATEUR_INVALIDE "UAI de l'établissement formateur invalide, non envoyé"
    SIRET_FORMATEUR_INVALIDE "SIRET de l'établissement formateur invalide, non envoyé"
    SIRET_CLE_FAUSSE "SIRET dont la clé de contrôle est fausse"
    COORDONNEES_INVALIDES "Coordonnées du secteur incomplètes ou invalides, non envoyées"
    CODE_POSTAL_INVALIDE "Code postal invalide, non envoyé"
    SORTIE_PREVUE_MANQUANTE "Date de sortie prévue manquante"
    CONVENTION_SANS_DEBUT "Convention sans date de début, non envoyée"
    PLUS_DE_QUATRE_CONTRATS "Plus de quatre contrats, les plus anciens non envoyés"
    RUPTURE_HORS_CONTRAT "Rupture du SIFA hors de tout contrat, non envoyée"
    CONTRAT_INCOHERENT "Contrat dont les dates se contredisent"
    SIRET_EMPLOYEUR_INVALIDE "SIRET de l'employeur invalide, non envoyé"
    ABANDON_DOUTEUX "Abandon dont le motif se lit comme une réussite"
    SORTIE_AVANT_ENTREE "Sortie réelle avant l'entrée"
    STATUT_DIFFERENT "Le tableau de bord affichera un autre statut"
    SEXE_INVALIDE "Sexe invalide, non envoyé"
    DERNIERE_SITUATION_INCONNUE "Dernière situation inconnue, non envoyée"
    DERNIER_ORGANISME_INVALIDE "Dernier organisme invalide, non envoyé"
    TYPE_CFA_INVALIDE "Type de CFA invalide, non envoyé"
    DOUBLON_POSSIBLE "Peut-être la même personne qu'un autre stagiaire"
    DATE_INVRAISEMBLABLE "Date invraisemblable, comptée comme absente"
    VALEUR_ILLISIBLE "Valeur illisible, champ non envoyé"
}

/// The French label of a warning's code; the code itself if it is not one of the rules'.
pub fn libelle_avertissement(code: &str) -> &str {
    TOUTES
        .iter()
        .find(|alerte| alerte.code == code)
        .map_or(code, |alerte| alerte.libelle)
}
