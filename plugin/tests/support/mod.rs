//! An installation of the plugin on a copy of the worked example, with a host that stands still.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

pub mod html;

use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, Mutex};

use calamine::Xlsx;
use chrono::{DateTime, FixedOffset};
use passerelle::dossier::{CodeMotif, Protocole};
use passerelle::error::Error;
use passerelle::host::{Host, Job, Mail, Run, Secrets, Setting};
use passerelle::instance::Instance;
use passerelle::store::Store;
use passerelle::store::journal::{
    Erreur, Etablissement, EtablissementId, EtatEtablissement, EtatExecution, NonEnvoye, OpenRun, ResultatPret, Verdict,
};
use passerelle::table::{Batch, Table};
use serde_json::Value;
use tempfile::TempDir;

pub type Workbook = Xlsx<Cursor<Vec<u8>>>;

pub struct Erp {
    folder: TempDir,
    tables: Mutex<Vec<Table>>,
}

impl Host for Erp {
    fn now(&self) -> Result<DateTime<FixedOffset>, Error> {
        Ok("2026-11-23T12:00:00+01:00".parse().unwrap())
    }

    fn setting(&self, key: Setting) -> Result<Option<String>, Error> {
        let folder = self.folder.path().display();
        Ok(match key {
            Setting::Database => Some(format!("Driver=SQLite3;Database={folder}/erp.db;StepAPI=1")),
            Setting::DataDir => Some(folder.to_string()),
            _ => None,
        })
    }

    fn secrets(&self) -> Option<&dyn Secrets> {
        None
    }

    fn mail(&self) -> Option<&dyn Mail> {
        None
    }

    fn show_form(&self, _: u64, _: &str) -> Result<(), Error> {
        panic!("no form is asked for")
    }

    fn close_form(&self, _: u64) -> Result<(), Error> {
        panic!("no form is asked for")
    }

    fn show_table(&self, table: Table) -> Result<(), Error> {
        self.tables.lock().unwrap().push(table);
        Ok(())
    }

    fn register_job(&self, _: &Job) -> Result<(), Error> {
        Ok(())
    }
}

struct Steady {
    cancelled: bool,
}

impl Run for Steady {
    fn is_cancelled(&self) -> bool {
        self.cancelled
    }

    fn progress(&self, done: u64, total: u64, _: &str) {
        assert!(total == 0 || done <= total, "{done} of {total}");
    }
}

pub struct Installation {
    pub host: Arc<Erp>,
    instance: Instance,
}

impl Installation {
    pub fn new() -> Self {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(golden.join("erp.db"), folder.path().join("erp.db")).unwrap();
        let host = Arc::new(Erp {
            folder,
            tables: Mutex::default(),
        });
        let instance = Instance::new(host.clone()).unwrap();
        instance.run_job("migration", "", &Steady { cancelled: false }).unwrap();
        let settings = std::fs::read(golden.join("settings.json")).unwrap();
        instance.read_document("reglages.json", &settings).unwrap();
        Self { host, instance }
    }

    pub fn store(&self) -> Store {
        self.instance.installation().store().unwrap()
    }

    pub fn document(&self, id: &str, parameters: &Value, cancelled: bool) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.instance
            .write_document(id, &parameters.to_string(), &Steady { cancelled }, &mut bytes)?;
        Ok(bytes)
    }

    pub fn text(&self, id: &str, parameters: &Value) -> String {
        String::from_utf8(self.document(id, parameters, false).unwrap()).unwrap()
    }

    pub fn json(&self, id: &str, parameters: &Value) -> Value {
        serde_json::from_str(&self.text(id, parameters)).unwrap()
    }

    pub fn workbook(&self, id: &str, parameters: &Value) -> Workbook {
        let bytes = self.document(id, parameters, false).unwrap();
        calamine::Reader::new(Cursor::new(bytes)).unwrap()
    }

    /// The tables of a contribution: their ids, and how many rows they hold when read so many at a time.
    pub fn tables(&self, id: &str, context: &Value, size: usize) -> Vec<(&'static str, usize)> {
        self.instance.open(id, &context.to_string()).unwrap();
        let tables = std::mem::take(&mut *self.host.tables.lock().unwrap());
        tables
            .into_iter()
            .map(|table| (table.description.id, count(table, size)))
            .collect()
    }
}

fn count(mut table: Table, size: usize) -> usize {
    let mut batch = Batch::new(&table.description.columns);
    let mut rows = 0;
    loop {
        batch.clear();
        table.rows.next(size, &mut batch).unwrap();
        assert!(batch.rows() <= size);
        if batch.rows() == 0 {
            return rows;
        }
        rows += batch.rows();
    }
}

