//! The fault matrix, on the receiver's side: what must be known at the end, and that the other establishments go on.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use passerelle_host_sdk::OutcomeKind;
use serde_json::Value;

use crate::world::{CLOSED, CLOSING, NIGHT, Until, World, received, requests, start_sandbox};

/// What becomes of the establishment whose receiver misbehaves.
enum End {
    /// All its dossiers are accepted; its first batch took so many attempts.
    Sent { attempts: i64 },
    /// All accepted, over several batches.
    Divided,
    /// This state, this status of its batch, and a sentence that holds these words.
    GivenUp(&'static str, Option<i64>, &'static str),
    /// All answered, none accepted; the receiver's words.
    Rejected(&'static str),
    /// All accepted, some the second time.
    Healed,
}
use End::{Divided, GivenUp, Healed, Rejected, Sent};

const MATRIX: &[(&str, &str, &str, End)] = &[
    // Once, then all is well again.
    (
        "408",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 408 }",
        Sent { attempts: 2 },
    ),
    (
        "429, seconds",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 429, retry_after = 1 }",
        Sent { attempts: 2 },
    ),
    (
        "429, a storm",
        NIGHT,
        "when = { from = 1, to = 3 }\nthen = { kind = 'status', code = 429, retry_after = 0 }",
        Sent { attempts: 4 },
    ),
    (
        "429, date",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 429, retry_after_date = 1 }",
        Sent { attempts: 2 },
    ),
    (
        "500",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 500, process = true }",
        Sent { attempts: 2 },
    ),
    (
        "503",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 503 }",
        Sent { attempts: 2 },
    ),
    (
        "reset",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'reset' }",
        Sent { attempts: 2 },
    ),
    (
        "cut",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'cut', after = 100 }",
        Sent { attempts: 2 },
    ),
    (
        "wrong JSON",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'wrong_json' }",
        Sent { attempts: 2 },
    ),
    (
        "page",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'html' }",
        Sent { attempts: 2 },
    ),
    (
        "429, thirty thousand years",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 429, headers = { Retry-After = '1000000000000' } }",
        Sent { attempts: 2 },
    ),
    (
        "429, before now",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 429, headers = { Retry-After = '-3600' } }",
        Sent { attempts: 2 },
    ),
    (
        "a portal's 403",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'html', code = 403 }",
        Sent { attempts: 2 },
    ),
    (
        "a portal's 401",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'html', code = 401 }",
        Sent { attempts: 2 },
    ),
    (
        "delay",
        NIGHT,
        "then = { kind = 'delay', ms = 300 }",
        Sent { attempts: 1 },
    ),
    (
        "drip",
        NIGHT,
        "then = { kind = 'drip', bytes = 500, every_ms = 10 }",
        Sent { attempts: 1 },
    ),
    (
        "413",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 413 }",
        Divided,
    ),
    (
        "400",
        NIGHT,
        "when = { nth = 1 }\nthen = { kind = 'status', code = 400 }",
        Divided,
    ),
    // Until the window closes.
    (
        "503 for ever",
        CLOSING,
        "then = { kind = 'status', code = 503 }",
        GivenUp("injoignable", None, "est en panne ou en maintenance (HTTP 503)"),
    ),
    (
        "429 for an hour",
        CLOSING,
        "then = { kind = 'status', code = 429, retry_after = 3600 }",
        GivenUp("injoignable", None, "demande d'attendre"),
    ),
    (
        "silence",
        CLOSING,
        "then = { kind = 'silence' }",
        GivenUp("injoignable", None, "n'a pas répondu à temps"),
    ),
    (
        "drip for ever",
        CLOSING,
        "then = { kind = 'drip', bytes = 1, every_ms = 1000 }",
        GivenUp("injoignable", None, "n'a pas répondu à temps"),
    ),
    (
        "cut for ever",
        CLOSING,
        "then = { kind = 'cut', after = 10 }",
        GivenUp("injoignable", None, "a été coupée"),
    ),
    (
        "reset for ever",
        CLOSING,
        "then = { kind = 'reset' }",
        GivenUp("injoignable", None, "a été coupée"),
    ),
    (
        "page for ever",
        CLOSING,
        "then = { kind = 'html' }",
        GivenUp("injoignable", None, "mène à une page web"),
    ),
    (
        "wrong JSON for ever",
        CLOSING,
        "then = { kind = 'wrong_json' }",
        GivenUp("injoignable", None, "est illisible"),
    ),
    // What trying again does not mend.
    (
        "401",
        NIGHT,
        "then = { kind = 'status', code = 401 }",
        GivenUp(
            "cle_refusee",
            Some(401),
            "refuse la clé API de cet établissement (HTTP 401)",
        ),
    ),
    (
        "403",
        NIGHT,
        "then = { kind = 'status', code = 403 }",
        GivenUp(
            "cle_refusee",
            Some(403),
            "refuse la clé API de cet établissement (HTTP 403)",
        ),
    ),
    (
        "404",
        NIGHT,
        "then = { kind = 'status', code = 404 }",
        GivenUp("injoignable", Some(404), "n'existe pas à cette adresse"),
    ),
    (
        "redirect",
        NIGHT,
        "then = { kind = 'redirect', location = 'https://ailleurs.example/api' }",
        GivenUp("injoignable", Some(307), "https://ailleurs.example/api"),
    ),
    // Dossier by dossier.
    (
        "rejected",
        NIGHT,
        "then = { kind = 'reject', field = 'nom_apprenant', message = 'Nom refusé' }",
        Rejected("Nom refusé"),
    ),
    (
        "healed",
        NIGHT,
        "then = { kind = 'reject', field = 'tel_apprenant', message = 'Numéro de téléphone invalide' }",
        Healed,
    ),
];

