//! Several queries, and several connections, read one state of the data.

use std::cell::Cell;
use std::ops::ControlFlow;

use super::base::{Base, scope};
use crate::bases::{Product, on_each};
use crate::database::CancelHandle;
use crate::dossier::records::Inscription;

on_each! {
    what_others_change_meanwhile_is_not_read
}

fn what_others_change_meanwhile_is_not_read(product: Product) {
    let base = Base::with_secteurs(product);
    if product == Product::Sqlite {
        // With its other journals SQLite is read in pages, each of one state: longer, and nobody could write meanwhile.
        let mut answer = base.connection.query("PRAGMA journal_mode = WAL", &[]).unwrap();
        assert_eq!(answer.next_row().unwrap().unwrap().text(0).unwrap().unwrap(), "wal");
    }
    base.run("INSERT INTO stagiaire (id) VALUES (7)");
    base.run(
        "INSERT INTO inscription (id, stagiaire_id, secteur_id, apprentissage) VALUES (70, NULL, 1, 1), (71, 7, 1, 1)",
    );
    base.run("INSERT INTO convention (id, inscription_id) VALUES (1, 71)");
    base.run("INSERT INTO interlocuteur (id, stagiaire_id) VALUES (1, 7)");
    let change = || {
        base.run("UPDATE inscription SET motif_sortie = 'x'");
        base.run("DELETE FROM interlocuteur");
        base.run("DELETE FROM convention");
    };
    let connections = Cell::new(0);
    let opened = |_: CancelHandle| {
        connections.set(connections.get() + 1);
        // Only PostgreSQL's connections share a state; MariaDB's begin theirs one after the other.
        if product == Product::PostgreSql && connections.get() == 2 {
            change();
        }
    };
    let mut read = Vec::new();
    let mut visit = |inscription: Inscription| {
        if read.is_empty() {
            change();
        }
        read.push(inscription);
        ControlFlow::Continue(())
    };
    let visit: &mut dyn FnMut(Inscription) -> ControlFlow<()> = &mut visit;
    base.erp().visit(&scope(&[1]), &|| false, &opened, visit).unwrap();

    assert_eq!(connections.get(), product.pick(1, 4, 4));
    let shown: Vec<_> = read
        .iter()
        .map(|i| {
            (
                i.id,
                i.motif_sortie.valeur().map(String::as_str),
                i.conventions.len(),
                i.interlocuteurs.len(),
            )
        })
        .collect();
    assert_eq!(shown, [(70, None, 0, 0), (71, None, 1, 1)]);
}
