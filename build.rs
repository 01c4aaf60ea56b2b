//! Keeps `include/passerelle.h` true to `host-sdk/abi`: a header that differs fails the build, and
//! `PASSERELLE_BLESS=1 cargo build` rewrites it.

use std::{env, fs, path::Path};

const ABI: &str = "host-sdk/abi";
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

/// The header: cbindgen's, with the calling convention that it leaves out of function pointers, the text constants
/// that it cannot print, and without rustdoc's links.
fn header() -> Result<String, Box<dyn std::error::Error>> {
    let mut config = cbindgen::Config::from_file("cbindgen.toml")?;
    let preamble = config.after_includes.take().unwrap_or_default();
    config.after_includes = Some(preamble + &text_constants()?);
    let mut text = Vec::new();
    cbindgen::Builder::new()
        .with_crate(ABI)
        .with_config(config)
        .generate()?
        .write(&mut text);
    Ok(String::from_utf8(text)?
        .replace(" (*", " (PASSERELLE_CALL *")
        .replace(" *(*", " *(PASSERELLE_CALL *")
        .replace("[`", "`")
        .replace("`]", "`"))
}

/// `pub const NAME: &CStr = c"…";`, with the documentation above it, as a macro.
fn text_constants() -> Result<String, Box<dyn std::error::Error>> {
    let mut sources = fs::read_dir(Path::new(ABI).join("src"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    sources.sort();
    let mut macros = String::new();
    for source in sources {
        let mut documentation = String::new();
        for line in fs::read_to_string(source)?.lines() {
            if let Some(text) = line.strip_prefix("///") {
                documentation += &format!("\n *{text}");
            } else {
                let constant = line
                    .strip_prefix("pub const ")
                    .and_then(|rest| rest.split_once(": &CStr = c"));
                if let Some((name, value)) = constant {
                    macros += &format!(
                        "\n/**{documentation}\n */\n#define {name} {}\n",
                        value.trim_end_matches(';')
                    );
                }
                documentation.clear();
            }
        }
    }
    Ok(macros)
}
