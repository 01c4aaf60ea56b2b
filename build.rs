//! Keeps `include/passerelle.h` true to `host-sdk/abi`: a header that differs fails the build, and
//! `PASSERELLE_BLESS=1 cargo build` rewrites it.

#[path = "include/generate.rs"]
mod generate;

use std::{env, fs, path::Path};

const ABI: &str = "host-sdk/abi";
const CONFIG: &str = "cbindgen.toml";
const HEADER: &str = "include/passerelle.h";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=host-sdk/abi/src");
    println!("cargo::rerun-if-changed={CONFIG}");
    println!("cargo::rerun-if-changed=include/generate.rs");
    println!("cargo::rerun-if-changed={HEADER}");
    println!("cargo::rerun-if-env-changed=PASSERELLE_BLESS");

    let generated = generate::header(Path::new(ABI), Path::new(CONFIG))?;
    let stale = generate::differs(&generated, &fs::read_to_string(HEADER).unwrap_or_default());
    if env::var_os("PASSERELLE_BLESS").is_some() {
        // Written only when it differs: another date on the file would run this script again.
        if stale {
            fs::write(HEADER, generated)?;
        }
    } else if stale {
        return Err(format!(
            "{HEADER} does not say what host-sdk/abi says: run `PASSERELLE_BLESS=1 cargo build` and commit the header"
        )
        .into());
    }
    Ok(())
}
