//! The reader on its own thread.

use super::base::{Base, read, scope};
use crate::bases::{Product, on_each};
use crate::database::Param;
use crate::erp::{ErpError, ReadAhead};

on_each! {
    batches_are_the_stream_and_the_caller_may_write_meanwhile
    an_error_comes_through_the_batches
    cancelled_or_dropped_no_thread_is_left
}

fn filled(product: Product, inscriptions: i64) -> Base {
    let base = Base::with_secteurs(product);
    let stagiaires: Vec<Vec<Param>> = (1..=inscriptions)
        .map(|n| vec![n.into(), format!("Nom {n}").into()])
        .collect();
    let rows: Vec<Vec<Param>> = (1..=inscriptions)
        .map(|n| vec![n.into(), n.into(), 1.into(), 1.into()])
        .collect();
    base.many("stagiaire (id, nom)", &stagiaires);
    base.many("inscription (id, stagiaire_id, secteur_id, apprentissage)", &rows);
    base
}

fn batches_are_the_stream_and_the_caller_may_write_meanwhile(product: Product) {
    let base = filled(product, 4_000);
    let expected: Vec<i64> = read(&base.erp(), &[1]).iter().map(|i| i.id).collect();
    let mut reader = ReadAhead::start(base.erp(), scope(&[1]));
    let mut ids = Vec::new();
    base.run("CREATE TABLE mna_journal (id INTEGER)");
    while let Some(batch) = reader.next_batch(&|| false).unwrap() {
        // A reader that waited for its caller with open results would keep this from ever being written.
        base.run("INSERT INTO mna_journal VALUES (1)");
        ids.extend(batch.iter().map(|i| i.id));
    }
    assert_eq!(ids, expected);
    assert_eq!(reader.next_batch(&|| false).unwrap().map(|batch| batch.len()), None);
}

fn an_error_comes_through_the_batches(product: Product) {
    let base = filled(product, 10);
    base.run("DROP TABLE convention");
    let mut reader = ReadAhead::start(base.erp(), scope(&[1]));
    let error = loop {
        match reader.next_batch(&|| false) {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the missing table was not missed"),
            Err(error) => break error,
        }
    };
    assert!(error.user_text().contains("convention"), "{error:?}");
}

fn cancelled_or_dropped_no_thread_is_left(product: Product) {
    let base = filled(product, 8_000);
    let mut reader = ReadAhead::start(base.erp(), scope(&[1]));
    assert!(reader.next_batch(&|| false).unwrap().is_some());
    assert_eq!(reader.next_batch(&|| true).unwrap_err(), ErpError::Cancelled);
    let trace = reader.trace();
    drop(reader);
    assert!(trace.upgrade().is_none(), "the thread still holds what it shares");
    // Dropped at once, and dropped while it waits for a caller that never comes.
    let traces = [1, 2].map(|batches| {
        let mut reader = ReadAhead::start(base.erp(), scope(&[1]));
        for _ in 1..batches {
            reader.next_batch(&|| false).unwrap();
        }
        reader.trace()
    });
    assert!(traces.iter().all(|trace| trace.upgrade().is_none()));
}
