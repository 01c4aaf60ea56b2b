//! Where things are: the plugin's file, the folder of this host, the database.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Name of the plugin's file on this system.
pub const PLUGIN_FILE: &str = if cfg!(windows) {
    "passerelle.dll"
} else if cfg!(target_os = "macos") {
    "libpasserelle.dylib"
} else {
    "libpasserelle.so"
};

/// The plugin's file: the one asked for, else the one next to the program.
///
/// # Errors
/// There is none.
pub fn plugin(asked: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = asked {
        return std::path::absolute(path).map_err(|error| {
            Failure::usage(
                format!("Chemin du plugin inutilisable : « {} ».", path.display()),
                error,
            )
        });
    }
    let program = env::current_exe()
        .map_err(|error| Failure::usage("Plugin introuvable : indiquez son fichier avec --plugin.", error))?;
    let folder = program.parent().unwrap_or(Path::new("."));
    // A test runner sits in `deps` itself.
    let candidates = [folder.join(PLUGIN_FILE), folder.join("deps").join(PLUGIN_FILE)];
    candidates.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        Failure::usage(
            format!(
                "Plugin introuvable : {PLUGIN_FILE} n'est ni dans « {0} » ni dans « {0}/deps ». Compilez-le (cargo \
                 build) ou indiquez son fichier avec --plugin.",
                folder.display()
            ),
            "no library file beside the program",
        )
    })
}

/// The folder of this host when none is asked for.
pub fn default_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else {
        set("XDG_DATA_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| set("HOME").map(|home| home.join(".local").join("share")))
    };
    data.map(|data| data.join("passerelle-demo"))
}

/// The folder of this host, absolute: the one asked for, else the user's own.
///
/// # Errors
/// The system names no folder for the user's data.
pub fn folder(asked: Option<&Path>) -> Result<PathBuf, Failure> {
    let folder = asked
        .map(Path::to_path_buf)
        .or_else(|| default_folder(|name| env::var_os(name)));
    let folder = folder.ok_or_else(|| {
        Failure::usage(
            "Aucun dossier pour les données : indiquez-en un avec --dir.",
            "neither XDG_DATA_HOME nor HOME",
        )
    })?;
    std::path::absolute(&folder)
        .map_err(|error| Failure::usage(format!("Dossier inutilisable : « {} ».", folder.display()), error))
}

/// Creates a folder that only this user can read: it holds keys and, in previews, personal data.
///
/// # Errors
/// The system refuses.
pub fn create_folder(folder: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        Failure::usage(
            format!(
                "Impossible de créer le dossier « {} ». Vérifiez vos droits ou choisissez-en un autre avec --dir.",
                folder.display()
            ),
            error,
        )
    })
}

/// Creates a file that only this user can read, before somebody else makes it readable to all; one that is there is
/// closed to the others.
///
/// # Errors
/// The system refuses.
pub fn private_file(file: &Path) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options.open(file);
    #[cfg(unix)]
    let made = made.and_then(|made| made.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)));
    made.map(drop).map_err(|error| {
        Failure::usage(
            format!(
                "Impossible de créer le fichier « {} » : vérifiez vos droits.",
                file.display()
            ),
            error,
        )
    })
}

/// The connection string of a SQLite file, read row by row.
pub fn sqlite(file: &Path) -> String {
    let file = file.to_string_lossy();
    format!(
        "Driver=SQLite3;Database={};StepAPI=1",
        odbc_api::escape_attribute_value(&file)
    )
}

/// The mapping file, absolute.
///
/// # Errors
/// It cannot be found.
pub fn mapping(asked: &Path) -> Result<PathBuf, Failure> {
    asked.canonicalize().map_err(|error| {
        Failure::usage(
            format!(
                "Fichier de correspondance introuvable : « {} » (--mapping).",
                asked.display()
            ),
            error,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_users_own_folder_is_found() {
        type Variables = &'static [(&'static str, &'static str)];
        let cases: [(Variables, Option<&str>); 5] = [
            (
                &[("XDG_DATA_HOME", "/data"), ("HOME", "/home/a")],
                Some("/data/passerelle-demo"),
            ),
            (
                &[("XDG_DATA_HOME", ""), ("HOME", "/home/a")],
                Some("/home/a/.local/share/passerelle-demo"),
            ),
            (
                &[("XDG_DATA_HOME", "relative"), ("HOME", "/home/a")],
                Some("/home/a/.local/share/passerelle-demo"),
            ),
            (&[("HOME", "/home/a")], Some("/home/a/.local/share/passerelle-demo")),
            (&[], None),
        ];
        for (variables, expected) in cases {
            let lookup = |name: &str| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            };
            assert_eq!(default_folder(lookup), expected.map(PathBuf::from), "{variables:?}");
        }
    }

    #[test]
    fn a_path_with_a_semicolon_stays_one_attribute() {
        assert_eq!(
            sqlite(Path::new("/a/b.db")),
            "Driver=SQLite3;Database=/a/b.db;StepAPI=1"
        );
        assert_eq!(
            sqlite(Path::new("/a;b.db")),
            "Driver=SQLite3;Database={/a;b.db};StepAPI=1"
        );
    }
}
