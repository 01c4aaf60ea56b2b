//! What the end-to-end tests share: where the real library is, and a C compiler.
#![allow(
    clippy::unwrap_used,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code
)]

pub mod base;
pub mod desk;
pub mod golden;
pub mod program;
#[cfg(unix)]
pub mod raw;
pub mod receiver;
pub mod schemas;
#[cfg(unix)]
pub mod slots;
pub mod smtp;
pub mod threads;
#[cfg(unix)]
pub mod tiny;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The real library file: cargo builds it beside the test executables.
pub fn library() -> PathBuf {
    let folder = env::current_exe().unwrap().parent().unwrap().to_owned();
    let name = format!("{}passerelle{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let library = folder.join(name);
    assert!(
        library.is_file(),
        "{} is not there: build it with `cargo build -p passerelle-plugin`",
        library.display()
    );
    library
}

/// A file of this repository.
pub fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Set in the processes that a test starts from its own executable: they share its folder.
pub const CHILD: &str = "PASSERELLE_TEST_CHILD";

/// A folder of this test executable's own, under `target`, emptied when it starts.
pub fn scratch() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
        if env::var_os(CHILD).is_none() {
            let _absent = std::fs::remove_dir_all(&folder);
        }
        std::fs::create_dir_all(&folder).unwrap();
        folder
    })
}

/// Warnings that make a compilation fail.
pub const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// Run the C or C++ compiler with the header's folder; its words if it refuses.
pub fn compile(compiler: &str, arguments: &[&str], file: &Path, to: &Path) -> Result<(), String> {
    let output = Command::new(compiler)
        .args(arguments)
        .arg("-I")
        .arg(source("include"))
        .arg(file)
        .arg("-o")
        .arg(to)
        .args(["-pthread", "-ldl"])
        .output()
        .unwrap_or_else(|error| panic!("{compiler} cannot be run: {error}"));
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// A library of the zoo, compiled anew for each call: another file is another library to the system.
pub fn zoo(name: &str) -> PathBuf {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let library = scratch().join(format!(
        "{}{name}-{number}{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    ));
    let arguments = [
        &STRICT[..],
        &["-std=c11", "-Wno-unused-function", "-g", "-shared", "-fPIC"],
    ]
    .concat();
    compile("cc", &arguments, &source(&format!("tests/zoo/{name}.c")), &library)
        .unwrap_or_else(|error| panic!("{error}"));
    library
}
