//! The night's dossiers on their way: a splitter and a sender per establishment, and the journal around each batch.

use std::ops::Range;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::run::Parts;
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

/// The first pause before an establishment without an answer is tried anew, doubled each time.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(2);
/// How often it is doubled at most: up to 4 minutes and 16 seconds.
const DOUBLINGS: u32 = 7;

/// All the establishments of a run.
pub struct Senders<'a> {
    plan: &'a Plan,
    parts: &'a Parts,
    journal: &'a Journal,
    run: RunId,
    transport: &'a Transport,
    // One for each access of the plan, opened with its first dossier.
    senders: Vec<Option<Sender<'a>>>,
    body: Vec<u8>,
}

/// One establishment.
struct Sender<'a> {
    id: EtablissementId,
    uai: String,
    splitter: Splitter<ResultatPret>,
    /// None: its access cannot be used.
    mission: Option<Mission<'a>>,
    /// Why nothing goes out: its dossiers are written down as waiting.
    trouble: Option<Trouble>,
    /// What it met when it was put off.
    before: Option<Trouble>,
    lots: i64,
    /// How often it was put off.
    put_off: u32,
}

struct Trouble {
    etat: EtatEtablissement,
    /// What to tell the user.
    text: String,
    /// When to try anew; none: not tonight.
    again: Option<DateTime<FixedOffset>>,
}

impl Trouble {
    fn for_good(etat: EtatEtablissement, text: String) -> Self {
        Self {
            etat,
            text,
            again: None,
        }
    }
}

impl<'a> Senders<'a> {
    /// No establishment is open yet.
    pub fn new(plan: &'a Plan, parts: &'a Parts, journal: &'a Journal, run: RunId, transport: &'a Transport) -> Self {
        let senders = plan.acces.iter().map(|_| None).collect();
        Self {
            plan,
            parts,
            journal,
            run,
            transport,
            senders,
            body: Vec::new(),
        }
    }

