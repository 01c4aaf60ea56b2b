//! The night's dossiers on their way: one thread fills a splitter per establishment, a few others send what is full.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};

use super::calendar::deadline;
use super::empreintes;
use super::establishment::Establishment;
use super::journaling::SharedJournal;
use super::queue::{Queue, Stopped};
use super::run::Parts;
use super::spent::Meter;
use super::stream::Plan;
use super::watch::Watch;
use crate::dossier::Dossier;
use crate::error::Error;
use crate::host::Host;
use crate::mission::{Batch, Environment, Limits, Pushed, Splitter, Transport};
use crate::store::StoreError;
use crate::store::journal::{EtablissementId, EtatEtablissement, ResultatPret, RunId};

/// Establishments that send at the same time: enough that one which waits for its answer, or does not answer, leaves the
/// others going; few enough for a receiver that counts requests per address.
pub const SENDERS: usize = 4;

/// What may wait in all the splitters together, in bytes: beyond it the fullest one goes.
const FILLING_MAX: usize = 32 << 20;
/// What may wait for a sender, or be on its way, in bytes of bodies: beyond it the reading waits.
const LEAVING_MAX: usize = 16 << 20;

/// What a dossier weighs of which only the identifiers are kept.
const TAG: usize = 256;

/// How long one establishment may be tried again before it is put off, and others have its place.
const PATIENCE: Duration = Duration::from_secs(30);
/// It may take no more than this part of what is left of the window.
const PATIENCE_SHARE: u32 = 10;

/// What goes to an establishment's sender.
enum Item {
    Batch(Batch<ResultatPret>),
    TooLarge {
        tag: ResultatPret,
        bytes: usize,
        limit: usize,
    },
}

/// What the threads of a run share: the establishments, and the way to them.
pub struct Office<'a> {
    /// What is sent, and how.
    pub plan: &'a Plan,
    /// Opens the keys.
    pub parts: &'a Parts,
    /// The journal.
    pub journal: &'a SharedJournal,
    /// The run.
    pub run: RunId,
    /// Tells when to stop.
    pub watch: &'a Watch,
    /// Tells the hour.
    pub host: &'a dyn Host,
    /// When this call began.
    pub start: DateTime<FixedOffset>,
    transport: &'a Transport,
    // One for each access of the plan, opened with its first batch.
    establishments: Vec<Mutex<Option<Establishment<'a>>>>,
    queue: Queue<Item>,
    sending: Meter,
}

