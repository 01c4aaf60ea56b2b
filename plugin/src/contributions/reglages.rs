//! The settings as a file, and the plugin's own tables: made by an administrator, never silently.

use std::io::Write;

use serde::Serialize;

use super::registry::{DocumentEntry, JobEntry};
use crate::database::Database;
use crate::dossier::records::LigneUai;
use crate::dossier::{defauts_de_ligne, normaliser_uai};
use crate::error::Error;
use crate::installation::Installation;
use crate::night::{Outcome, OutcomeKind};
use crate::store::{Acces, Auteur, Sealer, Settings, Store};

/// The job that creates or upgrades the `mna_` tables.
pub const MIGRATION: JobEntry = JobEntry {
    id: "migration",
    run: |at, _, _| migrate(&at.database()?, &|| at.sealer()),
};

/// The settings: keys are read, never written.
pub const REGLAGES: DocumentEntry = DocumentEntry {
    id: "reglages.json",
    write: |at, _, _, to| export(&at.store()?, to),
    read: Some(read),
};

/// What is doubtful in the settings.
pub const A_VERIFIER: DocumentEntry = DocumentEntry {
    id: "reglages-a-verifier.json",
    write: |at, _, _, to| write_doutes(&at.store()?, to),
    read: None,
};

/// What a DBA runs by hand instead of the job.
pub const SCHEMA: DocumentEntry = DocumentEntry {
    id: "schema.sql",
    write: |at, _, _, to| ddl(&at.database()?, to),
    read: None,
};

fn read(at: &Installation, bytes: &[u8]) -> Result<(), Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::argument(
            "Le fichier de paramètres n'est pas en UTF-8 : enregistrez-le dans ce codage et recommencez.",
            format!("reglages.json is not UTF-8: {error}"),
        )
    })?;
    let auteur = Auteur {
        nom: at.user().map(str::to_owned),
        le: at.host().now()?,
    };
    import(&at.store()?, &at.sealer()?, &auteur, text)
}

/// Create or upgrade the `mna_` tables, and bind keys of earlier versions to the addresses beside them.
///
/// # Errors
/// The database refused a statement, or the sealing key cannot be had.
pub fn migrate(database: &Database, sealer: &dyn Fn() -> Result<Sealer, Error>) -> Result<Outcome, Error> {
    let migrated = Store::migrate(database)?;
    let mut text = if migrated.from == migrated.to {
        format!("Les tables mna_ étaient déjà en version {}.", migrated.to)
    } else {
        format!(
            "Les tables mna_ sont passées de la version {} à la version {}.",
            migrated.from, migrated.to
        )
    };
    let store = Store::open(database)?;
    if store.acces()?.iter().any(Acces::is_unbound) {
        let bound = store.reseal(&sealer()?)?;
        text.push_str(&format!(" Clés API rattachées à leurs adresses : {}.", bound.keys));
        if bound.unopened > 0 {
            text.push_str(&format!(
                " Clés API que ce poste ne peut pas ouvrir, à saisir de nouveau : {}.",
                bound.unopened
            ));
        }
    }
    Ok(Outcome {
        kind: OutcomeKind::Done,
        run_id: 0,
        counts: crate::store::Comptes::default(),
        text,
    })
}

/// Print what [`migrate`] would run on an empty database.
///
/// # Errors
/// `to` failed.
pub fn ddl(database: &Database, to: &mut dyn Write) -> Result<(), Error> {
    to.write_all(Store::ddl(database.dialect()).as_bytes())
        .map_err(|error| Error::io(&error))
}

/// Replace the settings by those of a file; all of them, or none.
///
/// # Errors
/// The file is not the JSON expected, or the settings cannot be stored.
pub fn import(store: &Store, sealer: &Sealer, auteur: &Auteur, text: &str) -> Result<(), Error> {
    Ok(store.import(&Settings::from_json(text)?, sealer, auteur)?)
}

/// Something doubtful in the settings, which an import stores all the same.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Doute {
    /// Which line of which list.
    pub ou: String,
    /// What is doubtful, and what to do.
    pub texte: String,
}

