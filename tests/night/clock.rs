//! Clock changes, midnight, and a machine clock that is set back: one night each.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::world::{Until, World, kind};

const WORDS: [&str; 3] = ["done", "done, to mend", "already done"];

#[test]
fn each_night_is_one_night_whatever_the_clock_does() {
    let world = World::new(60, "");
    // Every line is a call of the scheduler, in the order in which they come; true: it must run.
    for (at, runs, night) in [
        // The clock goes back an hour at three: 2:30 comes twice.
        ("2026-10-24T23:00:00+02:00", true, "2026-10-24"),
        ("2026-10-25T02:30:00+02:00", false, "2026-10-24"),
        ("2026-10-25T02:30:00+01:00", false, "2026-10-24"),
        ("2026-10-25T04:59:00+01:00", false, "2026-10-24"),
        ("2026-10-25T23:00:00+01:00", true, "2026-10-25"),
        // It goes forward an hour at two: 2:30 never comes.
        ("2027-03-27T23:30:00+01:00", true, "2027-03-27"),
        ("2027-03-28T01:59:59+01:00", false, "2027-03-27"),
        ("2027-03-28T03:00:00+02:00", false, "2027-03-27"),
        ("2027-03-28T23:00:00+02:00", true, "2027-03-28"),
        // Midnight is inside the window.
        ("2027-04-01T23:59:59+02:00", true, "2027-04-01"),
        ("2027-04-02T00:00:01+02:00", false, "2027-04-01"),
        ("2027-04-03T00:00:01+02:00", true, "2027-04-02"),
        // A machine clock that was ahead, set back an hour between two calls: over midnight, and before the window.
        ("2027-05-02T00:30:00+02:00", true, "2027-05-01"),
        ("2027-05-01T23:30:00+02:00", false, "2027-05-01"),
        ("2027-05-02T23:15:00+02:00", true, "2027-05-02"),
        ("2027-05-02T22:15:00+02:00", false, "2027-05-02"),
    ] {
        let outcome = world.night(at).unwrap();
        assert!(WORDS.contains(&kind(outcome.kind)));
        assert_eq!(kind(outcome.kind) != "already done", runs, "{at}: {}", outcome.text);
        let newest = world.last_run();
        assert_eq!(newest["nuit"], night, "{at}");
        assert_eq!(newest["id"], outcome.run_id, "{at}");
        assert_eq!(
            world.report().iter().filter(|run| run["nuit"] == night).count(),
            1,
            "{at}"
        );
    }
}

#[test]
fn a_clock_that_jumps_back_in_the_middle_does_not_divide_the_night() {
    let mut world = World::new(120, "[[faults]]\nthen = { kind = \"delay\", ms = 20 }");
    world.installation.batch = Some(5);
    let jumped = AtomicBool::new(false);
    let clock = std::sync::Arc::clone(&world.clock);
    let set_back = Until(|| {
        if world.sandbox.counts().0 > 20 && !jumped.swap(true, Ordering::SeqCst) {
            clock.set("2026-11-23T23:10:00+01:00".parse().unwrap());
        }
        false
    });
    world.job("2026-11-24T00:10:00+01:00", "{}", &set_back).unwrap();
    assert!(jumped.load(Ordering::SeqCst));
    let runs = world.report();
    assert_eq!(runs.len(), 1);
    assert_eq!(
        (&runs[0]["nuit"], &runs[0]["etat"]),
        (&"2026-11-23".into(), &"terminee".into())
    );
    assert!(world.received().values().all(|times| *times == 1));
    let again = world.night("2026-11-24T00:20:00+01:00").unwrap();
    assert_eq!(kind(again.kind), "already done");
}
