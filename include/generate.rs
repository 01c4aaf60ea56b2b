//! Makes `include/passerelle.h` out of the ABI crate; the build script and the tests share it.

use std::{error::Error, fs, path::Path};

/// The header: cbindgen's, with the calling convention that it leaves out of function pointers, the text constants
/// that it cannot print, and without rustdoc's links.
pub fn header(abi: &Path, config: &Path) -> Result<String, Box<dyn Error>> {
    let mut config = cbindgen::Config::from_file(config)?;
    let preamble = config.after_includes.take().unwrap_or_default();
    config.after_includes = Some(preamble + &text_constants(abi)?);
    let mut text = Vec::new();
    cbindgen::Builder::new()
        .with_crate(abi)
        .with_config(config)
        .generate()?
        .write(&mut text);
    Ok(String::from_utf8(text)?
        .replace(" (*", " (PASSERELLE_CALL *")
        .replace(" *(*", " *(PASSERELLE_CALL *")
        .replace("[`", "`")
        .replace("`]", "`"))
}

/// Whether a committed header is not the generated one; line endings are the checkout's.
pub fn differs(generated: &str, committed: &str) -> bool {
    generated != committed.replace("\r\n", "\n")
}

/// `pub const NAME: &CStr = c"…";`, with the documentation above it, as a macro.
fn text_constants(abi: &Path) -> Result<String, Box<dyn Error>> {
    let mut sources = fs::read_dir(abi.join("src"))?
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
