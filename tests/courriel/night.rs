//! Whole nights on the real library, and who is told of them.

use std::sync::{Arc, atomic::Ordering};

use chrono::NaiveDate;
use demo_host::{
    places::sqlite,
    sandbox::{Options, Sandbox, faults::Scenario},
    seed::{self, Plan, school_year},
};
use passerelle_host_sdk::{Cell, Error, Outcome, OutcomeKind, Plugin};
use serde_json::{Value, json};

use crate::support::{
    base::Base,
    desk::{Desk, Outbox, cancelled_after, patient, prepare},
    smtp::Smtp,
};

const FIRST: &str = "2026-11-24T01:00:00+01:00";
const SECOND: &str = "2026-11-25T01:00:00+01:00";

/// A host with a sample, a receiver with faults, and settings of the e-mail.
struct World {
    folder: tempfile::TempDir,
    _sandbox: Sandbox,
    desk: Arc<Desk>,
    plugin: Plugin,
}

impl World {
    fn new(faults: &str, outbox: Option<Outbox>, courriel: Value) -> Self {
        let date: NaiveDate = "2026-11-23".parse().unwrap();
        let plan = Plan {
            seed: 3,
            inscriptions: 80,
            year: school_year(date),
        };
        let folder = tempfile::tempdir().unwrap();
        let database = sqlite(&folder.path().join("erp.db"));
        seed::fill(&database, plan, false, &|_| true).unwrap();
        let sandbox = Sandbox::start(Options {
            faults: Scenario::from_toml(faults).unwrap(),
            ..Options::default()
        })
        .unwrap();
        let mut settings = serde_json::to_value(seed::settings(plan, &sandbox.url())).unwrap();
        settings["courriel"] = courriel;
        let mut desk = Desk::new(&*database, folder.path());
        desk.outbox = outbox;
        let (desk, plugin) = desk.plugin();
        prepare(&plugin, settings.to_string().as_bytes());
        Self {
            folder,
            _sandbox: sandbox,
            desk,
            plugin,
        }
    }

    /// With mail of the host's own, told of nights as `quand` says.
    fn with_outbox(faults: &str, quand: &str) -> Self {
        let courriel = json!({"quand": quand, "destinataires": ["cfa@example.org", "dsi@example.org"]});
        Self::new(faults, Some(Outbox::default()), courriel)
    }

    fn night(&self, at: &str, force: bool) -> Result<Outcome, Error> {
        self.desk.set_clock(at);
        let parameters = json!({"force": force}).to_string();
        self.plugin.worker().run_job("export-de-nuit", &parameters, &patient())
    }

    fn mails(&self) -> Vec<(Vec<String>, String, String)> {
        self.desk.outbox.as_ref().unwrap().take()
    }

    /// State and detail of the line of the e-mail.
    fn diagnosis(&self) -> Vec<String> {
        self.plugin.open("diagnostic", "{}").unwrap();
        let mut table = self.desk.tables.lock().unwrap().pop().unwrap();
        let mut found = Vec::new();
        while let Some(batch) = table.next(1000).unwrap() {
            let text = |row, column| match batch.cell(row, column) {
                Some(Cell::Text(text)) => text.to_owned(),
                _ => String::new(),
            };
            for row in (0..batch.rows()).filter(|row| text(*row, 0) == "Courriel du compte rendu") {
                found.extend([text(row, 1), text(row, 2)]);
            }
        }
        found
    }

    fn base(&self) -> Base {
        Base(self.folder.path().join("erp.db"))
    }
}

const REJECTS: &str = "[[faults]]\nthen = { kind = 'reject', id_erp = ['3', '4'], field = 'nom_apprenant', \
                       message = 'DUPONT est refusé' }";

#[test]
fn a_night_is_told_once_with_its_counts_and_reasons() {
    let world = World::with_outbox(REJECTS, "toujours");
    let outcome = world.night(FIRST, false).unwrap();
    assert!(
        outcome
            .text
            .contains("Courriel du compte rendu envoyé à 2 destinataires."),
        "{}",
        outcome.text
    );
    // On the thread on which the host called: its mail may be bound to it.
    let outbox = world.desk.outbox.as_ref().unwrap();
    assert_eq!(*outbox.thread.lock().unwrap(), Some(std::thread::current().id()));
    let (to, subject, body) = world.mails().remove(0);
    assert_eq!(to, ["cfa@example.org", "dsi@example.org"]);
    assert_eq!(subject, "À corriger : Passerelle Apprentissage, nuit du 23/11/2026");
    for words in [
        format!("Dossiers lus : {}", outcome.read),
        format!("  acceptés : {}", outcome.accepted),
        format!("  rejetés : {}", outcome.rejected),
        format!("  non envoyés : {}", outcome.left_out),
        format!("exécution n° {}", outcome.run_id),
        "(apprenant 3) : nom_apprenant".to_owned(),
        "Email contact manquant : ".to_owned(),
    ] {
        assert!(body.contains(&words), "{words} is not in\n{body}");
    }
    assert!(outcome.rejected > 0 && outcome.left_out > 0);
    // The receiver's words may repeat what was sent.
    assert!(!body.contains("DUPONT"), "{body}");

    assert_eq!(world.night(FIRST, false).unwrap().kind, OutcomeKind::AlreadyDone);
    assert_eq!(world.mails(), []);
    // A night that is run once more is another run.
    world.night(FIRST, true).unwrap();
    assert_eq!(world.mails().len(), 1);
}

