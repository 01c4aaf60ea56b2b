//! `demo`: everything at once on a fresh sample, and a check that what was received is what was announced.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use passerelle_host_sdk::Outcome;
use serde_json::{Value, json};

use crate::cli::Sample;
use crate::clock::{at_hour, today};
use crate::commands::compare::Comparison;
use crate::commands::settings::SETTINGS;
use crate::commands::{night, preview, report, seed};
use crate::failure::{FAILED, Failure};
use crate::output::{Colour, Output, render_form};
use crate::places;
use crate::receiver::Receiver;
use crate::seed::settings;
use crate::session::{App, Session};

/// Differences listed on a terminal; all of them are in the JSON.
const LISTED: usize = 10;

/// Runs the command.
pub fn run(app: &App, sample: &Sample) -> Result<u8, Failure> {
    let output = app.output;
    let date = app.date.unwrap_or_else(today);
    let folder = fresh_folder(app)?;
    places::create_folder(&folder)?;
    let mut step = Steps {
        output,
        folder: &folder,
        number: 0,
    };
    output.heading(&format!(
        "Démonstration de Passerelle Apprentissage, au {}",
        date.format("%d/%m/%Y")
    ))?;
    output.say(&format!("Dossier : {}", folder.display()))?;

    step.next(&format!(
        "Base de l'ERP : {} inscriptions inventées (graine {})",
        sample.inscriptions, sample.graine
    ))?;
    let file = folder.join("erp.db");
    if app.asked_database().is_none() {
        places::private_file(&file)?;
    }
    let database = app
        .asked_database()
        .map_or_else(|| places::sqlite(&file), str::to_owned);
    let plan = seed::create(app, sample, &database)?;

    step.next("Bac à sable : le récepteur, sur cette machine, à la place de celui de la Mission")?;
    let draft = settings(plan, "");
    let receiver = Receiver::start(draft.keys())?;
    output.say(&format!("À l'écoute sur {}", receiver.api()))?;

    step.next("Plugin : chargement, création de ses tables mna_")?;
    let session = app.session_on(database, &folder)?;
    session.desk.clock.set(at_hour(date, 12));
    output.say(&session.run_job("migration", "Tables du plugin")?.text)?;

    step.next("Réglages : secteurs activés, liste des UAI, accès à l'API")?;
    let file = step.file(SETTINGS);
    seed::write_settings(&settings(plan, &receiver.api()), &file)?;
    let bytes = std::fs::read(&file).map_err(|error| Failure::failed("Réglages illisibles.", error))?;
    session.read_document(SETTINGS, &bytes)?;
    show_form(&session, &output)?;

    step.next("Aperçu : ce que la nuit enverrait, et qui ne serait pas envoyé")?;
    app.cancel.check()?;
    let announced = show_preview(&session, &step)?;

    step.next(&format!(
        "Nuit du {} : le planificateur lance l'export à 23 h",
        date.format("%d/%m/%Y")
    ))?;
    session.desk.clock.set(at_hour(date, night::OPENING));
    let outcome = night::play(&session, false)?;
    night::tell(&output, &outcome)?;

    step.next("Compte rendu de la nuit")?;
    if !output.json {
        session.show_first(session.open(report::REPORT, &json!({"run": outcome.run_id}))?)?;
    }
    let parameters = json!({"run": outcome.run_id});
    step.save(
        &session,
        &parameters,
        &["compte-rendu.json", "compte-rendu.xlsx", "compte-rendu.html"],
    )?;

    step.next("Comparaison : ce que le bac à sable a gardé, face à ce que l'aperçu annonçait")?;
    let comparison = Comparison::new(&announced, &receiver.received()?);
    let checks = checks(&announced, &outcome, &comparison);
    show_comparison(&output, &comparison, &checks)?;
    let sound = checks.iter().all(|(_, holds)| *holds);
    finish(&step, date, &outcome, &comparison, sound)?;
    Ok(if sound { night::exit_code(&outcome) } else { FAILED })
}

/// The folder asked for while it is empty, else a new one inside this host's.
fn fresh_folder(app: &App) -> Result<PathBuf, Failure> {
    let empty = std::fs::read_dir(&app.folder).map_or(true, |mut entries| entries.next().is_none());
    if app.folder_asked && empty {
        return Ok(app.folder.clone());
    }
    let stamp = chrono::Local::now().format("demo-%Y%m%d-%H%M%S").to_string();
    let names = std::iter::once(stamp.clone()).chain((2..1000).map(|number| format!("{stamp}-{number}")));
    names
        .map(|name| app.folder.join(name))
        .find(|folder| !folder.exists())
        .ok_or_else(|| {
            Failure::usage(
                "Aucun dossier neuf pour la démonstration : indiquez-en un avec --dir.",
                "all names are taken",
            )
        })
}

fn show_form(session: &Session<'_>, output: &Output) -> Result<(), Failure> {
    for description in session.form("complements-secteur", &json!({"societe_id": 1, "secteur_id": 1}))? {
        for line in render_form(&description) {
            output.say(&line)?;
        }
    }
    Ok(())
}

fn show_preview(session: &Session<'_>, step: &Steps<'_>) -> Result<Value, Failure> {
    if !step.output.json {
        session.show_first(session.open(preview::PREVIEW, &json!({}))?)?;
    }
    step.save(session, &json!({}), &["apercu.json", "apercu.xlsx"])?;
    let unreadable =
        |detail: &dyn std::fmt::Display| Failure::failed("L'aperçu écrit par le plugin est illisible.", detail);
    let bytes = std::fs::read(step.file("apercu.json")).map_err(|error| unreadable(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))
}

