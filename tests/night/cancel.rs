//! Cancelled at any point: the run stops soon, the journal says so, and the next call goes on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use passerelle_host_sdk::Run;

use crate::bases::{Product, on_each};
use crate::world::{NIGHT, Until, World, end_lease, requests, while_locked};

on_each! {
    a_cancel_is_heard_at_every_point
}

/// Two seconds are promised; generous, since other tests run beside these. The figures are printed.
const GENEROUS: Duration = Duration::from_secs(10);

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
        assert!(since.elapsed() < GENEROUS, "{questions}: {:?}", since.elapsed());
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

/// All the others are done: nothing but the cancel keeps the run from its end.
#[test]
fn a_cancel_while_the_last_answer_is_awaited_is_no_end() {
    const CANCELS: u64 = 6;
    let calm = World::new(300, "");
    calm.night(NIGHT).unwrap();
    let batches = requests(&calm.sandbox);
    let silence = format!(
        "[[faults]]\nwhen = {{ nth = 1 }}\nthen = {{ kind = 'silence' }}\n\
         [[faults]]\nwhen = {{ from = {}, to = {} }}\nthen = {{ kind = 'silence' }}",
        batches + 1,
        batches + CANCELS - 1
    );
    let world = World::new(300, &silence);
    for cancelled in 0..CANCELS {
        // Every batch has gone out, then what is answered has been written down.
        let asked = AtomicU64::new(0);
        let run = Until(|| requests(&world.sandbox) >= batches + cancelled && asked.fetch_add(1, Ordering::SeqCst) > 9);
        let error = world.job(NIGHT, "{}", &run).unwrap_err();
        assert!(error.is_cancelled(), "{cancelled}: {error}");
        assert_eq!(world.last_run()["etat"], "annulee", "{cancelled}");
    }
    world.night(NIGHT).unwrap();
    assert_eq!(world.report().len(), 1);
    assert_eq!(world.last_run()["comptes"], calm.last_run()["comptes"]);
}

/// Wherever the run stands: told to stop, it returns, the journal says so, and the next call ends the night. Prints how
/// long each took: `cargo test --test night heard_at_every_point -- --nocapture`.
fn a_cancel_is_heard_at_every_point(product: Product) {
    let calm = World::on(product, 1200, "");
    calm.night(NIGHT).unwrap();
    let expected = calm.last_run()["comptes"].clone();
    let busy = "[[faults]]\nthen = { kind = 'delay', ms = 100 }";
    let silent = "[[faults]]\nthen = { kind = 'silence' }";
    let down = "[[faults]]\nthen = { kind = 'status', code = 503 }";
    let later = "[[faults]]\nthen = { kind = 'status', code = 429, retry_after = 20 }";
    for (point, faults, sent, questions) in [
        ("before anything", "", 0, 0),
        ("reading and computing", "", 0, 2),
        ("sending", busy, 3, 0),
        ("no answer comes", silent, 4, 10),
        ("back-off", down, 8, 4),
        ("Retry-After", later, 4, 10),
    ] {
        let mut world = World::on(product, 1200, faults);
        world.installation.batch = Some(20);
        // So many requests, then so many questions of the library, and the host cancels.
        let (asked, since) = (AtomicU64::new(0), Mutex::<Option<Instant>>::default());
        let run = Until(|| {
            if requests(&world.sandbox) < sent || asked.fetch_add(1, Ordering::SeqCst) < questions {
                return false;
            }
            since.lock().unwrap().get_or_insert_with(Instant::now);
            true
        });
        let error = world.job(NIGHT, "{}", &run).unwrap_err();
        let took = since.lock().unwrap().unwrap().elapsed();
        println!("{product:?}, {point}: {} ms", took.as_millis());
        assert!(error.is_cancelled(), "{point}: {error}");
        assert!(took < GENEROUS, "{point}: {took:?}");
        if point != "before anything" {
            let last = world.last_run();
            assert_eq!(last["etat"], "annulee", "{point}");
            for line in last["etablissements"].as_array().unwrap() {
                assert_eq!(line["etat"], "annule", "{point}");
            }
        }
        if faults == silent {
            // Several establishments at once, and no more than that.
            assert_eq!(requests(&world.sandbox), 4);
        }
        if faults.is_empty() {
            world.night(NIGHT).unwrap();
            assert_eq!(world.last_run()["comptes"], expected, "{point}");
            assert_eq!(world.report().len(), 1, "{point}");
        }
    }
}

on_each! {
    a_cancel_is_heard_while_another_program_holds_a_lock
}

fn a_cancel_is_heard_while_another_program_holds_a_lock(product: Product) {
    let mut world = World::on(product, 1200, "[[faults]]\nthen = { kind = 'delay', ms = 20 }");
    world.installation.batch = Some(10);
    let (release, released) = mpsc::channel::<()>();
    let (ready, is_ready) = mpsc::channel();
    let (locking, asked, since) = (
        AtomicBool::new(false),
        AtomicU64::new(0),
        Mutex::<Option<Instant>>::default(),
    );
    let (begin, begun) = mpsc::channel::<()>();
    let database = world.installation.database.clone();
    let error = std::thread::scope(|scope| {
        scope.spawn(move || {
            begun.recv().unwrap();
            while_locked(product, &database, &|| {
                ready.send(()).unwrap();
                let _disconnected = released.recv();
            });
        });
        let is_ready = Mutex::new(is_ready);
        let begin = Mutex::new(begin);
        let run = Until(|| {
            if world.sandbox.counts().0 <= 30 {
                return false;
            }
            if !locking.swap(true, Ordering::SeqCst) {
                begin.lock().unwrap().send(()).unwrap();
                is_ready.lock().unwrap().recv().unwrap();
            }
            // Long enough for everything to wait for the lock.
            if asked.fetch_add(1, Ordering::SeqCst) < 20 {
                return false;
            }
            since.lock().unwrap().get_or_insert_with(Instant::now);
            true
        });
        let error = world.job(NIGHT, "{}", &run).unwrap_err();
        let took = since.lock().unwrap().unwrap().elapsed();
        println!("{product:?}, a lock held by another program: {} ms", took.as_millis());
        assert!(took < GENEROUS, "{took:?}");
        drop(release);
        error
    });
    assert!(error.is_cancelled(), "{error}");
    // Where nothing at all could be written, the journal learns it from the next call.
    let etat = world.last_run()["etat"].clone();
    assert_eq!(etat, product.pick("en_cours", "annulee", "annulee"));
    end_lease(&world.installation.database);
    world.job(NIGHT, "{}", &Until(|| false)).unwrap();
    assert_eq!(world.report().len(), 1);
    assert_eq!(world.last_run()["etat"], "terminee");
}
