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

/// Lengths from nothing to one byte less than the whole: the beginning byte by byte, then in steps, and the ends of the
/// parts that the system maps.
fn cuts(whole: u64) -> Vec<u64> {
    let mut cuts: Vec<_> = (0..200).chain((1..400).map(|step| whole / 400 * step)).collect();
    cuts.extend((1..200).map(|missing| whole - missing));
    cuts.extend([512, 4096, 65536]);
    cuts.sort_unstable();
    cuts
}

#[test]
#[cfg(target_os = "linux")]
fn a_library_that_was_cut_off_is_refused_before_it_is_mapped() {
    let ended = support::program::alone("every_cut_of_the_real_library", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("came to its end"), "{ended:?}");
}

#[test]
#[ignore = "run by the test above: what it must not do is end its process"]
fn every_cut_of_the_real_library() {
    let copy = support::scratch().join("coupée.so");
    fs::copy(support::library(), &copy).unwrap();
    let file = fs::OpenOptions::new().write(true).open(&copy).unwrap();
    let cuts = cuts(file.metadata().unwrap().len());
    for cut in cuts.into_iter().rev() {
        file.set_len(cut).unwrap();
        let (found, said) = refusal(&copy);
        assert_eq!(found, "Damaged", "{cut} bytes: {said}");
        assert!(said.contains(&format!("({cut} bytes)")), "{said}");
    }
    println!("came to its end");
}

#[test]
#[cfg(target_os = "linux")]
fn a_library_whose_end_never_came_is_refused_though_its_length_is_right() {
    let ended = support::program::alone("every_end_that_never_came", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("came to its end"), "{ended:?}");
}

#[test]
#[ignore = "run by the test above: what it must not do is end its process"]
fn every_end_that_never_came() {
    let copy = support::scratch().join("trouée.so");
    fs::copy(support::library(), &copy).unwrap();
    let file = fs::OpenOptions::new().write(true).open(&copy).unwrap();
    let whole = file.metadata().unwrap().len();
    for came in (0..40).rev().map(|part| whole / 40 * part) {
        // Whoever copies may claim the whole length first: what has not come is zeros.
        file.set_len(came).unwrap();
        file.set_len(whole).unwrap();
        let (found, said) = refusal(&copy);
        assert!(
            ["Damaged", "NoEntry", "Open"].contains(&found.as_str()),
            "{came} bytes: {said}"
        );
    }
    println!("came to its end");
}

#[test]
#[cfg(unix)]
fn a_pipe_is_refused_without_waiting_for_it() {
    let pipe = support::scratch().join("libtube.so");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    // Somebody who would answer whoever reads: waiting would end, with another refusal.
    let writes = pipe.clone();
    std::thread::spawn(move || fs::write(writes, [0x7f, b'E', b'L', b'F']));
    let (found, said) = refusal(&pipe);
    assert_eq!(found, "Open", "{said}");
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_library_for_another_processor_or_system_is_refused() {
    let (source, library) = (support::scratch().join("i386.c"), support::scratch().join("libi386.so"));
    fs::write(&source, "int passerelle_plugin_entry_v1(void) { return 0; }\n").unwrap();
    let made = std::process::Command::new("cc")
        .args(["-m32", "-shared", "-nostdlib", "-fPIC", "-o"])
        .args([&library, &source])
        .status();
    assert!(made.unwrap().success());
    let (found, said) = refusal(&library);
    assert_eq!(found, "Machine", "{said}");
    assert!(said.contains("I386") && said.contains("x86_64"), "{said}");

    // One byte of the header says which processor.
    let mut bytes = fs::read(support::zoo("good")).unwrap();
    bytes[18] = 0xb7;
    let library = support::scratch().join("libarm.so");
    fs::write(&library, bytes).unwrap();
    let (found, said) = refusal(&library);
    assert_eq!(found, "Machine", "{said}");
    assert!(said.contains("Aarch64"), "{said}");
}

#[test]
fn an_object_file_is_not_a_library() {
    let (source, object) = (support::scratch().join("objet.c"), support::scratch().join("objet.so"));
    fs::write(&source, "int nothing;\n").unwrap();
    support::compile("cc", &["-c"], &source, &object).unwrap();
    let (found, said) = refusal(&object);
    assert_eq!(found, "Open", "{said}");
    assert!(said.contains("not a library"), "{said}");
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