/// The undisturbed night, for what the establishments have to send.
struct Calm {
    run: Value,
    /// The first establishment of the plan: the others wait for it, or do not.
    first: Line,
    /// The last one: for faults that take a minute to be seen.
    last: Line,
}

struct Line {
    uai: String,
    dossiers: i64,
}

const INSCRIPTIONS: u32 = 120;

fn calm() -> Calm {
    let world = World::new(INSCRIPTIONS, "");
    world.night(NIGHT).unwrap();
    let run = world.last_run();
    let lines = run["etablissements"].as_array().unwrap();
    assert!(lines.iter().all(|line| line["etat"] == "termine"));
    let alone = |line: &&Value| lines.iter().filter(|other| other["uai"] == line["uai"]).count() == 1;
    let size = |line: &Value| {
        line["lots"]
            .as_array()
            .unwrap()
            .iter()
            .map(|lot| lot["dossiers"].as_i64().unwrap())
            .sum()
    };
    let line = |line: Option<&Value>| Line {
        uai: line.unwrap()["uai"].as_str().unwrap().to_owned(),
        dossiers: size(line.unwrap()),
    };
    let (first, last) = (line(lines.iter().find(alone)), line(lines.iter().rfind(alone)));
    assert!(lines.len() > 2 && first.dossiers > 2 && first.uai != last.uai);
    Calm { run, first, last }
}

#[test]
fn every_fault_of_the_receiver_is_known_in_the_morning() {
    let calm = calm();
    let next = AtomicUsize::new(0);
    // Most of them wait most of the time.
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while let Some((name, at, fault, end)) = MATRIX.get(next.fetch_add(1, Ordering::SeqCst)) {
                    one_fault(&calm, name, at, fault, end);
                }
            });
        }
    });
}

