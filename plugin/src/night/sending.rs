//! The night's dossiers on their way: a splitter and a sender per establishment, and the journal around each batch.

use std::ops::Range;

use super::stream::Plan;
use crate::dossier::Dossier;
use crate::error::Error;
use crate::mission::{
    Access, Batch, Cle, Environment, ErreurChamp, Limits, Mission, MissionError, Observer, PartAnswer, PartOutcome,
    Pushed, Splitter, Stop, Transport, Verdict,
};
use crate::store::journal::{
    self, Erreur, Etablissement, EtablissementId, EtatEtablissement, Journal, LotId, ResultatPret, RunId,
};
use crate::store::{Acces, Sealer, StoreError};

/// What may wait in all the splitters together, in bytes: beyond it the fullest one goes.
const WAITING_MAX: usize = 32 << 20;

/// All the establishments of a run.
pub struct Senders<'a> {
    plan: &'a Plan,
    sealer: &'a Sealer,
    journal: &'a Journal,
    run: RunId,
    transport: &'a Transport,
    env: Environment<'a>,
    // One for each access of the plan, opened with its first dossier.
    senders: Vec<Option<Sender<'a>>>,
    body: Vec<u8>,
}

/// One establishment.
struct Sender<'a> {
    id: EtablissementId,
    uai: String,
    splitter: Splitter<ResultatPret>,
    state: State<'a>,
    lots: i64,
}

enum State<'a> {
    Open(Box<Mission<'a>>),
    /// Nothing more goes out tonight: how that is called, and what to tell the user.
    Closed(EtatEtablissement, String),
}

impl<'a> Senders<'a> {
    /// No establishment is open yet.
    pub fn new(
        plan: &'a Plan,
        sealer: &'a Sealer,
        journal: &'a Journal,
        run: RunId,
        transport: &'a Transport,
        env: Environment<'a>,
    ) -> Self {
        let senders = plan.acces.iter().map(|_| None).collect();
        Self {
            plan,
            sealer,
            journal,
            run,
            transport,
            env,
            senders,
            body: Vec::new(),
        }
    }

    /// Take a dossier that is to go out with this access of the plan; a batch that is full goes.
    ///
    /// # Errors
    /// The journal cannot be written, or the host cancelled.
    pub fn push(&mut self, acces: usize, dossier: &Dossier) -> Result<(), Error> {
        self.body.clear();
        serde_json::to_writer(&mut self.body, &dossier.corps()).map_err(|error| Error::io(&error.into()))?;
        let tag = ResultatPret {
            inscription_id: dossier.inscription_id,
            id_erp_apprenant: dossier.stagiaire_id.map(|id| id.to_string()),
            empreinte: self.sealer.fingerprint(&self.body),
        };
        let body = std::mem::take(&mut self.body);
        let pushed = match self.sender(acces)? {
            Some(sender) => sender.splitter.push(tag, &body),
            None => return Ok(()),
        };
        self.body = body;
        match pushed {
            Pushed::Kept => {}
            Pushed::Full(batch) => self.send(acces, &batch)?,
            Pushed::TooLarge { tag, bytes, limit } => self.too_large(acces, tag, bytes, limit)?,
        }
        self.relieve()
    }

    /// Send what still waits and close every establishment; gives what went wrong, in French.
    ///
    /// # Errors
    /// The journal cannot be written, or the host cancelled.
    pub fn finish(mut self) -> Result<Vec<String>, Error> {
        for acces in 0..self.senders.len() {
            self.flush(acces)?;
        }
        let mut troubles = Vec::new();
        for sender in self.senders.iter().flatten() {
            let etat = match &sender.state {
                State::Open(_) => EtatEtablissement::Termine,
                State::Closed(etat, text) => {
                    troubles.push(format!("Établissement {} : {text}", sender.uai));
                    *etat
                }
            };
            self.journal.close_etablissement(sender.id, etat)?;
        }
        Ok(troubles)
    }

