//! Files that are either whole or not there.

use std::io::{BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// Writes a file through a temporary one beside it, which takes its name once it is complete. If `write` fails, what
/// was there before is there still. The file is readable by this user only: it may hold keys or personal data.
///
/// # Errors
/// Those of `write`, or the system refuses the file.
pub fn save(target: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), Failure>) -> Result<(), Failure> {
    let refused = |error: std::io::Error| {
        Failure::usage(
            format!(
                "Impossible d'écrire le fichier « {} ». Vérifiez que son dossier existe, vos droits et la place \
                 disponible.",
                target.display()
            ),
            error,
        )
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let file = NamedTempFile::new_in(folder).map_err(refused)?;
    let mut buffered = BufWriter::with_capacity(1 << 16, file);
    write(&mut buffered)?;
    let file = buffered.into_inner().map_err(|error| refused(error.into_error()))?;
    file.as_file().sync_all().map_err(refused)?;
    file.persist(target).map_err(|error| refused(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_failed_file_leaves_the_old_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("apercu.json");
        std::fs::write(&target, "avant").unwrap();
        let failed = save(&target, |file| {
            file.write_all(b"moiti").unwrap();
            Err(Failure::Cancelled)
        });
        assert!(matches!(failed, Err(Failure::Cancelled)));
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "avant");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        save(&target, |file| {
            file.write_all("après".as_bytes())
                .map_err(crate::output::output_failure)
        })
        .unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "après");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_wrong_usage() {
        let folder = tempfile::tempdir().unwrap();
        let failed = save(&folder.path().join("absent/a.json"), |_| Ok(())).unwrap_err();
        assert_eq!(failed.exit_code(), crate::failure::WRONG_USAGE);
        assert!(failed.user_text().unwrap().contains("absent"));
    }
}
