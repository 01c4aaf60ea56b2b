//! The host's scheduler: it knows the jobs that the plugin registered and runs each on a thread of its own, never the
//! same one twice at a time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use passerelle_host_sdk::{Error, JobSpec, Outcome, Run, Worker};
use thiserror::Error as ThisError;

use crate::failure::Failure;

/// Why a job did not run, or did not end well.
#[derive(Debug, ThisError)]
pub enum ScheduleError {
    /// The plugin registered no such job.
    #[error("no job {0}")]
    Unknown(String),
    /// The job is running.
    #[error("job {0} is running")]
    Running(String),
    /// The job's thread could not start, or ended without an answer.
    #[error("job {0}: {1}")]
    Thread(String, String),
    /// The job failed.
    #[error(transparent)]
    Job(#[from] Error),
}

impl ScheduleError {
    /// What to tell the user: what, where, how to mend.
    pub fn user_text(&self) -> String {
        match self {
            Self::Unknown(id) => format!(
                "Le plugin n'a inscrit aucune tâche « {id} » au planificateur : vérifiez que c'est la bonne version \
                 du plugin."
            ),
            Self::Running(id) => format!("La tâche « {id} » est déjà en cours : attendez sa fin."),
            Self::Thread(id, _) => {
                format!("La tâche « {id} » s'est arrêtée sans réponse : relancez-la avec --verbose.")
            }
            Self::Job(error) => error.user_text(),
        }
    }
}

impl From<ScheduleError> for Failure {
    fn from(error: ScheduleError) -> Self {
        match error {
            ScheduleError::Job(error) => error.into(),
            other => Failure::failed(other.user_text(), &other),
        }
    }
}

/// The scheduler. Any thread.
pub struct Scheduler {
    worker: Worker,
    jobs: Vec<JobSpec>,
    running: Arc<Mutex<HashSet<String>>>,
}

/// A job on its thread.
pub struct Running {
    id: String,
    thread: JoinHandle<Result<Outcome, Error>>,
}

impl Scheduler {
    /// A scheduler of these jobs.
    pub fn new(worker: Worker, jobs: Vec<JobSpec>) -> Self {
        Self {
            worker,
            jobs,
            running: Arc::default(),
        }
    }

    /// The registered jobs.
    pub fn jobs(&self) -> &[JobSpec] {
        &self.jobs
    }

    /// Starts a job on a thread of its own; `parameters` is a JSON object.
    ///
    /// # Errors
    /// It is not registered, is running, or its thread cannot start.
    pub fn start(&self, id: &str, parameters: &str, run: Arc<dyn Run>) -> Result<Running, ScheduleError> {
        let turn = self.turn(id)?;
        let (worker, parameters, job) = (self.worker.clone(), parameters.to_owned(), id.to_owned());
        let work = move || {
            let _turn = turn;
            worker.run_job(&job, &parameters, &*run)
        };
        let thread = std::thread::Builder::new().name(id.to_owned()).spawn(work);
        let thread = thread.map_err(|error| ScheduleError::Thread(id.to_owned(), error.to_string()))?;
        Ok(Running {
            id: id.to_owned(),
            thread,
        })
    }

    /// Runs a job to its end on this thread; `parameters` is a JSON object.
    ///
    /// # Errors
    /// It is not registered, is running, or it failed.
    pub fn run(&self, id: &str, parameters: &str, run: &dyn Run) -> Result<Outcome, ScheduleError> {
        let _turn = self.turn(id)?;
        Ok(self.worker.run_job(id, parameters, run)?)
    }

    fn turn(&self, id: &str) -> Result<Turn, ScheduleError> {
        if !self.jobs.iter().any(|job| job.id == id) {
            return Err(ScheduleError::Unknown(id.to_owned()));
        }
        Turn::take(&self.running, id).ok_or_else(|| ScheduleError::Running(id.to_owned()))
    }
}

impl Running {
    /// Whether the job has ended.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the job's end.
    ///
    /// # Errors
    /// The job failed.
    pub fn join(self) -> Result<Outcome, ScheduleError> {
        match self.thread.join() {
            Ok(result) => Ok(result?),
            Err(_) => Err(ScheduleError::Thread(self.id, "its thread panicked".to_owned())),
        }
    }
}

/// A job's place among the running ones, given back when it ends, however it ends.
struct Turn(Arc<Mutex<HashSet<String>>>, String);

impl Turn {
    fn take(running: &Arc<Mutex<HashSet<String>>>, id: &str) -> Option<Self> {
        lock(running)
            .insert(id.to_owned())
            .then(|| Self(Arc::clone(running), id.to_owned()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.0).remove(&self.1);
    }
}

fn lock(running: &Mutex<HashSet<String>>) -> MutexGuard<'_, HashSet<String>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_turn_is_taken_once_and_given_back() {
        let running = Arc::default();
        let turn = Turn::take(&running, "nuit").unwrap();
        assert!(Turn::take(&running, "nuit").is_none());
        assert!(Turn::take(&running, "autre").is_some());
        drop(turn);
        assert!(Turn::take(&running, "nuit").is_some());
    }
}
