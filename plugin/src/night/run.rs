//! One run of the night: lists what is to go out, sends it, and closes the journal on every dossier read.

use chrono::{DateTime, Days, FixedOffset};

use super::calendar::{deadline, night_of};
use super::sending::Senders;
use super::stream::{Choice, Plan, Prepared};
use crate::erp::Erp;
use crate::error::Error;
use crate::host::{Host, Run};
use crate::mission::{Environment, Options, Transport};
use crate::store::journal::{EtatExecution, Journal, NonEnvoye, OpenRun, RunId};
use crate::store::{Comptes, Sealer, Store};

/// Days for which runs are kept.
const KEPT: Days = Days::new(90);

/// Dossiers left out that are journaled together.
const LEFT_OUT_BATCH: usize = 500;

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
}

/// Run the night that it is at the host's clock, unless it is done and `force` is not set.
///
/// # Errors
/// The settings, the journal or the ERP cannot be used, or the host cancelled; the journal then says how far it came.
pub fn run(parts: &Parts, host: &dyn Host, force: bool, run: &dyn Run) -> Result<Outcome, Error> {
    let now = host.now()?;
    let nuit = night_of(now);
    let journal = parts.store.journal()?;
    if let Some(done) = journal
        .find_run(nuit)?
        .filter(|found| found.etat == EtatExecution::Terminee && !force)
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
    let plan = plan(parts, now)?;
    let id = journal.open_run(&OpenRun {
        nuit,
        run_date: plan.run_date,
        debut: now,
        forcee: force,
    })?;
    tracing::info!(run = id.0, nuit = %nuit, secteurs = plan.secteurs.len(), acces = plan.acces.len(), "night opened");

    let night = Night {
        parts,
        plan: &plan,
        journal: &journal,
        id,
        host,
        run,
    };
    let sent = night.send_everything(now);
    let etat = match &sent {
        Ok(_) => EtatExecution::Terminee,
        Err(error) if error.code == passerelle_abi::PASSERELLE_E_CANCELLED => EtatExecution::Annulee,
        Err(_) => EtatExecution::Interrompue,
    };
    let counts = journal.close_run(id, etat, host.now()?)?;
    let troubles = sent?;
    purge(&journal, nuit);
    Ok(outcome(id, counts, &troubles))
}

/// The sectors with the three boxes ticked, by the accesses as they are now.
fn plan(parts: &Parts, now: DateTime<FixedOffset>) -> Result<Plan, Error> {
    let named: Vec<_> = parts
        .store
        .secteurs()?
        .into_iter()
        .map(|secteur| secteur.reglage)
        .collect();
    Ok(Plan {
        erp: parts.erp.clone(),
        run_date: now.date_naive(),
        secteurs: named
            .iter()
            .filter(|secteur| secteur.exporte_la_nuit())
            .copied()
            .collect(),
        named: named
            .iter()
            .map(|secteur| (secteur.societe_id, secteur.secteur_id))
            .collect(),
        lignes_uai: parts.store.lignes_uai()?,
        acces: parts.store.acces()?,
        choice: Choice::ByAccess,
    })
}

fn purge(journal: &Journal, nuit: chrono::NaiveDate) {
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
    host: &'a dyn Host,
    run: &'a dyn Run,
}

impl Night<'_> {
    /// Read, compute and send; gives what went wrong with some establishments, in French.
    fn send_everything(&self, start: DateTime<FixedOffset>) -> Result<Vec<String>, Error> {
        let options = Options {
            proxy: self.parts.proxy.clone(),
            ..Options::default()
        };
        let transport = Transport::new(options)?;
        let end = deadline(start);
        let env = Environment {
            cancel: &|| self.run.is_cancelled(),
            // Once the host cannot tell the time, the window is over.
            now: &|| self.host.now().unwrap_or(end),
            jitter: &jitter,
            sleep: &std::thread::sleep,
            deadline: end,
        };
        let mut senders = Senders::new(self.plan, &self.parts.sealer, self.journal, self.id, &transport, env);
        let mut left_out = Vec::new();
        let mut read = 0_u64;
        let mut stream = self.plan.start();
        while let Some(group) = stream.next_group(&|| self.run.is_cancelled())? {
            for Prepared { dossier, acces } in group {
                read += 1;
                match acces {
                    Some(acces) if dossier.motifs.is_empty() => senders.push(acces, &dossier)?,
                    _ => left_out.push(NonEnvoye {
                        inscription_id: dossier.inscription_id,
                        id_erp_apprenant: dossier.stagiaire_id.map(|id| id.to_string()),
                        motifs: dossier.motifs.iter().map(|motif| motif.code).collect(),
                    }),
                }
            }
            if left_out.len() >= LEFT_OUT_BATCH {
                self.journal.non_envoyes(self.id, &left_out)?;
                left_out.clear();
            }
            if read % 100 < 2 {
                self.run.progress(read, 0, "Export de nuit : lecture et envoi");
            }
        }
        self.journal.non_envoyes(self.id, &left_out)?;
        senders.finish()
    }
}