    fn sender(&mut self, acces: usize) -> Result<Option<&mut Sender<'a>>, Error> {
        let (Some(slot), Some(access)) = (self.senders.get_mut(acces), self.plan.acces.get(acces)) else {
            return Ok(None);
        };
        if slot.is_none() {
            // The plan keeps its order when a run is resumed: so does the establishment's number.
            let numero = i64::try_from(acces).unwrap_or(i64::MAX).saturating_add(1);
            let id = EtablissementId { run: self.run, numero };
            *slot = Some(open(self.plan, access, self.sealer, self.journal, id, self.transport)?);
        }
        Ok(slot.as_mut())
    }

    /// Hold no more than is bearable with many establishments.
    fn relieve(&mut self) -> Result<(), Error> {
        let waiting = |sender: &Option<Sender<'_>>| sender.as_ref().map_or(0, |sender| sender.splitter.bytes());
        if self.senders.iter().map(waiting).sum::<usize>() <= WAITING_MAX {
            return Ok(());
        }
        match (0..self.senders.len()).max_by_key(|index| self.senders.get(*index).map_or(0, waiting)) {
            Some(fullest) => self.flush(fullest),
            None => Ok(()),
        }
    }

    fn flush(&mut self, acces: usize) -> Result<(), Error> {
        let batch = self
            .senders
            .get_mut(acces)
            .and_then(Option::as_mut)
            .and_then(|sender| sender.splitter.finish());
        batch.map_or(Ok(()), |batch| self.send(acces, &batch))
    }

    fn send(&mut self, acces: usize, batch: &Batch<ResultatPret>) -> Result<(), Error> {
        let (journal, env) = (self.journal, self.env);
        let Some(sender) = self.sender(acces)? else {
            return Ok(());
        };
        let State::Open(mission) = &mut sender.state else {
            return Ok(journal.en_attente(sender.id, batch.tags())?);
        };
        let mut observer = Journaling {
            journal,
            id: sender.id,
            batch,
            lots: &mut sender.lots,
            lot: None,
            told: 0,
            failed: None,
        };
        let sent = mission.send(batch, &env, &mut observer);
        let (told, failed) = (observer.told, observer.failed.take());
        if let Some(error) = failed {
            return Err(error.into());
        }
        let Err(error) = sent else { return Ok(()) };
        // Dossiers that never left are written down as waiting, whatever stopped them.
        journal.en_attente(sender.id, batch.tags().get(told..).unwrap_or_default())?;
        if error.stops_run() {
            journal.close_etablissement(sender.id, EtatEtablissement::Annule)?;
            return Err(error.into());
        }
        tracing::warn!(
            uai = sender.uai,
            cause = error.code(),
            "establishment given up for tonight"
        );
        let etat = match &error {
            MissionError::KeyRefused { .. } => EtatEtablissement::CleRefusee,
            _ => EtatEtablissement::Injoignable,
        };
        sender.state = State::Closed(etat, error.user_text());
        Ok(())
    }

    /// A dossier that the receiver can never take: rejected here, with a reason.
    fn too_large(&mut self, acces: usize, tag: ResultatPret, bytes: usize, limit: usize) -> Result<(), Error> {
        let journal = self.journal;
        let Some(sender) = self.sender(acces)? else {
            return Ok(());
        };
        sender.lots += 1;
        let inscription_id = tag.inscription_id;
        let lot = journal.lot_pret(sender.id, sender.lots, &[tag])?;
        let message = format!("Dossier trop volumineux : {bytes} octets, {limit} au plus.");
        let rejet = Some(vec![Erreur {
            champ: String::new(),
            message,
        }]);
        Ok(journal.lot_refuse(
            lot,
            None,
            0,
            &[journal::Verdict {
                inscription_id,
                rejet,
                premiere: None,
            }],
        )?)
    }
}

/// Open an establishment; a key that cannot be opened closes it at once, and says so.
fn open<'a>(
    plan: &Plan,
    access: &Acces,
    sealer: &Sealer,
    journal: &Journal,
    id: EtablissementId,
    transport: &'a Transport,
) -> Result<Sender<'a>, Error> {
    let uai = access.uai.clone().unwrap_or_default();
    let siret = plan
        .lignes_uai
        .iter()
        .find(|ligne| ligne.uai == access.uai && ligne.societe_id == access.societe_id);
    let lots = journal.open_etablissement(
        id,
        &Etablissement {
            societe_id: access.societe_id,
            secteur_id: access.secteur_id,
            uai: access.uai.clone(),
            siret: siret.and_then(|ligne| ligne.siret.clone()),
            protocole: access.protocole,
        },
    )?;
    let state = match mission(access, &uai, sealer, transport) {
        Ok(mission) => State::Open(Box::new(mission)),
        Err((etat, text)) => State::Closed(etat, text),
    };
    Ok(Sender {
        id,
        uai,
        splitter: Splitter::new(Limits::new(access.protocole, None)),
        state,
        lots,
    })
}

