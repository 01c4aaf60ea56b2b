//! The mini ERP as a program of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::{self, program};

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
        let command = match library {
            Some(library) => host.command_with(library, &[]),
            None => host.command(&[]),
        };
        Self::run(command, arguments)
    }

    /// Starts another build of it.
    pub fn start_program(program: &Path, folder: &Path, library: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.arg("--plugin").arg(library).arg("--dir").arg(folder);
        command.args(["--date", support::base::GOLDEN_DATE]);
        Self::run(command, arguments)
    }

    fn run(mut command: Command, arguments: &[&str]) -> Self {
        let mut process = command
            .args(["--json", "serve", "--port", "0", "--sandbox-port", "0"])
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

    /// The most memory that it has held, as the system counts it.
    pub fn peak_memory(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.unwrap_or_default().trim().to_owned()
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