    /// Take a dossier that is to go out with this access of the plan; a batch that is full goes.
    ///
    /// # Errors
    /// The journal cannot be written, or the host cancelled.
    pub fn push<'e>(
        &mut self,
        acces: usize,
        dossier: &Dossier,
        env: &dyn Fn() -> Environment<'e>,
    ) -> Result<(), Error> {
        self.body.clear();
        serde_json::to_writer(&mut self.body, &dossier.corps()).map_err(|error| Error::io(&error.into()))?;
        let tag = ResultatPret {
            inscription_id: dossier.inscription_id,
            id_erp_apprenant: dossier.stagiaire_id.map(|id| id.to_string()),
            empreinte: self.parts.sealer.fingerprint(&self.body),
        };
        let body = std::mem::take(&mut self.body);
        let pushed = match self.sender(acces)? {
            Some(sender) => sender.splitter.push(tag, &body),
            None => return Ok(()),
        };
        self.body = body;
        match pushed {
            Pushed::Kept => {}
            Pushed::Full(batch) => self.send(acces, &batch, &env())?,
            Pushed::TooLarge { tag, bytes, limit } => self.too_large(acces, tag, bytes, limit)?,
        }
        self.relieve(env)
    }

    /// Send what still waits in the splitters.
    ///
    /// # Errors
    /// As [`Senders::push`].
    pub fn flush_all<'e>(&mut self, env: &dyn Fn() -> Environment<'e>) -> Result<(), Error> {
        (0..self.senders.len()).try_for_each(|acces| self.flush(acces, env))
    }

    /// When the first of those that were put off is to be tried anew.
    pub fn due(&self) -> Option<DateTime<FixedOffset>> {
        let again = |sender: &Sender<'_>| sender.trouble.as_ref().and_then(|trouble| trouble.again);
        self.senders.iter().flatten().filter_map(again).min()
    }

    /// Try those anew that are due by then; their waiting dossiers are to be read again.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn reopen(&mut self, by: DateTime<FixedOffset>) -> Result<(), Error> {
        for sender in self.senders.iter_mut().flatten() {
            let again = sender.trouble.as_ref().and_then(|trouble| trouble.again);
            if again.is_some_and(|again| again <= by) {
                self.journal.forget_waiting(sender.id)?;
                sender.before = sender.trouble.take();
            }
        }
        Ok(())
    }

    /// Close every establishment; gives what went wrong, in French.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn finish(self) -> Result<Vec<String>, Error> {
        let mut troubles = Vec::new();
        // Those that an earlier call of this night has finished have had no dossier in this one.
        for line in self.journal.etablissements(self.run)? {
            let sender = self.senders.iter().flatten().find(|sender| sender.id == line.id);
            let etat = match sender.and_then(|sender| sender.trouble.as_ref()) {
                None => EtatEtablissement::Termine,
                Some(trouble) => {
                    let uai = line.etablissement.uai.unwrap_or_default();
                    troubles.push(format!("Établissement {uai} : {}", trouble.text));
                    trouble.etat
                }
            };
            self.journal.close_etablissement(line.id, etat)?;
        }
        Ok(troubles)
    }

    /// The run stops here: close every establishment that was open, as far as the journal can still be written. What
    /// waits in the splitters counts as not read.
    pub fn abandon(&self) {
        for sender in self.senders.iter().flatten() {
            let etat = match &sender.trouble {
                Some(Trouble { etat, again: None, .. }) => *etat,
                _ => EtatEtablissement::Annule,
            };
            if let Err(error) = self.journal.close_etablissement(sender.id, etat) {
                tracing::warn!(uai = sender.uai, "the establishment could not be closed: {error}");
                return;
            }
        }
    }

    fn sender(&mut self, acces: usize) -> Result<Option<&mut Sender<'a>>, Error> {
        let (Some(slot), Some(access)) = (self.senders.get_mut(acces), self.plan.acces.get(acces)) else {
            return Ok(None);
        };
        if slot.is_none() {
            // The plan keeps its order when a run is resumed: so does the establishment's number.
            let numero = i64::try_from(acces).unwrap_or(i64::MAX).saturating_add(1);
            let id = EtablissementId { run: self.run, numero };
            *slot = Some(open(self.plan, access, self.parts, self.journal, id, self.transport)?);
        }
        Ok(slot.as_mut())
    }

    /// Hold no more than is bearable with many establishments.
    fn relieve<'e>(&mut self, env: &dyn Fn() -> Environment<'e>) -> Result<(), Error> {
        let waiting = |sender: &Option<Sender<'_>>| sender.as_ref().map_or(0, |sender| sender.splitter.bytes());
        if self.senders.iter().map(waiting).sum::<usize>() <= WAITING_MAX {
            return Ok(());
        }
        match (0..self.senders.len()).max_by_key(|index| self.senders.get(*index).map_or(0, waiting)) {
            Some(fullest) => self.flush(fullest, env),
            None => Ok(()),
        }
    }

    fn flush<'e>(&mut self, acces: usize, env: &dyn Fn() -> Environment<'e>) -> Result<(), Error> {
        let batch = self
            .senders
            .get_mut(acces)
            .and_then(Option::as_mut)
            .and_then(|sender| sender.splitter.finish());
        batch.map_or(Ok(()), |batch| self.send(acces, &batch, &env()))
    }

    fn send(&mut self, acces: usize, batch: &Batch<ResultatPret>, env: &Environment<'_>) -> Result<(), Error> {
        let journal = self.journal;
        let Some(sender) = self.sender(acces)? else {
            return Ok(());
        };
        let mission = match &mut sender.mission {
            Some(mission) if sender.trouble.is_none() => mission,
            _ => return Ok(journal.en_attente(sender.id, batch.tags())?),
        };
        let mut observer = Journaling {
            journal,
            id: sender.id,
            batch,
            lots: &mut sender.lots,
            lot: None,
            attempts: 0,
            told: 0,
            failed: None,
        };
        let sent = mission.send(batch, env, &mut observer);
        if let Some(error) = observer.failed.take() {
            return Err(error.into());
        }
        let Err(error) = sent else { return Ok(()) };
        observer.unanswered(&error)?;
        // Dossiers that never left are written down as waiting, whatever stopped them.
        let told = observer.told;
        journal.en_attente(sender.id, batch.tags().get(told..).unwrap_or_default())?;
        if error.stops_run() {
            return Err(error.into());
        }
        tracing::warn!(uai = sender.uai, cause = error.code(), "nothing more goes out for now");
        sender.put_off(&error, (env.now)());
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
    parts: &Parts,
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
    let (mission, trouble) = match mission(access, &uai, &parts.sealer, transport) {
        Ok(mission) => (Some(mission), None),
        Err(trouble) => (None, Some(trouble)),
    };
    Ok(Sender {
        id,
        uai,
        splitter: Splitter::new(Limits::new(access.protocole, parts.batch)),
        mission,
        trouble,
        before: None,
        lots,
        put_off: 0,
    })
}

