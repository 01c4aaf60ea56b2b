//! Cancelled at any point: the run stops soon, the journal says so, and the next call goes on.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use passerelle_host_sdk::Run;

use crate::world::{NIGHT, Until, World};

/// Asks to stop from its n-th question on, and remembers when that was.
struct AfterQuestions {
    left: AtomicU64,
    since: Mutex<Option<Instant>>,
}

impl Run for AfterQuestions {
    fn is_cancelled(&self) -> bool {
        let over = self.left.load(Ordering::SeqCst) == 0;
        if over {
            self.since.lock().unwrap().get_or_insert_with(Instant::now);
        } else {
            self.left.fetch_sub(1, Ordering::SeqCst);
        }
        over
    }
}

#[test]
fn a_cancelled_night_stops_says_so_and_is_resumed() {
    let calm = World::new(300, "");
    calm.night(NIGHT).unwrap();
    // The third request is never answered in time, so that one of the cancels comes while an answer is awaited.
    let silence = "[[faults]]\nwhen = { nth = 3 }\nthen = { kind = \"silence\" }";
    let mut world = World::new(300, silence);
    world.installation.batch = Some(20);
    let mut cancelled = 0;
    for questions in [0, 1, 3, 6, 10, 40, 60] {
        let run = AfterQuestions {
            left: AtomicU64::new(questions),
            since: Mutex::default(),
        };
        let error = match world.job(NIGHT, "{}", &run) {
            // A fast machine may be done before it is asked to stop.
            Ok(_) => break,
            Err(error) => error,
        };
        let since = run.since.lock().unwrap().unwrap();
        // Two seconds by the specification; generous, since other tests run beside this one.
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "{questions}: {:?}",
            since.elapsed()
        );
        assert!(error.is_cancelled(), "{questions}: {error}");
        let last = world.last_run();
        assert_eq!(last["etat"], "annulee", "{questions}");
        assert_eq!(world.report().len(), 1);
        for etablissement in last["etablissements"].as_array().unwrap() {
            assert_eq!(etablissement["etat"], "annule", "{questions}");
        }
        cancelled += 1;
    }
    assert!(cancelled >= 3, "{cancelled}");
    world.job(NIGHT, "{}", &Until(|| false)).unwrap();
    let run = world.last_run();
    assert_eq!(run["etat"], "terminee");
    assert_eq!(run["comptes"], calm.last_run()["comptes"]);
    assert!(world.received().keys().eq(calm.received().keys()));
    for etablissement in run["etablissements"].as_array().unwrap() {
        assert_eq!(etablissement["etat"], "termine");
    }
}
