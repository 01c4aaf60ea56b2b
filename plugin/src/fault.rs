//! Panics on demand, in debug builds only: `PASSERELLE_PANIC_IN=<place>` makes the slot or thread of that name panic, so
//! that a test can show, in a process of its own, that no panic crosses.

/// Panic if this is the place that the environment names.
#[cfg(debug_assertions)]
#[allow(clippy::panic)]
pub fn inject(place: &str) {
    if std::env::var("PASSERELLE_PANIC_IN").is_ok_and(|wanted| wanted == place) {
        panic!("injected in {place}");
    }
}

/// Nothing in a release build.
#[cfg(not(debug_assertions))]
#[inline]
pub fn inject(_: &str) {}
