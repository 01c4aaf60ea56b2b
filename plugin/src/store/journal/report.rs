//! The report as JSON, written as it is read.

use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::{EtablissementJournal, Execution, Journal, Rejet, RunFilter, RunId};
use crate::store::StoreError;

impl Journal {
    /// Writes the report of the runs that `filter` takes, newest first; memory does not grow with the rows. The shape
    /// is that of the demo host's `report`, plus what only some nights have: a rejected dossier that was sent twice
    /// carries `premiere_reponse`, and the list `reprises` names those that were accepted the second time.
    ///
    /// # Errors
    /// [`StoreError::UnknownRun`], [`StoreError::Write`], [`StoreError::Database`].
    pub fn write_report_json(&self, filter: RunFilter, out: &mut dyn Write) -> Result<(), StoreError> {
        let runs = self.selected(filter)?;
        out.write_all(b"{\"executions\": [")?;
        let mut list = List::new(out);
        for run in &runs {
            list.separate()?;
            self.write_run(run, list.out)?;
        }
        out.write_all(b"]}\n")?;
        Ok(())
    }

    fn write_run(&self, run: &Execution, out: &mut dyn Write) -> Result<(), StoreError> {
        let head = RunHead {
            id: run.id.0,
            nuit: run.nuit.format("%Y-%m-%d").to_string(),
            etat: run.etat.code(),
            verdict: run.conclusion.map(super::Conclusion::code),
            causes: &run.causes,
            debut: &run.debut,
            fin: run.fin.as_deref(),
            comptes: run.comptes,
        };
        let head = to_json(&head)?;
        // The lists follow inside the same object.
        out.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
        out.write_all(b",\n \"etablissements\": [")?;
        let mut list = List::new(out);
        for etablissement in self.etablissements(run.id)? {
            list.separate()?;
            self.write_etablissement(&etablissement, list.out)?;
        }
        out.write_all(b"],\n \"rejets\": [")?;
        let mut list = List::new(out);
        self.each_rejet(run.id, |rejet| list.item(&rejected(&rejet)))?;
        out.write_all(b"],\n \"non_envoyes\": [")?;
        let mut list = List::new(out);
        self.each_non_envoye(run.id, |dossier| {
            list.item(&json!({
                "inscription_id": dossier.inscription_id,
                "id_erp_apprenant": dossier.id_erp_apprenant,
                "motifs": dossier.motifs,
            }))
        })?;
        out.write_all(b"]")?;
        self.write_reprises(run.id, out)?;
        out.write_all(b"}")?;
        Ok(())
    }

    fn write_etablissement(&self, line: &EtablissementJournal, out: &mut dyn Write) -> Result<(), StoreError> {
        let head = to_json(&EtablissementHead {
            uai: line.etablissement.uai.as_deref(),
            siret: line.etablissement.siret.as_deref(),
            protocole: line.etablissement.protocole.code(),
            etat: line.etat.map(super::EtatEtablissement::code),
        })?;
        out.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
        out.write_all(b", \"lots\": [")?;
        let mut list = List::new(out);
        self.each_lot(line.id, |lot| {
            list.item(&LotLine {
                numero: lot.id.numero,
                dossiers: lot.dossiers,
                etat: lot.etat.code(),
                http: lot.http,
                tentatives: lot.tentatives,
            })
        })?;
        out.write_all(b"]}")?;
        Ok(())
    }

    fn write_reprises(&self, run: RunId, out: &mut dyn Write) -> Result<(), StoreError> {
        let mut list = List::new(out);
        self.each_reprise(run, |dossier| {
            if list.empty {
                list.out.write_all(b",\n \"reprises\": [")?;
            }
            list.item(&json!({
                "inscription_id": dossier.inscription_id,
                "id_erp_apprenant": dossier.id_erp_apprenant,
                "premiere_reponse": dossier.premieres_erreurs,
            }))
        })?;
        if !list.empty {
            out.write_all(b"]")?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct RunHead<'a> {
    id: i64,
    nuit: String,
    etat: &'a str,
    verdict: Option<&'a str>,
    causes: &'a [String],
    debut: &'a str,
    fin: Option<&'a str>,
    comptes: super::Comptes,
}

#[derive(Serialize)]
struct EtablissementHead<'a> {
    uai: Option<&'a str>,
    siret: Option<&'a str>,
    protocole: &'a str,
    etat: Option<&'a str>,
}

#[derive(Serialize)]
struct LotLine<'a> {
    numero: i64,
    dossiers: i64,
    etat: &'a str,
    http: Option<i64>,
    tentatives: i64,
}

fn rejected(rejet: &Rejet) -> Value {
    let mut value = json!({
        "inscription_id": rejet.inscription_id,
        "id_erp_apprenant": rejet.id_erp_apprenant,
        "erreurs": rejet.erreurs,
    });
    if let (Some(first), Some(object)) = (&rejet.premieres_erreurs, value.as_object_mut()) {
        object.insert("premiere_reponse".to_owned(), json!(first));
    }
    value
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Write(error.into()))
}

/// Items of a JSON list, one a line.
struct List<'w> {
    out: &'w mut dyn Write,
    empty: bool,
}

impl<'w> List<'w> {
    fn new(out: &'w mut dyn Write) -> Self {
        Self { out, empty: true }
    }

    fn separate(&mut self) -> Result<(), StoreError> {
        self.out.write_all(if self.empty { b"\n  " } else { b",\n  " })?;
        self.empty = false;
        Ok(())
    }

    fn item(&mut self, value: &impl Serialize) -> Result<(), StoreError> {
        self.separate()?;
        serde_json::to_writer(&mut *self.out, value).map_err(|error| StoreError::Write(error.into()))
    }
}
