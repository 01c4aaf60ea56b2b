//! What the user guide has its reader do: one scenario, for every host that plays it.

use std::path::Path;

use crate::support::base::Base;

/// The moment at which the user sits down.
pub const NOW: &str = "2026-11-23T10:00:00+01:00";
/// The moment at which the scheduler starts the night.
pub const NIGHT: &str = "2026-11-23T23:00:05+01:00";
/// The job that it starts.
pub const JOB: &str = "Export de nuit vers la Mission interministérielle pour l'apprentissage";
/// Who is signed in.
pub const USER: &str = "camille";

/// The boxes of *Compléments secteur*, in the order in which they are ticked.
pub const BOXES: [&str; 3] = [
    "Passerelle SIFA",
    "Mission interministérielle pour l'apprentissage",
    "Autorisation de transfert la nuit",
];

/// A line of *Numéros UAI (CFA)* as it is typed: each field by its label.
pub type Typed = &'static [(&'static str, &'static str)];

/// Lines that cannot be saved, each with the field under which it is said why, and what is said.
pub const BAD_LINES: [(Typed, &str, &str); 5] = [
    (
        &[("Numéro UAI du CFA", "123456A")],
        "Numéro UAI du CFA",
        "Numéro UAI du CFA malformé : saisir 7 chiffres et une lettre.",
    ),
    (
        &[("Numéro UAI du CFA", "1234567A")],
        "Nom du CFA",
        "Nom du CFA manquant : le saisir.",
    ),
    (
        &[("Nom du CFA", "SC-FORMATION"), ("Siret du CFA", "123 456 789 9444")],
        "Siret du CFA",
        "Siret du CFA malformé : saisir 14 chiffres.",
    ),
    (
        &[("Siret du CFA", "123 456 789 94444")],
        "Société",
        "Société manquante : la choisir.",
    ),
    (
        &[
            ("Société", "SC-FORMATION"),
            ("UAI de l'établissement formateur", "7654321"),
        ],
        "UAI de l'établissement formateur",
        "UAI de l'établissement formateur malformé : saisir 7 chiffres et une lettre.",
    ),
];

/// The lines of the guide.
pub const LINES: [Typed; 2] = [
    &[
        ("Numéro UAI du CFA", "1234567A"),
        ("Nom du CFA", "SC-FORMATION"),
        ("Siret du CFA", "123 456 789 94444"),
        ("Organisme gestionnaire", "Établissement scolaire privé sous contrat"),
        ("Société", "SC-FORMATION"),
        ("Secteur", "METZ"),
        ("UAI de l'établissement formateur", ""),
    ],
    &[
        ("Numéro UAI du CFA", "1234568A"),
        ("Nom du CFA", "SC-PRESENTATION PLUS"),
        ("Siret du CFA", "123 456 789 11111"),
        (
            "Organisme gestionnaire",
            "Établissement de formation ou de recherche (université, école d'ingénieur...)",
        ),
        ("Société", "SC-PRESENTATION"),
        ("Secteur", "PARIS"),
    ],
];

/// What is said of the first, which is saved all the same: its numbers are invented.
pub const LOOK_AT: [&str; 2] = [
    "Numéro UAI du CFA : la lettre de contrôle attendue est W. Vérifier le numéro.",
    "Siret du CFA : la clé de contrôle est fausse. Vérifier le numéro.",
];

/// A société, its sector, its establishment as the API accesses show it, and the key that its receiver takes.
pub struct Site {
    pub societe: &'static str,
    pub secteur: &'static str,
    pub etablissement: &'static str,
    pub uai: &'static str,
    pub siret: &'static str,
    pub key: &'static str,
}

/// The two of the guide.
pub const SITES: [Site; 2] = [
    Site {
        societe: "SC-FORMATION",
        secteur: "METZ",
        etablissement: "123 456 789 94444 - 1234567A",
        uai: "1234567A",
        siret: "12345678994444",
        key: "0b9de9a4-7a1c-4f5e-9d8b-2f6c3a1e5d70",
    },
    Site {
        societe: "SC-PRESENTATION",
        secteur: "PARIS",
        etablissement: "123 456 789 11111 - 1234568A",
        uai: "1234568A",
        siret: "12345678911111",
        key: "5f2c8b1d-3e4a-4c6b-8a7f-9e0d1c2b3a46",
    },
];

/// A key that no receiver takes.
pub const REFUSED_KEY: &str = "ffffffff-ffff-4fff-8fff-ffffffffffff";
/// What the test of the connection then says.
pub const REFUSED: &str = "refuse la clé API de cet établissement";
/// What it says of a key that is taken.
pub const ACCEPTED: &str = "Connexion réussie : le service répond et accepte la clé de l'établissement";

/// Whoever is left out for an address that is missing, and how the ERP's user puts it right.
pub const REASON: &str = "Email contact manquant";
/// The inscription of one of them.
pub const LEFT_OUT: i64 = 6;
/// What the ERP writes when its user enters the address.
pub const PUT_RIGHT: &str = "UPDATE stagiaire SET email = 'contact.famille@exemple.fr' \
                             WHERE id = (SELECT stagiaire_id FROM inscription WHERE id = 6)";

/// The ERP's database of the guide: two sociétés with a sector each, apprentices, and none of the plugin's settings.
pub fn base(folder: &Path) -> Base {
    let base = Base::golden(folder);
    for sql in [
        "UPDATE societe SET raison_sociale = 'SC-FORMATION' WHERE id = 1",
        "UPDATE secteur SET nom = 'METZ' WHERE id = 1",
        "UPDATE societe SET raison_sociale = 'SC-PRESENTATION' WHERE id = 2",
        "UPDATE secteur SET nom = 'PARIS' WHERE id = 2",
        // Their establishments are those of the guide.
        "UPDATE sifa SET uai_etablissement = NULL",
    ] {
        base.execute(sql);
    }
    base
}
