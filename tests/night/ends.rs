//! Every end of a night: what happened, what it is called, whom it is told to, and what the next call of the same night does
//! once what was wrong is mended.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use demo_host::night_exit_code;
use serde_json::{Value, json};

use crate::world::{CLOSED, CLOSING, NIGHT, Until, World, kind, requests};

/// One end.
struct End {
    /// What happened.
    what: &'static str,
    /// At the receiver.
    faults: &'static str,
    /// In the settings.
    settings: fn(&mut Value),
    /// In the database, before the night.
    sql: &'static [&'static str],
    /// Who calls, and when.
    call: Call,
    /// The kind of its outcome.
    kind: &'static str,
    /// What the report calls it, state and verdict.
    report: (&'static str, &'static str),
    /// Words of its text.
    says: &'static [&'static str],
    exit: u8,
    /// Whether somebody who wants to hear only what needs a hand is told.
    mail: bool,
    /// The kind of the next call, with the settings and the receiver as they should be.
    next: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Call {
    /// In the middle of the window.
    Once,
    /// In its last minute, and it closes meanwhile.
    Closing,
    /// After a night that went as this one.
    Second,
    /// Once more, by force.
    Forced,
}
use Call::{Closing, Forced, Once, Second};

fn as_they_are(_: &mut Value) {}

fn no_key(settings: &mut Value) {
    settings["acces"] = json!([]);
}

fn each_access(settings: &mut Value, change: impl Fn(usize, &mut Value)) {
    for (place, acces) in settings["acces"].as_array_mut().unwrap().iter_mut().enumerate() {
        change(place, acces);
    }
}

fn keys_left_blank(settings: &mut Value) {
    each_access(settings, |_, acces| acces["cle"] = Value::Null);
}

fn one_key_missing(settings: &mut Value) {
    settings["acces"].as_array_mut().unwrap().remove(0);
}

fn one_uai_corrected(settings: &mut Value) {
    settings["uai"][0]["uai"] = "0570079B".into();
}

fn nothing_activated(settings: &mut Value) {
    for secteur in settings["secteurs"].as_array_mut().unwrap() {
        secteur["transfert_nuit"] = false.into();
    }
}

fn nothing_at_all(settings: &mut Value) {
    for list in ["secteurs", "uai", "acces"] {
        settings[list] = json!([]);
    }
}

fn no_line(settings: &mut Value) {
    settings["uai"] = json!([]);
}

fn one_address_wrong(settings: &mut Value) {
    each_access(settings, |place, acces| {
        if place == 0 {
            acces["url"] = format!("{}/ailleurs", acces["url"].as_str().unwrap()).into();
        }
    });
}

fn nobody_listens(settings: &mut Value) {
    each_access(settings, |place, acces| {
        if place == 0 {
            acces["url"] = "http://127.0.0.1:1/api".into();
        }
    });
}

/// All is well.
const CALM: End = End {
    what: "calm",
    faults: "",
    settings: as_they_are,
    sql: &[],
    call: Once,
    kind: "done",
    report: ("terminee", "vert"),
    says: &["Tout est parti."],
    exit: 0,
    mail: false,
    next: "already done",
};

/// Nobody could go, and nothing is pending.
const NOBODY: End = End {
    kind: "problem",
    report: ("terminee", "rouge"),
    says: &["Problème."],
    exit: 1,
    mail: true,
    ..CALM
};

/// Somebody is still to be sent.
const PENDING: End = End {
    kind: "problem",
    report: ("incomplete", "rouge"),
    says: &["Problème."],
    exit: 1,
    mail: true,
    next: "done",
    ..CALM
};

const REJECT_ALL: &str = "[[faults]]\nthen = { kind = 'reject', field = 'nom_apprenant', message = 'Nom refusé' }";
const SOMEBODY: &str = "(SELECT MIN(id) FROM inscription)";

