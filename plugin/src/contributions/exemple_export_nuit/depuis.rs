//! *Depuis la dernière nuit*: which dossiers would be new tonight, changed, or gone.
//!
//! One pass over what the night would read, looked up in the journal by handfuls; then one over the journal, for those
//! that nobody reads any more. Nothing is held but the handful at hand.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::lines::{field, filled, joined};
use super::sorted::{InOrder, Sorted};
use crate::contributions::Context;
use crate::dossier::Dossier;
use crate::error::Error;
use crate::night::empreintes;
use crate::night::stream::{DossierStream, Plan, Prepared};
use crate::store::journal::{Envoye, EnvoyeJournal, Execution};
use crate::store::{Journal, Sealer, Store};
use crate::table::{Batch, Cell, Column, Description, Kind, Progress, Rows, Table};

/// Dossiers looked up together.
const TOGETHER: usize = 500;

const NOUVEAU: &str = "Nouveau";
const MODIFIE: &str = "Modifié";
const NE_PART_PLUS: &str = "Ne part plus";
const REMARQUE: &str = "Remarque";

/// What is compared with what.
pub struct Comparison {
    /// What the night would send: the sectors with their three boxes ticked, all of them.
    pub plan: Arc<Plan>,
    /// The plugin's own tables.
    pub store: Store,
    /// The night compared with; none: none went to its end yet.
    pub last: Option<Execution>,
    /// Makes the fingerprints; without it nothing can be compared.
    pub sealer: Result<Sealer, Error>,
    /// Which of the differences are shown.
    pub context: Context,
}

/// The columns.
pub fn columns() -> Vec<Column> {
    vec![
        Column::new("inscription_id", "Inscription", Kind::Integer),
        Column::new("id_erp_apprenant", "Stagiaire", Kind::Text),
        Column::new("nom_apprenant", "Nom", Kind::Text),
        Column::new("prenom_apprenant", "Prénom", Kind::Text),
        Column::new("changement", "Changement", Kind::Text),
        Column::new("detail", "Détail", Kind::Text),
    ]
}

/// The table.
pub fn table(comparison: Comparison) -> Table {
    let title = match &comparison.last {
        Some(last) => format!("Depuis la dernière nuit ({})", last.nuit.format("%d/%m/%Y")),
        None => "Depuis la dernière nuit (aucune nuit terminée)".to_owned(),
    };
    let progress = Arc::new(Progress::default());
    let stage = match comparison.last {
        Some(_) => Stage::Tonight(None),
        None => Stage::Ended,
    };
    Table {
        description: Description::new("depuis-derniere-nuit", title, columns()),
        rows: Box::new(Differences {
            comparison,
            journal: None,
            stage,
            seen: Sorted::new(),
            waiting: VecDeque::new(),
            progress: progress.clone(),
            other_key: false,
        }),
        progress,
    }
}

/// Where the comparison is.
enum Stage {
    /// Reading what the night would send.
    Tonight(Option<Box<DossierStream>>),
    /// Reading what the last night sent; the place of the next one, and what was read tonight.
    LastNight {
        after: i64,
        read: InOrder,
    },
    Ended,
}

struct Difference {
    inscription_id: i64,
    id_erp_apprenant: Option<String>,
    dossier: Option<Dossier>,
    changement: &'static str,
    detail: String,
}

struct Differences {
    comparison: Comparison,
    journal: Option<Journal>,
    stage: Stage,
    /// The inscriptions of the last night that were read tonight.
    seen: Sorted,
    waiting: VecDeque<Difference>,
    progress: Arc<Progress>,
    /// The fingerprints of that night were made with another sealing key.
    other_key: bool,
}

impl Rows for Differences {
    fn next(&mut self, max_rows: usize, batch: &mut Batch) -> Result<(), Error> {
        if self.progress.is_cancelled() {
            return Err(Error::cancelled());
        }
        while batch.rows() < max_rows {
            match self.waiting.pop_front() {
                Some(difference) => push(&difference, batch),
                None if matches!(self.stage, Stage::Ended) => break,
                None => self.read()?,
            }
        }
        Ok(())
    }
}