/// Lines of the UAI list with something malformed or missing, and keys that no line of it would use.
pub fn doutes(lignes: &[LigneUai], acces: &[Acces]) -> Vec<Doute> {
    let malformees = lignes.iter().flat_map(|ligne| {
        defauts_de_ligne(ligne).into_iter().map(|defaut| Doute {
            ou: format!("Numéros UAI (CFA), ligne n° {}", ligne.id),
            texte: defaut.texte,
        })
    });
    let uai = |uai: &Option<String>| uai.as_deref().and_then(normaliser_uai);
    let sans_ligne = acces.iter().filter(|acces| {
        let sienne = |ligne: &LigneUai| ligne.societe_id == acces.societe_id && uai(&ligne.uai) == uai(&acces.uai);
        acces.cle_scellee.is_some() && !lignes.iter().any(sienne)
    });
    let sans_ligne = sans_ligne.map(|acces| Doute {
        ou: format!("Accès aux API, ligne n° {}", acces.id),
        texte: format!(
            "La clé de l'établissement {} ne servira pas : aucune ligne des numéros UAI n'a cet UAI pour cette société. \
             Corriger l'accès, ou ajouter la ligne.",
            acces.uai.as_deref().unwrap_or("sans UAI")
        ),
    });
    malformees.chain(sans_ligne).collect()
}

/// Write what is doubtful in the settings that are stored, as a list.
///
/// # Errors
/// The settings cannot be read, or `to` failed.
pub fn write_doutes(store: &Store, to: &mut dyn Write) -> Result<(), Error> {
    let doutes = doutes(&store.lignes_uai()?, &store.acces()?);
    serde_json::to_writer_pretty(&mut *to, &doutes).map_err(|error| Error::io(&error.into()))?;
    to.write_all(b"\n").map_err(|error| Error::io(&error))
}

/// Write the settings to a file, without keys.
///
/// # Errors
/// The settings cannot be read, or `to` failed.
pub fn export(store: &Store, to: &mut dyn Write) -> Result<(), Error> {
    let settings = store.export()?;
    serde_json::to_writer_pretty(&mut *to, &settings).map_err(|error| Error::io(&error.into()))?;
    to.write_all(b"\n").map_err(|error| Error::io(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dossier::Protocole;

    #[test]
    fn half_a_couple_a_malformed_number_and_a_key_of_no_line_are_named() {
        let text = |text: &str| Some(text.to_owned());
        let ligne = LigneUai {
            id: 1,
            uai: text("057 0079b"),
            nom: text("CFA"),
            siret: text("732 829 320 00074"),
            societe_id: Some(1),
            ..LigneUai::default()
        };
        let a_moitie = LigneUai {
            id: 3,
            siret: text("00000000000000"),
            uai_formateur: text("0570079B"),
            ..ligne.clone()
        };
        let acces = |id, societe_id, uai: &str, cle: Option<&str>| Acces {
            id,
            societe_id: Some(societe_id),
            secteur_id: Some(4),
            uai: text(uai),
            protocole: Protocole::V3,
            url: None,
            identifiant: None,
            cle_scellee: cle.map(str::to_owned),
        };
        let acces = [
            acces(1, 1, "0570079B", Some("v1:x")),
            acces(2, 2, "0570079B", Some("v1:x")),
            acces(3, 1, "0570033B", None),
        ];
        let trouves: Vec<String> = doutes(&[ligne, a_moitie], &acces)
            .into_iter()
            .map(|doute| format!("{} : {}", doute.ou, doute.texte))
            .collect();
        assert_eq!(
            trouves,
            [
                "Numéros UAI (CFA), ligne n° 3 : Siret du CFA malformé : saisir 14 chiffres.",
                "Numéros UAI (CFA), ligne n° 3 : SIRET de l'établissement formateur manquant : le saisir avec l'UAI, ou \
                 aucun des deux.",
                "Accès aux API, ligne n° 2 : La clé de l'établissement 0570079B ne servira pas : aucune ligne des numéros UAI \
                 n'a cet UAI pour cette société. Corriger l'accès, ou ajouter la ligne.",
            ]
        );
    }
}