impl<'a> Office<'a> {
    /// No establishment is open yet.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        plan: &'a Plan,
        parts: &'a Parts,
        journal: &'a SharedJournal,
        run: RunId,
        watch: &'a Watch,
        host: &'a dyn Host,
        start: DateTime<FixedOffset>,
        transport: &'a Transport,
    ) -> Self {
        Self {
            plan,
            parts,
            journal,
            run,
            watch,
            host,
            start,
            transport,
            establishments: plan.acces.iter().map(|_| Mutex::default()).collect(),
            queue: Queue::new(plan.acces.len(), LEAVING_MAX),
            sending: Meter::default(),
        }
    }

    /// The host's hour; once it cannot tell, the window is over.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.host.now().unwrap_or_else(|_| deadline(self.start, self.start))
    }

    /// When to stop trying, as it looks now.
    pub fn deadline(&self) -> DateTime<FixedOffset> {
        deadline(self.start, self.now())
    }

    /// Send what comes until there is nothing more, or everything is to stop: the work of one sender. What fails stops
    /// everything.
    pub fn serve(&self) {
        let stop = || self.watch.stopped();
        let now = || self.now();
        while let Some(turn) = self.queue.take(&stop) {
            let deadline = self.deadline();
            let left = (deadline - self.now()).to_std().unwrap_or_default();
            let env = Environment {
                cancel: &stop,
                now: &now,
                jitter: &jitter,
                sleep: &sleep,
                deadline,
                patience: PATIENCE.min(left / PATIENCE_SHARE),
            };
            if let Err(error) = self.deliver(turn.lane, &turn.item, &env) {
                self.watch.fail(error);
                return;
            }
        }
    }

    fn deliver(&self, acces: usize, item: &Item, env: &Environment<'_>) -> Result<(), Error> {
        let (Some(slot), Some(access)) = (self.establishments.get(acces), self.plan.acces.get(acces)) else {
            return Ok(());
        };
        let mut slot = held(slot);
        if slot.is_none() {
            // The plan keeps its order when a run is resumed: so does the establishment's number.
            let numero = i64::try_from(acces).unwrap_or(i64::MAX).saturating_add(1);
            let id = EtablissementId { run: self.run, numero };
            let sealer = &self.parts.sealer;
            let open = Establishment::open(id, access, self.plan, sealer, self.journal, self.transport)?;
            *slot = Some(open);
        }
        let Some(establishment) = slot.as_mut() else {
            return Ok(());
        };
        match item {
            Item::Batch(batch) => establishment.send(batch, self.journal, &self.sending, env),
            Item::TooLarge { tag, bytes, limit } => {
                Ok(establishment.too_large(tag.clone(), *bytes, *limit, self.journal)?)
            }
        }
    }

    /// Wait until all that was handed over is sent, or written down as waiting.
    ///
    /// # Errors
    /// `stop` said so.
    pub fn settled(&self, stop: &dyn Fn() -> bool) -> Result<(), Error> {
        Ok(self.queue.drained(stop)?)
    }

    /// Send nothing more but what is on its way. What waits counts as not read.
    pub fn abandon(&self) {
        self.queue.clear();
    }

    /// Nothing more comes: the senders end once all is sent.
    pub fn close(&self) {
        self.queue.close();
    }

    /// When the first of those that were put off is to be tried anew.
    pub fn due(&self) -> Option<DateTime<FixedOffset>> {
        self.establishments
            .iter()
            .filter_map(|slot| held(slot).as_ref().and_then(Establishment::due))
            .min()
    }

    /// The same refusal of all keys is the network's rather than theirs: a firewall, a portal, a receiver that is being
    /// mended. They are tried anew in a while, where there are several.
    pub fn doubt_refusals(&self) {
        let (mut uais, mut all) = (HashSet::new(), true);
        for (slot, acces) in self.establishments.iter().zip(&self.plan.acces) {
            if let Some(one) = held(slot).as_ref() {
                uais.insert(acces.uai.as_deref());
                all &= one.is_refused();
            }
        }
        if uais.len() < 2 || !all {
            return;
        }
        for slot in &self.establishments {
            if let Some(one) = held(slot).as_mut() {
                one.try_later(self.now());
            }
        }
    }

    /// Try those anew that are due by then; their waiting dossiers are to be read again.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn reopen(&self, by: DateTime<FixedOffset>) -> Result<(), StoreError> {
        for slot in &self.establishments {
            let mut slot = held(slot);
            if let Some(establishment) = slot.as_mut().filter(|one| one.due().is_some_and(|due| due <= by)) {
                establishment.reopen(self.journal)?;
            }
        }
        Ok(())
    }

    /// Close every establishment; gives what kept some from sending, as (UAI, French sentence).
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn finish(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut troubles = Vec::new();
        // Those that an earlier call of this night has finished have had no dossier in this one.
        for line in self.journal.with(|journal| journal.etablissements(self.run))? {
            let mut etat = EtatEtablissement::Termine;
            for slot in &self.establishments {
                let slot = held(slot);
                let found = slot.as_ref().filter(|one| one.id == line.id);
                if let Some(trouble) = found.and_then(Establishment::trouble) {
                    let uai = line.etablissement.uai.clone().unwrap_or_default();
                    troubles.push((uai, trouble.text.clone()));
                    etat = trouble.etat;
                }
            }
            self.journal
                .with(|journal| journal.close_etablissement(line.id, etat))?;
        }
        Ok(troubles)
    }

    /// The run stops here: say of those that cannot send tonight why. The others are closed with the run.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn say_troubles(&self) -> Result<(), StoreError> {
        for slot in &self.establishments {
            let slot = held(slot);
            let Some(establishment) = slot.as_ref().filter(|one| one.due().is_none()) else {
                continue;
            };
            if let Some(trouble) = establishment.trouble() {
                self.journal
                    .with(|journal| journal.close_etablissement(establishment.id, trouble.etat))?;
            }
        }
        Ok(())
    }

    /// How long answers have taken, for all senders together.
    pub fn sending(&self) -> Duration {
        self.sending.total()
    }
}