impl Differences {
    fn read(&mut self) -> Result<(), Error> {
        match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Ended => Ok(()),
            Stage::Tonight(stream) => {
                let mut stream = stream.unwrap_or_else(|| Box::new(self.comparison.plan.start()));
                let mut together: Vec<Prepared> = Vec::with_capacity(TOGETHER);
                let progress = self.progress.clone();
                let mut ended = false;
                while together.len() < TOGETHER && !ended {
                    match stream.next_group(&|| progress.is_cancelled())? {
                        Some(group) => together.extend(group),
                        None => ended = true,
                    }
                }
                progress.done.fetch_add(together.len() as u64, Ordering::Relaxed);
                self.compare(together)?;
                self.stage = if ended {
                    let seen = std::mem::replace(&mut self.seen, Sorted::new());
                    Stage::LastNight {
                        after: i64::MIN,
                        read: seen.finish().map_err(|error| Error::io(&error))?,
                    }
                } else {
                    Stage::Tonight(Some(stream))
                };
                Ok(())
            }
            Stage::LastNight { after, read } => self.gone(after, read),
        }
    }

    fn journal(&mut self) -> Result<&Journal, Error> {
        match &mut self.journal {
            Some(journal) => Ok(journal),
            slot => Ok(slot.insert(self.comparison.store.journal()?)),
        }
    }

    fn compare(&mut self, dossiers: Vec<Prepared>) -> Result<(), Error> {
        let Some(last) = self.comparison.last.as_ref().map(|last| last.id) else {
            return Ok(());
        };
        let ids: Vec<i64> = dossiers
            .iter()
            .map(|prepared| prepared.dossier.inscription_id)
            .collect();
        let sent = self.journal()?.sent_among(last, &ids)?;
        for id in sent.keys() {
            self.seen.push(*id).map_err(|error| Error::io(&error))?;
        }
        for Prepared { dossier, acces } in dossiers {
            if !self.is_shown(acces) {
                continue;
            }
            let goes = dossier.motifs.is_empty() && acces.is_some();
            let (changement, detail) = match (goes, sent.get(&dossier.inscription_id)) {
                (true, None) => (NOUVEAU, String::new()),
                (true, Some(envoye)) => match self.changes(&dossier, envoye)? {
                    Some(detail) => (MODIFIE, detail),
                    None => continue,
                },
                (false, Some(_)) => (
                    NE_PART_PLUS,
                    joined(dossier.motifs.iter().map(|motif| motif.code.libelle())),
                ),
                (false, None) => continue,
            };
            self.waiting.push_back(Difference {
                inscription_id: dossier.inscription_id,
                id_erp_apprenant: dossier.stagiaire_id.map(|id| id.to_string()),
                changement,
                detail,
                dossier: Some(dossier),
            });
        }
        Ok(())
    }

    /// What is said of a dossier that was sent, if it is not as it was.
    fn changes(&mut self, dossier: &Dossier, envoye: &Envoye) -> Result<Option<String>, Error> {
        let sealer = self.comparison.sealer.as_ref().map_err(Clone::clone)?;
        let stored = envoye.empreintes.as_deref();
        if stored.is_some_and(|stored| !empreintes::has_present_key(sealer, stored)) {
            if !std::mem::replace(&mut self.other_key, true) {
                self.waiting.push_back(Difference {
                    inscription_id: dossier.inscription_id,
                    id_erp_apprenant: None,
                    dossier: None,
                    changement: REMARQUE,
                    detail:
                        "La clé de scellement a été renouvelée depuis cette nuit : les dossiers modifiés ne se voient \
                             pas avant la prochaine nuit."
                            .to_owned(),
                });
            }
            return Ok(None);
        }
        let body = serde_json::to_vec(&dossier.corps()).map_err(|error| Error::io(&error.into()))?;
        if sealer.fingerprint(&body) == envoye.empreinte {
            return Ok(None);
        }
        let fields = stored.and_then(|stored| empreintes::changed(sealer, dossier, stored));
        Ok(Some(match fields {
            Some(fields) if !fields.is_empty() => fields.join(", "),
            _ => "champs non connus".to_owned(),
        }))
    }

    /// Those of the next handful of the last night that nobody reads any more.
    fn gone(&mut self, after: i64, mut read: InOrder) -> Result<(), Error> {
        if self.progress.is_cancelled() {
            return Err(Error::cancelled());
        }
        let Some(last) = self.comparison.last.as_ref().map(|last| last.id) else {
            return Ok(());
        };
        let page = self.journal()?.sent_after(last, after, TOGETHER)?;
        let Some(end) = page.last().map(|line| line.inscription_id) else {
            return Ok(());
        };
        let places = self.journal()?.etablissements(last)?;
        let places: HashMap<_, _> = places
            .into_iter()
            .map(|line| (line.id.numero, line.etablissement))
            .collect();
        for line in page {
            while read.peek().is_some_and(|number| number < line.inscription_id) {
                read.pop().map_err(|error| Error::io(&error))?;
            }
            let place = line.etablissement.and_then(|numero| places.get(&numero));
            let shown = place.is_none_or(|place| self.comparison.covers(place.societe_id, place.secteur_id));
            if read.peek() != Some(line.inscription_id) && shown {
                self.waiting.push_back(unread(line));
            }
        }
        self.stage = Stage::LastNight { after: end, read };
        Ok(())
    }

    fn is_shown(&self, acces: Option<usize>) -> bool {
        let acces = acces.and_then(|index| self.comparison.plan.acces.get(index));
        acces.is_none_or(|acces| self.comparison.covers(acces.societe_id, acces.secteur_id))
    }
}

impl Comparison {
    /// Whether what goes out with an access of this société and sector is asked for; one of a whole société covers each of
    /// its sectors.
    fn covers(&self, societe: Option<i64>, secteur: Option<i64>) -> bool {
        let matches = |asked: Option<i64>, id: Option<i64>| asked.is_none() || id.is_none() || asked == id;
        matches(self.context.societe_id, societe) && matches(self.context.secteur_id, secteur)
    }
}

fn unread(line: EnvoyeJournal) -> Difference {
    Difference {
        inscription_id: line.inscription_id,
        id_erp_apprenant: line.id_erp_apprenant,
        dossier: None,
        changement: NE_PART_PLUS,
        detail:
            "N'est plus lu : inscription supprimée, terminée avant l'année scolaire, ou secteur qui n'est plus coché."
                .to_owned(),
    }
}

fn push(difference: &Difference, batch: &mut Batch) {
    let dossier = difference.dossier.as_ref();
    let name = |nom| dossier.map_or(Cell::Empty, |dossier| field(dossier, nom));
    batch.push([
        Cell::Integer(difference.inscription_id),
        difference.id_erp_apprenant.as_deref().map_or(Cell::Empty, Cell::Text),
        name("nom_apprenant"),
        name("prenom_apprenant"),
        Cell::Text(difference.changement),
        filled(&difference.detail),
    ]);
}
