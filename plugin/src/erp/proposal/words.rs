//! The words by which ERPs call what the plugin reads, in lower case, without accents, in the singular.

use crate::erp::schema::{
    ACTION, CENTRE_INTERET, CONVENTION, DIPLOME, Entity, INSCRIPTION, INTERLOCUTEUR, SECTEUR, SIFA, SIFA_RESPONSABLE,
    SOCIETE, STAGIAIRE,
};

/// The words for one entity.
pub(super) struct Words {
    pub entity: &'static Entity,
    /// What its table may be called.
    pub tables: &'static [&'static str],
    /// What its columns may be called, beside their logical names; several words stand together.
    pub columns: &'static [(&'static str, &'static [&'static str])],
    /// The columns that hold the key of another entity.
    pub references: &'static [(&'static str, &'static Entity)],
}

/// The words for a key.
pub(super) const KEYS: &[&str] = &["id", "cle", "identifiant", "pk"];

/// Words of a key that other columns bear, too.
pub(super) const PERHAPS_KEYS: &[&str] = &["code", "num", "numero", "no", "ref", "matricule"];

/// Words that say nothing of a table or column.
pub(super) const EMPTY: &[&str] = &[
    "de", "d", "l", "la", "les", "des", "t", "tb", "tbl", "table", "v", "vue", "tab",
];

pub(super) static WORDS: [Words; 11] = [
    Words {
        entity: &SOCIETE,
        tables: &["societe", "entreprise", "organisme", "company", "ets"],
        columns: &[("raison_sociale", &["nom", "libelle", "raison", "denomination"])],
        references: &[],
    },
    Words {
        entity: &SECTEUR,
        tables: &[
            "secteur",
            "site",
            "agence",
            "antenne",
            "campus",
            "etablissement",
            "centre",
        ],
        columns: &[
            ("nom", &["libelle", "intitule", "lib"]),
            ("code_postal", &["cp", "postal", "zip"]),
            ("latitude", &["lat"]),
            ("longitude", &["lon", "lng", "long"]),
        ],
        references: &[("societe_id", &SOCIETE)],
    },
    Words {
        entity: &STAGIAIRE,
        tables: &[
            "stagiaire",
            "apprenant",
            "eleve",
            "apprenti",
            "etudiant",
            "alternant",
            "candidat",
            "personne",
            "beneficiaire",
        ],
        columns: &[
            ("nom", &["nom usage", "nom famille", "lastname"]),
            ("prenom", &["firstname", "prenom 1"]),
            (
                "date_naissance",
                &["naissance", "ne le", "date naiss", "dt naissance", "birthdate"],
            ),
            (
                "email",
                &["mail", "courriel", "adresse mail", "adresse email", "e mail"],
            ),
            (
                "telephone",
                &["tel", "mobile", "portable", "tel mobile", "tel portable", "gsm"],
            ),
            ("ne_pas_solliciter", &["pas solliciter", "opposition", "stop", "optout"]),
            ("sexe", &["genre", "civilite"]),
            ("adresse", &["adresse 1", "rue", "adr"]),
            ("code_postal", &["cp", "postal", "zip"]),
            ("rqth", &["handicap", "travailleur handicape", "th"]),
        ],
        references: &[],
    },
    Words {
        entity: &INTERLOCUTEUR,
        tables: &["interlocuteur", "contact", "parent", "representant"],
        columns: &[
            ("rang", &["ordre", "position", "priorite"]),
            ("profil", &["lien", "type", "qualite", "role", "parente"]),
            (
                "email",
                &["mail", "courriel", "adresse mail", "adresse email", "e mail"],
            ),
        ],
        references: &[("stagiaire_id", &STAGIAIRE)],
    },
    Words {
        entity: &DIPLOME,
        tables: &["diplome", "certification", "titre", "referentiel"],
        columns: &[
            ("libelle", &["intitule", "nom", "lib", "libelle long"]),
            (
                "libelle_court",
                &["abrege", "court", "sigle", "lib court", "intitule court"],
            ),
            ("code", &["cfd", "code cfd", "code diplome", "code formation"]),
            ("rncp", &["code rncp", "num rncp"]),
        ],
        references: &[],
    },
    Words {
        entity: &CENTRE_INTERET,
        tables: &["centre interet", "interet", "souhait"],
        columns: &[],
        references: &[("diplome_id", &DIPLOME)],
    },
    Words {
        entity: &ACTION,
        tables: &[
            "action",
            "action formation",
            "session",
            "formation",
            "groupe",
            "classe",
            "promotion",
        ],
        columns: &[
            ("date_debut", &["debut", "du", "date deb", "dt debut", "deb"]),
            ("date_fin", &["fin", "au", "dt fin"]),
        ],
        references: &[("diplome_id", &DIPLOME), ("centre_interet_id", &CENTRE_INTERET)],
    },
    Words {
        entity: &INSCRIPTION,
        tables: &["inscription", "inscrit", "parcours", "participation"],
        columns: &[
            ("apprentissage", &["apprenti", "est apprenti", "app", "alternance"]),
            ("date_inscription", &["inscrit le", "dt inscription"]),
            (
                "date_entree",
                &["entree", "entre le", "dt entree", "debut", "date debut"],
            ),
            ("date_entree_groupe", &["entree groupe", "date groupe"]),
            (
                "sortie_prevue",
                &["fin prevue", "date sortie prevue", "date fin prevue", "fin"],
            ),
            (
                "sortie_reelle",
                &["sortie", "date sortie", "date sortie reelle", "sorti le", "fin reelle"],
            ),
            ("motif_sortie", &["motif", "cause sortie", "motif abandon"]),
        ],
        references: &[
            ("stagiaire_id", &STAGIAIRE),
            ("action_id", &ACTION),
            ("secteur_id", &SECTEUR),
        ],
    },
    Words {
        entity: &CONVENTION,
        tables: &[
            "convention",
            "contrat",
            "contrat apprentissage",
            "convention apprentissage",
        ],
        columns: &[
            ("date_debut", &["debut", "du", "date deb", "dt debut", "deb"]),
            ("date_fin", &["fin", "au", "dt fin"]),
            ("date_rupture", &["rupture", "rompu le", "dt rupture"]),
            ("cause_rupture", &["cause", "motif rupture", "motif"]),
            ("siret_employeur", &["siret", "employeur siret", "siret entreprise"]),
        ],
        references: &[("inscription_id", &INSCRIPTION)],
    },
    Words {
        entity: &SIFA,
        tables: &["sifa", "dossier sifa", "enquete sifa"],
        columns: &[
            ("ine", &["num ine", "numero ine", "code ine"]),
            ("uai_etablissement", &["uai", "rne", "uai site"]),
            ("date_entree_cfa", &["entree cfa", "entree", "date entree"]),
            ("date_rupture_contrat", &["rupture contrat", "rupture", "date rupture"]),
            ("sans_contrat_initial", &["sans contrat"]),
            (
                "derniere_situation",
                &["situation", "situation anterieure", "situation avant"],
            ),
            (
                "dernier_organisme_uai",
                &["dernier organisme", "origine", "uai origine", "etablissement origine"],
            ),
        ],
        references: &[("inscription_id", &INSCRIPTION), ("diplome_id", &DIPLOME)],
    },
    Words {
        entity: &SIFA_RESPONSABLE,
        tables: &["sifa responsable", "responsable", "responsable legal", "tuteur legal"],
        columns: &[
            ("rang", &["ordre", "position", "priorite"]),
            (
                "email",
                &["mail", "courriel", "adresse mail", "adresse email", "e mail"],
            ),
        ],
        references: &[("sifa_id", &SIFA)],
    },
];
