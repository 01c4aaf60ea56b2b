//! The scheduler at work: it watches the clock, starts each job when its window opens, and keeps a journal.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use passerelle_host_sdk::JobSpec;
use serde_json::{Value, json};

use super::tasks::{Task, Tasks};
use super::window::{closing, next_opening, open_since};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::host::Desk;
use crate::scheduler::Scheduler;

/// How long after the window the night that is run through ends.
const MORNING: TimeDelta = TimeDelta::hours(2);

/// The scheduler with its clock. Any thread.
pub struct Timetable {
    desk: Arc<Desk>,
    scheduler: Arc<Scheduler>,
    tasks: Arc<Tasks>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// The window in which each job was last looked at, by the date on which it opened: started in it, or found open at
    /// the start of this program.
    seen: HashMap<String, Option<NaiveDate>>,
    /// The night being run through, with its job's task.
    journey: Option<(JobSpec, Option<Arc<Task>>)>,
}

impl Timetable {
    /// Watches from now on. A job whose window is open already waits for the next one: a program that is started at
    /// night sends nothing unasked.
    pub fn new(desk: Arc<Desk>, scheduler: Arc<Scheduler>, tasks: Arc<Tasks>) -> Self {
        let now = desk.clock.now();
        let jobs = scheduler.jobs().iter();
        let seen = jobs.map(|job| (job.id.clone(), open_since(job, now))).collect();
        Self {
            desk,
            scheduler,
            tasks,
            inner: Mutex::new(Inner { seen, journey: None }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    /// Looks at the clock, and does what is due. Called several times a second.
    pub fn tick(&self) {
        let now = self.clock().now();
        let mut inner = self.lock();
        for job in self.scheduler.jobs() {
            let open = open_since(job, now);
            if inner.seen.insert(job.id.clone(), open) == Some(open) || open.is_none() {
                continue;
            }
            // When no thread is to be had, the journal shows no run; the next window tries again.
            let task = self.start(job).ok();
            if matches!(&inner.journey, Some((travelling, _)) if travelling.id == job.id) {
                inner.journey = task.map(|task| (job.clone(), Some(task)));
            }
        }
        let arrived = matches!(&inner.journey, Some((_, Some(task))) if !task.is_running());
        if arrived {
            if let Some((job, _)) = inner.journey.take() {
                if let Some(opened) = open_since(&job, now) {
                    self.clock().set(closing(&job, opened) + MORNING);
                }
            }
        }
    }

    /// Sets the clock; a job whose window is open then is due, also if it was open before.
    pub fn set(&self, time: DateTime<FixedOffset>) {
        self.turn_to(&mut self.lock(), time);
    }

    fn turn_to(&self, inner: &mut Inner, time: DateTime<FixedOffset>) {
        inner.journey = None;
        inner.seen.values_mut().for_each(|seen| *seen = None);
        self.clock().set(time);
    }

    /// Follows the machine's clock again; a window that is open then is not entered.
    pub fn follow_machine(&self) {
        let mut inner = self.lock();
        inner.journey = None;
        self.clock().follow_machine();
        let now = self.clock().now();
        for job in self.scheduler.jobs() {
            inner.seen.insert(job.id.clone(), open_since(job, now));
        }
    }

    /// Runs through a night: to the opening of a job's window, then, once the job has ended, to the morning after.
    ///
    /// # Errors
    /// There is no such job.
    pub fn travel(&self, id: &str) -> Result<(), Failure> {
        let job = self.job(id)?;
        let mut inner = self.lock();
        let opening = next_opening(&job, self.clock().now());
        self.turn_to(&mut inner, opening);
        inner.journey = Some((job, None));
        Ok(())
    }

    /// Runs a job now, whatever the time.
    ///
    /// # Errors
    /// There is no such job, or no thread.
    pub fn run_now(&self, id: &str) -> Result<Arc<Task>, Failure> {
        self.start(&self.job(id)?)
    }

    fn job(&self, id: &str) -> Result<JobSpec, Failure> {
        let job = self.scheduler.jobs().iter().find(|job| job.id == id).cloned();
        job.ok_or_else(|| Failure::usage("Le planificateur ne connaît pas cette tâche.", "no such job"))
    }

    fn start(&self, job: &JobSpec) -> Result<Arc<Task>, Failure> {
        let (scheduler, id) = (Arc::clone(&self.scheduler), job.id.clone());
        self.tasks.start(&job.label, None, move |task| {
            Ok(Some(scheduler.run(&id, "{}", &**task)?))
        })
    }

    /// The jobs and their windows, for the browser.
    pub fn json(&self) -> Value {
        let now = self.clock().now();
        let travelling = self.lock().journey.as_ref().map(|(job, _)| job.id.clone());
        let hour = |minute: u32| format!("{} h {:02}", minute / 60, minute % 60);
        let jobs = self.scheduler.jobs().iter().map(|job| {
            json!({
                "id": job.id, "label": job.label, "frequency": job.frequency,
                "window": format!("de {} à {}", hour(job.window_start_minute), hour(job.window_end_minute)),
                "open": open_since(job, now).is_some(), "next": next_opening(job, now).to_rfc3339(),
                "travelling": travelling.as_deref() == Some(&job.id),
            })
        });
        let runs = self.tasks.scheduled();
        json!({
            "jobs": jobs.collect::<Vec<_>>(),
            "runs": runs.iter().take(20).map(|task| task.json()).collect::<Vec<_>>(),
        })
    }
}
