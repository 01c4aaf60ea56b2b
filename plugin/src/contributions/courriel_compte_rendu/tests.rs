#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::contributions::testing::{Base, Desk, User, Void};
use crate::store::{Quand, Settings};

fn keys(base: &Base) -> Keys {
    Keys::new(Desk::without_secrets(), Some(base.folder().to_owned()))
}

fn opened(base: &Base, mail: bool) -> User {
    let host = Desk {
        mail: mail.then_some(Void),
        ..Desk::default()
    };
    User(open(base.store.clone(), keys(base), Some("Fatou".into()), Arc::new(host)).unwrap())
}

/// The password that is stored.
fn password(base: &Base) -> Option<String> {
    let sealer = keys(base).sealer().unwrap();
    let opened = base.store.courriel().unwrap().open_password(&sealer).unwrap();
    opened.map(|secret| secret.expose().to_owned())
}

fn fill(user: &mut User, values: &[(&str, &str)]) {
    for (field, value) in values {
        user.fill(field, *value).unwrap();
    }
}

const COMPLETE: &[(&str, &str)] = &[
    ("quand", "si_action"),
    ("destinataires", "cfa@example.org; dsi@example.org"),
    ("serveur", "smtp.example.org"),
    ("securite", "starttls"),
    ("port", "2525"),
    ("identifiant", "passerelle"),
    ("mot_de_passe", "un secret"),
    ("expediteur", "erp@example.org"),
];

/// Whether the trial can be sent.
fn can_try(user: &User) -> bool {
    let form = user.sees();
    let buttons = form["buttons"].as_array().unwrap();
    let button = buttons.iter().find(|button| button["id"] == "essai").unwrap();
    assert_eq!(button["job"], "essai-courriel");
    button.get("enabled").is_none_or(|enabled| enabled == true)
}

#[test]
fn what_is_entered_is_stored_and_the_password_never_shown() {
    let base = Base::new();
    let mut user = opened(&base, false);
    assert!(!can_try(&user), "nothing is stored yet");
    fill(&mut user, COMPLETE);
    assert!(!can_try(&user), "nothing is stored yet");
    assert_eq!(user.press("enregistrer").unwrap(), Next::Show);
    assert_eq!(user.message(), "success: Les réglages sont enregistrés.");
    assert!(can_try(&user));
    assert_eq!(user.press("essai").unwrap(), Next::Show);

    let stored = base.store.courriel().unwrap();
    assert_eq!(stored.reglage.destinataires, ["cfa@example.org", "dsi@example.org"]);
    assert_eq!(stored.reglage.quand, Quand::SiAction);
    assert_eq!(stored.reglage.port, Some(2525));
    assert_eq!((stored.modifie_par.as_deref(), stored.revision), (Some("Fatou"), 1));
    let sealed = stored.mot_de_passe_scelle.clone().unwrap();
    assert!(!sealed.contains("secret") && !format!("{stored:?}").contains(&sealed));
    assert_eq!(password(&base).as_deref(), Some("un secret"));

    // Opened again: all is there but the password, which is only said to be kept.
    let again = opened(&base, false);
    assert!(!again.sees().to_string().contains("un secret"), "{}", again.sees());
    assert_eq!(again.field("mot_de_passe")["value"], serde_json::Value::Null);
    assert_eq!(again.field("mot_de_passe")["stored"], true);
    assert_eq!(
        again.field("destinataires")["value"],
        "cfa@example.org, dsi@example.org"
    );
    assert_eq!(again.field("securite")["value"], "starttls");
}

#[test]
fn what_is_wrong_is_said_beside_its_field_and_nothing_is_stored() {
    for (field, value, words) in [
        (
            "destinataires",
            "cfa@example.org, pas une adresse",
            "« pas une adresse »",
        ),
        ("destinataires", "", "au moins une adresse"),
        ("serveur", "", "serveur d'envoi"),
        ("serveur", "smtp..fr", "nom de serveur"),
        ("securite", "aucune", "cette machine"),
        ("port", "0", "65535"),
        ("port", "x", "65535"),
        ("expediteur", "", "d'où part"),
        ("expediteur", "erp", "nom@domaine.fr"),
        ("mot_de_passe", "", "mot de passe"),
    ] {
        let base = Base::new();
        let mut user = opened(&base, false);
        fill(&mut user, COMPLETE);
        user.fill(field, value).unwrap();
        user.press("enregistrer").unwrap();
        let error = user.field(field)["error"].as_str().unwrap_or_default().to_owned();
        assert!(error.contains(words), "{field} {value}: {error}");
        assert!(
            user.message().starts_with("error: Rien n'a été enregistré"),
            "{field} {value}"
        );
        assert_eq!(base.store.courriel().unwrap().revision, 0, "{field} {value}");
    }
}

