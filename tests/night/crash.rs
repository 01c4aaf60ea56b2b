//! SIGKILL at random moments, over and over, until the night is done: nothing is lost, nothing answered is sent again.

use std::collections::{BTreeMap, HashMap};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bases::{Product, on_each};
use crate::world::{Dice, World, end_lease};

on_each! {
    a_night_survives_kills_at_random_moments
}

/// A receiver that takes a moment for each batch, so that a kill often finds some on their way, and that the night is
/// longer than the kills.
const SLOW: &str = "[[faults]]\nthen = { kind = \"delay\", ms = 80 }";
const BATCH: u32 = 10;
/// In seconds: not much to wait for after a kill, enough for a machine with other things to do.
const LEASE: u32 = 6;

struct Figures {
    kills: u32,
    in_doubt: usize,
    again: u64,
    received: usize,
    time: Duration,
}

fn crash_test(product: Product, inscriptions: u32, kills: u32, seed: u64) -> Figures {
    // What an undisturbed night comes to.
    let mut calm = World::on(product, inscriptions, "");
    calm.installation.batch = Some(BATCH);
    calm.night(crate::world::NIGHT).unwrap();
    let (expected, calm_run) = (calm.received(), calm.last_run());

    let mut world = World::on(product, inscriptions, SLOW);
    world.installation.batch = Some(BATCH);
    world.installation.lease = LEASE;
    let start = Instant::now();
    let mut dice = Dice(seed);
    let mut doubts = HashMap::<String, u64>::new();
    for kill in 0..kills {
        let mut child = world.spawn("crash");
        await_moment(&mut child, &world, &mut dice);
        child.kill().unwrap();
        child.wait().unwrap();
        for row in world.query(
            "SELECT r.id_erp_apprenant FROM mna_resultat r JOIN mna_lot l ON l.execution_id = r.execution_id \
             AND l.etablissement = r.etablissement AND l.numero = r.lot WHERE r.etat = 'en_attente' AND l.etat = 'envoye'",
        ) {
            *doubts.entry(row[0].clone()).or_default() += 1;
        }
        // Most hosts find the lease of the dead one over already; some wait for its end.
        if kill % 16 != 0 {
            end_lease(&world.installation.database);
        }
    }
    loop {
        world.spawn("last").wait().unwrap();
        let result = world.result("last");
        match result["kind"].as_str().unwrap() {
            "done" | "done, to mend" => break,
            _ if kept_out(&result) => sleep(Duration::from_millis(300)),
            _ => panic!("{result}"),
        }
    }
    let time = start.elapsed();

    let runs = world.report();
    assert_eq!(runs.len(), 1, "one night, one run");
    let run = &runs[0];
    assert_eq!(run["etat"], "terminee");
    assert_eq!(run["comptes"], calm_run["comptes"]);
    assert_eq!(run["rejets"], calm_run["rejets"]);
    assert_eq!(run["non_envoyes"], calm_run["non_envoyes"]);
    for etablissement in run["etablissements"].as_array().unwrap() {
        assert_eq!(etablissement["etat"], "termine", "{}", etablissement["uai"]);
    }
    let id = |run: &serde_json::Value| run["id"].as_i64().unwrap();
    assert_eq!(world.states(id(run)), calm.states(id(&calm_run)));

    let received = world.received();
    assert!(
        received.keys().eq(expected.keys()),
        "the receiver holds what a calm night sends"
    );
    let again = again(&received, &expected, &doubts);
    Figures {
        kills,
        in_doubt: doubts.len(),
        again,
        received: received.len(),
        time,
    }
}

/// Waits for a moment to kill: sometimes early in a host's life, else after some more batches.
fn await_moment(child: &mut Child, world: &World, dice: &mut Dice) {
    if dice.roll(4) == 0 {
        sleep(Duration::from_millis(dice.roll(500)));
        return;
    }
    let wanted = world.sandbox.counts().0 + usize::try_from(dice.roll(6)).unwrap() * BATCH as usize + 1;
    while world.sandbox.counts().0 < wanted {
        if child.try_wait().unwrap().is_some() {
            let result = world.result("crash");
            assert!(kept_out(&result), "{result}");
            sleep(Duration::from_millis(100));
            *child = world.spawn("crash");
        }
        sleep(Duration::from_millis(2));
    }
    sleep(Duration::from_millis(dice.roll(60)));
}

/// Whether a host ended because another one's lease was not over yet, or its own was: on a machine with no time to keep it.
fn kept_out(result: &serde_json::Value) -> bool {
    result["kind"] == "running elsewhere" || result["detail"] == "the lock of the night was lost"
}

/// How many dossiers came more often than in a calm night; each of them must have been in doubt that often.
fn again(received: &BTreeMap<String, u64>, expected: &BTreeMap<String, u64>, doubts: &HashMap<String, u64>) -> u64 {
    let mut more = HashMap::<String, (u64, u64)>::new();
    for (dossier, times) in received {
        let parsed: serde_json::Value = serde_json::from_str(dossier).unwrap();
        let id = parsed["id_erp_apprenant"].as_str().unwrap().to_owned();
        let (came, calm) = more.entry(id).or_default();
        *came += times;
        *calm += expected[dossier];
    }
    let mut again = 0;
    for (id, (came, calm)) in more {
        let allowed = calm * (1 + doubts.get(&id).copied().unwrap_or(0));
        assert!(
            came <= allowed,
            "dossier {id} was answered and sent again: {came} times instead of {allowed}"
        );
        again += came - calm;
    }
    again
}

fn a_night_survives_kills_at_random_moments(product: Product) {
    let figures = crash_test(product, 2000, 15, 1);
    assert!(figures.received > 1000);
    print(product, &figures);
}

/// The long form: `cargo test --test night -- --ignored --nocapture --test-threads=1 crash`.
mod long {
    use super::{Product, crash_test, print};

    fn survives(product: Product) {
        let figures = crash_test(product, 25_000, 300, 2);
        assert!(figures.received >= 20_000);
        print(product, &figures);
    }

    #[test]
    #[ignore = "many minutes"]
    fn a_long_night_survives_300_kills_sqlite() {
        survives(Product::Sqlite);
    }

    #[test]
    #[ignore = "many minutes"]
    fn a_long_night_survives_300_kills_postgresql() {
        survives(Product::PostgreSql);
    }

    #[test]
    #[ignore = "many minutes"]
    fn a_long_night_survives_300_kills_mariadb() {
        survives(Product::MariaDb);
    }
}

fn print(product: Product, figures: &Figures) {
    println!(
        "{product:?}: {} kills; {} dossiers received, {} were in doubt at a kill, {} came again; {:.0} s",
        figures.kills,
        figures.received,
        figures.in_doubt,
        figures.again,
        figures.time.as_secs_f64()
    );
}
