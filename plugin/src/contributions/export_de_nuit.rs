//! *Export de nuit vers la Mission interministérielle pour l'apprentissage*: the job of the host's scheduler.

use serde::Deserialize;

use super::parse_object;
use super::registry::{Contribution, JobEntry, Opens, text};
use crate::error::Error;
use crate::host::{Job, Run};
use crate::installation::Installation;
use crate::night::telling::Telling;
use crate::night::{self, Outcome};

/// The job as the scheduler sees it. The dashboard recommends 23:00.
pub const JOB: Job = Job {
    id: c"export-de-nuit",
    label: c"Export de nuit vers la Mission interministérielle pour l'apprentissage",
    frequency: c"une fois par nuit",
    window: (night::WINDOW_START_MINUTE, night::WINDOW_END_MINUTE),
};

/// Its place among the contributions.
pub const SCREEN: Contribution = Contribution {
    id: JOB.id,
    label: JOB.label,
    menu: c"",
    opens: Opens::Nothing,
};

/// The job as it is run.
pub const RUN: JobEntry = JobEntry { id: text(JOB.id), run };

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    force: bool,
}

/// Run one night, and tell of it by e-mail if the settings say so.
///
/// # Errors
/// It could not be run, or the host cancelled it.
pub fn run(installation: &Installation, parameters: &str, run: &dyn Run) -> Result<Outcome, Error> {
    let Parameters { force } = parse_object(parameters)?;
    let telling = Telling::default();
    let night = night::watched(run, |watch| {
        let parts = night::Parts::of(installation, watch)?;
        night::run(&parts, installation.host(), force, watch, &telling)
    });
    telling.tell(night, installation.host(), &|| installation.sealer(), run)
}
