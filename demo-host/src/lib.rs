//! The demo host: plays the ERP for developers of Passerelle Apprentissage, and for whoever wants to see it work.
//!
//! It loads the real library through host-sdk, implements every callback, and has everything around it: sample data, a
//! scheduler, a sandbox of the receiving API. It holds no business rule of its own.

pub mod cancel;
pub mod cli;
pub mod clock;
mod commands;
mod doors;
pub mod failure;
pub mod host;
pub mod output;
pub mod places;
mod receiver;
pub mod sandbox;
pub mod scheduler;
pub mod seed;
mod serve;
pub mod session;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;

pub use commands::night_exit_code;
use failure::{DONE, Failure, WRONG_USAGE};
use output::error_line;

/// Runs the program on a command line, its name first; returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // Who asked for help and closed the output has read enough.
            let _ = error.print();
            return DONE.into();
        }
        Err(error) => {
            error_line(&format!("Erreur : {}", cli::usage_text(&error)));
            return WRONG_USAGE.into();
        }
    };
    let verbose = cli.common.verbose;
    match session::App::new(cli.common).and_then(|app| commands::run(&app, cli.command)) {
        Ok(code) => code.into(),
        Err(failure) => {
            tell(&failure, verbose);
            failure.exit_code().into()
        }
    }
}

fn tell(failure: &Failure, verbose: bool) {
    let Some(text) = failure.user_text() else { return };
    match failure {
        Failure::Cancelled => error_line(&text),
        _ => error_line(&format!("Erreur : {text}")),
    }
    if verbose {
        error_line(&format!("Détail : {failure}"));
    }
}
