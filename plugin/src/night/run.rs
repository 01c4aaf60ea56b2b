//! One run of the night: lists what is to go out, sends it, and closes the journal on every dossier read.

use std::cell::Cell;
use std::time::Duration;

use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use passerelle_abi as abi;
use serde::{Deserialize, Serialize};

use super::calendar::{deadline, night_of};
use super::sending::Senders;
use super::stream::{Choice, Plan, Prepared};
use super::telling::Telling;
use crate::erp::Erp;
use crate::error::Error;
use crate::host::{Host, Run};
use crate::mission::{Environment, Options, Transport, pause};
use crate::store::journal::{EtatExecution, Execution, Journal, NonEnvoye, OpenRun, RunId};
use crate::store::{Acces, Comptes, Lock, ReglageSecteur, Sealer, Store};

/// Days for which runs are kept.
const KEPT: Days = Days::new(90);

/// Dossiers that are looked up, or journaled as left out, together.
const TOGETHER: usize = 500;

/// How long one establishment may be tried again while the others wait, before it is put off.
const PATIENCE: Duration = Duration::from_secs(30);
/// It may take no more than this part of what is left of the window.
const PATIENCE_SHARE: u32 = 10;

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

/// What a job came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How it ended.
    pub kind: OutcomeKind,
    /// Its number in the journal; 0 if it keeps none.
    pub run_id: i64,
    /// What became of the dossiers.
    pub counts: Comptes,
    /// One sentence in French for the scheduler's log.
    pub text: String,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Nothing is left to do.
    Done,
    /// Something was rejected or could not be sent.
    DoneWithRejects,
    /// The night was done before; nothing was sent.
    AlreadyDone,
    /// Another run holds the night; nothing was sent.
    RunningElsewhere,
}

/// Run the night that it is at the host's clock, from where an earlier call left it, unless it is done or another run
/// holds it. `force` runs it from its beginning whatever came before, with the settings of today.
///
/// # Errors
/// The settings, the journal or the ERP cannot be used, or the host cancelled; the journal then says how far it came.
pub fn run(parts: &Parts, host: &dyn Host, force: bool, run: &dyn Run) -> Result<Outcome, Error> {
    let now = host.now()?;
    let nuit = night_of(now);
    let Some(lock) = parts.store.lock(parts.lease)? else {
        let text = "L'export de nuit est déjà en cours, ici ou sur un autre poste : rien n'a été envoyé.";
        return Ok(Outcome {
            kind: OutcomeKind::RunningElsewhere,
            run_id: 0,
            counts: Comptes::default(),
            text: text.to_owned(),
        });
    };
    let journal = parts.store.journal()?;
    let last = journal.find_run(nuit)?;
    if let Some(done) = last
        .as_ref()
        .filter(|last| last.etat == EtatExecution::Terminee && !force)
    {
        return Ok(Outcome {
            kind: OutcomeKind::AlreadyDone,
            run_id: done.id.0,
            counts: done.comptes,
            text: format!(
                "La nuit du {} est déjà faite : rien n'a été envoyé.",
                nuit.format("%d/%m/%Y")
            ),
        });
    }
    journal.interrupt_stale()?;
    let (id, plan, resumed) = match last {
        Some(last) if !force => resume(parts, &journal, &last)?,
        _ => open(parts, &journal, nuit, now, force)?,
    };
    tracing::info!(run = id.0, nuit = %nuit, resumed, secteurs = plan.secteurs.len(), "night opened");

    let telling = Telling::new(parts, host, &journal, id, nuit);
    let night = Night {
        parts,
        plan: &plan,
        journal: &journal,
        id,
        resumed,
        host,
        run,
        lock: &lock,
        lost: Cell::new(false),
    };
    let sent = night.send_everything(now);
    if night.stop() && night.lost.get() {
        // Whoever holds the lock now keeps the journal of this night.
        return Err(lock_lost());
    }
    let etat = match &sent {
        Ok(_) => EtatExecution::Terminee,
        Err(error) if error.code == abi::PASSERELLE_E_CANCELLED => EtatExecution::Annulee,
        Err(_) => EtatExecution::Interrompue,
    };
    let closed = night.close(etat);
    let stop = || night.stop();
    if let (Err(error), EtatExecution::Interrompue) = (&sent, etat) {
        telling.interrupted(error, &stop);
    }
    let (troubles, counts) = (sent?, closed?);
    purge(&journal, nuit);
    let mut outcome = outcome(id, counts, &troubles);
    if let Some(told) = telling.ended(&outcome, &troubles, &stop) {
        outcome.text.push(' ');
        outcome.text.push_str(&told);
    }
    Ok(outcome)
}

