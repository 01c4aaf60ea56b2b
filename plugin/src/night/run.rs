//! The night as a state machine over the journal. Each state is one function below, in this order:
//!
//! ```text
//! lock ── held by another ──▶ "running elsewhere"
//!  │
//! find ── night done, not forced ──▶ "already done"
//!  │
//! open (a new run) or resume (the run that an earlier call left)
//!  │
//! pass: read by stagiaire ▶ rules ▶ leave out, or fill an establishment's batch ▶ senders: write down, send, write down
//!  │ ▲
//!  │ └─ wait, for establishments without an answer that are worth another try before the window closes
//!  │
//! close: establishments, then the run: terminee; incomplete if something is still to be sent; annulee if the host
//! cancelled; interrompue if something failed
//!  │
//! unlock
//! ```
//!
//! Wherever it stops, the journal says what was answered; what was not is read and sent again by the next call.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, FixedOffset, NaiveDate};

use super::calendar::night_of;
use super::causes;
use super::frozen::{open, resume};
use super::journaling::SharedJournal;
use super::lease::{Lease, held};
use super::outcome::Outcome;
use super::sending::{Office, Outbox, SENDERS};
use super::spent::Spent;
use super::stream::{Plan, Prepared};
use super::telling::Telling;
use super::watch::{Watch, join, start};
use crate::database::DatabaseError;
use crate::dossier::{CodeMotif, Motif};
use crate::erp::Erp;
use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::installation::Installation;
use crate::mission::{Options, Transport};
use crate::store::journal::{Cause, EtatExecution, Fin, Journal, NonEnvoye, RunId};
use crate::store::{Sealer, Store, StoreError};

/// Days for which runs are kept.
const KEPT: Days = Days::new(90);

/// Dossiers that are looked up, or journaled as left out, together.
const TOGETHER: usize = 500;

/// Between two looks at an establishment that is to be tried anew.
const POLL: Duration = Duration::from_millis(50);

/// What a night is made of.
pub struct Parts {
    /// The ERP's tables.
    pub erp: Erp,
    /// The plugin's own tables.
    pub store: Store,
    /// Opens the API keys.
    pub sealer: Sealer,
    /// The host's proxy.
    pub proxy: Option<String>,
    /// How long a dead run keeps others out.
    pub lease: Duration,
    /// Dossiers in one request; none: what suits the protocol.
    pub batch: Option<usize>,
}

impl Parts {
    /// What an installation gives to a night; its databases stop waiting when `watch` says so.
    ///
    /// # Errors
    /// A part of it cannot be had.
    pub fn of(installation: &Installation, watch: &Watch) -> Result<Self, Error> {
        let database = installation.database()?.stopped_by(watch.flag());
        Ok(Self {
            erp: installation.erp_on(database.clone())?,
            store: Store::open(&database)?,
            sealer: installation.sealer()?,
            proxy: installation.proxy().map(str::to_owned),
            lease: installation.lease(),
            batch: installation.batch(),
        })
    }
}

/// Run the night that it is at the host's clock, from where an earlier call left it, unless it is done or another run
/// holds it. `force` runs it from its beginning whatever came before, with the settings of today. `telling` learns what
/// there is to tell of it.
///
/// # Errors
/// The settings, the journal or the ERP cannot be used, or the host cancelled; the journal then says how far it came.
pub fn run(parts: &Parts, host: &dyn Host, force: bool, watch: &Watch, telling: &Telling) -> Result<Outcome, Error> {
    let now = host.now()?;
    let Some(lock) = parts.store.lock(parts.lease)? else {
        return Ok(Outcome::elsewhere());
    };
    held(lock, watch, |lease| {
        alone((parts, host), now, force, (watch, lease), telling)
    })
}

/// The night, under its lock.
fn alone(
    (parts, host): (&Parts, &dyn Host),
    now: DateTime<FixedOffset>,
    force: bool,
    (watch, lease): (&Watch, &Lease),
    telling: &Telling,
) -> Result<Outcome, Error> {
    let nuit = night_of(now);
    let journal = parts.store.journal()?;
    let last = journal.find_run(nuit)?;
    let done = |etat| etat == EtatExecution::Terminee && !force;
    if let Some(last) = last.as_ref().filter(|last| done(last.etat)) {
        return Ok(Outcome::already_done(last));
    }
    journal.interrupt_stale()?;
    let (id, plan, resumed) = match last {
        Some(last) if !force => resume(parts, &journal, &last)?,
        _ => open(parts, &journal, nuit, now, force)?,
    };
    tracing::info!(run = id.0, nuit = %nuit, resumed, secteurs = plan.secteurs.len(), "night opened");
    telling.opened(&parts.store, id, nuit);

    let journal = SharedJournal::new(journal);
    let night = Night {
        parts,
        plan: &plan,
        journal: &journal,
        id,
        host,
        watch,
        lease,
        spent: Cell::default(),
        in_journal: Cell::default(),
        without_key: RefCell::new(causes::lines_without_key(&plan.secteurs, &plan.lignes_uai, &plan.acces)),
    };
    let sent = night.send_everything(now, resumed).map_err(|error| watch.reason(error));
    if lease.lost() {
        // Whoever holds the lock now keeps the journal of this night, and tells of it; unless it is the database that is
        // gone, with the lock. Our caller says so.
        if journal.with(|journal| journal.run(id)).is_ok() {
            telling.forget();
        }
        return Err(Error::cancelled());
    }
    let etat = match &sent {
        Ok(_) => EtatExecution::Terminee,
        Err(error) if error.kind == ErrorKind::Cancelled => EtatExecution::Annulee,
        Err(_) => EtatExecution::Interrompue,
    };
    let closed = night.close(etat, &night.causes(&sent));
    sent?;
    let fin = closed?;
    purge(&journal, nuit);
    let spent = Spent {
        journal: journal.time(),
        ..night.spent.get()
    };
    let outcome = Outcome::ended(id, nuit, &fin, spent);
    telling.ended(fin);
    Ok(outcome)
}

