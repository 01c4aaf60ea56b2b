//! The sandbox: a receiver of dossiers for tests and demonstrations.
//!
//! A real HTTP server on the loopback interface that checks what it gets as the receiver does (v3 as it is today, and `/api/login` with
//! `/api/statut-candidats` of 2022-03), keeps it, answers like the real one, and misbehaves on demand ([`faults`] has the format of the scenario file).
//! `GET /sandbox/recus` tells what it holds, refusals that the real receiver finds later included; `DELETE /sandbox/recus` empties it.
//!
//! One liberty: the limiter only counts, as on the deployed receiver (a scenario makes 429s).

pub mod faults;
pub mod rules;

mod body;
mod call;
mod connection;
mod control;
mod inbox;
mod keys;
mod log;
mod mischief;
mod server;
mod statut_candidats;
#[cfg(test)]
mod tests;
pub mod tls;
mod v3;

pub use keys::{Account, Keys, Organisme};
pub use log::Log;

use crate::doors::{self, Pass};
use faults::{Mischief, Scenario};
use server::Shared;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How to start a sandbox. The default: a free port, no fault, any well-formed key, no log.
#[derive(Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for a free one.
    pub port: u16,
    /// What goes wrong.
    pub faults: Scenario,
    /// Who may send.
    pub keys: Keys,
    /// Where requests are logged, without bodies or keys.
    pub log: Option<Log>,
    /// What somebody must show to be told what it holds; none: any program on this machine is told.
    pub pass: Option<Pass>,
}

/// Why a sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The port is taken, or not allowed.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Port {
        /// The port asked for.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// The log cannot be opened.
    #[error("cannot open the log: {0}")]
    Log(io::Error),
    /// No temporary file for what is received.
    #[error("cannot create a temporary file: {0}")]
    Storage(io::Error),
    /// No thread or no runtime.
    #[error("cannot start the server: {0}")]
    Runtime(io::Error),
    /// No certificate for HTTPS.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// The scenario is not usable.
    #[error(transparent)]
    Scenario(#[from] faults::ScenarioError),
}

impl SandboxError {
    /// What is wrong, for the user.
    pub fn user_text(&self) -> String {
        match self {
            Self::Port { port, source } => {
                format!(
                    "Le bac à sable ne peut pas écouter sur le port {port} ({source}). Choisissez-en un autre avec --port."
                )
            }
            Self::Log(source) => format!(
                "Le journal du bac à sable ne peut pas être ouvert ({source}). Vérifiez son chemin et ses droits."
            ),
            Self::Storage(source) => {
                format!(
                    "Le bac à sable ne peut pas créer de fichier temporaire ({source}). Vérifiez le dossier temporaire et la place libre."
                )
            }
            Self::Runtime(source) => {
                format!("Le bac à sable ne peut pas démarrer ({source}). Fermez d'autres programmes et réessayez.")
            }
            Self::Tls(tls::TlsError::Write { path, source }) => format!(
                "Le bac à sable ne peut pas écrire le certificat de son autorité dans {} ({source}). Vérifiez son chemin et ses droits.",
                path.display()
            ),
            Self::Tls(error) => format!("Le bac à sable ne peut pas faire de certificat ({error})."),
            Self::Scenario(error) => error.user_text(),
        }
    }
}

/// A running sandbox, on threads of its own; it ends with this value.
pub struct Sandbox {
    addr: SocketAddr,
    encrypted: bool,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox; when this returns, it answers.
    ///
    /// # Errors
    /// When the port, the log, the temporary file or the threads cannot be had, or the scenario asks for what HTTP does not have.
    pub fn start(options: Options) -> Result<Self, SandboxError> {
        let Options {
            port,
            faults,
            mut keys,
            log,
            pass,
        } = options;
        let scenario = faults.checked()?;
        keys.unknown_organismes
            .extend(scenario.unknown_organismes.iter().cloned());
        keys.closed_organismes
            .extend(scenario.closed_organismes.iter().cloned());
        let acceptor = scenario.tls.as_ref().map(tls::Tls::acceptor).transpose()?;
        let encrypted = acceptor.is_some();
        let in_use = |source| SandboxError::Port { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(in_use)?;
        listener.set_nonblocking(true).map_err(in_use)?;
        let addr = listener.local_addr().map_err(in_use)?;
        let shared = Arc::new(Shared {
            doors: control::Doors {
                port: addr.port(),
                pass,
            },
            keys,
            tokens: keys::Tokens::new(),
            limiter: v3::Limiter::default(),
            inbox: inbox::Inbox::new().map_err(SandboxError::Storage)?,
            mischief: Mischief::new(scenario),
            journal: log::Journal::open(log).map_err(SandboxError::Log)?,
            ids: std::sync::atomic::AtomicU64::new(1),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("sandbox")
            .enable_all()
            .build()
            .map_err(SandboxError::Runtime)?;
        let listener = {
            let _inside = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener).map_err(SandboxError::Runtime)?;
            connection::Gate { listener, acceptor }
        };
        let routes = axum::Router::new()
            .fallback(server::handle)
            .with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            runtime.spawn(doors::serve(listener, routes));
            // Either word, stop or a sender that is gone, ends it.
            let _ = runtime.block_on(stopped);
            // Connections that never get an answer would wait for ever.
            runtime.shutdown_timeout(Duration::from_secs(2));
        };
        let thread = std::thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(run)
            .map_err(SandboxError::Runtime)?;
        Ok(Self {
            addr,
            encrypted,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base URL to give to a sender: `http://127.0.0.1:PORT/api`, or `https://localhost:PORT/api` with a certificate.
    pub fn url(&self) -> String {
        if self.encrypted {
            format!("https://{}:{}/api", tls::NAME, self.addr.port())
        } else {
            format!("http://{}/api", self.addr)
        }
    }

    /// Where it tells what it holds.
    pub fn inbox_url(&self) -> String {
        let url = self.url();
        format!("{}/sandbox/recus", url.trim_end_matches("/api"))
    }

    /// How many different dossiers it holds, and how many of them are valid.
    pub fn counts(&self) -> (usize, usize) {
        self.shared.inbox.counts()
    }

    /// What it holds now, to be read piece by piece.
    pub fn contents(&self) -> Contents {
        let (_, cursor) = self.shared.inbox.open_list();
        Contents {
            shared: Arc::clone(&self.shared),
            cursor,
        }
    }

    /// Forgets what it holds.
    ///
    /// # Errors
    /// When the temporary file cannot be emptied.
    pub fn clear(&self) -> io::Result<()> {
        self.shared.inbox.clear()
    }

    /// Ends it; open connections are closed. Does nothing the second time.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens any more when its thread has already ended.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported; there is nothing left to end.
            let _ = thread.join();
        }
    }
}

/// A reading of what a sandbox holds; ends early when the sandbox is emptied meanwhile.
pub struct Contents {
    shared: Arc<Shared>,
    cursor: inbox::Cursor,
}

impl Contents {
    /// The next entries, as `GET /sandbox/recus` lists them; `None` after the last.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn next_entries(&mut self) -> io::Result<Option<Vec<serde_json::Value>>> {
        self.shared.inbox.next_entries(&mut self.cursor)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop();
    }
}