/// What a run keeps to its end, also when it is resumed.
#[derive(Serialize, Deserialize)]
struct Frozen {
    /// The sectors with the three boxes ticked.
    secteurs: Vec<ReglageSecteur>,
    /// The accesses, keys sealed.
    acces: Vec<Acces>,
}

fn open(
    parts: &Parts,
    journal: &Journal,
    nuit: NaiveDate,
    now: DateTime<FixedOffset>,
    forcee: bool,
) -> Result<(RunId, Plan, bool), Error> {
    let secteurs = parts.store.secteurs()?.into_iter().map(|secteur| secteur.reglage);
    let frozen = Frozen {
        secteurs: secteurs.filter(ReglageSecteur::exporte_la_nuit).collect(),
        acces: parts.store.acces()?,
    };
    let json = serde_json::to_string(&frozen).map_err(|error| Error::io(&error.into()))?;
    let run_date = now.date_naive();
    let id = journal.open_run(&OpenRun {
        nuit,
        run_date,
        debut: now,
        forcee,
        plan: json,
    })?;
    Ok((id, plan(parts, run_date, frozen)?, false))
}

fn resume(parts: &Parts, journal: &Journal, last: &Execution) -> Result<(RunId, Plan, bool), Error> {
    let json = journal.resume_run(last.id)?;
    let frozen = serde_json::from_str(&json).map_err(|error| {
        Error::new(
            abi::PASSERELLE_E_SETTINGS,
            "Le journal de la nuit interrompue est illisible : relancez l'export en le forçant.",
            format!("mna_execution.plan of run {}: {error}", last.id.0),
        )
    })?;
    Ok((last.id, plan(parts, last.run_date, frozen)?, true))
}

fn plan(parts: &Parts, run_date: NaiveDate, frozen: Frozen) -> Result<Plan, Error> {
    Ok(Plan {
        erp: parts.erp.clone(),
        run_date,
        named: frozen
            .secteurs
            .iter()
            .map(|secteur| (secteur.societe_id, secteur.secteur_id))
            .collect(),
        secteurs: frozen.secteurs,
        lignes_uai: parts.store.lignes_uai()?,
        acces: frozen.acces,
        choice: Choice::ByAccess,
    })
}

fn purge(journal: &Journal, nuit: NaiveDate) {
    let Some(before) = nuit.checked_sub_days(KEPT) else {
        return;
    };
    match journal.purge(before) {
        Ok(0) => {}
        Ok(runs) => tracing::info!(runs, "old runs purged"),
        // The night itself is done: the next one purges.
        Err(error) => tracing::warn!("old runs could not be purged: {error}"),
    }
}

fn outcome(id: RunId, counts: Comptes, troubles: &[String]) -> Outcome {
    let Comptes {
        lus,
        acceptes,
        rejetes,
        non_envoyes,
        en_attente,
    } = counts;
    let mut text = format!(
        "{lus} dossiers lus : {acceptes} acceptés, {rejetes} rejetés, {non_envoyes} non envoyés, {en_attente} en attente."
    );
    for trouble in troubles {
        text.push(' ');
        text.push_str(trouble);
    }
    tracing::info!(
        run = id.0,
        lus,
        acceptes,
        rejetes,
        non_envoyes,
        en_attente,
        "night closed"
    );
    let clean = rejetes == 0 && en_attente == 0 && troubles.is_empty();
    let kind = if clean {
        OutcomeKind::Done
    } else {
        OutcomeKind::DoneWithRejects
    };
    Outcome {
        kind,
        run_id: id.0,
        counts,
        text,
    }
}

/// From 0 to 1; waits are spread by it, so that a bad source of randomness does no harm.
fn jitter() -> f64 {
    let mut bytes = [0_u8; 4];
    if getrandom::fill(&mut bytes).is_err() {
        return 0.5;
    }
    f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX)
}

struct Night<'a> {
    parts: &'a Parts,
    plan: &'a Plan,
    journal: &'a Journal,
    id: RunId,
    resumed: bool,
    host: &'a dyn Host,
    run: &'a dyn Run,
    lock: &'a Lock,
    /// Another run holds the lock.
    lost: Cell<bool>,
}

