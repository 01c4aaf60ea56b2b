//! A receiver that takes a batch and then forgets to answer: the journal does not take it for sent, the next night sends
//! it again, and the receiver, which goes by identity, holds each dossier once.

use std::sync::atomic::{AtomicBool, Ordering};

use passerelle_host_sdk::OutcomeKind;
use serde_json::Value;

use crate::world::{CLOSED, CLOSING, Until, World, received, start_sandbox};

const NEXT: &str = "2026-11-25T01:00:00+01:00";

/// What became of the batches of an establishment: where each is, and the dossiers of all.
fn lots(run: &Value, uai: &str) -> (Vec<String>, i64) {
    let lines = run["etablissements"].as_array().unwrap();
    let lots = lines
        .iter()
        .filter(|line| line["uai"] == *uai)
        .flat_map(|line| line["lots"].as_array().unwrap());
    let states = lots.clone().map(|lot| lot["etat"].as_str().unwrap().to_owned());
    (
        states.collect(),
        lots.map(|lot| lot["dossiers"].as_i64().unwrap()).sum(),
    )
}

#[test]
fn what_was_taken_without_an_answer_is_in_doubt_until_the_next_night() {
    let forgetful = start_sandbox("[[faults]]\nwhen = { nth = 1 }\nthen = { kind = 'silence' }");
    let mut moved = String::new();
    let world = World::with(120, "", |settings, _| {
        let accesses = settings["acces"].as_array_mut().unwrap();
        moved = accesses[0]["uai"].as_str().unwrap().to_owned();
        for access in accesses.iter_mut().filter(|access| access["uai"] == *moved) {
            access["url"] = forgetful.url().into();
        }
    });
    // The window closes once the batch is taken.
    let closed = AtomicBool::new(false);
    let closing = Until(|| {
        if forgetful.counts().0 > 0 && !closed.swap(true, Ordering::SeqCst) {
            world.clock.set(CLOSED.parse().unwrap());
        }
        false
    });
    let outcome = world.job(CLOSING, "{}", &closing).unwrap();
    assert_eq!(outcome.kind, OutcomeKind::Problem, "{}", outcome.text);
    assert!(outcome.text.contains("n'a pas répondu à temps"), "{}", outcome.text);
    let first = world.last_run();
    let (states, dossiers) = lots(&first, &moved);
    assert_eq!(states, ["envoye"], "{first}");
    let taken = received(&forgetful);
    assert_eq!(i64::try_from(taken.len()).unwrap(), dossiers);
    assert!(first["comptes"]["en_attente"].as_i64().unwrap() >= dossiers);

    let outcome = world.night(NEXT).unwrap();
    assert_eq!(outcome.kind, OutcomeKind::ToMend, "{}", outcome.text);
    let (states, again) = lots(&world.last_run(), &moved);
    assert!(states.iter().all(|state| state == "repondu"), "{states:?}");
    let held = received(&forgetful);
    assert_eq!((again, held.len()), (dossiers, taken.len()));
    assert!(held.values().all(|times| *times == 2), "{held:?}");
}