#[test]
fn only_what_needs_a_hand_is_told_if_so_wished() {
    // The first night leaves people out of whom nobody knew.
    let world = World::with_outbox("", "si_action");
    let first = world.night(FIRST, false).unwrap();
    assert!(first.left_out > 0 && first.rejected == 0);
    let (_, _, body) = world.mails().remove(0);
    assert!(
        body.contains(&format!("{} dossiers non envoyés", first.left_out)),
        "{body}"
    );
    // The second one nobody else.
    let second = world.night(SECOND, false).unwrap();
    assert_eq!(second.left_out, first.left_out);
    assert_eq!(world.mails(), []);
    assert!(!second.text.contains("ourriel"), "{}", second.text);
    // One more than the night before.
    let base = world.base();
    let sent = "SELECT MIN(inscription_id) FROM mna_resultat WHERE etat = 'accepte'";
    base.execute(&format!(
        "UPDATE stagiaire SET nom = NULL WHERE id = (SELECT stagiaire_id FROM inscription WHERE id = ({sent}))"
    ));
    world.night("2026-11-26T01:00:00+01:00", false).unwrap();
    let (_, subject, body) = world.mails().remove(0);
    assert!(subject.starts_with("À corriger"), "{subject}");
    assert!(
        body.contains(&format!("({} la nuit précédente)", first.left_out)),
        "{body}"
    );

    // Refused keys, an unreachable receiver, rejections.
    for (fault, kind, words) in [
        (
            "[[faults]]\nwhen = { nth = 1 }\nthen = { kind = 'status', code = 403 }",
            OutcomeKind::Problem,
            "clé refusée",
        ),
        (
            "[[faults]]\nthen = { kind = 'status', code = 404 }",
            OutcomeKind::Problem,
            "service injoignable",
        ),
        (REJECTS, OutcomeKind::ToMend, "dossiers rejetés par le service"),
    ] {
        let world = World::with_outbox(fault, "si_action");
        let outcome = world.night(FIRST, false).unwrap();
        assert_eq!(outcome.kind, kind);
        let (_, _, body) = world.mails().remove(0);
        assert!(body.contains(words), "{words} is not in\n{body}");
    }
}

#[test]
fn nobody_is_told_who_did_not_ask() {
    let world = World::with_outbox(REJECTS, "jamais");
    let outcome = world.night(FIRST, false).unwrap();
    assert_eq!(world.mails(), []);
    assert!(!outcome.text.contains("ourriel"), "{}", outcome.text);
}

#[test]
fn a_mail_that_fails_never_fails_the_night() {
    let world = World::with_outbox("", "toujours");
    let outbox = world.desk.outbox.as_ref().unwrap();
    outbox.refuses.store(true, Ordering::SeqCst);
    let outcome = world.night(FIRST, false).unwrap();
    assert_eq!(outcome.kind, OutcomeKind::ToMend);
    assert!(
        outcome.text.contains("n'a pas pu partir par courriel") && outcome.text.contains("La messagerie est arrêtée."),
        "{}",
        outcome.text
    );
    assert!(world.desk.log().contains("the e-mail was not sent"));
    // It is not tried again.
    outbox.refuses.store(false, Ordering::SeqCst);
    world.night(FIRST, false).unwrap();
    assert_eq!(world.mails(), []);
    assert_eq!(world.base().column("SELECT etat FROM mna_execution"), ["terminee"]);

    outbox.panics.store(true, Ordering::SeqCst);
    let outcome = world.night(SECOND, false).unwrap();
    assert_eq!(outcome.kind, OutcomeKind::ToMend);
    assert!(outcome.text.contains("erreur interne"), "{}", outcome.text);
}

