//! `night`: one run of the nightly job, through the scheduler.

use passerelle_host_sdk::{Outcome, OutcomeKind};
use serde_json::{Value, json};

use crate::cli::Night;
use crate::clock::at_hour;
use crate::failure::{DONE, FAILED, Failure};
use crate::output::{Colour, Output};
use crate::session::{App, Session};

/// The plugin's nightly job.
const JOB: &str = "export-de-nuit";
/// Hour at which a night is played when only its date is known: the window opens.
pub const OPENING: u32 = 23;

/// Runs the command.
pub fn run(app: &App, asked: &Night) -> Result<u8, Failure> {
    let session = app.session()?;
    if let Some(time) = asked.at.or_else(|| app.date.map(|date| at_hour(date, OPENING))) {
        session.desk.clock.set(time);
    }
    let outcome = play(&session, asked.force)?;
    tell(&app.output, &outcome)?;
    app.output.value(&summary(&outcome))?;
    Ok(exit_code(&outcome))
}

/// Plays the night that the session's clock stands in.
pub fn play(session: &Session<'_>, force: bool) -> Result<Outcome, Failure> {
    let parameters = if force { json!({"force": true}) } else { json!({}) };
    session.run_scheduled(JOB, &parameters, "Export de nuit")
}

/// Says what a night came to.
pub fn tell(output: &Output, outcome: &Outcome) -> Result<(), Failure> {
    let colour = if exit_code(outcome) == DONE {
        Colour::Good
    } else {
        Colour::Bad
    };
    output.say(&output.paint(colour, &outcome.text))?;
    match outcome.kind {
        OutcomeKind::AlreadyDone => return output.say("--force recommence cette nuit."),
        OutcomeKind::RunningElsewhere => return Ok(()),
        OutcomeKind::Done | OutcomeKind::ToMend | OutcomeKind::Problem => {}
    }
    output.say(&format!(
        "Exécution n° {} : {} lus = {} acceptés + {} rejetés + {} non envoyés + {} en attente.",
        outcome.run_id, outcome.read, outcome.accepted, outcome.rejected, outcome.left_out, outcome.pending
    ))
}

/// A night as JSON.
pub fn summary(outcome: &Outcome) -> Value {
    let (kind, verdict) = match outcome.kind {
        OutcomeKind::Done => ("tout_est_parti", Some("vert")),
        OutcomeKind::ToMend => ("a_corriger", Some("orange")),
        OutcomeKind::Problem => ("probleme", Some("rouge")),
        OutcomeKind::AlreadyDone => ("deja_faite", None),
        OutcomeKind::RunningElsewhere => ("en_cours_ailleurs", None),
    };
    json!({
        "verdict": verdict, "execution": outcome.run_id, "resultat": kind, "texte": outcome.text,
        "comptes": {"lus": outcome.read, "acceptes": outcome.accepted, "rejetes": outcome.rejected,
            "non_envoyes": outcome.left_out, "en_attente": outcome.pending},
    })
}

/// The exit code that a night deserves: people left out are the office's matter, rejections and problems are somebody's
/// now.
pub fn exit_code(outcome: &Outcome) -> u8 {
    match outcome.kind {
        OutcomeKind::Problem => FAILED,
        OutcomeKind::ToMend if outcome.rejected > 0 => FAILED,
        OutcomeKind::Done | OutcomeKind::ToMend | OutcomeKind::AlreadyDone | OutcomeKind::RunningElsewhere => DONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_with_rejects_or_a_problem_is_not_a_success() {
        let cases = [
            (OutcomeKind::Done, 0, DONE, "tout_est_parti"),
            (OutcomeKind::AlreadyDone, 1, DONE, "deja_faite"),
            (OutcomeKind::RunningElsewhere, 0, DONE, "en_cours_ailleurs"),
            (OutcomeKind::ToMend, 0, DONE, "a_corriger"),
            (OutcomeKind::ToMend, 1, FAILED, "a_corriger"),
            (OutcomeKind::Problem, 0, FAILED, "probleme"),
        ];
        for (kind, rejected, code, text) in cases {
            let outcome = Outcome {
                kind,
                run_id: 3,
                read: 10,
                accepted: 6,
                rejected,
                left_out: 2,
                pending: 1,
                text: "Fini.".into(),
            };
            assert_eq!(exit_code(&outcome), code);
            let summary = summary(&outcome);
            assert_eq!(summary.pointer("/resultat"), Some(&json!(text)));
            assert_eq!(summary.pointer("/comptes/non_envoyes"), Some(&json!(2)));
        }
    }
}
