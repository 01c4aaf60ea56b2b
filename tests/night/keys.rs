//! A key goes to the address that it was entered for, whatever stands beside it in the table.

use std::io::ErrorKind;
use std::net::TcpListener;

use crate::world::{NIGHT, World, kind};

/// Waits for nobody: what came during the night is there.
fn nobody_came(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).unwrap();
    matches!(listener.accept(), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn with_the_address_changed_in_the_table_nothing_leaves_and_the_report_says_why() {
    let world = World::new(60, "");
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = elsewhere.local_addr().unwrap();
    world.execute(&format!("UPDATE mna_acces SET url = 'http://{address}/api'"));
    let outcome = world.night(NIGHT).unwrap();
    assert_eq!(kind(outcome.kind), "problem", "{}", outcome.text);
    for words in [
        "établissements (",
        "L'adresse du service a changé",
        "saisissez de nouveau la clé",
    ] {
        assert!(outcome.text.contains(words), "{words} is not in {}", outcome.text);
    }
    assert!(nobody_came(&elsewhere), "something left for {address}");
    assert!(world.received().is_empty());
    let run = world.last_run();
    assert_eq!((&run["etat"], &run["verdict"]), (&"incomplete".into(), &"rouge".into()));
    assert!(
        run["causes"].to_string().contains("saisissez de nouveau la clé"),
        "{}",
        run["causes"]
    );

    // Another path at the same place is the same service; back there, everything goes.
    let home = world.sandbox.url();
    world.execute(&format!("UPDATE mna_acces SET url = '{home}/'"));
    let outcome = world.night(NIGHT).unwrap();
    assert_eq!(kind(outcome.kind), "done, to mend", "{}", outcome.text);
    assert!(!world.received().is_empty());
}
