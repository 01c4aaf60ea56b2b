//! The preview as tables.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Resume, lines};
use crate::dossier::Dossier;
use crate::error::Error;
use crate::night::stream::{DossierStream, Plan, Prepared};
use crate::table::{Batch, Description, Progress, Rows, Table};

/// Dossiers in order, those that a table wants.
struct Selected {
    plan: Arc<Plan>,
    progress: Arc<Progress>,
    stream: Option<DossierStream>,
    waiting: VecDeque<Prepared>,
    wanted: fn(&Dossier) -> bool,
}

impl Selected {
    fn new(plan: Arc<Plan>, wanted: fn(&Dossier) -> bool) -> Self {
        Self {
            plan,
            progress: Arc::default(),
            stream: None,
            waiting: VecDeque::new(),
            wanted,
        }
    }

    fn next(&mut self) -> Result<Option<Prepared>, Error> {
        loop {
            if let Some(prepared) = self.waiting.pop_front() {
                return Ok(Some(prepared));
            }
            let stream = match &mut self.stream {
                Some(stream) => stream,
                None => self.stream.insert(self.plan.start()),
            };
            let progress = &self.progress;
            let Some(group) = stream.next_group(&|| progress.is_cancelled())? else {
                return Ok(None);
            };
            progress.done.fetch_add(group.len() as u64, Ordering::Relaxed);
            self.waiting
                .extend(group.into_iter().filter(|prepared| (self.wanted)(&prepared.dossier)));
        }
    }

    fn fill(&mut self, max_rows: usize, batch: &mut Batch, push: impl Fn(&Prepared, &mut Batch)) -> Result<(), Error> {
        while batch.rows() < max_rows {
            let Some(prepared) = self.next()? else { break };
            push(&prepared, batch);
        }
        Ok(())
    }
}

/// *Données envoyées*: all fields, each with its provenance.
pub fn donnees_envoyees(plan: Arc<Plan>) -> Table {
    let lines = lines::Envoyees::new(&plan);
    let selected = Selected::new(plan, Dossier::envoyable);
    Table {
        description: Description::new("donnees-envoyees", "Données envoyées", lines.columns.clone()),
        progress: selected.progress.clone(),
        rows: Box::new(Envoyees { selected, lines }),
    }
}

struct Envoyees {
    selected: Selected,
    lines: lines::Envoyees,
}

impl Rows for Envoyees {
    fn next(&mut self, max_rows: usize, batch: &mut Batch) -> Result<(), Error> {
        let lines = &self.lines;
        self.selected.fill(max_rows, batch, |prepared, batch| {
            lines.line(&prepared.dossier, |cells| batch.push(cells));
        })
    }
}

/// *Apprentis non envoyés*: who, why, and what to do.
pub fn non_envoyes(plan: Arc<Plan>) -> Table {
    let selected = Selected::new(plan, |dossier| !dossier.envoyable());
    Table {
        description: Description::new("non-envoyes", "Apprentis non envoyés", lines::non_envoyes_columns()),
        progress: selected.progress.clone(),
        rows: Box::new(NonEnvoyes(selected)),
    }
}

struct NonEnvoyes(Selected);

impl Rows for NonEnvoyes {
    fn next(&mut self, max_rows: usize, batch: &mut Batch) -> Result<(), Error> {
        self.0.fill(max_rows, batch, |prepared, batch| {
            lines::non_envoye(&prepared.dossier, |cells| batch.push(cells));
        })
    }
}

/// *Résumé*: what would go out, what would not and why, and what the night lacks.
pub fn resume(plan: Arc<Plan>) -> Table {
    let selected = Selected::new(plan, |_| true);
    Table {
        description: Description::new("resume", "Résumé", lines::resume_columns("")),
        progress: selected.progress.clone(),
        rows: Box::new(ResumeRows {
            selected,
            told: Told::Nothing,
        }),
    }
}

struct ResumeRows {
    selected: Selected,
    told: Told,
}

/// How far the summary is told.
#[derive(PartialEq, Eq)]
enum Told {
    Nothing,
    /// What is known before anything is read.
    Settings,
    Everything,
}

impl Rows for ResumeRows {
    fn next(&mut self, _: usize, batch: &mut Batch) -> Result<(), Error> {
        let plan = self.selected.plan.clone();
        if self.told == Told::Nothing {
            self.told = Told::Settings;
            for line in &lines::sans_envoi(&plan) {
                batch.push(lines::resume_cells(line));
            }
            if batch.rows() > 0 {
                return Ok(());
            }
        }
        if std::mem::replace(&mut self.told, Told::Everything) == Told::Everything {
            return Ok(());
        }
        let mut resume = Resume::of(plan.apart()?);
        while let Some(prepared) = self.selected.next()? {
            resume.add(&prepared);
        }
        for line in &lines::resume(&resume) {
            batch.push(lines::resume_cells(line));
        }
        Ok(())
    }
}
