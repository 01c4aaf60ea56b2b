//! One batch to its verdicts: attempts, halving down to the culprit, healing.

use super::access::{Access, Base};
use super::answer::{Reading, Verdict, refusal_message};
use super::batch::{Batch, Limits, Splitter};
use super::environment::{Environment, Observer, PartAnswer, PartOutcome, Silent, Stop, pause};
use super::error::MissionError;
use super::retry::{self, Meaning, Moment};
use super::search::{Search, culprit};
use super::transport::{Reply, Request, Transport};
use super::{statut_candidats, v3};
use crate::dossier::Protocole;
use bytes::Bytes;
use chrono::TimeDelta;
use std::ops::Range;
use zeroize::Zeroizing;

/// The sender of one establishment. Lives inside a run, on its [`Transport`].
pub struct Mission<'t> {
    transport: &'t Transport,
    access: Access,
    base: Base,
    /// The 2021 protocol's; asked for once, renewed on a 401.
    token: Option<Zeroizing<String>>,
}

/// An answered part.
struct Delivered {
    http: u16,
    attempts: u32,
    /// None: refused as a whole, or not to be told apart.
    verdicts: Option<Vec<Verdict>>,
    message: Option<String>,
}

/// Whose answer a reply is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Login,
    Data,
}

impl<'t> Mission<'t> {
    /// Checks the access; nothing is sent.
    ///
    /// # Errors
    /// `InvalidUrl`, `ClearText`, `InvalidKey`, `MissingLogin`.
    pub fn new(transport: &'t Transport, access: Access) -> Result<Self, MissionError> {
        let base = access.checked()?;
        Ok(Self {
            transport,
            access,
            base,
            token: None,
        })
    }

