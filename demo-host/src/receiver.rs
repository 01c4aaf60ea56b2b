//! The sandbox of the receiving API: started beside a command, or alone.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::cli;
use crate::failure::Failure;
use crate::sandbox::faults::Scenario;
use crate::sandbox::{Keys, Log, Options, Organisme, Sandbox, SandboxError};
use crate::session::App;

/// How often `sandbox` looks whether it is to stop.
const GLANCE: Duration = Duration::from_millis(100);

/// A running sandbox; stops when dropped.
pub struct Receiver(Sandbox);

impl Receiver {
    /// Starts a sandbox on a free port of 127.0.0.1 that takes these keys and no other.
    ///
    /// # Errors
    /// The system refuses a port or a thread.
    pub fn start(keys: BTreeMap<String, Organisme>) -> Result<Self, Failure> {
        let keys = Keys {
            v3: keys,
            ..Keys::default()
        };
        Ok(Self(Sandbox::start(Options {
            keys,
            ..Options::default()
        })?))
    }

    /// The API's base address, as the settings take it.
    pub fn api(&self) -> String {
        self.0.url()
    }

    /// What it holds: the answer of `GET /sandbox/recus`.
    ///
    /// # Errors
    /// It does not answer.
    pub fn received(&self) -> Result<Value, Failure> {
        let url = self.0.inbox_url();
        let problem =
            |error: &dyn std::fmt::Display| Failure::failed(format!("Le bac à sable ne répond pas à {url}."), error);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| problem(&error))?;
        // Loopback: no proxy of the environment stands between.
        let fetch = async {
            let client = reqwest::Client::builder().no_proxy().build()?;
            client.get(&url).send().await?.error_for_status()?.bytes().await
        };
        let body = runtime.block_on(fetch).map_err(|error| problem(&error))?;
        serde_json::from_slice(&body).map_err(|error| problem(&error))
    }
}

/// Runs `sandbox`: until Ctrl-C. Requests are logged on standard error.
pub fn run(app: &App, asked: &cli::Sandbox) -> Result<u8, Failure> {
    let faults = scenario(asked.faults.as_deref())?;
    let log = Some(Log::Writer(Box::new(io::stderr())));
    let sandbox = Sandbox::start(Options {
        port: asked.port,
        faults,
        log,
        ..Options::default()
    })?;
    app.output.say(&format!(
        "Bac à sable à l'écoute sur {} ; Ctrl-C l'arrête.",
        sandbox.url()
    ))?;
    app.output.say(&format!("Ce qu'il a reçu : {}", sandbox.inbox_url()))?;
    app.output.value(&serde_json::json!({"url": sandbox.url()}))?;
    loop {
        app.cancel.check()?;
        thread::sleep(GLANCE);
    }
}

/// The faults that a file asks for; none without a file.
///
/// # Errors
/// The file is not there, or is wrong.
pub fn scenario(file: Option<&Path>) -> Result<Scenario, Failure> {
    let loaded = file.map(Scenario::load).transpose();
    Ok(loaded.map_err(SandboxError::from)?.unwrap_or_default())
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        let text = error.user_text();
        match error {
            SandboxError::Storage(_) | SandboxError::Runtime(_) => Self::failed(text, &error),
            SandboxError::Port { .. } | SandboxError::Log(_) | SandboxError::Tls(_) | SandboxError::Scenario(_) => {
                Self::usage(text, &error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_empty_sandbox_tells_that_it_is_empty() {
        let receiver = Receiver::start(BTreeMap::new()).unwrap();
        assert!(receiver.api().starts_with("http://127.0.0.1:") && receiver.api().ends_with("/api"));
        let received = receiver.received().unwrap();
        assert_eq!(received.pointer("/dossiers"), Some(&serde_json::json!([])));
    }

    #[test]
    fn a_missing_scenario_is_wrong_usage() {
        let failure = scenario(Some(Path::new("/absent/pannes.json"))).unwrap_err();
        assert_eq!(failure.exit_code(), crate::failure::WRONG_USAGE);
    }
}
