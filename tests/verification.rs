//! *Vérifier l'établissement*: what the receiver's directory says of the lines of the list, through the real library.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::sync::Arc;

use demo_host::sandbox::{Options, Sandbox, faults::Scenario};
use passerelle_abi as abi;
use passerelle_host_sdk::{Error, Outcome, OutcomeKind, Plugin};
use serde_json::json;
use support::{
    base::Base,
    desk::{Desk, cancelled_after, patient, prepare},
};

const SCENARIO: &str = r#"
unknown_organismes = [["0570079B", "12345678900029"]]
closed_organismes = [["0570079B", "12345678900037"]]
[[faults]]
when = { path = "/api/v1/organismes/get-by-uai-siret", nth = 6 }
then = { kind = "status", code = 429 }
"#;

fn world(name: &str) -> (Sandbox, Arc<Desk>, Plugin) {
    let sandbox = Sandbox::start(Options {
        faults: Scenario::from_toml(SCENARIO).unwrap(),
        ..Options::default()
    })
    .unwrap();
    let folder = support::scratch().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let base = Base::golden(&folder);
    let (desk, plugin) = Desk::new(base.connection_string(), &folder).plugin();
    let line = |id: i64, uai: &str, siret: Option<&str>| json!({"id": id, "uai": uai, "siret": siret, "societe_id": 1});
    let settings = json!({
        "uai": [
            line(1, "0570079 b", Some("123 456 789 00011")),
            line(2, "0570079B", Some("12345678900029")),
            line(3, "0570079B", Some("12345678900037")),
            line(4, "0570079B", None),
            line(5, "0570079B", Some("12 345")),
        ],
        "acces": [{"societe_id": 1, "secteur_id": 1, "uai": "0570079B", "url": sandbox.url(), "cle": "cle-de-test-1"}],
    });
    prepare(&plugin, settings.to_string().as_bytes());
    (sandbox, desk, plugin)
}

fn verify(plugin: &Plugin, line: Option<&str>) -> Result<Outcome, Error> {
    let parameters = line.map_or(json!({}), |line| json!({"ligne": line}));
    plugin
        .worker()
        .run_job("verification-etablissement", &parameters.to_string(), &patient())
}

#[test]
fn what_the_directory_says_of_a_line() {
    let (_sandbox, desk, plugin) = world("line");
    for (line, kind, words) in [
        (
            "1",
            OutcomeKind::Done,
            "connu du tableau de bord : UAI 0570079B, SIRET 123 456 789 00011",
        ),
        ("2", OutcomeKind::ToMend, "couple inconnu du tableau de bord"),
        ("3", OutcomeKind::ToMend, "indiqué comme fermé"),
    ] {
        let outcome = verify(&plugin, Some(line)).unwrap();
        assert_eq!(outcome.kind, kind, "{line}: {}", outcome.text);
        assert!(outcome.text.contains(words), "{line}: {}", outcome.text);
    }
    for line in ["4", "5", "77"] {
        let error = verify(&plugin, Some(line)).unwrap_err();
        assert_eq!(error.code, abi::PASSERELLE_E_SETTINGS, "{line}: {}", error.message);
        assert!(error.message.contains("SIRET"), "{}", error.message);
    }
    assert!(desk.log().contains("establishment looked up"));
    assert!(!desk.log().contains("cle-de-test-1"));
}

#[test]
fn all_lines_at_once() {
    let (_sandbox, _desk, plugin) = world("all");
    let outcome = verify(&plugin, None).unwrap();
    assert_eq!(outcome.kind, OutcomeKind::ToMend);
    for words in [
        "1 établissement connu",
        "(ligne n° 2) : couple inconnu",
        "(ligne n° 3) : connu, mais indiqué comme fermé",
        "2 ligne(s)",
    ] {
        assert!(outcome.text.contains(words), "{words}: {}", outcome.text);
    }
    // The fifth question is answered, the sixth is one too many.
    verify(&plugin, Some("1")).unwrap();
    verify(&plugin, Some("1")).unwrap();
    let busy = verify(&plugin, Some("1")).unwrap_err();
    assert!(busy.message.contains("attendre"), "{}", busy.message);
    let cancelled = plugin
        .worker()
        .run_job("verification-etablissement", "{}", &cancelled_after(0))
        .unwrap_err();
    assert_eq!(cancelled.code, abi::PASSERELLE_E_CANCELLED);
}
