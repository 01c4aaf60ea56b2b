//! Keeps `include/passerelle.h` true to `host-sdk/abi`: a header that differs fails the build, and
//! `PASSERELLE_BLESS=1 cargo build` rewrites it.

use std::{env, fs, path::Path};

const HEADER: &str = "include/passerelle.h";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=host-sdk/abi/src");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    println!("cargo::rerun-if-changed={HEADER}");
    println!("cargo::rerun-if-env-changed=PASSERELLE_BLESS");

    let generated = header()?;
    let committed = fs::read_to_string(HEADER).unwrap_or_default().replace("\r\n", "\n");
    if env::var_os("PASSERELLE_BLESS").is_some() {
        // Written only when it differs: another date on the file would run this script again.
        if generated != committed {
            fs::write(HEADER, generated)?;
        }
    } else if generated != committed {
        return Err(format!(
            "{HEADER} does not say what host-sdk/abi says: run `PASSERELLE_BLESS=1 cargo build` and commit the header"
        )
        .into());
    }
    Ok(())
}

/// The header, with the calling convention that cbindgen leaves out of function pointers, and without rustdoc's links.
fn header() -> Result<String, Box<dyn std::error::Error>> {
    let mut text = Vec::new();
    cbindgen::Builder::new()
        .with_crate(Path::new("host-sdk/abi"))
        .with_config(cbindgen::Config::from_file("cbindgen.toml")?)
        .generate()?
        .write(&mut text);
    Ok(String::from_utf8(text)?
        .replace(" (*", " (PASSERELLE_CALL *")
        .replace("[`", "`")
        .replace("`]", "`"))
}
