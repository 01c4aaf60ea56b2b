#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;

const CONTEXT: SealContext<'static> = SealContext {
    societe_id: Some(1),
    secteur_id: Some(2),
    uai: Some("1234567A"),
    protocole: Protocole::V3,
    adresse: Adresse::Url(Some("https://cfas.exemple.fr/api")),
};

fn sealer(seed: u8) -> Sealer {
    Sealer::from_key([seed; 32]).unwrap()
}

fn sealed(text: &str) -> String {
    sealer(7).seal(&Secret::new(text.to_owned()), &CONTEXT).unwrap()
}

#[test]
fn a_sealed_key_opens_for_its_own_line_only() {
    let text = sealed("clé-très-secrète");
    assert!(text.starts_with("v2:") && !text.contains("secr"), "{text}");
    assert_eq!(sealed_origin(&text), Some("https://cfas.exemple.fr"));
    assert_eq!(sealer(7).open(&text, &CONTEXT).unwrap().expose(), "clé-très-secrète");
    assert_ne!(text, sealed("clé-très-secrète"), "the nonce must differ");
    let elsewhere = [
        SealContext {
            societe_id: Some(2),
            ..CONTEXT
        },
        SealContext {
            societe_id: None,
            ..CONTEXT
        },
        SealContext {
            secteur_id: Some(1),
            ..CONTEXT
        },
        SealContext {
            secteur_id: None,
            ..CONTEXT
        },
        SealContext {
            uai: Some("7654321B"),
            ..CONTEXT
        },
        SealContext { uai: None, ..CONTEXT },
        SealContext {
            protocole: Protocole::StatutCandidats,
            ..CONTEXT
        },
    ];
    for context in elsewhere {
        assert!(
            matches!(sealer(7).open(&text, &context), Err(SealError::Altered)),
            "{context:?}"
        );
    }
}

#[test]
fn a_sealed_key_opens_for_the_origin_that_it_was_entered_for() {
    let text = sealed("k");
    let at = |url| SealContext {
        adresse: Adresse::Url(url),
        ..CONTEXT
    };
    for same in ["https://cfas.exemple.fr/api/", "https://cfas.exemple.fr:443"] {
        assert_eq!(sealer(7).open(&text, &at(Some(same))).unwrap().expose(), "k", "{same}");
    }
    for other in [
        Some("https://ailleurs.example/api"),
        Some("http://cfas.exemple.fr/api"),
        Some("https://cfas.exemple.fr:8443/api"),
        Some("cfas.exemple.fr"),
        None,
    ] {
        let error = sealer(7).open(&text, &at(other)).unwrap_err();
        assert!(matches!(error, SealError::AddressChanged), "{other:?}: {error}");
        assert!(error.user_text().contains("adresse") && error.user_text().contains("saisissez de nouveau"));
    }
    // Whoever writes another origin into the text as well is found out.
    let forged = text.replace("cfas.exemple.fr", "ailleurs.example");
    let error = sealer(7)
        .open(&forged, &at(Some("https://ailleurs.example/api")))
        .unwrap_err();
    assert!(matches!(error, SealError::Altered), "{error}");
    // One of version 0.1 opens for nobody but whoever binds it.
    let early = SealContext {
        adresse: Adresse::Aucune,
        ..CONTEXT
    };
    let old = sealer(7).seal(&Secret::new("k".to_owned()), &early).unwrap();
    assert!(old.starts_with("v1:") && sealed_origin(&old).is_none(), "{old}");
    assert!(matches!(sealer(7).open(&old, &CONTEXT), Err(SealError::WithoutOrigin)));
    assert!(matches!(sealer(7).open(&text, &early), Err(SealError::UnknownForm)));
    assert_eq!(sealer(7).open(&old, &early).unwrap().expose(), "k");
}

#[test]
fn every_altered_character_is_noticed() {
    let text = sealed("k");
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        let altered = String::from_utf8(bytes).unwrap();
        assert!(sealer(7).open(&altered, &CONTEXT).is_err(), "{at}: {altered}");
    }
    for cut in [
        "",
        "v1",
        "v1:",
        "v2:a:b",
        &text[..text.len() - 1],
        &text[..text.len() - 2],
        &text[..20],
    ] {
        assert!(sealer(7).open(cut, &CONTEXT).is_err(), "{cut}");
    }
}

#[test]
fn another_sealing_key_is_named_as_the_cause() {
    let error = sealer(8).open(&sealed("k"), &CONTEXT).unwrap_err();
    assert!(matches!(error, SealError::OtherSealingKey { .. }));
    assert!(error.user_text().contains("autre poste") && error.user_text().contains("fichier de clé"));
}

#[test]
fn a_secret_is_never_printed() {
    let secret = Secret::new("k3y".to_owned());
    assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "*** Some(***)");
}

#[test]
fn fingerprints_depend_on_content_and_sealing_key() {
    assert_eq!(sealer(7).fingerprint(b"dossier"), sealer(7).fingerprint(b"dossier"));
    assert_ne!(sealer(7).fingerprint(b"dossier"), sealer(7).fingerprint(b"dossieR"));
    assert_ne!(sealer(7).fingerprint(b"dossier"), sealer(8).fingerprint(b"dossier"));
    assert_eq!(sealer(7).fingerprint(b"").len(), 64);
}

#[test]
fn the_key_file_is_made_once_and_a_lost_one_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cle").join("scellement.key");
    let first = Sealer::new(&SealingKey::from_file(&path).unwrap()).unwrap();
    let text = first.seal(&Secret::new("k".to_owned()), &CONTEXT).unwrap();
    let again = Sealer::new(&SealingKey::from_file(&path).unwrap()).unwrap();
    assert_eq!(again.open(&text, &CONTEXT).unwrap().expose(), "k");
    std::fs::remove_file(&path).unwrap();
    let lost = Sealer::new(&SealingKey::from_file(&path).unwrap()).unwrap();
    assert!(matches!(
        lost.open(&text, &CONTEXT),
        Err(SealError::OtherSealingKey { .. })
    ));
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1,
        "no temporary file is left"
    );
}

#[cfg(unix)]
#[test]
fn the_key_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scellement.key");
    SealingKey::from_file(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o620, 0o666] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = SealingKey::from_file(&path).err().unwrap();
        assert!(
            matches!(error, SealError::KeyFileRights { mode: found, .. } if found == mode),
            "{error}"
        );
        assert!(error.user_text().contains("chmod 600"));
    }
}

#[test]
fn a_damaged_key_file_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scellement.key");
    for content in [b"".as_slice(), b"abc", &[0xff; 64], &[b'z'; 64], &[b'a'; 66]] {
        SealingKey::from_file(&path).unwrap();
        std::fs::write(&path, content).unwrap();
        assert!(matches!(
            SealingKey::from_file(&path),
            Err(SealError::KeyFileContent { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), content);
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_host_secret_is_a_key_of_its_own() {
    assert!(matches!(
        SealingKey::from_host_secret(&[1; 31]),
        Err(SealError::SecretTooShort { found: 31, needed: 32 })
    ));
    let sealer = |secret: &[u8]| Sealer::new(&SealingKey::from_host_secret(secret).unwrap()).unwrap();
    let text = sealer(&[1; 40]).seal(&Secret::new("k".to_owned()), &CONTEXT).unwrap();
    assert_eq!(sealer(&[1; 40]).open(&text, &CONTEXT).unwrap().expose(), "k");
    assert!(sealer(&[2; 40]).open(&text, &CONTEXT).is_err());
}
