//! `serve`: the mini ERP in a browser, on this machine only, with its scheduler and the sandbox of the receiver.
//!
//! The thread that loads the plugin serves its screens ([`erp`]); requests come on the server's threads ([`http`]) and
//! reach it over a channel. Tables are read on threads of their own into a spool on disk ([`reading`]), jobs and
//! documents run on others ([`tasks`]). Nothing here knows what the plugin's screens are about: the browser draws what
//! they describe.

mod base;
mod cells;
mod erp;
mod fiche;
mod files;
mod http;
mod office;
mod own;
mod prepare;
mod reading;
mod spool;
mod tabs;
mod tasks;
mod timetable;
mod window;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::cli;
use crate::doors::Pass;
use crate::failure::Failure;
use crate::session::{App, Parts};

use base::Base;
use erp::{Erp, Front};
use fiche::Fiches;
use http::Server;
use office::Office;
use tabs::Tabs;
use tasks::Tasks;
use timetable::Timetable;

/// How often the clock and the wish to stop are looked at.
const GLANCE: Duration = Duration::from_millis(150);

/// Runs the command: until Ctrl-C.
pub fn run(app: &App, asked: &cli::Serve) -> Result<u8, Failure> {
    let listener = http::listen(asked.port)?;
    let pass = Pass::new()?;
    let prepared = prepare::prepare(app, asked, &pass)?;
    let database = app.database();
    let Parts {
        plugin,
        worker,
        scheduler,
        desk,
    } = prepared.session.into_parts();
    let (front, calls) = Front::new();
    let tasks = Arc::new(Tasks::new(Arc::clone(&desk)));
    let base = Arc::new(Base::new(database));
    let office = Arc::new(Office {
        front,
        worker,
        timetable: Timetable::new(Arc::clone(&desk), Arc::new(scheduler), Arc::clone(&tasks)),
        tasks,
        desk: Arc::clone(&desk),
        tabs: Tabs::default(),
        fiches: Fiches::new(Arc::clone(&base)),
        base,
        sandbox: prepared.sandbox,
        folder: app.folder.clone(),
        about: json!({"version": env!("CARGO_PKG_VERSION"), "database": prepared.database}),
    });
    let token = pass.url(0);
    let server = Server::start(listener, Arc::clone(&office), pass)?;
    let url = token.replacen(":0/", &format!(":{}/", server.port), 1);
    app.output.say(&format!("Mini ERP : {url}"))?;
    app.output
        .say("Ouvrez cette adresse dans un navigateur de cette machine ; Ctrl-C arrête l'application.")?;
    app.output
        .value(&json!({"url": url, "bac_a_sable": office.sandbox.url()}))?;

    let watch = Watch::start(Arc::clone(&office))?;
    let mut erp = Erp::new(plugin, desk);
    let ended = work(app, &calls, &mut erp);
    drop(watch);
    // Requests that wait for this thread get their answer: it is ending.
    drop(calls);
    drop(server);
    office.end();
    erp.leave_all();
    ended
}

/// Serves the plugin's screens until the user stops the program.
fn work(app: &App, calls: &mpsc::Receiver<erp::Call>, erp: &mut Erp) -> Result<u8, Failure> {
    loop {
        app.cancel.check()?;
        match calls.recv_timeout(GLANCE) {
            Ok(call) => call(erp),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(crate::failure::DONE),
        }
    }
}

/// The thread that looks at the clock; ends when dropped.
struct Watch {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Watch {
    fn start(office: Arc<Office>) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let watch = move || {
            while !stopped.load(Ordering::Acquire) {
                office.tick();
                thread::sleep(GLANCE);
            }
        };
        let thread = thread::Builder::new().name("clock".into()).spawn(watch);
        let thread = thread.map_err(|error| Failure::failed("L'horloge n'a pas pu démarrer.", error))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A panic there is reported by the thread itself.
            let _ = thread.join();
        }
    }
}
