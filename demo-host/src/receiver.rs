//! The sandbox of the receiving API: started beside a command, or alone.

use std::path::Path;

use serde_json::Value;

use crate::cli::Sandbox;
use crate::failure::{DONE, Failure};
use crate::session::App;

/// A running sandbox; stops when dropped.
pub struct Receiver {
    url: String,
}

impl Receiver {
    /// Starts a sandbox on 127.0.0.1; port 0 takes a free one. Without keys it accepts any well-formed one.
    ///
    /// # Errors
    /// The port is taken, or the faults cannot be read.
    pub fn start(_port: u16, _faults: Option<&Path>, _keys: Vec<String>) -> Result<Self, Failure> {
        Err(Failure::failed("Bac à sable absent.", "pending"))
    }

    /// The API's base address, as the settings take it.
    pub fn api(&self) -> String {
        format!("{}/api", self.url)
    }

    /// What it holds: the answer of `GET /sandbox/recus`.
    ///
    /// # Errors
    /// It does not answer.
    pub fn received(&self) -> Result<Value, Failure> {
        let url = format!("{}/sandbox/recus", self.url);
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

/// Runs `sandbox`: until Ctrl-C.
pub fn run(app: &App, asked: &Sandbox) -> Result<u8, Failure> {
    let receiver = Receiver::start(asked.port, asked.faults.as_deref(), Vec::new())?;
    app.output.say(&format!(
        "Bac à sable à l'écoute sur {} ; Ctrl-C l'arrête.",
        receiver.api()
    ))?;
    Ok(DONE)
}
