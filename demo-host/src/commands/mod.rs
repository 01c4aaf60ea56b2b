//! The commands, one file each; what they share is the session.

mod compare;
mod demo;
mod mapping;
mod night;
mod preview;
mod report;
mod seed;
mod settings;
mod tables;

pub use night::exit_code as night_exit_code;

use std::path::{Path, PathBuf};

use crate::cli::{Sample, Seed, Task};
use crate::failure::Failure;
use crate::receiver;
use crate::serve;
use crate::session::App;

/// Runs a command; returns its exit code.
///
/// # Errors
/// What kept it from its end.
pub fn run(app: &App, task: Task) -> Result<u8, Failure> {
    match task {
        Task::Demo(sample) => demo::run(app, &sample),
        Task::Seed(asked) => seed::run(app, &asked),
        Task::Migrate { print } => tables::migrate(app, print),
        Task::Settings { action } => settings::run(app, &action),
        Task::Preview(asked) => preview::run(app, &asked),
        Task::Night(asked) => night::run(app, &asked),
        Task::Report(asked) => report::run(app, &asked),
        Task::Mapping { action } => mapping::run(app, &action),
        Task::Diagnostic => tables::diagnostic(app),
        Task::Serve(asked) => serve::run(app, &asked),
        Task::Sandbox(asked) => receiver::run(app, &asked),
    }
}

/// Makes a sample in this host's folder, with the settings that go with it.
///
/// # Errors
/// The database or the file cannot be written.
pub fn sample(app: &App, inscriptions: u32, api: &str) -> Result<(), Failure> {
    let asked = Seed {
        sample: Sample {
            inscriptions,
            graine: 1,
            ecraser: false,
        },
        settings: None,
        url: api.to_owned(),
    };
    seed::make(app, &asked).map(drop)
}

/// The settings that go with the sample of this host's folder.
pub fn settings_file(app: &App) -> PathBuf {
    seed::settings_file(app)
}

/// The document for a file, by its ending: `stem` with one of `endings`.
///
/// # Errors
/// It has another ending.
fn document_for(file: &Path, stem: &str, endings: &[&str]) -> Result<String, Failure> {
    let ending = file
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if endings.contains(&ending.as_str()) {
        return Ok(format!("{stem}.{ending}"));
    }
    let allowed = endings
        .iter()
        .map(|ending| format!(".{ending}"))
        .collect::<Vec<_>>()
        .join(", ");
    Err(Failure::usage(
        format!(
            "Le fichier « {} » (--out) doit se terminer par {allowed}.",
            file.display()
        ),
        "unknown file name extension",
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_document_is_chosen_by_the_files_ending() {
        let endings = ["json", "xlsx"];
        assert_eq!(
            document_for(Path::new("/a/b.json"), "apercu", &endings).unwrap(),
            "apercu.json"
        );
        assert_eq!(
            document_for(Path::new("b.XLSX"), "apercu", &endings).unwrap(),
            "apercu.xlsx"
        );
        for wrong in ["b", "b.csv", "json"] {
            let failure = document_for(Path::new(wrong), "apercu", &endings).unwrap_err();
            assert_eq!(failure.exit_code(), crate::failure::WRONG_USAGE);
            assert!(failure.user_text().unwrap().contains(".json, .xlsx"));
        }
    }
}
