//! The README's examples are true: the C one compiles as C11 and runs a night through the library file, the Rust one is
//! host-sdk's own tested example.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{fs, process::Command};

use demo_host::sandbox::Keys;
use support::{
    base::Base,
    desk::{Desk, golden_settings, prepare},
    receiver,
};

/// The one block of the README in a language.
fn block(language: &str) -> String {
    let readme = fs::read_to_string(support::source("README.md")).unwrap();
    let opening = format!("```{language}\n");
    let mut blocks = readme.split(&opening).skip(1);
    let block = blocks.next().unwrap().split("```").next().unwrap().to_owned();
    assert!(blocks.next().is_none(), "more than one block in {language}");
    block
}

#[test]
fn the_example_in_rust_is_the_one_that_host_sdk_tests() {
    let documentation = fs::read_to_string(support::source("host-sdk/src/lib.rs")).unwrap();
    let example = documentation.split("//! ```no_run\n").nth(1).unwrap();
    let example = example.split("//! ```\n").next().unwrap();
    let shown: String = example
        .lines()
        .map(|line| line.strip_prefix("//!").unwrap())
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .filter(|line| !line.starts_with("# "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(block("rust"), shown);
}

#[test]
fn the_example_in_c_compiles_strictly_and_runs_a_night() {
    let folder = support::scratch().join("c");
    fs::create_dir_all(&folder).unwrap();
    let base = Base::golden(&folder);
    let sandbox = receiver::start(Keys::default(), "");
    {
        let (_desk, plugin) = Desk::new(base.connection_string(), &folder).plugin();
        prepare(&plugin, &golden_settings(&sandbox.url()));
    }
    let example = block("c");
    assert!(example.contains("/opt/erp/libpasserelle.so"));
    let example = example.replace("/opt/erp/libpasserelle.so", support::library().to_str().unwrap());
    // The callbacks are those of the host in C, without its store of secrets: the key was sealed with the folder's.
    let program = format!(
        "#define _POSIX_C_SOURCE 200809L\n#include <dlfcn.h>\n#include <stdio.h>\n#include <stdlib.h>\n\
         #include <string.h>\n#include \"passerelle.h\"\n#include \"{}\"\n\
         static const void *no_secrets(const passerelle_host *host, const char *id, uint32_t id_len) {{\n\
         return same(id, id_len, PASSERELLE_HOST_SECRETS) ? NULL : get_interface(host, id, id_len);\n}}\n\
         int main(int argc, char **argv) {{\nseen saw = {{0}};\nwatched watch = {{0, 0}};\n\
         if (argc != 3) return 2;\nsaw.log = stderr;\nsaw.database = argv[1];\nsaw.data_dir = argv[2];\n\
         saw.year = 2026;\nsaw.month = 11;\nsaw.day = 23;\nsaw.hour = 23;\n\
         passerelle_host host = make_host(&saw);\nhost.get_interface = no_secrets;\n\
         const passerelle_run run = make_run(&watch);\n{example}\nreturn 0;\n}}\n",
        support::source("tests/c_host/interfaces.h").display()
    );
    let (file, built) = (folder.join("readme.c"), folder.join("readme"));
    fs::write(&file, program).unwrap();
    // The borrowed callbacks include some that this example has no use for.
    let arguments = [&support::STRICT[..], &["-std=c11", "-Wno-unused-function"]].concat();
    support::compile("cc", &arguments, &file, &built).unwrap_or_else(|error| panic!("{error}"));
    let output = Command::new(&built)
        .arg(base.connection_string())
        .arg(&folder)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("255 dossiers lus : 230 acceptés"),
        "{printed}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(receiver::dossiers(&receiver::received(&sandbox)).len(), 230);
}
