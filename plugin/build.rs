//! The library is never unloaded, whoever loads it: ODBC drivers and TLS leave threads and destructors behind that would
//! run in memory that is gone.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let family = std::env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default();
    let vendor = std::env::var("CARGO_CFG_TARGET_VENDOR").unwrap_or_default();
    if family == "unix" && vendor != "apple" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