#[rustfmt::skip]
const ENDS: &[End] = &[
    CALM,
    End { what: "the same night again", call: Second, kind: "already done", says: &["déjà faite"], ..CALM },
    End { what: "the same night, forced", call: Forced, ..CALM },
    End { what: "nobody to send", sql: &["DELETE FROM inscription"], says: &["Tout est parti.", "0 dossier lu"], ..CALM },
    End { what: "nothing set up", settings: nothing_at_all, ..CALM },
    End { what: "one left out", sql: &["UPDATE stagiaire SET nom = NULL WHERE id = (SELECT stagiaire_id FROM inscription WHERE id = (SELECT MIN(id) FROM inscription))"],
        kind: "done, to mend", report: ("terminee", "orange"), says: &["À corriger.", "1 non envoyé"], mail: true, ..CALM },
    End { what: "one rejected", faults: "[[faults]]\nthen = { kind = 'reject', id_erp = ['ONE'], field = 'nom_apprenant', message = 'Nom refusé' }",
        kind: "done, to mend", report: ("terminee", "orange"), says: &["À corriger.", "1 rejeté"], exit: 1, mail: true, ..CALM },
    End { what: "one healed", faults: "[[faults]]\nthen = { kind = 'reject', field = 'tel_apprenant', message = 'Non' }", ..CALM },
    End { what: "all rejected", faults: REJECT_ALL, says: &["Problème.", "0 accepté", "n'a été accepté"], ..NOBODY },
    End { what: "all left out", sql: &["UPDATE stagiaire SET nom = NULL"], says: &["Problème.", "0 accepté", "n'a été accepté"], ..NOBODY },
    End { what: "no key at all", settings: no_key, says: &["Problème.", "Aucune clé API pour"], ..NOBODY },
    End { what: "accesses whose keys were left blank", settings: keys_left_blank, says: &["Problème.", "Aucune clé API pour"], ..NOBODY },
    End { what: "no line in the UAI list", settings: no_line, says: &["Problème.", "n'a été accepté"], ..NOBODY },
    End { what: "one establishment without a key", settings: one_key_missing, says: &["Problème.", "Aucune clé API pour l'établissement"], ..NOBODY },
    End { what: "a UAI was corrected, its key is another's", settings: one_uai_corrected, says: &["Aucune clé API pour l'établissement 0570079B"], ..NOBODY },
    End { what: "nothing activated", settings: nothing_activated, says: &["Problème.", "n'est activé pour l'envoi de nuit"], ..NOBODY },
    End { what: "a red night again", settings: no_key, call: Second, kind: "already done", says: &["Problème"], exit: 0, ..NOBODY },
    End { what: "one key refused", faults: "[[faults]]\nwhen = { nth = 1 }\nthen = { kind = 'status', code = 403 }", says: &["Problème.", "refuse la clé API"], ..PENDING },
    End { what: "all keys refused until the window closes", faults: "[[faults]]\nthen = { kind = 'status', code = 403 }", call: Closing,
        says: &["Problème.", "établissements (", "refuse la clé API"], ..PENDING },
    End { what: "all keys refused for a moment", faults: "[[faults]]\nwhen = { to = 9 }\nthen = { kind = 'status', code = 403 }", ..CALM },
    End { what: "a portal's page for everybody, for a moment", faults: "[[faults]]\nwhen = { to = 6 }\nthen = { kind = 'html', code = 403 }", ..CALM },
    End { what: "a portal's page until the window closes", faults: "[[faults]]\nthen = { kind = 'html', code = 403 }", call: Closing,
        says: &["Problème.", "mène à une page web"], ..PENDING },
    End { what: "a Retry-After of thirty thousand years", faults: "[[faults]]\nwhen = { nth = 1 }\nthen = { kind = 'status', code = 429, headers = { Retry-After = '1000000000000' } }", ..CALM },
    End { what: "one wrong address", settings: one_address_wrong, ..PENDING },
    End { what: "one receiver that nobody plays", settings: nobody_listens, call: Closing, says: &["Problème.", "est refusée", "en attente"], ..PENDING },
    End { what: "503 until the window closes", faults: "[[faults]]\nthen = { kind = 'status', code = 503 }", call: Closing,
        says: &["Problème.", "établissements (", "est en panne ou en maintenance"], ..PENDING },
    End { what: "404", faults: "[[faults]]\nthen = { kind = 'status', code = 404 }", says: &["Problème.", "n'existe pas à cette adresse"], ..PENDING },
    End { what: "redirect", faults: "[[faults]]\nthen = { kind = 'redirect', location = 'https://ailleurs.example/' }", says: &["Problème.", "ailleurs.example"], ..PENDING },
    End { what: "400 whatever the dossier", faults: "[[faults]]\nthen = { kind = 'status', code = 400 }", says: &["Problème.", "n'a été accepté"], ..NOBODY },
];

const INSCRIPTIONS: u32 = 60;

#[test]
fn every_end_of_a_night_says_what_it_is() {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(end) = ENDS.get(next.fetch_add(1, Ordering::SeqCst)) {
                    proven(end);
                }
            });
        }
    });
}

