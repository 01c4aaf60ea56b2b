//! One establishment of a run: its batches go one after the other, until something stops it.

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::journaling::{Journaling, SharedJournal};
use super::spent::Meter;
use super::stream::Plan;
use crate::error::Error;
use crate::mission::{Batch, Environment, Mission, MissionError, Transport};
use crate::store::journal::{self, Erreur, Etablissement, EtablissementId, EtatEtablissement, ResultatPret};
use crate::store::{Acces, Sealer, StoreError};

/// The first pause before an establishment without an answer is tried anew, doubled each time.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(2);
/// How often it is doubled at most: up to 4 minutes and 16 seconds.
const DOUBLINGS: u32 = 7;

/// One establishment: in one thread's hands at a time.
pub struct Establishment<'a> {
    /// Its place in the journal.
    pub id: EtablissementId,
    uai: String,
    /// None: its access cannot be used.
    mission: Option<Mission<'a>>,
    /// Why nothing goes out: its dossiers are written down as waiting.
    trouble: Option<Trouble>,
    /// What it met when it was put off.
    before: Option<Trouble>,
    lots: i64,
    /// How often it was put off.
    put_off: u32,
    /// Whether the receiver has taken a batch of it, whatever it said of the dossiers.
    answered: bool,
}

/// What keeps an establishment from sending.
pub struct Trouble {
    /// How the establishment ends if nothing changes.
    pub etat: EtatEtablissement,
    /// What to tell the user.
    pub text: String,
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

impl<'a> Establishment<'a> {
    /// Open an establishment; a key that cannot be opened closes it at once, and says so.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn open(
        id: EtablissementId,
        access: &Acces,
        plan: &Plan,
        sealer: &Sealer,
        journal: &SharedJournal,
        transport: &'a Transport,
    ) -> Result<Self, StoreError> {
        let uai = access.uai.clone().unwrap_or_default();
        let ligne = plan
            .lignes_uai
            .iter()
            .find(|ligne| ligne.uai == access.uai && ligne.societe_id == access.societe_id);
        let etablissement = Etablissement {
            societe_id: access.societe_id,
            secteur_id: access.secteur_id,
            uai: access.uai.clone(),
            siret: ligne.and_then(|ligne| ligne.siret.clone()),
            protocole: access.protocole,
        };
        let lots = journal.with(|journal| journal.open_etablissement(id, &etablissement))?;
        let (mission, trouble) = match mission(access, sealer, transport) {
            Ok(mission) => (Some(mission), None),
            Err(trouble) => (None, Some(trouble)),
        };
        Ok(Self {
            id,
            uai,
            mission,
            trouble,
            before: None,
            lots,
            put_off: 0,
            answered: false,
        })
    }

    /// What keeps it from sending, if anything does.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// When it is to be tried anew.
    pub fn due(&self) -> Option<DateTime<FixedOffset>> {
        self.trouble.as_ref().and_then(|trouble| trouble.again)
    }

