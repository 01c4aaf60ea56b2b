//! Every library that is not a plugin of this ABI is refused with its path and the reason, and nothing of it is called
//! before.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{fs, path::Path};

use passerelle_host_sdk::{Library, LoadError};

/// How the library is refused: the variant's name, what the English reason says, what the French text says.
fn refusal(path: &Path) -> (String, String) {
    let error = Library::load(path).expect_err("a bad library was accepted");
    let named = error.path().to_string_lossy().into_owned();
    assert!(
        error.to_string().contains(&named),
        "the reason does not name the file: {error}"
    );
    assert!(
        error.user_text().contains(&named),
        "the text does not name the file: {}",
        error.user_text()
    );
    let variant = format!("{error:?}");
    (variant.split_whitespace().next().unwrap().to_owned(), error.to_string())
}

#[test]
fn each_bad_library_is_refused_with_its_path_and_reason() {
    for (name, variant, reason) in [
        ("no_entry", "NoEntry", "does not export passerelle_plugin_entry_v1"),
        ("null_entry", "Entry", "returned NULL"),
        (
            "wrong_version",
            "Version",
            "speaks version 2.0 of the ABI, this host speaks 1.0",
        ),
        ("wrong_struct_size", "Entry", "struct_size 64, this host expects 56"),
        (
            "wrong_layout",
            "Layout",
            "passerelle_batch: the offset of its field 2 is 8, this host expects 4",
        ),
        (
            "missing_layout",
            "Layout",
            "passerelle_plugin_documents: the library does not have it",
        ),
        (
            "missing_slot",
            "MissingSlot",
            "lacks the required slot passerelle_entry.create",
        ),
        ("bad_product_version", "Entry", "product_version is not UTF-8"),
        ("init_fails", "Init", "init failed"),
    ] {
        let library = support::zoo(name);
        let (found, said) = refusal(&library);
        assert_eq!(found, variant, "{name}: {said}");
        if cfg!(target_pointer_width = "64") {
            assert!(said.contains(reason), "{name}: {said}");
        }
    }
}

#[test]
fn a_failing_init_is_told_in_its_own_words() {
    match Library::load(&support::zoo("init_fails")) {
        Err(error @ LoadError::Init { .. }) => {
            assert!(
                error.user_text().contains("Le dossier temporaire est plein."),
                "{}",
                error.user_text()
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_file_is_refused() {
    let file = support::scratch().join("libtexte.so");
    fs::write(&file, "Ceci n'est pas une bibliothèque.\n").unwrap();
    assert_eq!(refusal(&file).0, "Open");
}

#[test]
fn a_missing_file_is_refused() {
    assert_eq!(refusal(&support::scratch().join("libabsente.so")).0, "Missing");
}

#[test]
fn a_folder_is_refused() {
    assert_eq!(refusal(support::scratch()).0, "Open");
}

#[test]
fn a_relative_path_is_refused_even_when_the_file_is_there() {
    let library = support::zoo("good");
    let name = Path::new(library.file_name().unwrap());
    assert_eq!(refusal(name).0, "Relative");
    assert_eq!(refusal(Path::new("./libpasserelle.so")).0, "Relative");
}

#[test]
fn a_well_behaved_plugin_in_c_is_accepted_under_any_name() {
    let library = support::zoo("good");
    let odd = support::scratch().join("extension d'été.so");
    fs::rename(&library, &odd).unwrap();
    let loaded = Library::load(&odd).unwrap();
    assert_eq!(loaded.product_version(), "0.0.1-zoo");
    assert_eq!(loaded.path(), odd.canonicalize().unwrap());
}