impl Sender<'_> {
    /// Send nothing more: for good, or until it is worth another try.
    fn put_off(&mut self, error: &MissionError, now: DateTime<FixedOffset>) {
        if let (MissionError::WindowClosed, Some(before)) = (error, self.before.take()) {
            // The fault is what the user must know of, not that no time was left for another try.
            self.trouble = Some(Trouble::for_good(before.etat, before.text));
            return;
        }
        let etat = match error {
            MissionError::KeyRefused { .. } => EtatEtablissement::CleRefusee,
            _ => EtatEtablissement::Injoignable,
        };
        let mut trouble = Trouble::for_good(etat, error.user_text());
        if let MissionError::GaveUp { wait, .. } = error {
            let pause = FIRST_PAUSE * (1 << self.put_off.min(DOUBLINGS));
            let wait = TimeDelta::from_std(*wait).unwrap_or(TimeDelta::MAX);
            trouble.again = now.checked_add_signed(wait.max(pause));
            self.put_off = self.put_off.saturating_add(1);
        }
        self.trouble = Some(trouble);
    }
}

fn mission<'a>(access: &Acces, uai: &str, sealer: &Sealer, transport: &'a Transport) -> Result<Mission<'a>, Trouble> {
    let key = match access.open_key(sealer) {
        Ok(Some(key)) => key,
        Ok(None) => {
            return Err(Trouble::for_good(
                EtatEtablissement::CleRefusee,
                "aucune clé n'est enregistrée : saisissez-la dans Gestion des accès aux API tierces.".to_owned(),
            ));
        }
        Err(error) => return Err(Trouble::for_good(EtatEtablissement::CleRefusee, error.user_text())),
    };
    let access = Access {
        uai: uai.to_owned(),
        protocole: access.protocole,
        url: access.url.clone().unwrap_or_default(),
        identifiant: access.identifiant.clone(),
        cle: Cle::new(key.expose()),
    };
    Mission::new(transport, access)
        .map_err(|error| Trouble::for_good(EtatEtablissement::Injoignable, error.user_text()))
}

/// Writes each part of a batch down before it goes and after its answer.
struct Journaling<'a> {
    journal: &'a Journal,
    id: EtablissementId,
    batch: &'a Batch<ResultatPret>,
    lots: &'a mut i64,
    lot: Option<LotId>,
    attempts: u32,
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
        self.attempts = 1;
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

    /// Write down of the part on its way what is known of it: refused whatever its dossiers, or tried so often in vain.
    fn unanswered(&mut self, error: &MissionError) -> Result<(), StoreError> {
        match (self.lot.take(), error.refusal()) {
            (Some(lot), Some(http)) => self.journal.lot_refuse(lot, Some(http), self.attempts, &[]),
            (Some(lot), None) => self.journal.lot_envoye(lot, self.attempts),
            (None, _) => Ok(()),
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

    fn waiting(&mut self, _: Duration, _: &MissionError) {
        self.attempts = self.attempts.saturating_add(1);
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