    /// Try it anew: its waiting dossiers are to be read again.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn reopen(&mut self, journal: &SharedJournal) -> Result<(), StoreError> {
        journal.with(|journal| journal.forget_waiting(self.id))?;
        self.before = self.trouble.take();
        Ok(())
    }

    /// Send a batch, or write it down as waiting; `sending` counts the time that answers take.
    ///
    /// # Errors
    /// The journal cannot be written, or the caller is to stop.
    pub fn send(
        &mut self,
        batch: &Batch<ResultatPret>,
        journal: &SharedJournal,
        sending: &Meter,
        env: &Environment<'_>,
    ) -> Result<(), Error> {
        let mission = match &mut self.mission {
            Some(mission) if self.trouble.is_none() => mission,
            _ => return Ok(journal.with(|journal| journal.en_attente(self.id, batch.tags()))?),
        };
        let mut observer = Journaling::new(journal, sending, self.id, batch, &mut self.lots);
        let sent = mission.send(batch, env, &mut observer);
        observer.finish(&sent)?;
        let Err(error) = sent else {
            self.answered = true;
            return Ok(());
        };
        if error.stops_run() {
            return Err(error.into());
        }
        tracing::warn!(uai = self.uai, cause = error.code(), "nothing more goes out for now");
        self.put_off(&error, env);
        Ok(())
    }

    /// A dossier that the receiver can never take: rejected here, with a reason.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn too_large(
        &mut self,
        tag: ResultatPret,
        bytes: usize,
        limit: usize,
        journal: &SharedJournal,
    ) -> Result<(), StoreError> {
        self.lots += 1;
        let inscription_id = tag.inscription_id;
        let rejet = Some(vec![Erreur {
            champ: String::new(),
            message: format!("Dossier trop volumineux : {bytes} octets, {limit} au plus."),
        }]);
        let verdict = journal::Verdict {
            inscription_id,
            rejet,
            premiere: None,
        };
        journal.with(|journal| {
            let lot = journal.lot_pret(self.id, self.lots, &[tag])?;
            journal.lot_refuse(lot, None, 0, &[verdict])
        })
    }

    /// Whether the receiver has refused its key, and has never taken anything of it.
    pub fn is_refused(&self) -> bool {
        !self.answered
            && self
                .trouble
                .as_ref()
                .is_some_and(|trouble| trouble.etat == EtatEtablissement::CleRefusee)
    }

    /// Try it anew in a while, although its key was refused.
    pub fn try_later(&mut self, now: DateTime<FixedOffset>) {
        let again = self.next_try(now, TimeDelta::zero());
        if let (Some(trouble), true) = (&mut self.trouble, self.mission.is_some()) {
            trouble.again = again;
        }
    }

    /// When to try anew: each time after a longer pause, and not before `wait` is over.
    fn next_try(&mut self, now: DateTime<FixedOffset>, wait: TimeDelta) -> Option<DateTime<FixedOffset>> {
        let pause = FIRST_PAUSE * (1 << self.put_off.min(DOUBLINGS));
        self.put_off = self.put_off.saturating_add(1);
        now.checked_add_signed(wait.max(pause))
    }

    /// Send nothing more: for good, or until it is worth another try.
    fn put_off(&mut self, error: &MissionError, env: &Environment<'_>) {
        let now = (env.now)();
        let cut_short = match error {
            MissionError::WindowClosed => true,
            MissionError::GaveUp { cause, .. } => {
                now >= env.deadline && matches!(**cause, MissionError::TimedOut { .. })
            }
            _ => false,
        };
        if let (true, Some(before)) = (cut_short, self.before.take()) {
            // The fault is what the user must know of, not that no time was left for another try.
            self.trouble = Some(Trouble::for_good(before.etat, before.text));
            return;
        }
        let etat = match error {
            MissionError::KeyRefused { .. } => EtatEtablissement::CleRefusee,
            _ => EtatEtablissement::Injoignable,
        };
        let trouble = match error {
            // How often it was tried is in the journal: the same cause of many establishments is to be one sentence.
            MissionError::GaveUp { wait, cause, .. } => {
                let wait = TimeDelta::from_std(*wait).unwrap_or(TimeDelta::MAX);
                Trouble {
                    again: self.next_try(now, wait),
                    ..Trouble::for_good(etat, cause.user_text())
                }
            }
            error => Trouble::for_good(etat, error.user_text()),
        };
        self.trouble = Some(trouble);
    }
}

fn mission<'a>(acces: &Acces, sealer: &Sealer, transport: &'a Transport) -> Result<Mission<'a>, Trouble> {
    let key = match acces.open_key(sealer) {
        Ok(Some(key)) => key,
        Ok(None) => {
            return Err(Trouble::for_good(
                EtatEtablissement::CleRefusee,
                "aucune clé n'est enregistrée : saisissez-la dans Gestion des accès aux API tierces.".to_owned(),
            ));
        }
        Err(error) => return Err(Trouble::for_good(EtatEtablissement::CleRefusee, error.user_text())),
    };
    Mission::new(transport, super::access(acces, &key))
        .map_err(|error| Trouble::for_good(EtatEtablissement::Injoignable, error.user_text()))
}