/// Three nights: one with 1200 left out, one in which nothing was rejected, one with all that can happen. Tells the last
/// one's number.
pub fn journaled(installation: &Installation) -> i64 {
    let journal = installation.store().journal().unwrap();
    let open = |night: u32| {
        let debut: DateTime<FixedOffset> = format!("2026-11-{night}T02:00:03+01:00").parse().unwrap();
        let opened = OpenRun {
            nuit: debut.date_naive().pred_opt().unwrap(),
            run_date: debut.date_naive(),
            debut,
            forcee: false,
            plan: "{}".to_owned(),
        };
        (
            journal.open_run(&opened).unwrap(),
            debut + chrono::TimeDelta::seconds(725),
        )
    };
    let access = |uai: &str| Etablissement {
        societe_id: Some(1),
        secteur_id: Some(1),
        uai: Some(uai.to_owned()),
        siret: Some("72385033500123".to_owned()),
        protocole: Protocole::V3,
    };
    let ready = |ids: std::ops::Range<i64>| -> Vec<ResultatPret> {
        ids.map(|id| ResultatPret {
            inscription_id: id,
            id_erp_apprenant: Some((id + 1000).to_string()),
            empreinte: format!("{id:064}"),
            empreintes: String::new(),
        })
        .collect()
    };
    let left_out = |id: i64, motifs: Vec<CodeMotif>| NonEnvoye {
        inscription_id: id,
        id_erp_apprenant: (id % 7 != 0).then(|| (id + 1000).to_string()),
        motifs,
    };
    let all_accepted = |ids: std::ops::Range<i64>| -> Vec<Verdict> {
        ids.map(|inscription_id| Verdict {
            inscription_id,
            rejet: None,
            premiere: None,
        })
        .collect()
    };
    let words = |champ: &str, message: &str| Erreur {
        champ: champ.to_owned(),
        message: message.to_owned(),
    };

    let (run, end) = open(21);
    let many: Vec<_> = (1..=1200)
        .map(|id| left_out(id, vec![CodeMotif::AccesManquant]))
        .collect();
    journal.non_envoyes(run, &many).unwrap();
    journal.close_run(run, EtatExecution::Interrompue, end, &[]).unwrap();

    let (run, end) = open(22);
    let place = EtablissementId { run, numero: 1 };
    journal.open_etablissement(place, &access("0570033B")).unwrap();
    let lot = journal.lot_pret(place, 1, &ready(1..251)).unwrap();
    journal.lot_envoye(lot, 1).unwrap();
    journal.lot_repondu(lot, 200, 1, &all_accepted(1..251)).unwrap();
    journal.close_etablissement(place, EtatEtablissement::Termine).unwrap();
    let reasons = [CodeMotif::EmailContactManquant, CodeMotif::CodeDiplomeManquant];
    let some: Vec<_> = (300..360)
        .map(|id| left_out(id, vec![reasons[usize::from(id % 3 == 0)]]))
        .collect();
    journal.non_envoyes(run, &some).unwrap();
    journal.close_run(run, EtatExecution::Terminee, end, &[]).unwrap();

    let (run, end) = open(23);
    let place = EtablissementId { run, numero: 1 };
    journal.open_etablissement(place, &access("0570033B")).unwrap();
    let other = EtablissementId { run, numero: 2 };
    journal.open_etablissement(other, &access("0570079B")).unwrap();
    for (number, ids) in [(1, 1..1197), (2, 1197..1203)] {
        let lot = journal.lot_pret(place, number, &ready(ids.clone())).unwrap();
        journal.lot_envoye(lot, 1).unwrap();
        let mut verdicts = all_accepted(ids);
        if number == 2 {
            let phone = words("tel_apprenant", "Format invalide, attendu : 06… ou +33…");
            verdicts[0].rejet = Some(vec![
                phone.clone(),
                words("email_contact", "<script>alert(\"x\")</script> & 'fin'"),
            ]);
            verdicts[1].rejet = Some(vec![words("", "Dossier refusé.")]);
            verdicts[1].premiere = Some(vec![phone.clone()]);
            verdicts[2].rejet = Some(Vec::new());
            verdicts[3].premiere = Some(vec![phone]);
        }
        journal.lot_repondu(lot, 200, 1, &verdicts).unwrap();
    }
    journal.close_etablissement(place, EtatEtablissement::Termine).unwrap();
    let lot = journal.lot_pret(other, 1, &ready(1300..1340)).unwrap();
    journal.lot_refuse(lot, Some(401), 1, &[]).unwrap();
    journal
        .close_etablissement(other, EtatEtablissement::CleRefusee)
        .unwrap();
    let two = [
        left_out(1400, vec![CodeMotif::NomManquant]),
        left_out(1401, vec![CodeMotif::EmailContactManquant, CodeMotif::UaiSiretManquant]),
    ];
    journal.non_envoyes(run, &two).unwrap();
    journal.close_run(run, EtatExecution::Terminee, end, &[]).unwrap();
    run.0
}