    /// Sends a batch until each dossier has its verdict; they come back in the batch's order.
    ///
    /// Transient faults are tried again until the deadline, or the caller's patience, is over; a batch refused as a whole is halved down to the culprit; a
    /// v3 dossier rejected for optional fields only goes once more without them. The observer hears of every HTTP batch
    /// (the second sending of healed dossiers belongs to the part that they came from).
    ///
    /// # Errors
    /// What stops this establishment, or the run ([`MissionError::stops_run`]). Parts answered until then were told to
    /// the observer; a part told to `before` only is in doubt; the others did not leave.
    pub fn send<T>(
        &mut self,
        batch: &Batch<T>,
        env: &Environment<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Verdict>, MissionError> {
        let mut search = Search::new(batch.len());
        while let Some(part) = search.next_part() {
            if (env.now)() >= env.deadline {
                return Err(MissionError::WindowClosed);
            }
            observer.before(part.clone()).map_err(|Stop| MissionError::Stopped)?;
            let delivered = self.deliver(batch, part.clone(), env, observer)?;
            let (http, attempts) = (delivered.http, delivered.attempts);
            let mut broken = None;
            let mut after = |verdicts: Option<&[Verdict]>| {
                let outcome = verdicts.map_or(PartOutcome::Divided, PartOutcome::Verdicts);
                let answer = PartAnswer {
                    http,
                    attempts,
                    outcome,
                };
                observer
                    .after(part.clone(), &answer)
                    .map_err(|Stop| MissionError::Stopped)
            };
            match delivered.verdicts {
                Some(mut verdicts) => {
                    if self.access.protocole == Protocole::V3 {
                        broken = self.heal(batch, &part, &mut verdicts, env).err();
                    }
                    self.log_answer(http, attempts, &verdicts);
                    after(Some(&verdicts))?;
                    search.answered(part, verdicts);
                }
                None if part.len() == 1 => {
                    let verdict = culprit(http, delivered.message);
                    tracing::warn!(uai = %self.access.uai, http, "one dossier refused as a whole");
                    after(Some(std::slice::from_ref(&verdict)))?;
                    search.refused_alone(part, verdict);
                }
                None => {
                    tracing::warn!(uai = %self.access.uai, http, dossiers = part.len(), "batch refused as a whole; divided");
                    after(None)?;
                    search.divide(part, http);
                }
            }
            if let Some(error) = broken {
                return Err(error);
            }
        }
        match search.hopeless {
            Some(http) => Err(MissionError::BatchRefused {
                host: self.base.host.clone(),
                http,
            }),
            None => Ok(search.into_verdicts()),
        }
    }

    /// *Tester la connexion*: one exchange (two with a login), no dossier, no second attempt.
    ///
    /// # Errors
    /// What is wrong, as [`MissionError::user_text`] says it.
    pub fn test_connection(&mut self, cancel: &dyn Fn() -> bool) -> Result<(), MissionError> {
        let path = format!("{}/test", self.path());
        let (step, reply) = self.attempt(&path, &Bytes::from_static(b"[]"), &|| false, cancel)?;
        match self.meaning(step, &path, &reply, u32::MAX) {
            Meaning::Readable if step == Step::Data && says_ok(&reply.body) => Ok(()),
            Meaning::Readable => Err(self.unreadable(&reply)),
            Meaning::Transient(error) | Meaning::Permanent(error) => Err(error),
            Meaning::Halve => Err(self.unexpected(&reply)),
        }
    }

    /// One part, tried until it is answered.
    fn deliver<T>(
        &mut self,
        batch: &Batch<T>,
        part: Range<usize>,
        env: &Environment<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Delivered, MissionError> {
        let body = batch.body(part.clone());
        let path = self.path();
        let start = (env.now)();
        let patience = TimeDelta::from_std(env.patience).ok();
        let until = patience.and_then(|patience| start.checked_add_signed(patience));
        let until = until.map_or(env.deadline, |until| until.min(env.deadline));
        let late = || (env.now)() >= env.deadline;
        let mut attempts = 0_u32;
        let mut before = None;
        loop {
            attempts = attempts.saturating_add(1);
            let (cause, retry_after) = match self.attempt(path, &body, &late, env.cancel) {
                // An answer that the window's end cut short tells less than the one before.
                Err(MissionError::TimedOut { host }) if late() => {
                    (before.take().unwrap_or(MissionError::TimedOut { host }), None)
                }
                Err(error) if error.is_transient() => (error, None),
                Err(error) => return Err(error),
                Ok((step, reply)) => match self.meaning(step, path, &reply, attempts) {
                    Meaning::Permanent(error) => return Err(error),
                    Meaning::Halve => {
                        return Ok(Delivered {
                            http: reply.http,
                            attempts,
                            verdicts: None,
                            message: refusal_message(&reply.body),
                        });
                    }
                    Meaning::Transient(error) => (error, reply.retry_after),
                    Meaning::Readable => {
                        let reading = match step {
                            Step::Login => Reading::Unreadable,
                            Step::Data => self.read(batch, &part, &reply),
                        };
                        let verdicts = match reading {
                            Reading::Verdicts(verdicts) => Some(Some(verdicts)),
                            Reading::Ambiguous => Some(None),
                            // Fewer dossiers have a shorter answer.
                            Reading::Unreadable if reply.too_long && part.len() > 1 => Some(None),
                            Reading::Unreadable => None,
                        };
                        if let Some(verdicts) = verdicts {
                            return Ok(Delivered {
                                http: reply.http,
                                attempts,
                                verdicts,
                                message: None,
                            });
                        }
                        (self.unreadable(&reply), reply.retry_after)
                    }
                },
            };
            let moment = Moment {
                attempt: attempts,
                now: (env.now)(),
                deadline: until,
                window: env.deadline,
                jitter: (env.jitter)(),
            };
            let wait = retry::wait(
                cause.clone(),
                retry_after.as_ref(),
                self.transport.options().backoff,
                moment,
            )?;
            tracing::warn!(uai = %self.access.uai, attempt = attempts, wait_s = wait.as_secs(), cause = cause.code(), "attempt failed");
            observer.waiting(wait, &cause);
            before = Some(cause);
            pause(wait, env)?;
        }
    }

    /// One exchange with the dossiers' address, logged in first where the protocol wants it; none awaited once it is `late`.
    fn attempt(
        &mut self,
        path: &str,
        body: &Bytes,
        late: &dyn Fn() -> bool,
        cancel: &dyn Fn() -> bool,
    ) -> Result<(Step, Reply), MissionError> {
        if self.access.protocole == Protocole::V3 {
            return Ok((
                Step::Data,
                self.post(path, Some(self.access.cle.expose()), body.clone(), late, cancel)?,
            ));
        }
        loop {
            let renewed = self.token.is_none();
            if renewed {
                let login = statut_candidats::login_body(
                    self.access.identifiant.as_deref().unwrap_or_default().trim(),
                    self.access.cle.expose(),
                );
                let reply = self.post(
                    statut_candidats::LOGIN_PATH,
                    None,
                    Bytes::copy_from_slice(&login),
                    late,
                    cancel,
                )?;
                let token = Some(&reply)
                    .filter(|reply| (200..300).contains(&reply.http))
                    .and_then(|reply| statut_candidats::read_token(&reply.body));
                if token.is_none() {
                    return Ok((Step::Login, reply));
                }
                self.token = token;
            }
            let reply = self.post(
                path,
                self.token.as_ref().map(|token| token.as_str()),
                body.clone(),
                late,
                cancel,
            )?;
            if reply.http != 401 {
                return Ok((Step::Data, reply));
            }
            // A token ends after a day; a new one that is refused as well means the account is.
            self.token = None;
            if renewed {
                return Ok((Step::Data, reply));
            }
        }
    }

    fn post(
        &self,
        path: &str,
        bearer: Option<&str>,
        body: Bytes,
        late: &dyn Fn() -> bool,
        cancel: &dyn Fn() -> bool,
    ) -> Result<Reply, MissionError> {
        let request = Request {
            base: &self.base,
            path,
            bearer,
            body,
            late,
        };
        self.transport.exchange(request, cancel)
    }

    fn path(&self) -> &'static str {
        match self.access.protocole {
            Protocole::V3 => v3::PATH,
            Protocole::StatutCandidats => statut_candidats::PATH,
        }
    }

    fn meaning(&self, step: Step, path: &str, reply: &Reply, attempt: u32) -> Meaning {
        let path = if step == Step::Login {
            statut_candidats::LOGIN_PATH
        } else {
            path
        };
        match retry::meaning(reply, &self.base.host, &self.base.join(path), attempt) {
            // No dossier is in a login: there is no culprit to look for.
            Meaning::Halve if step == Step::Login => Meaning::Permanent(self.unexpected(reply)),
            meaning => meaning,
        }
    }

    fn read<T>(&self, batch: &Batch<T>, part: &Range<usize>, reply: &Reply) -> Reading {
        match self.access.protocole {
            Protocole::V3 => v3::read(&reply.body, part.len()),
            Protocole::StatutCandidats => {
                let items = part.clone().map(|index| batch.item(index).unwrap_or_default());
                statut_candidats::read(&reply.body, items)
            }
        }
    }

    /// Sends what was rejected for optional fields only once more, and joins both answers. On an error the first stand.
    fn heal<T>(
        &mut self,
        batch: &Batch<T>,
        part: &Range<usize>,
        verdicts: &mut [Verdict],
        env: &Environment<'_>,
    ) -> Result<(), MissionError> {
        let mut splitter = Splitter::new(Limits::none());
        for (offset, verdict) in verdicts.iter().enumerate() {
            if let Verdict::Rejete { erreurs, .. } = verdict {
                let item = batch.item(part.start + offset).unwrap_or_default();
                if let Some(healed) = v3::heal(item, erreurs) {
                    splitter.push(offset, &healed);
                }
            }
        }
        let Some(healed) = splitter.finish() else {
            return Ok(());
        };
        let delivered = self.deliver(&healed, 0..healed.len(), env, &mut Silent)?;
        // Refused as a whole: the first answers say all that is known.
        for (&offset, second) in healed.tags().iter().zip(delivered.verdicts.unwrap_or_default()) {
            let Some(verdict) = verdicts.get_mut(offset) else {
                continue;
            };
            if let Verdict::Rejete { erreurs, seconde, .. } = verdict {
                match second {
                    Verdict::Rejete { erreurs: errors, .. } => *seconde = Some(errors),
                    _ => {
                        *verdict = Verdict::AccepteAllege {
                            premiere: std::mem::take(erreurs),
                        };
                    }
                }
            }
        }
        Ok(())
    }

    fn unreadable(&self, reply: &Reply) -> MissionError {
        MissionError::Unreadable {
            host: self.base.host.clone(),
            http: reply.http,
            page: reply.page,
        }
    }

    fn unexpected(&self, reply: &Reply) -> MissionError {
        MissionError::Unexpected {
            host: self.base.host.clone(),
            http: reply.http,
        }
    }

    fn log_answer(&self, http: u16, attempts: u32, verdicts: &[Verdict]) {
        let accepted = verdicts.iter().filter(|verdict| verdict.is_accepted()).count();
        let rejected = verdicts.len() - accepted;
        tracing::info!(uai = %self.access.uai, http, attempts, accepted, rejected, "batch answered");
    }
}

/// Both protocols' test address answers `{"msg":"ok"}`.
fn says_ok(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body).is_ok_and(|answer| answer.get("msg").is_some())
}