#[test]
fn a_password_is_told_to_no_other_server() {
    let base = Base::new();
    let mut user = opened(&base, false);
    fill(&mut user, COMPLETE);
    user.press("enregistrer").unwrap();
    for (field, value) in [("serveur", "smtp.example.com"), ("identifiant", "autre")] {
        let mut user = opened(&base, false);
        user.fill(field, value).unwrap();
        assert_eq!(user.field("mot_de_passe")["stored"], false, "{field}");
        user.press("enregistrer").unwrap();
        let error = user.field("mot_de_passe")["error"].to_string();
        assert!(error.contains("de nouveau"), "{field}: {error}");
    }
    assert_eq!(base.store.courriel().unwrap().revision, 1);
    // Anything else keeps it.
    let mut user = opened(&base, false);
    fill(&mut user, &[("port", ""), ("destinataires", "dsi@example.org")]);
    user.press("enregistrer").unwrap();
    assert_eq!(password(&base).as_deref(), Some("un secret"));
    // Without a user name there is nothing to keep it for.
    user.fill("identifiant", "").unwrap();
    user.press("enregistrer").unwrap();
    assert_eq!(base.store.courriel().unwrap().mot_de_passe_scelle, None);
}

#[test]
fn nobody_overwrites_what_somebody_else_has_saved() {
    let base = Base::new();
    let (mut first, mut second) = (opened(&base, false), opened(&base, false));
    fill(&mut first, COMPLETE);
    first.press("enregistrer").unwrap();
    fill(
        &mut second,
        &[("quand", "jamais"), ("destinataires", "autre@example.org")],
    );
    second.press("enregistrer").unwrap();
    assert!(
        second.message().contains("modifiés entre-temps"),
        "{}",
        second.message()
    );
    assert_eq!(second.field("quand")["value"], "si_action");
    assert_eq!(base.store.courriel().unwrap().revision, 1);
}

#[test]
fn a_host_with_mail_of_its_own_needs_no_server() {
    let base = Base::new();
    let mut user = opened(&base, true);
    assert!(!user.sees().to_string().contains("SMTP"));
    fill(&mut user, &COMPLETE[..2]);
    user.press("enregistrer").unwrap();
    assert!(user.message().starts_with("success"), "{}", user.message());
    assert_eq!(base.store.courriel().unwrap().reglage.serveur, None);
    assert!(can_try(&user));
}

#[test]
fn a_settings_file_brings_it_and_never_takes_the_password_away() {
    let base = Base::new();
    let auteur = Auteur {
        nom: None,
        le: "2026-11-23T10:00:00+01:00".parse().unwrap(),
    };
    let import = |json: &str| {
        base.store.import(
            &Settings::from_json(json).unwrap(),
            &keys(&base).sealer().unwrap(),
            &auteur,
        )
    };
    import(
        r#"{"courriel": {"destinataires": ["a@example.org"], "quand": "toujours", "serveur": "smtp.example.org",
            "identifiant": "u", "mot_de_passe": "un secret", "expediteur": "b@example.org"}}"#,
    )
    .unwrap();
    assert_eq!(password(&base).as_deref(), Some("un secret"));
    let exported = serde_json::to_value(base.store.export().unwrap()).unwrap();
    assert_eq!(
        exported["courriel"],
        serde_json::json!({"destinataires": ["a@example.org"], "quand": "toujours", "serveur": "smtp.example.org",
            "port": null, "securite": "tls", "identifiant": "u", "expediteur": "b@example.org"})
    );
    // A file that says nothing of it leaves it alone; one that does replaces it.
    import("{}").unwrap();
    assert_eq!(base.store.courriel().unwrap().revision, 1);
    import(&exported.to_string()).unwrap();
    let stored = base.store.courriel().unwrap();
    assert_eq!((stored.revision, stored.mot_de_passe_scelle), (2, None));
    for (json, path) in [
        (r#"{"courriel": {"quand": "parfois"}}"#, "courriel.quand"),
        (r#"{"courriel": {"port": 70000}}"#, "courriel.port"),
        (
            r#"{"courriel": {"destinataires": "a@example.org"}}"#,
            "courriel.destinataires",
        ),
        (r#"{"courriel": {"motdepasse": "x"}}"#, "courriel.motdepasse"),
    ] {
        let StoreError::Settings { problems } = Settings::from_json(json).unwrap_err() else {
            panic!("{json}")
        };
        assert_eq!(problems[0].path, path);
    }
}