/// Fills the splitters, one for each access of the plan.
pub struct Outbox<'o, 'a> {
    office: &'o Office<'a>,
    splitters: Vec<Splitter<ResultatPret>>,
    body: Vec<u8>,
    held_up: Duration,
}

impl<'o, 'a> Outbox<'o, 'a> {
    /// Empty.
    pub fn new(office: &'o Office<'a>) -> Self {
        let limits = |protocole| Limits::new(protocole, office.parts.batch);
        let acces = office.plan.acces.iter();
        Self {
            office,
            splitters: acces.map(|acces| Splitter::new(limits(acces.protocole))).collect(),
            body: Vec::new(),
            held_up: Duration::ZERO,
        }
    }

    /// Take a dossier that is to go out with this access of the plan; a batch that is full goes.
    ///
    /// # Errors
    /// `stop` said so while it waited for the senders.
    pub fn push(&mut self, acces: usize, dossier: &Dossier, stop: &dyn Fn() -> bool) -> Result<(), Error> {
        self.body.clear();
        serde_json::to_writer(&mut self.body, &dossier.corps()).map_err(|error| Error::io(&error.into()))?;
        let tag = ResultatPret {
            inscription_id: dossier.inscription_id,
            id_erp_apprenant: dossier.stagiaire_id.map(|id| id.to_string()),
            empreinte: self.office.parts.sealer.fingerprint(&self.body),
            empreintes: empreintes::of(&self.office.parts.sealer, dossier),
        };
        let Some(splitter) = self.splitters.get_mut(acces) else {
            return Ok(());
        };
        match splitter.push(tag, &self.body) {
            Pushed::Kept => {}
            Pushed::Full(batch) => self.hand_over(acces, batch.bytes(), Item::Batch(batch), stop)?,
            Pushed::TooLarge { tag, bytes, limit } => {
                self.hand_over(acces, TAG, Item::TooLarge { tag, bytes, limit }, stop)?;
            }
        }
        self.relieve(stop)
    }

    /// Send what still waits in the splitters.
    ///
    /// # Errors
    /// As [`Outbox::push`].
    pub fn flush_all(&mut self, stop: &dyn Fn() -> bool) -> Result<(), Error> {
        (0..self.splitters.len()).try_for_each(|acces| self.flush(acces, stop))
    }

    /// How long it has waited for the senders so far.
    pub fn held_up(&self) -> Duration {
        self.held_up
    }

    /// Hold no more than is bearable with many establishments.
    fn relieve(&mut self, stop: &dyn Fn() -> bool) -> Result<(), Error> {
        let filling = |splitter: &Splitter<_>| splitter.bytes();
        if self.splitters.iter().map(filling).sum::<usize>() <= FILLING_MAX {
            return Ok(());
        }
        let fullest = self.splitters.iter().enumerate().max_by_key(|(_, one)| filling(one));
        match fullest.map(|(acces, _)| acces) {
            Some(acces) => self.flush(acces, stop),
            None => Ok(()),
        }
    }

    fn flush(&mut self, acces: usize, stop: &dyn Fn() -> bool) -> Result<(), Error> {
        match self.splitters.get_mut(acces).and_then(Splitter::finish) {
            Some(batch) => self.hand_over(acces, batch.bytes(), Item::Batch(batch), stop),
            None => Ok(()),
        }
    }

    fn hand_over(&mut self, acces: usize, bytes: usize, item: Item, stop: &dyn Fn() -> bool) -> Result<(), Error> {
        let since = Instant::now();
        let put = self.office.queue.put(acces, bytes, item, stop);
        self.held_up += since.elapsed();
        Ok(put?)
    }
}

impl From<Stopped> for Error {
    fn from(_: Stopped) -> Self {
        Error::cancelled()
    }
}

// One thread at a time has it, and a panic ends the run: nobody looks at what it left.
fn held<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From 0 to 1; waits are spread by it, so that a bad source of randomness does no harm.
fn jitter() -> f64 {
    let mut bytes = [0_u8; 4];
    if getrandom::fill(&mut bytes).is_err() {
        return 0.5;
    }
    f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX)
}
