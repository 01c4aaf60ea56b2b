//! What `serve` needs before it serves: a database, the plugin, the receiver.

use crate::cli;
use crate::commands::{sample, settings_file};
use crate::doors::Pass;
use crate::failure::Failure;
use crate::receiver::scenario;
use crate::sandbox::{Options, Sandbox};
use crate::session::{App, Session};

/// Everything that is ready.
pub struct Prepared<'a> {
    /// The plugin on its database.
    pub session: Session<'a>,
    /// The receiver.
    pub sandbox: Sandbox,
    /// Which database it is, without its password.
    pub database: String,
}

/// Starts the receiver, which tells what it holds to whoever has the pass, and loads the plugin. Without a database of the user's own, the one in this host's folder is
/// used, and made if it is not there: a sample, as `seed` and `settings import` would make it.
///
/// # Errors
/// The file of faults is wrong, the port of the receiver is taken, the database cannot be made, or the plugin cannot be loaded.
pub fn prepare<'a>(app: &'a App, asked: &cli::Serve, pass: &Pass) -> Result<Prepared<'a>, Failure> {
    let faults = scenario(asked.faults.as_deref())?;
    let sandbox = Sandbox::start(Options {
        port: asked.sandbox_port,
        faults,
        pass: Some(pass.clone()),
        ..Options::default()
    });
    let sandbox = sandbox.map_err(|error| Failure::usage(taken(asked.sandbox_port), error))?;
    let file = app.default_file();
    let own = app.asked_database().is_none();
    let fresh = own && !file.exists();
    if fresh {
        app.output.say(&format!(
            "Aucune base de données : un échantillon de {} inscriptions inventées est créé dans {}.",
            asked.inscriptions,
            app.folder.display()
        ))?;
        sample(app, asked.inscriptions, &sandbox.url())?;
    }
    let session = app.session_on(app.database(), &app.folder)?;
    if own {
        // Another plugin may have no tables of its own.
        match session.run_job("migration", "Tables du plugin") {
            Ok(_) | Err(Failure::Absent { .. }) => {}
            Err(failure) => return Err(failure),
        }
    }
    if fresh && !asked.vierge {
        let bytes =
            std::fs::read(settings_file(app)).map_err(|error| Failure::failed("Réglages illisibles.", error))?;
        match session.read_document("reglages.json", &bytes) {
            Ok(()) | Err(Failure::Absent { .. }) => {}
            Err(failure) => return Err(failure),
        }
    }
    let database = if own {
        "demo.db, dans le dossier de l'application".to_owned()
    } else {
        "base indiquée par --db".to_owned()
    };
    Ok(Prepared {
        session,
        sandbox,
        database,
    })
}

fn taken(port: u16) -> String {
    format!("Le port {port} du bac à sable est pris ou interdit : choisissez-en un autre avec --sandbox-port.")
}