/// A sample of which everybody can go, who wants to hear what needs a hand.
fn world(end: &End) -> World {
    let mut good = Value::Null;
    let mut world = World::with(INSCRIPTIONS, "", |settings, _| {
        settings["courriel"] = json!({"quand": "si_action", "destinataires": ["cfa@example.org"]});
        good = settings.clone();
    });
    world.night("2026-11-01T01:00:00+01:00").unwrap();
    world.execute(
        "DELETE FROM inscription WHERE id IN (SELECT inscription_id FROM mna_resultat WHERE etat <> 'accepte')",
    );
    let used = world.query("SELECT DISTINCT uai FROM mna_etablissement ORDER BY uai");
    let used: Vec<&str> = used.iter().map(|row| row[0].as_str()).collect();
    assert!(used.len() > 2, "{used:?}");
    for table in ["mna_resultat", "mna_lot", "mna_etablissement", "mna_execution"] {
        world.execute(&format!("DELETE FROM {table}"));
    }
    world.outbox.take();
    let one = world
        .query(&format!("SELECT stagiaire_id FROM inscription WHERE id = {SOMEBODY}"))
        .swap_remove(0)
        .swap_remove(0);
    world.restart(&end.faults.replace("ONE", &one));
    // The first access is one that is in use.
    for list in ["acces", "uai"] {
        good[list]
            .as_array_mut()
            .unwrap()
            .sort_by_key(|line| !used.contains(&line["uai"].as_str().unwrap_or_default()));
    }
    each_access(&mut good, |_, acces| acces["url"] = world.sandbox.url().into());
    world.settings = good;
    world
}

fn proven(end: &End) {
    let what = end.what;
    let mut world = world(end);
    let mut settings = world.settings.clone();
    (end.settings)(&mut settings);
    world.import(&settings);
    end.sql.iter().for_each(|sql| world.execute(sql));

    if matches!(end.call, Second | Forced) {
        world.night(NIGHT).unwrap();
        world.outbox.take();
    }
    let parameters = if end.call == Forced { r#"{"force": true}"# } else { "{}" };
    let at = if end.call == Closing { CLOSING } else { NIGHT };
    let (closed, asked) = (AtomicBool::new(end.call != Closing), AtomicUsize::new(0));
    let sent = world.received().len();
    let closing = Until(|| {
        // Once what can go has gone, and the fault has shown.
        let shown = world.received().len() > sent || requests(&world.sandbox) > 2;
        if !closed.load(Ordering::SeqCst) && shown && asked.fetch_add(1, Ordering::SeqCst) > 40 {
            world.clock.set(CLOSED.parse().unwrap());
            closed.store(true, Ordering::SeqCst);
        }
        false
    });
    let outcome = world
        .job(at, parameters, &closing)
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(closed.load(Ordering::SeqCst), "{what}: {}", outcome.text);
    assert_eq!(kind(outcome.kind), end.kind, "{what}: {}", outcome.text);
    for words in end.says {
        assert!(
            outcome.text.contains(words),
            "{what}: {words} is not in {}",
            outcome.text
        );
    }
    assert_eq!(night_exit_code(&outcome), end.exit, "{what}: {}", outcome.text);
    let run = world.last_run();
    let told = (run["etat"].as_str().unwrap(), run["verdict"].as_str().unwrap());
    assert_eq!(told, end.report, "{what}: {}", run["causes"]);
    assert_eq!(
        run["causes"].as_array().unwrap().is_empty(),
        end.report.1 == "vert",
        "{what}: {}",
        run["causes"]
    );
    if end.kind != "already done" {
        let first = outcome.text.split('.').next().unwrap();
        let mails = world.outbox.take();
        assert_eq!(mails.len(), usize::from(end.mail), "{what}: {mails:?}");
        for (_, subject, body) in &mails {
            assert!(
                subject.starts_with(first) && body.starts_with(first),
                "{what}: {subject}\n{body}"
            );
        }
    }

    world.restart("");
    let mut good = world.settings.clone();
    each_access(&mut good, |_, acces| acces["url"] = world.sandbox.url().into());
    world.import(&good);
    let next = world.night(NIGHT).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(kind(next.kind), end.next, "{what}, next call: {}", next.text);
    if end.next == "done" {
        assert_eq!(
            world.last_run()["comptes"]["acceptes"],
            world.last_run()["comptes"]["lus"],
            "{what}"
        );
    }
}

#[test]
fn three_nights_without_a_key_are_three_red_nights_and_three_mails() {
    let mut world = world(&CALM);
    let mut settings = world.settings.take();
    no_key(&mut settings);
    world.import(&settings);
    for day in 24..27 {
        let outcome = world.night(&format!("2026-11-{day}T01:00:00+01:00")).unwrap();
        assert_eq!(kind(outcome.kind), "problem", "{}", outcome.text);
        let mails = world.outbox.take();
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert!(mails[0].1.starts_with("Problème"), "{}", mails[0].1);
    }
    assert_eq!(world.report().iter().filter(|run| run["verdict"] == "rouge").count(), 3);
}
