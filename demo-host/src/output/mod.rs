//! What the user sees: tables, progress and colours on a terminal, plain data everywhere else.

mod document;
mod form;
mod grid;
mod progress;
mod save;

use std::io::{self, IsTerminal, Write};

use crate::failure::Failure;

pub use document::{Column, Description};
pub use form::render as render_form;
pub use grid::{FirstRows, show_json, show_plain};
pub use progress::Progress;
pub use save::save;

/// How to write to the standard output.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// One JSON value, and nothing else.
    pub json: bool,
    /// Standard output is a terminal, for people.
    pub terminal: bool,
    /// Progress bars on standard error.
    pub bars: bool,
    colours: bool,
}

/// What a colour stands for.
#[derive(Clone, Copy, Debug)]
pub enum Colour {
    /// A heading.
    Bold,
    /// It went well.
    Good,
    /// It did not.
    Bad,
}

impl Output {
    /// What suits this process.
    pub fn new(json: bool) -> Self {
        let terminal = io::stdout().is_terminal() && !json;
        let colours = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            json,
            terminal,
            bars: io::stderr().is_terminal() && !json,
            colours,
        }
    }

    /// A line for people; silent with `--json`.
    ///
    /// # Errors
    /// The output is closed or full.
    pub fn say(&self, line: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { self.line(line) }
    }

    /// A heading for people; silent with `--json`.
    ///
    /// # Errors
    /// The output is closed or full.
    pub fn heading(&self, line: &str) -> Result<(), Failure> {
        self.say(&self.paint(Colour::Bold, line))
    }

    /// The one JSON value of a command; silent without `--json`.
    ///
    /// # Errors
    /// The output is closed or full.
    pub fn value(&self, value: &serde_json::Value) -> Result<(), Failure> {
        if self.json {
            self.line(&value.to_string())
        } else {
            Ok(())
        }
    }

    /// A line, whatever the mode.
    ///
    /// # Errors
    /// The output is closed or full.
    pub fn line(&self, line: &str) -> Result<(), Failure> {
        let mut output = io::stdout().lock();
        writeln!(output, "{line}")
            .and_then(|()| output.flush())
            .map_err(output_failure)
    }

    /// A text in colour, where colours are wanted.
    pub fn paint(&self, colour: Colour, text: &str) -> String {
        if !self.colours {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Bold => "1",
            Colour::Good => "32",
            Colour::Bad => "31",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// A failed write to standard output: closed by its reader, or in trouble.
pub fn output_failure(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::Closed
    } else {
        Failure::failed("Impossible d'écrire le résultat : vérifiez la place disponible.", error)
    }
}

/// A line on standard error; whatever happens there, work goes on.
pub fn error_line(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
