//! The mini ERP as a program of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::program;

/// A running mini ERP; ends with this value.
pub struct Erp {
    process: Child,
    /// The address to open, with its token.
    pub url: String,
    /// The address of its sandbox's API.
    pub api: String,
}

impl Erp {
    /// Starts it in a folder, with the library given or else the real one.
    pub fn start(folder: &Path, library: Option<&Path>, arguments: &[&str]) -> Self {
        let host = program::DemoHost {
            folder: folder.to_path_buf(),
        };
        let mut command = match library {
            Some(library) => host.command_with(library, &["--json", "serve", "--port", "0", "--sandbox-port", "0"]),
            None => host.command(&["--json", "serve", "--port", "0", "--sandbox-port", "0"]),
        };
        let mut process = command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |key: &str| told[key].as_str().unwrap().to_owned();
        Self {
            process,
            url: text("url"),
            api: text("bac_a_sable"),
        }
    }

    /// Asks it to stop, as Ctrl-C does, and gives its exit code.
    #[cfg(unix)]
    pub fn interrupt(mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Erp {
    fn drop(&mut self) {
        // One that has ended is ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