fn purge(journal: &SharedJournal, nuit: NaiveDate) {
    let Some(before) = nuit.checked_sub_days(KEPT) else {
        return;
    };
    match journal.with(|journal| journal.purge(before)) {
        Ok(0) => {}
        Ok(runs) => tracing::info!(runs, "old runs purged"),
        // The night itself is done: the next one purges.
        Err(error) => tracing::warn!("old runs could not be purged: {error}"),
    }
}

/// A run in progress, on the thread that reads.
struct Night<'a> {
    parts: &'a Parts,
    plan: &'a Plan,
    journal: &'a SharedJournal,
    id: RunId,
    host: &'a dyn Host,
    watch: &'a Watch,
    lease: &'a Lease,
    spent: Cell<Spent>,
    /// For how long this pass has used the journal from this thread.
    in_journal: Cell<Duration>,
    /// The lines of the UAI list, by number, whose establishments have no key.
    without_key: RefCell<BTreeSet<i64>>,
}

/// What kept establishments from sending, as (UAI, French sentence).
type Troubles = Vec<(String, String)>;

impl Night<'_> {
    /// Read, compute and send; gives what went wrong with some establishments.
    fn send_everything(&self, begun: DateTime<FixedOffset>, resumed: bool) -> Result<Troubles, Error> {
        let transport = Transport::new(Options {
            proxy: self.parts.proxy.clone(),
            ..Options::default()
        })?;
        let (journal, watch) = (self.journal, self.watch);
        let office = Office::new(
            self.plan, self.parts, journal, self.id, watch, self.host, begun, &transport,
        );
        let sent = std::thread::scope(|scope| {
            let senders = || {
                (0..SENDERS)
                    .map(|_| start(scope, "envoi", watch, || office.serve()))
                    .collect::<Result<Vec<_>, _>>()
            };
            // Nobody waits for a thread that could not be started, nor for one that panics.
            let _stop = watch.stop_on_panic();
            let senders = senders().inspect_err(|error| watch.fail(error.clone()))?;
            let sent = self.passes(&office, resumed);
            if sent.is_err() {
                // What is on its way still ends, and its answers are written down, unless everything is to stop.
                office.abandon();
                let _stopped = office.settled(&|| self.watch.stopped());
            }
            office.close();
            senders.into_iter().for_each(join);
            sent
        });
        self.spend(|spent| spent.sending = office.sending());
        if sent.is_err() && !self.lease.lost() {
            if let Err(error) = office.say_troubles() {
                tracing::warn!(run = self.id.0, "the establishments could not be closed: {error}");
            }
        }
        sent.and_then(|()| Ok(office.finish()?))
    }

    /// Read the ERP to its end, then once more for each time that establishments without an answer are due again, until
    /// the window closes.
    fn passes(&self, office: &Office<'_>, mut resumed: bool) -> Result<(), Error> {
        loop {
            self.pass(office, resumed)?;
            office.doubt_refusals();
            let Some(due) = office.due().filter(|due| *due < office.deadline()) else {
                return Ok(());
            };
            self.watch
                .progress(0, 0, "Export de nuit : attente d'un service qui ne répond pas");
            while office.now() < due {
                if self.watch.stopped() {
                    return Err(Error::cancelled());
                }
                std::thread::sleep(POLL);
            }
            office.reopen(due)?;
            resumed = true;
        }
    }

    fn pass(&self, office: &Office<'_>, resumed: bool) -> Result<(), Error> {
        let (stop, begun) = (|| self.watch.stopped(), Instant::now());
        let mut stream = self.plan.start();
        let mut outbox = Outbox::new(office);
        let mut together = Vec::with_capacity(TOGETHER);
        let mut read = 0;
        while let Some(group) = stream.next_group(&stop)? {
            together.extend(group);
            if together.len() >= TOGETHER {
                read += together.len() as u64;
                self.settle(std::mem::take(&mut together), &mut outbox, resumed)?;
                self.watch.progress(read, 0, "Export de nuit : lecture et envoi");
            }
        }
        read += together.len() as u64;
        self.settle(together, &mut outbox, resumed)?;
        self.watch.progress(read, read, "Export de nuit : lecture et envoi");
        outbox.flush_all(&stop)?;
        let (reading, waited) = stream.times();
        let idle = waited + outbox.held_up() + self.in_journal.take();
        self.spend(|spent| {
            spent.reading += reading;
            spent.computing += begun.elapsed().saturating_sub(idle);
        });
        office.settled(&stop)
    }

    /// Send or leave out each of these dossiers, but for those that an earlier pass, or call, has settled.
    fn settle(&self, mut dossiers: Vec<Prepared>, outbox: &mut Outbox<'_, '_>, resumed: bool) -> Result<(), Error> {
        self.without_key
            .borrow_mut()
            .extend(dossiers.iter().filter_map(|prepared| {
                let held_back = |motif: &Motif| motif.code == CodeMotif::AccesManquant;
                let dossier = &prepared.dossier;
                dossier.ligne_uai.filter(|_| dossier.motifs.iter().any(held_back))
            }));
        if resumed {
            let inscriptions: Vec<_> = dossiers
                .iter()
                .map(|prepared| prepared.dossier.inscription_id)
                .collect();
            let settled = self.write(|journal| journal.settled(self.id, &inscriptions))?;
            dossiers.retain(|prepared| !settled.contains(&prepared.dossier.inscription_id));
        }
        let mut left_out = Vec::new();
        for Prepared { dossier, acces } in dossiers {
            match acces {
                Some(acces) if dossier.motifs.is_empty() => outbox.push(acces, &dossier, &|| self.watch.stopped())?,
                _ => left_out.push(NonEnvoye {
                    inscription_id: dossier.inscription_id,
                    id_erp_apprenant: dossier.stagiaire_id.map(|id| id.to_string()),
                    motifs: dossier.motifs.iter().map(|motif| motif.code).collect(),
                }),
            }
        }
        Ok(self.write(|journal| journal.non_envoyes(self.id, &left_out))?)
    }

    /// Use the journal from this thread; the time is the journal's, not the rules'.
    fn write<T>(&self, work: impl FnOnce(&Journal) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let since = Instant::now();
        let done = self.journal.with(work);
        self.in_journal.set(self.in_journal.get() + since.elapsed());
        done
    }

    /// What there is to say of the run whatever its figures.
    fn causes(&self, sent: &Result<Troubles, Error>) -> Vec<Cause> {
        let problems = self.problems(sent).into_iter().map(Cause::Probleme);
        problems.chain(self.unreadable().map(Cause::ACorriger)).collect()
    }

    /// Inscriptions without a key that can be read: nothing of them is in the figures.
    fn unreadable(&self) -> Option<String> {
        match self.plan.apart() {
            Ok(apart) => causes::unreadable(apart.illisibles),
            Err(error) => {
                tracing::warn!(
                    run = self.id.0,
                    "the inscriptions without a key could not be counted: {error}"
                );
                None
            }
        }
    }

    /// What makes the run red whatever its figures, in French.
    fn problems(&self, sent: &Result<Troubles, Error>) -> Vec<String> {
        let mut problems = Vec::new();
        if self.plan.secteurs.is_empty() {
            match self.parts.store.secteurs() {
                Ok(secteurs) => problems.extend(causes::nothing_activated(0, secteurs.len())),
                Err(error) => tracing::warn!(run = self.id.0, "the sectors could not be counted: {error}"),
            }
        }
        problems.extend(causes::without_key(&self.plan.lignes_uai, &self.without_key.borrow()));
        match sent {
            Ok(troubles) => problems.extend(causes::grouped(troubles)),
            Err(error) if error.kind == ErrorKind::Cancelled => {}
            Err(error) => problems.push(error.message.clone()),
        }
        problems
    }

    fn close(&self, etat: EtatExecution, causes: &[Cause]) -> Result<Fin, Error> {
        let end = self.host.now()?;
        let closed = self
            .journal
            .with(|journal| journal.close_run(self.id, etat, end, causes));
        Ok(closed.or_else(|error| {
            tracing::warn!(run = self.id.0, "the run could not be closed: {error}");
            if matches!(
                error,
                StoreError::Database(DatabaseError::Cancelled | DatabaseError::Locked(_))
            ) {
                return Err(error);
            }
            // The connection may be all that failed.
            let again = self.parts.store.journal();
            again
                .and_then(|journal| journal.close_run(self.id, etat, end, causes))
                .map_err(|_| error)
        })?)
    }

    fn spend(&self, add: impl FnOnce(&mut Spent)) {
        let mut spent = self.spent.get();
        add(&mut spent);
        self.spent.set(spent);
    }
}