#[test]
fn a_night_that_is_interrupted_is_told_once_and_its_end_once() {
    let world = World::with_outbox("", "si_action");
    let base = world.base();
    base.execute("CREATE TRIGGER broken BEFORE INSERT ON mna_lot BEGIN SELECT RAISE(ABORT, 'broken'); END");
    for told in [1, 0, 0] {
        world.night(FIRST, false).unwrap_err();
        let mails = world.mails();
        assert_eq!(mails.len(), told);
        if let Some((_, subject, body)) = mails.first() {
            assert!(subject.contains("export interrompu"), "{subject}");
            assert!(body.contains("s'est interrompu"), "{body}");
        }
    }
    base.execute("DROP TRIGGER broken");
    world.night(FIRST, false).unwrap();
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    assert!(!mails[0].1.contains("interrompu"));
    assert_eq!(base.column("SELECT COUNT(*) FROM mna_execution"), ["1"]);
}

#[test]
fn who_cancels_knows_it() {
    let world = World::with_outbox("", "toujours");
    world.desk.set_clock(FIRST);
    let cancelled = world
        .plugin
        .worker()
        .run_job("export-de-nuit", "{}", &cancelled_after(1))
        .unwrap_err();
    assert_eq!(cancelled.code, passerelle_abi::PASSERELLE_E_CANCELLED);
    assert_eq!(world.mails(), []);
}

#[test]
fn the_diagnosis_tells_what_is_wrong_with_the_settings() {
    for (courriel, words) in [
        (json!({"quand": "jamais"}), None),
        (json!({"quand": "toujours"}), Some("Aucun destinataire")),
        (
            json!({"quand": "toujours", "destinataires": ["a@b.fr", "cfa"]}),
            Some("destinataire n° 2"),
        ),
        (
            json!({"quand": "toujours", "destinataires": ["a@b.fr"]}),
            Some("Le serveur d'envoi manque"),
        ),
        (
            json!({"quand": "toujours", "destinataires": ["a@b.fr"], "serveur": "smtp.b.fr"}),
            Some("L'adresse d'expéditeur manque"),
        ),
        (
            json!({"quand": "toujours", "destinataires": ["a@b.fr"], "serveur": "smtp.b.fr", "securite": "aucune"}),
            Some("en clair"),
        ),
    ] {
        let found = World::new("", None, courriel.clone()).diagnosis();
        match words {
            None => assert!(found.is_empty(), "{courriel}: {found:?}"),
            Some(words) => assert!(
                found[0] == "À corriger" && found[1].contains(words),
                "{courriel}: {found:?}"
            ),
        }
    }
}

/// Settings for a server on this machine.
fn through(smtp: &Smtp) -> Value {
    json!({"quand": "toujours", "destinataires": ["cfa@example.org"], "serveur": "localhost", "port": smtp.port,
        "securite": "aucune", "identifiant": "passerelle", "mot_de_passe": "un secret", "expediteur": "erp@example.org"})
}

#[test]
fn without_mail_of_the_hosts_own_it_goes_over_smtp() {
    let smtp = Smtp::start(&json!({"login": ["passerelle", "un secret"]}));
    let world = World::new("", None, through(&smtp));
    let trial = world
        .plugin
        .worker()
        .run_job("essai-courriel", "{}", &patient())
        .unwrap();
    assert_eq!(trial.kind, OutcomeKind::Done);
    assert!(trial.text.contains("envoyé à 1 destinataire."), "{}", trial.text);
    assert!(smtp.messages(1)[0]["text"].as_str().unwrap().contains("essai"));

    let outcome = world.night(FIRST, false).unwrap();
    assert!(outcome.text.contains("envoyé à 1 destinataire."), "{}", outcome.text);
    let mail = smtp.messages(1).remove(0);
    assert_eq!(mail["logged_in"], true);
    assert_eq!(
        mail["headers"]["date"], "Tue, 24 Nov 2026 00:00:00 +0000",
        "the host's clock"
    );
    assert!(
        mail["text"]
            .as_str()
            .unwrap()
            .contains(&format!("Dossiers lus : {}", outcome.read))
    );
    assert_eq!(world.night(FIRST, false).unwrap().kind, OutcomeKind::AlreadyDone);
    assert_eq!(smtp.messages(0), Vec::<Value>::new());
    let said = world.desk.log();
    for secret in ["un secret", "cfa@example.org", "erp@example.org"] {
        assert!(!said.contains(secret), "{secret} is in the log");
    }

    assert_eq!(world.diagnosis(), ["OK", "1 destinataire(s)"]);

    // The server has gone.
    drop(smtp);
    let outcome = world.night(SECOND, false).unwrap();
    assert_eq!(outcome.kind, OutcomeKind::ToMend);
    assert!(
        outcome.text.contains("n'a pas pu partir par courriel") && outcome.text.contains("est refusée"),
        "{}",
        outcome.text
    );
    let trial = world
        .plugin
        .worker()
        .run_job("essai-courriel", "{}", &patient())
        .unwrap_err();
    assert_eq!(trial.code, passerelle_abi::PASSERELLE_E_NETWORK);
}