fn one_fault(calm: &Calm, name: &str, at: &str, fault: &str, end: &End) {
    let slow = ["silence", "drip for ever"].contains(&name);
    let Line { uai, dossiers } = if slow { &calm.last } else { &calm.first };
    let bad = start_sandbox(&format!("[[faults]]\n{fault}"));
    let world = World::with(INSCRIPTIONS, "", |settings, _| {
        for acces in settings["acces"].as_array_mut().unwrap() {
            if acces["uai"] == *uai {
                acces["url"] = bad.url().into();
            }
        }
    });
    // Once all the others have gone out, and this one's fault has shown, a night in its last minute is over.
    let others = usize::try_from(calm.run["comptes"]["acceptes"].as_i64().unwrap() - dossiers).unwrap();
    let closed = AtomicBool::new(at != CLOSING);
    let questions = AtomicUsize::new(0);
    let closing = Until(|| {
        let shown = || world.sandbox.counts().0 >= others && requests(&bad) > 0;
        if closed.load(Ordering::SeqCst) || !shown() || questions.fetch_add(1, Ordering::SeqCst) < 20 {
            return false;
        }
        world.clock.set(CLOSED.parse().unwrap());
        closed.store(true, Ordering::SeqCst);
        false
    });
    let outcome = world
        .job(at, "{}", &closing)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(closed.load(Ordering::SeqCst), "{name}: {}", outcome.text);
    let run = world.last_run();
    let etat = if matches!(end, GivenUp(..)) {
        "incomplete"
    } else {
        "terminee"
    };
    assert_eq!(run["etat"], etat, "{name}");
    let count = |run: &Value, what: &str| run["comptes"][what].as_i64().unwrap();
    let (mut accepted, mut rejected, mut waiting) = (count(&calm.run, "acceptes"), count(&calm.run, "rejetes"), 0);

    for line in run["etablissements"].as_array().unwrap() {
        if line["uai"] != *uai {
            assert_eq!(line["etat"], "termine", "{name}: {}", outcome.text);
        }
    }
    let line = run["etablissements"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["uai"] == *uai)
        .unwrap();
    let lots = line["lots"].as_array().unwrap();
    match end {
        Sent { attempts } => {
            assert_eq!(line["etat"], "termine", "{name}");
            assert_eq!(lots.len(), 1, "{name}");
            assert_eq!(
                (&lots[0]["etat"], &lots[0]["http"]),
                (&"repondu".into(), &200.into()),
                "{name}"
            );
            assert_eq!(lots[0]["tentatives"], *attempts, "{name}");
        }
        Divided => {
            assert_eq!(line["etat"], "termine", "{name}");
            assert_eq!(lots.len(), 3, "{name}: {line}");
            assert_eq!(lots[0]["etat"], "refuse", "{name}");
        }
        GivenUp(etat, http, words) => {
            assert_eq!(line["etat"], *etat, "{name}: {}", outcome.text);
            assert!(outcome.text.contains(words), "{name}: {}", outcome.text);
            assert!(outcome.text.contains(uai.as_str()), "{name}: {}", outcome.text);
            let lot = lots.first().unwrap();
            let expected = if http.is_some() { "refuse" } else { "envoye" };
            assert_eq!(lot["etat"], expected, "{name}");
            assert_eq!(lot["http"].as_i64(), *http, "{name}");
            accepted -= *dossiers;
            waiting = *dossiers;
        }
        Rejected(words) => {
            accepted -= *dossiers;
            rejected += *dossiers;
            let rejets = run["rejets"].as_array().unwrap();
            let with_words = rejets.iter().filter(|rejet| rejet["erreurs"][0]["message"] == *words);
            assert_eq!(i64::try_from(with_words.count()).unwrap(), *dossiers, "{name}");
        }
        Healed => {
            let healed = run["reprises"].as_array().unwrap();
            assert!(!healed.is_empty(), "{name}");
            assert_eq!(healed[0]["premiere_reponse"][0]["champ"], "tel_apprenant", "{name}");
        }
    }
    assert_eq!(count(&run, "lus"), count(&calm.run, "lus"), "{name}");
    assert_eq!(count(&run, "non_envoyes"), count(&calm.run, "non_envoyes"), "{name}");
    assert_eq!(count(&run, "acceptes"), accepted, "{name}: {}", outcome.text);
    assert_eq!(count(&run, "rejetes"), rejected, "{name}: {}", outcome.text);
    assert_eq!(count(&run, "en_attente"), waiting, "{name}: {}", outcome.text);
    let expected = if waiting > 0 {
        OutcomeKind::Problem
    } else {
        OutcomeKind::ToMend
    };
    assert_eq!(outcome.kind, expected, "{name}: {}", outcome.text);
    // The receiver that is well got nothing twice, whatever happened beside it.
    assert!(world.received().values().all(|times| *times == 1), "{name}");
    if waiting == 0 {
        assert_eq!(i64::try_from(received(&bad).len()).unwrap(), *dossiers, "{name}");
    }
}
