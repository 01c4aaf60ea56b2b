//! Two hosts started at the same second on the same database: one runs.

use crate::bases::{Product, on_each};
use crate::world::World;

on_each! {
    of_two_hosts_at_once_one_runs
}

fn pairs(product: Product, rounds: u32) {
    let mut world = World::on(product, 120, "");
    for round in 0..rounds {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap() + chrono::Days::new(round.into());
        world.installation.at = format!("{day}T23:00:00+02:00");
        let mut children = ["one", "other"].map(|name| world.spawn(name));
        for child in &mut children {
            child.wait().unwrap();
        }
        let results = ["one", "other"].map(|name| world.result(name));
        let ran = results.iter().filter(|result| {
            let kind = result["kind"].as_str().unwrap();
            assert!(
                ["done", "done, to mend", "running elsewhere", "already done"].contains(&kind),
                "round {round}: {result}"
            );
            kind.starts_with("done")
        });
        assert_eq!(ran.count(), 1, "round {round}: {results:?}");
        // One run a night, and every dossier came once a night.
        let runs = world.query(&format!("SELECT id, etat FROM mna_execution WHERE nuit = '{day}'"));
        assert_eq!(runs.len(), 1, "round {round}");
        assert_eq!(runs[0][1], "terminee");
        assert_eq!(world.query("SELECT expire FROM mna_verrou"), [["0"]]);
    }
}

fn of_two_hosts_at_once_one_runs(product: Product) {
    pairs(product, 10);
}

/// The long form: `cargo test --test night -- --ignored --test-threads=1 together`.
mod long {
    use super::{Product, pairs};

    #[test]
    #[ignore = "minutes"]
    fn of_100_pairs_of_hosts_one_runs_sqlite() {
        pairs(Product::Sqlite, 100);
    }

    #[test]
    #[ignore = "minutes"]
    fn of_100_pairs_of_hosts_one_runs_postgresql() {
        pairs(Product::PostgreSql, 100);
    }

    #[test]
    #[ignore = "minutes"]
    fn of_100_pairs_of_hosts_one_runs_mariadb() {
        pairs(Product::MariaDb, 100);
    }
}
