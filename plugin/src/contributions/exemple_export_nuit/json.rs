//! The preview as JSON: exactly what would go out.

use std::io::{self, Seek as _, Write};

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::json;

use super::Resume;
use crate::dossier::{Dossier, Ecrans, Protocole};
use crate::error::Error;
use crate::host::Run;
use crate::night::stream::{Choice, Plan};

/// What is left out waits here until everything that goes out is written; beyond this size in a temporary file.
const IN_MEMORY: usize = 1 << 20;

/// Write the document; one pass over the ERP, whatever its size.
///
/// # Errors
/// The ERP cannot be read, `run` was cancelled, or `to` failed.
pub fn write(plan: &Plan, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
    let io = |error: io::Error| Error::io(&error);
    let Choice::Fixed {
        protocole,
        donnees_sifa,
    } = plan.choice
    else {
        return Err(Error::argument(
            "L'aperçu ne suit qu'un protocole.",
            "a preview has one protocol",
        ));
    };
    let mut resume = Resume::of(plan.apart()?);
    let mut non_envoyes = tempfile::SpooledTempFile::new(IN_MEMORY);

    write_head(to, plan, protocole, donnees_sifa).map_err(io)?;
    let mut stream = plan.start();
    let mut item = Vec::new();
    while let Some(group) = stream.next_group(&|| run.is_cancelled())? {
        for prepared in &group {
            let before = (resume.envoyes, resume.non_envoyes);
            resume.add(prepared);
            if prepared.dossier.motifs.is_empty() {
                write_item(to, &mut item, before.0, &Envoye(&prepared.dossier, plan.erp.ecrans())).map_err(io)?;
            } else {
                write_item(&mut non_envoyes, &mut item, before.1, &NonEnvoye(&prepared.dossier)).map_err(io)?;
            }
            if resume.lus % 1000 == 0 {
                run.progress(resume.lus, 0, "Lecture des dossiers");
            }
        }
    }
    to.write_all(b"],\n\"non_envoyes\": [").map_err(io)?;
    non_envoyes.rewind().map_err(io)?;
    io::copy(&mut non_envoyes, to).map_err(io)?;
    to.write_all(b"],\n\"resume\": ").map_err(io)?;
    serde_json::to_writer(&mut *to, &resume).map_err(|error| io(error.into()))?;
    to.write_all(b"}\n").map_err(io)?;
    run.progress(resume.lus, resume.lus, "Aperçu terminé");
    Ok(())
}

fn write_head(to: &mut dyn Write, plan: &Plan, protocole: Protocole, donnees_sifa: bool) -> io::Result<()> {
    write!(
        to,
        "{{\"run_date\": {}, \"protocole\": {}, \"donnees_sifa\": {donnees_sifa},\n\"envoyes\": [",
        json!(plan.run_date),
        json!(protocole)
    )
}

/// Writes one item in one piece, which is put together in `buffer`: JSON is made of very many very small pieces.
fn write_item(to: &mut dyn Write, buffer: &mut Vec<u8>, index: u64, item: &impl Serialize) -> io::Result<()> {
    buffer.clear();
    buffer.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
    serde_json::to_writer(&mut *buffer, item)?;
    to.write_all(buffer)
}

struct Envoye<'a>(&'a Dossier, &'a Ecrans);

impl Serialize for Envoye<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("inscription_id", &self.0.inscription_id)?;
        map.serialize_entry("dossier", &self.0.corps())?;
        map.serialize_entry("provenance", &Provenances(self.0, self.1))?;
        if let Some(statut) = self.0.statut_affiche {
            map.serialize_entry("statut_affiche", statut.code())?;
        }
        if let Some(retenu) = self.0.retenu {
            map.serialize_entry("retenu", retenu.code())?;
        }
        map.serialize_entry("avertissements", &Avertissements(self.0))?;
        map.end()
    }
}

struct Provenances<'a>(&'a Dossier, &'a Ecrans);

impl Serialize for Provenances<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .champs
                .iter()
                .map(|champ| (champ.nom, self.1.provenance(champ.provenance))),
        )
    }
}

#[derive(Serialize)]
struct Avertissement<'a> {
    code: &'a str,
    champ: &'a str,
    detail: &'a str,
}

struct Avertissements<'a>(&'a Dossier);

impl Serialize for Avertissements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.avertissements.iter().map(|avertissement| Avertissement {
            code: avertissement.code,
            champ: avertissement.champ,
            detail: &avertissement.detail,
        }))
    }
}

struct NonEnvoye<'a>(&'a Dossier);

#[derive(Serialize)]
struct Motif<'a> {
    code: &'a str,
    libelle: &'a str,
    detail: &'a str,
}

impl Serialize for NonEnvoye<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let motifs: Vec<_> = self
            .0
            .motifs
            .iter()
            .map(|motif| Motif {
                code: motif.code.code(),
                libelle: motif.code.libelle(),
                detail: &motif.detail,
            })
            .collect();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("inscription_id", &self.0.inscription_id)?;
        map.serialize_entry("id_erp_apprenant", &self.0.stagiaire_id.map(|id| id.to_string()))?;
        map.serialize_entry("motifs", &motifs)?;
        map.end()
    }
}
