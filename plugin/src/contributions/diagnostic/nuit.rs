//! The last night's verdict, and what keeps the next one from sending.

use super::{Line, line};
use crate::error::Error;
use crate::night::causes;
use crate::store::Store;
use crate::store::journal::Conclusion;

/// What the last run came to; nothing before the first.
pub fn last(store: &Store) -> Option<Line> {
    let found = store.journal().and_then(|journal| journal.runs(1)).map_err(Error::from);
    let run = match found {
        Ok(runs) => Ok(runs.into_iter().next()?),
        Err(error) => Err(error),
    };
    let mut told = line("Dernier export de nuit", &run, |run| {
        let verdict = run.conclusion.map_or("en cours", Conclusion::label);
        format!(
            "{verdict} (nuit du {}). {}",
            run.nuit.format("%d/%m/%Y"),
            run.causes.join(" ")
        )
    });
    // People to mend are not the installation's fault.
    if run.is_ok_and(|run| run.conclusion == Some(Conclusion::Rouge)) {
        told.problem = Some(std::mem::take(&mut told.detail));
    }
    Some(told)
}

/// What the settings keep from going tonight.
pub fn next(store: &Store) -> Vec<Line> {
    const SUBJECT: &str = "Prochain export de nuit";
    let found = causes::of_settings(store).map_err(Error::from);
    match found {
        Ok((_, causes)) if !causes.is_empty() => {
            let told = causes.into_iter().map(|cause| Line {
                subject: SUBJECT.to_owned(),
                problem: Some(cause),
                detail: String::new(),
            });
            told.collect()
        }
        checked => vec![line(SUBJECT, &checked, |(secteurs, _)| match secteurs {
            0 | 1 => format!("{secteurs} secteur activé"),
            some => format!("{some} secteurs activés"),
        })],
    }
}