impl Night<'_> {
    /// Whether to stop at once. Asked many times a second by everything that waits: the lease is kept here.
    fn stop(&self) -> bool {
        if !self.lock.keep() {
            self.lost.set(true);
        }
        self.lost.get() || self.run.is_cancelled()
    }

    fn close(&self, etat: EtatExecution) -> Result<Comptes, Error> {
        let end = self.host.now()?;
        self.journal.close_run(self.id, etat, end).or_else(|error| {
            tracing::warn!(run = self.id.0, "the run could not be closed: {error}");
            // The connection may be all that failed.
            let again = self.parts.store.journal();
            Ok(again
                .and_then(|journal| journal.close_run(self.id, etat, end))
                .map_err(|_| error)?)
        })
    }

    /// Read, compute and send; gives what went wrong with some establishments, in French.
    fn send_everything(&self, start: DateTime<FixedOffset>) -> Result<Vec<String>, Error> {
        let transport = Transport::new(Options {
            proxy: self.parts.proxy.clone(),
            ..Options::default()
        })?;
        let mut senders = Senders::new(self.plan, self.parts, self.journal, self.id, &transport);
        let sent = self.passes(&mut senders, start);
        if sent.is_err() && !self.lost.get() {
            senders.abandon();
        }
        sent.and_then(|()| senders.finish())
    }

    /// Read the ERP to its end, then once more for each time that establishments without an answer are due again, until
    /// the window closes.
    fn passes(&self, senders: &mut Senders<'_>, start: DateTime<FixedOffset>) -> Result<(), Error> {
        let stop = || self.stop();
        // Once the host cannot tell the time, the window is over.
        let at_the_end = deadline(start, start);
        let now = || self.host.now().unwrap_or(at_the_end);
        let env = || {
            let deadline = deadline(start, now());
            let left = (deadline - now()).to_std().unwrap_or_default();
            Environment {
                cancel: &stop,
                now: &now,
                jitter: &jitter,
                sleep: &std::thread::sleep,
                deadline,
                patience: PATIENCE.min(left / PATIENCE_SHARE),
            }
        };
        let mut resumed = self.resumed;
        loop {
            self.pass(senders, &env, resumed)?;
            let env = env();
            let Some(due) = senders.due().filter(|due| *due < env.deadline) else {
                return Ok(());
            };
            let wait = (due - now()).to_std().unwrap_or_default();
            self.run
                .progress(0, 0, "Export de nuit : attente d'un service qui ne répond pas");
            pause(wait, &env)?;
            senders.reopen(due)?;
            resumed = true;
        }
    }

    fn pass<'e>(
        &self,
        senders: &mut Senders<'_>,
        env: &dyn Fn() -> Environment<'e>,
        resumed: bool,
    ) -> Result<(), Error> {
        let stop = || self.stop();
        let mut stream = self.plan.start();
        let mut together = Vec::with_capacity(TOGETHER);
        let mut read = 0;
        while let Some(group) = stream.next_group(&stop)? {
            together.extend(group);
            if together.len() >= TOGETHER {
                read += together.len() as u64;
                self.settle(std::mem::take(&mut together), senders, env, resumed)?;
                self.run.progress(read, 0, "Export de nuit : lecture et envoi");
            }
        }
        self.settle(together, senders, env, resumed)?;
        senders.flush_all(env)
    }

    /// Send or leave out each of these dossiers, but for those that an earlier pass, or call, has settled.
    fn settle<'e>(
        &self,
        mut dossiers: Vec<Prepared>,
        senders: &mut Senders<'_>,
        env: &dyn Fn() -> Environment<'e>,
        resumed: bool,
    ) -> Result<(), Error> {
        if resumed {
            let inscriptions: Vec<_> = dossiers
                .iter()
                .map(|prepared| prepared.dossier.inscription_id)
                .collect();
            let settled = self.journal.settled(self.id, &inscriptions)?;
            dossiers.retain(|prepared| !settled.contains(&prepared.dossier.inscription_id));
        }
        let mut left_out = Vec::new();
        for Prepared { dossier, acces } in dossiers {
            match acces {
                Some(acces) if dossier.motifs.is_empty() => senders.push(acces, &dossier, env)?,
                _ => left_out.push(NonEnvoye {
                    inscription_id: dossier.inscription_id,
                    id_erp_apprenant: dossier.stagiaire_id.map(|id| id.to_string()),
                    motifs: dossier.motifs.iter().map(|motif| motif.code).collect(),
                }),
            }
        }
        Ok(self.journal.non_envoyes(self.id, &left_out)?)
    }
}

fn lock_lost() -> Error {
    Error::new(
        abi::PASSERELLE_E_DATABASE,
        "L'export de nuit s'est arrêté : son verrou n'a pas pu être gardé, un autre poste a pu prendre la suite. Le \
         prochain lancement reprendra où il en est.",
        "the lock of the night was lost",
    )
}
