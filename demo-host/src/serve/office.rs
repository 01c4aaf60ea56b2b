//! What all requests share: the ERP at work.

use std::path::PathBuf;
use std::sync::Arc;

use passerelle_host_sdk::Worker;
use serde_json::{Value, json};

use super::base::Base;
use super::erp::{Erp, Front};
use super::fiche::Fiches;
use super::tabs::Tabs;
use super::tasks::Tasks;
use super::timetable::Timetable;
use crate::host::Desk;
use crate::sandbox::Sandbox;

/// Everything but the thread of the user interface, which is behind [`Front`]. Any thread.
pub struct Office {
    /// The way to the thread of the user interface.
    pub front: Front,
    /// The plugin's side for long calls.
    pub worker: Worker,
    /// The clock, and what the plugin put on the desk.
    pub desk: Arc<Desk>,
    /// Long calls.
    pub tasks: Arc<Tasks>,
    /// The scheduler at work.
    pub timetable: Timetable,
    /// Browser tabs.
    pub tabs: Tabs,
    /// The ERP's own tables.
    pub base: Arc<Base>,
    /// The ERP's own forms.
    pub fiches: Fiches,
    /// The receiver.
    pub sandbox: Sandbox,
    /// Where temporary files go.
    pub folder: PathBuf,
    /// What this installation is, for the status bar.
    pub about: Value,
}

impl Office {
    /// Looks at the clock and at the browser tabs; called several times a second.
    pub fn tick(&self) {
        self.timetable.tick();
        for tab in self.tabs.lost() {
            self.leave(tab);
        }
    }

    /// A browser tab goes away: its forms are closed, its tables released, its tasks stopped.
    pub fn leave(&self, tab: u64) {
        for table in self.tabs.leave(tab) {
            table.cancel();
        }
        self.tasks.leave(tab);
        self.fiches.leave(tab);
        self.front.tell(move |erp: &mut Erp| erp.leave(tab));
    }

    /// Stops everything that runs, and waits for it.
    pub fn end(&self) {
        self.tasks.end();
        let tables: Vec<_> = self
            .tabs
            .all()
            .into_iter()
            .flat_map(|tab| self.tabs.leave(tab))
            .collect();
        for table in &tables {
            table.cancel();
        }
        for table in tables {
            table.close();
        }
    }

    /// What changes while nobody does anything: the clock, the scheduler, the receiver.
    pub fn state(&self) -> Value {
        let (received, valid) = self.sandbox.counts();
        json!({
            "now": self.desk.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
            "scheduler": self.timetable.json(),
            "sandbox": {"url": self.sandbox.url(), "received": received, "valid": valid},
        })
    }
}
