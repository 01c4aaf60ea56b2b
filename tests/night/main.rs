//! The night end to end: the real library file, real processes, a real database, and a receiver that misbehaves on
//! demand. Whatever breaks, every dossier ends in exactly one state and the next call goes on where this one stopped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation
)]

#[path = "../support/bases.rs"]
mod bases;
mod cancel;
mod clock;
mod crash;
mod database;
mod ends;
mod faults;
mod forgets;
mod keys;
#[path = "../support/servers.rs"]
mod servers;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod together;
mod world;

/// The process that the tests start and kill: this executable, as a host. Without their orders it does nothing.
#[test]
fn child_host() {
    world::child();
}
