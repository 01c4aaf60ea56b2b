//! What a server quotes of a row goes nowhere, on any way by which its message can come.

use std::sync::{Arc, Mutex};

use tracing::Level;
use tracing::level_filters::LevelFilter;

use crate::bases::{Base, Product, on_each};
use crate::database::{Connection, DatabaseError};
use crate::error::Error;
use crate::log::{Sink, forward_to};

on_each! {
    nothing_of_a_refused_row_is_said_or_logged
}

const SAID: &str =
    "Erreur lors de la conversion d''une valeur ''DUPONT Jean 06 12 34 56 78'' en bigint : l''élève ''O''''NEILL''.";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<String>>);

impl Sink for Lines {
    fn max_level(&self) -> LevelFilter {
        LevelFilter::TRACE
    }

    fn line(&self, _: Level, _: &str, message: &str) {
        self.0.lock().unwrap().push_str(message);
    }
}

/// A table that refuses every row with that text, as an ERP's own trigger may.
fn refuse_all(connection: &Connection, product: Product) {
    let run = |sql: &str| connection.execute(sql, &[]).unwrap();
    run("CREATE TABLE refus (a INTEGER)");
    match product {
        Product::Sqlite => run(&format!(
            "CREATE TRIGGER non BEFORE INSERT ON refus BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
        )),
        Product::PostgreSql => {
            run(&format!(
                "CREATE FUNCTION non() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{SAID}'; END $$"
            ));
            run("CREATE TRIGGER non BEFORE INSERT ON refus FOR EACH ROW EXECUTE FUNCTION non()");
        }
        Product::MariaDb => run(&format!(
            "CREATE TRIGGER non BEFORE INSERT ON refus FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{SAID}'"
        )),
    }
}

fn nothing_of_a_refused_row_is_said_or_logged(product: Product) {
    let base = Base::new(product);
    let connection = base.database().open().unwrap();
    refuse_all(&connection, product);
    let lines = Lines::default();
    let sql = "INSERT INTO refus VALUES (?)";
    let errors: Vec<DatabaseError> = tracing::dispatcher::with_default(&forward_to(lines.clone()), || {
        let row = [1_i64.into()];
        let ways = [
            connection.execute(sql, &row),
            connection.change(sql, &row).map(drop),
            connection.execute_many(sql, &[row.to_vec(), row.to_vec()]),
            connection.transaction(|connection| connection.execute(sql, &row)),
            connection.query(sql, &row).map(drop),
        ];
        let errors = ways.map(Result::unwrap_err);
        for error in &errors {
            tracing::error!(%error, debug = ?error, "refused");
        }
        errors.into()
    });
    let mut all = lines.0.lock().unwrap().clone();
    assert_eq!(all.matches("refused").count(), errors.len(), "{all}");
    for error in errors {
        let text = error.user_text();
        assert!(text.ends_with(')') && text.contains(" (code "), "{text}");
        all += &format!("{error:?} {error} {text} {:?}", Error::from(error.clone()));
    }
    for secret in ["DUPONT", "Jean", "06 12", "NEILL", "bigint", "conversion"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
