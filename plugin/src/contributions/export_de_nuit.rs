//! *Export de nuit vers la Mission interministérielle pour l'apprentissage*: the job of the host's scheduler.

use serde::Deserialize;

use super::parse_object;
use crate::error::Error;
use crate::host::{Job, Run};
use crate::installation::Installation;
use crate::night::telling::Telling;
use crate::night::{self, Outcome};

/// Id of the job.
pub const ID: &str = "export-de-nuit";

/// The job as the scheduler sees it. The dashboard recommends 23:00.
pub const JOB: Job = Job {
    id: c"export-de-nuit",
    label: c"Export de nuit vers la Mission interministérielle pour l'apprentissage",
    frequency: c"une fois par nuit",
    window: (night::WINDOW_START_MINUTE, night::WINDOW_END_MINUTE),
};

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