/// What must hold, in French, and whether it does.
fn checks(preview: &Value, outcome: &Outcome, comparison: &Comparison) -> Vec<(String, bool)> {
    let counted = |key: &str| {
        preview
            .get("resume")
            .and_then(|resume| resume.get(key))
            .and_then(Value::as_u64)
    };
    let sum = outcome.accepted + outcome.rejected + outcome.left_out + outcome.pending;
    let kept = u64::try_from(comparison.received).unwrap_or(u64::MAX);
    vec![
        (
            format!("la nuit a lu autant de dossiers que l'aperçu ({})", outcome.read),
            counted("lus") == Some(outcome.read),
        ),
        (
            format!("les comptes de la nuit font la somme de ses lus ({sum})"),
            sum == outcome.read,
        ),
        (
            format!("le bac à sable garde les dossiers annoncés, ni plus ni moins ({kept})"),
            counted("envoyes") == Some(kept) && comparison.missing.is_empty() && comparison.unexpected.is_empty(),
        ),
        (
            format!("chacun est arrivé exactement comme annoncé ({})", comparison.identical),
            comparison.is_clean() && comparison.announced > 0,
        ),
        (
            format!(
                "la nuit compte comme acceptés ceux que le bac à sable juge valides ({})",
                comparison.valid
            ),
            outcome.accepted == comparison.valid,
        ),
    ]
}

fn show_comparison(output: &Output, comparison: &Comparison, checks: &[(String, bool)]) -> Result<(), Failure> {
    for (what, holds) in checks {
        let mark = if *holds {
            output.paint(Colour::Good, "oui")
        } else {
            output.paint(Colour::Bad, "NON")
        };
        output.say(&format!("  {mark}  {what}"))?;
    }
    for inscription in comparison.missing.iter().take(LISTED) {
        output.say(&format!("       inscription {inscription} : annoncée, pas reçue"))?;
    }
    for (inscription, fields) in comparison.different.iter().take(LISTED) {
        output.say(&format!(
            "       inscription {inscription} : reçue avec d'autres valeurs ({})",
            fields.join(", ")
        ))?;
    }
    for learner in comparison.unexpected.iter().take(LISTED) {
        output.say(&format!("       apprenti {learner} : reçu, pas annoncé"))?;
    }
    Ok(())
}

fn finish(
    step: &Steps<'_>,
    date: NaiveDate,
    outcome: &Outcome,
    comparison: &Comparison,
    sound: bool,
) -> Result<(), Failure> {
    let mut files: Vec<_> = std::fs::read_dir(step.folder)
        .map_err(|error| Failure::failed("Le dossier de la démonstration est illisible.", error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    let output = step.output;
    output.say("")?;
    output.heading("Fichiers laissés")?;
    for file in &files {
        output.say(&format!("  {}", file.display()))?;
    }
    output.value(&json!({
        "date": date.to_string(), "dossier": step.folder, "fichiers": files, "nuit": night::summary(outcome),
        "comparaison": comparison.to_json(), "conforme": sound,
    }))?;
    let verdict = if sound {
        "Tout concorde."
    } else {
        "Quelque chose ne concorde pas : voir les lignes NON."
    };
    output.say(&output.paint(if sound { Colour::Good } else { Colour::Bad }, verdict))
}

/// Says what is done next, and where files go.
struct Steps<'a> {
    output: Output,
    folder: &'a Path,
    number: u32,
}

impl Steps<'_> {
    fn next(&mut self, what: &str) -> Result<(), Failure> {
        self.number += 1;
        self.output.say("")?;
        self.output.heading(&format!("{}. {what}", self.number))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Saves documents under their own names; one that this plugin does not have is passed over.
    fn save(&self, session: &Session<'_>, parameters: &Value, documents: &[&str]) -> Result<(), Failure> {
        for document in documents {
            match session.save_document(document, parameters, document, &self.file(document)) {
                Err(Failure::Absent { .. }) => self.output.say(&format!("{document} : ce plugin ne l'écrit pas."))?,
                other => other?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use passerelle_host_sdk::OutcomeKind;

    #[test]
    fn what_does_not_add_up_is_told() {
        let preview = json!({"resume": {"lus": 3, "envoyes": 1}, "envoyes": [
            {"inscription_id": 1, "dossier": {"id_erp_apprenant": "1"}}]});
        let kept = json!({"dossiers": [{"dossier": {"id_erp_apprenant": "1"}, "valide": true}]});
        let outcome = Outcome {
            kind: OutcomeKind::Done,
            run_id: 1,
            read: 3,
            accepted: 1,
            rejected: 0,
            left_out: 2,
            pending: 0,
            text: String::new(),
        };
        let failed = |preview: &Value, outcome: &Outcome, kept: &Value| {
            let checks = checks(preview, outcome, &Comparison::new(preview, kept));
            checks
                .iter()
                .enumerate()
                .filter_map(|(index, (_, holds))| (!holds).then_some(index))
                .collect::<Vec<_>>()
        };
        assert!(failed(&preview, &outcome, &kept).is_empty());
        assert_eq!(
            failed(
                &preview,
                &Outcome {
                    read: 4,
                    ..outcome.clone()
                },
                &kept
            ),
            [0, 1]
        );
        assert_eq!(
            failed(
                &preview,
                &Outcome {
                    accepted: 0,
                    rejected: 1,
                    ..outcome.clone()
                },
                &kept
            ),
            [4]
        );
        assert_eq!(failed(&preview, &outcome, &json!({"dossiers": []})), [2, 3, 4]);
    }
}