fn mission<'a>(
    access: &Acces,
    uai: &str,
    sealer: &Sealer,
    transport: &'a Transport,
) -> Result<Mission<'a>, (EtatEtablissement, String)> {
    let key = match access.open_key(sealer) {
        Ok(Some(key)) => key,
        Ok(None) => {
            return Err((
                EtatEtablissement::CleRefusee,
                "aucune clé n'est enregistrée : saisissez-la dans Gestion des accès aux API tierces.".to_owned(),
            ));
        }
        Err(error) => return Err((EtatEtablissement::CleRefusee, error.user_text())),
    };
    let access = Access {
        uai: uai.to_owned(),
        protocole: access.protocole,
        url: access.url.clone().unwrap_or_default(),
        identifiant: access.identifiant.clone(),
        cle: Cle::new(key.expose()),
    };
    Mission::new(transport, access).map_err(|error| (EtatEtablissement::Injoignable, error.user_text()))
}

/// Writes each part of a batch down before it goes and after its answer.
struct Journaling<'a> {
    journal: &'a Journal,
    id: EtablissementId,
    batch: &'a Batch<ResultatPret>,
    lots: &'a mut i64,
    lot: Option<LotId>,
    // Dossiers written down so far: a batch is written whole before its parts are.
    told: usize,
    failed: Option<StoreError>,
}

impl Journaling<'_> {
    fn begin(&mut self, part: Range<usize>) -> Result<(), StoreError> {
        let dossiers = self.batch.tags().get(part.clone()).unwrap_or_default();
        *self.lots += 1;
        let lot = if part.end <= self.told {
            let inscriptions: Vec<_> = dossiers.iter().map(|dossier| dossier.inscription_id).collect();
            self.journal.lot_partie(self.id, *self.lots, &inscriptions)?
        } else {
            self.journal.lot_pret(self.id, *self.lots, dossiers)?
        };
        self.told = self.told.max(part.end);
        self.lot = Some(lot);
        self.journal.lot_envoye(lot, 1)
    }

    fn end(&mut self, part: Range<usize>, answer: &PartAnswer<'_>) -> Result<(), StoreError> {
        let Some(lot) = self.lot.take() else { return Ok(()) };
        let PartOutcome::Verdicts(verdicts) = answer.outcome else {
            return self.journal.lot_refuse(lot, Some(answer.http), answer.attempts, &[]);
        };
        let dossiers = self.batch.tags().get(part).unwrap_or_default();
        let verdicts: Vec<_> = dossiers
            .iter()
            .zip(verdicts)
            .map(|(tag, verdict)| journaled(tag, verdict))
            .collect();
        if (200..300).contains(&answer.http) {
            self.journal.lot_repondu(lot, answer.http, answer.attempts, &verdicts)
        } else {
            self.journal
                .lot_refuse(lot, Some(answer.http), answer.attempts, &verdicts)
        }
    }

    fn keep(&mut self, written: Result<(), StoreError>) -> Result<(), Stop> {
        written.map_err(|error| {
            self.failed = Some(error);
            Stop
        })
    }
}

impl Observer for Journaling<'_> {
    fn before(&mut self, part: Range<usize>) -> Result<(), Stop> {
        let written = self.begin(part);
        self.keep(written)
    }

    fn after(&mut self, part: Range<usize>, answer: &PartAnswer<'_>) -> Result<(), Stop> {
        let written = self.end(part, answer);
        self.keep(written)
    }
}

fn journaled(tag: &ResultatPret, verdict: &Verdict) -> journal::Verdict {
    let (rejet, premiere) = match verdict {
        Verdict::Accepte => (None, None),
        Verdict::AccepteAllege { premiere } => (None, Some(words(premiere))),
        Verdict::Rejete {
            erreurs, seconde: None, ..
        } => (Some(words(erreurs)), None),
        Verdict::Rejete {
            erreurs,
            seconde: Some(seconde),
            ..
        } => (Some(words(seconde)), Some(words(erreurs))),
    };
    journal::Verdict {
        inscription_id: tag.inscription_id,
        rejet,
        premiere,
    }
}

fn words(errors: &[ErreurChamp]) -> Vec<Erreur> {
    errors
        .iter()
        .map(|error| Erreur {
            champ: error.champ.clone(),
            message: error.message.clone(),
        })
        .collect()
}
