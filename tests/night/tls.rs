//! The fault matrix, over HTTPS: certificates that must not be trusted, and one that is; the other establishments go on.
//!
//! In a process of its own, which trusts the receiver's authority from its start: whoever reads the machine's trust
//! store reads it there.

use demo_host::sandbox::tls::Kind;
use passerelle_host_sdk::OutcomeKind;

use crate::support::{program::alone, scratch};
use crate::world::{NIGHT, World, received, start_sandbox};

/// Another number than the other tests': processes that share a folder do not make the same sample.
const INSCRIPTIONS: u32 = 121;

const MATRIX: [(Kind, Option<&str>); 4] = [
    (Kind::Good, None),
    (Kind::Expired, Some("est expiré ou pas encore valable")),
    (Kind::WrongName, Some("n'est pas celui de localhost")),
    (
        Kind::UnknownIssuer,
        Some("signé par une autorité que cette machine ne connaît pas"),
    ),
];

#[cfg(target_os = "linux")]
#[test]
fn certificates_of_the_receiver() {
    let authority = scratch().join("authority.pem");
    let ended = alone(
        "tls::with_the_authority",
        &[("SSL_CERT_FILE", authority.to_str().unwrap())],
    );
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
}

#[test]
#[ignore = "run by the test above"]
fn with_the_authority() {
    for (kind, words) in MATRIX {
        one_certificate(kind, words);
    }
}

fn one_certificate(kind: Kind, words: Option<&str>) {
    let scenario = format!(
        "[tls]\ncertificate = '{}'\nauthority = '{}'",
        match kind {
            Kind::Good => "good",
            Kind::Expired => "expired",
            Kind::WrongName => "wrong_name",
            Kind::UnknownIssuer => "unknown_issuer",
        },
        std::env::var("SSL_CERT_FILE").unwrap(),
    );
    let bad = start_sandbox(&scenario);
    assert!(bad.url().starts_with("https://localhost:"));
    let mut moved = None;
    let world = World::with(INSCRIPTIONS, "", |settings, _| {
        let access = &mut settings["acces"][0];
        access["url"] = bad.url().into();
        moved = access["uai"].as_str().map(str::to_owned);
        let uai = moved.clone();
        for other in settings["acces"].as_array_mut().unwrap() {
            if other["uai"].as_str() == uai.as_deref() {
                other["url"] = bad.url().into();
            }
        }
    });
    let uai = moved.unwrap();
    let outcome = world.night(NIGHT).unwrap();
    let run = world.last_run();
    let etat = if words.is_some() { "incomplete" } else { "terminee" };
    assert_eq!(run["etat"], etat, "{}", outcome.text);
    let mut sent_there = 0;
    for line in run["etablissements"].as_array().unwrap() {
        let here = line["uai"] == *uai;
        let expected = if here && words.is_some() {
            "injoignable"
        } else {
            "termine"
        };
        assert_eq!(line["etat"], expected, "{kind:?} {line}: {}", outcome.text);
        if here {
            let lots = line["lots"].as_array().unwrap();
            sent_there += lots.iter().map(|lot| lot["dossiers"].as_i64().unwrap()).sum::<i64>();
        }
    }
    assert!(sent_there > 0);
    let count = |what: &str| run["comptes"][what].as_i64().unwrap();
    match words {
        None => {
            assert_eq!(outcome.kind, OutcomeKind::ToMend, "{}", outcome.text);
            assert_eq!(i64::try_from(bad.counts().0).unwrap(), sent_there);
            assert_eq!(count("en_attente"), 0);
        }
        Some(words) => {
            assert_eq!(outcome.kind, OutcomeKind::Problem);
            assert!(outcome.text.contains(words), "{kind:?}: {}", outcome.text);
            // Not one byte of a dossier left: the whole establishment waits.
            assert_eq!(bad.counts(), (0, 0), "{kind:?}");
            assert!(count("en_attente") >= sent_there, "{kind:?}: {run}");
        }
    }
    assert!(received(&world.sandbox).values().all(|times| *times == 1));
}
