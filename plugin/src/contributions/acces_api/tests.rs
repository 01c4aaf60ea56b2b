#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};

use super::*;
use crate::contributions::testing::{Base, Desk, User};
use crate::store::Settings;

const KEY: &str = "6b1f0e9a-3c5d-4f7e-8a9b-0c1d2e3f4a5b";

fn base() -> Base {
    let base = Base::new();
    for sql in [
        "INSERT INTO mna_uai (id, uai, nom, siret, societe_id, secteur_id) VALUES \
         (1, '1234567A', 'SC-FORMATION', '12345678994444', 1, 1)",
        "INSERT INTO mna_uai (id, uai, nom, siret, societe_id, secteur_id) VALUES \
         (2, '1234568a', 'PARTOUT', '12345678911111', 1, NULL)",
        "INSERT INTO mna_uai (id, uai, nom, siret, societe_id, secteur_id) VALUES \
         (3, '0570079B', 'AILLEURS', '12345678922222', 2, 3)",
    ] {
        base.execute(sql);
    }
    base
}

fn form(base: &Base, societe_id: Option<i64>, secteur_id: Option<i64>) -> User {
    form_of("scform", base, societe_id, secteur_id)
}

fn form_of(erp_name: &str, base: &Base, societe_id: Option<i64>, secteur_id: Option<i64>) -> User {
    let host = Desk::without_secrets();
    let parts = Parts {
        store: base.store.clone(),
        erp: base.erp.clone(),
        keys: Keys::new(host.clone(), Some(base.folder().to_owned())),
        host,
        user: Some("camille".to_owned()),
        erp_name: erp_name.to_owned(),
    };
    let context = Context {
        societe_id,
        secteur_id,
        ..Context::default()
    };
    User(open(parts, &context).unwrap())
}

fn rows(user: &User) -> Vec<Value> {
    user.field("acces")["rows"].as_array().unwrap().clone()
}

fn cells(user: &User) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows(user)
        .iter()
        .map(|row| (text(&row["id"]), text(&row["cells"][0]), text(&row["cells"][2])))
        .collect()
}

fn enter(user: &mut User, row: &str, key: &str) {
    user.press_on(EDIT, row).unwrap();
    user.fill("cle", key).unwrap();
    user.press(SAVE).unwrap();
}

fn line(id: &str, etablissement: &str, cle: &str) -> (String, String, String) {
    (id.to_owned(), etablissement.to_owned(), cle.to_owned())
}

#[test]
fn another_address_asks_for_the_key() {
    let base = base();
    let mut user = form(&base, Some(1), Some(1));
    enter(&mut user, "uai-1", KEY);
    // Another path is the same service: the key stays.
    user.press_on(EDIT, "1").unwrap();
    user.fill("url", format!("{URL_BASE}/")).unwrap();
    user.press(SAVE).unwrap();
    assert_eq!(
        user.message(),
        "success: L'accès est enregistré ; sa clé n'a pas changé."
    );
    user.press_on(EDIT, "1").unwrap();
    user.fill("url", "https://ailleurs.example/api").unwrap();
    user.press(SAVE).unwrap();
    let asked = user.field("cle")["error"].as_str().unwrap().to_owned();
    assert!(asked.starts_with("L'adresse a changé"), "{asked}");
    assert_eq!(
        base.store.acces().unwrap()[0].url.as_deref().unwrap(),
        format!("{URL_BASE}/")
    );
    user.fill("cle", KEY).unwrap();
    user.press(SAVE).unwrap();
    assert_eq!(cells(&user)[0].2, "••••••••");
    // Changed by another hand, it is said in the list.
    base.execute("UPDATE mna_acces SET url = 'https://encore-ailleurs.example/api'");
    user.press(REFRESH).unwrap();
    assert_eq!(cells(&user)[0].2, "à saisir de nouveau : l'adresse a changé");
}

#[test]
fn one_line_per_establishment_of_the_societe_and_the_secteur() {
    let base = base();
    let mut user = form(&base, None, None);
    assert!(rows(&user).is_empty());
    user.fill("societe", "1").unwrap();
    user.fill("secteur", "1").unwrap();
    let (metz, all) = ("123 456 789 94444 - 1234567A", "123 456 789 11111 - 1234568A");
    assert_eq!(
        cells(&user),
        [line("uai-1", metz, "à saisir"), line("uai-2", all, "à saisir")]
    );
    user.fill("secteur", "2").unwrap();
    assert_eq!(cells(&user), [line("uai-2", all, "à saisir")]);

    // A key of the whole société serves where there is none of the sector.
    user.fill("secteur", "").unwrap();
    enter(&mut user, "uai-2", KEY);
    assert!(
        user.message().starts_with("warning: La clé est enregistrée. Cochez"),
        "{}",
        user.message()
    );
    user.fill("secteur", "1").unwrap();
    assert_eq!(cells(&user)[1], line("uai-2", all, "celle de toute la société"));
    enter(&mut user, "uai-2", KEY);
    assert_eq!(cells(&user)[1], line("2", all, "••••••••"));

    // An access stays visible when the list has its establishment no more.
    base.execute("DELETE FROM mna_uai WHERE id = 2");
    user.press(REFRESH).unwrap();
    assert_eq!(rows(&user)[1]["cells"][1], "n'est plus dans la liste des numéros UAI");
    user.press_on(DELETE, "2").unwrap();
    assert_eq!(cells(&user), [line("uai-1", metz, "à saisir")]);
}

#[test]
fn the_page_where_a_key_is_to_be_had_is_told_the_hosts_own_name() {
    let base = base();
    let mut user = form_of("galia", &base, Some(1), Some(1));
    user.press_on(GET_KEY, "uai-1").unwrap();
    assert_eq!(
        user.field("lien")["value"],
        "https://cfas.apprentissage.beta.gouv.fr/connexion-api?siret=12345678994444&uai=1234567A&erp=galia"
    );
}

#[test]
fn a_key_is_sealed_masked_and_ticks_the_boxes_of_its_sector() {
    let base = base();
    let mut user = form(&base, Some(1), Some(1));
    user.press_on(GET_KEY, "uai-1").unwrap();
    assert_eq!(
        user.field("lien")["value"],
        "https://cfas.apprentissage.beta.gouv.fr/connexion-api?siret=12345678994444&uai=1234567A&erp=scform"
    );
    assert_eq!(
        user.field("url")["value"],
        "https://cfas.apprentissage.beta.gouv.fr/api"
    );
    user.fill("cle", format!(" {KEY}\n")).unwrap();
    assert!(!user.sees().to_string().contains(KEY));
    user.press(SAVE).unwrap();
    assert_eq!(
        user.message(),
        "success: La clé est enregistrée. Cases cochées pour le secteur METZ : « Passerelle SIFA », « Mission \
         interministérielle pour l'apprentissage », « Autorisation de transfert la nuit ». Elles se décochent dans \
         « Compléments secteur » ; rien n'est alors envoyé la nuit."
    );
    assert!(!user.sees().to_string().contains(KEY));
    let secteur = base.store.secteur(1, 1).unwrap().unwrap();
    assert!(secteur.reglage.exporte_la_nuit());
    assert_eq!(secteur.modifie_par.as_deref(), Some("camille"));
    assert!(base.store.secteur(1, 2).unwrap().is_none());

    let stored = &base.store.acces().unwrap()[0];
    assert!(!format!("{stored:?}").contains(KEY) && !stored.cle_scellee.as_deref().unwrap().contains(KEY));
    let keys = Keys::new(Desk::without_secrets(), Some(base.folder().to_owned()));
    assert_eq!(stored.open_key(&keys.sealer().unwrap()).unwrap().unwrap().expose(), KEY);

    // The address alone may be changed within the service: the key stays, and the boxes are left alone.
    base.execute("UPDATE mna_secteur SET transfert_nuit = 0");
    user.press_on(EDIT, "1").unwrap();
    assert_eq!(user.field("cle")["stored"], true);
    user.fill("url", "https://cfas.apprentissage.beta.gouv.fr/autre")
        .unwrap();
    user.press(SAVE).unwrap();
    assert_eq!(
        user.message(),
        "success: L'accès est enregistré ; sa clé n'a pas changé."
    );
    let stored = &base.store.acces().unwrap()[0];
    assert_eq!(stored.open_key(&keys.sealer().unwrap()).unwrap().unwrap().expose(), KEY);
    assert!(!base.store.secteur(1, 1).unwrap().unwrap().reglage.transfert_nuit);
    // What it had ticked and the user unticked is ticked again by a new key, and only that is told.
    enter(&mut user, "1", KEY);
    assert!(
        user.message().contains("METZ : « Autorisation de transfert la nuit »."),
        "{}",
        user.message()
    );

    // A refused deletion deletes nothing; another's is told.
    let mut other = form(&base, Some(1), Some(1));
    user.press_on(DELETE, "1").unwrap();
    assert!(base.store.acces().unwrap().is_empty());
    other.press_on(DELETE, "1").unwrap();
    assert!(other.message().contains("déjà été supprimée"), "{}", other.message());
}

#[test]
fn what_cannot_be_saved_is_said_under_its_field() {
    let base = base();
    let mut user = form(&base, Some(1), Some(1));
    user.press_on(EDIT, "uai-1").unwrap();
    user.press(SAVE).unwrap();
    assert_eq!(user.field("cle")["error"], "Clé API : à saisir.");
    for (field, value, at, error) in [
        ("cle", "une clé\nsur deux lignes", "cle", "caractères inattendus"),
        ("cle", KEY, "", ""),
        ("url", "cfas.apprentissage", "url", "n'est pas valable"),
        ("url", "http://cfas.apprentissage.beta.gouv.fr/api", "url", "en clair"),
        ("protocole", "statut-candidats", "url", "en clair"),
        (
            "url",
            "https://cfas.apprentissage.beta.gouv.fr/api",
            "identifiant",
            "demande un identifiant",
        ),
    ] {
        user.fill(field, value).unwrap();
        if !at.is_empty() {
            user.press(SAVE).unwrap();
            let found = user.field(at)["error"].as_str().unwrap_or_default().to_owned();
            assert!(found.contains(error), "{field} = {value}: {found}");
            assert!(user.message().starts_with("error: "));
            assert!(!user.sees().to_string().contains(KEY));
        }
    }
    user.fill("identifiant", "sc-form").unwrap();
    user.press(SAVE).unwrap();
    let acces = &base.store.acces().unwrap()[0];
    assert_eq!(
        (acces.protocole.code(), acces.identifiant.as_deref()),
        ("statut-candidats", Some("sc-form"))
    );
    // A key of one protocol is none of the other.
    user.press_on(EDIT, "1").unwrap();
    user.fill("protocole", "v3").unwrap();
    assert_eq!(user.field("cle")["stored"], false);
    user.press(SAVE).unwrap();
    assert!(
        user.field("cle")["error"]
            .as_str()
            .unwrap()
            .contains("Le protocole a changé")
    );
}

#[test]
fn two_workstations_do_not_overwrite_each_other() {
    let base = base();
    let (mut here, mut there) = (form(&base, Some(1), Some(1)), form(&base, Some(1), Some(1)));
    here.press_on(EDIT, "uai-1").unwrap();
    here.fill("cle", "ma-cle").unwrap();
    enter(&mut there, "uai-1", KEY);
    // Both add it: the second is told.
    here.press(SAVE).unwrap();
    assert!(
        here.message().contains("Un accès a été enregistré entre-temps"),
        "{}",
        here.message()
    );
    let keys = Keys::new(Desk::without_secrets(), Some(base.folder().to_owned()));
    let stored = || {
        base.store.acces().unwrap()[0]
            .open_key(&keys.sealer().unwrap())
            .unwrap()
            .unwrap()
    };
    assert_eq!(stored().expose(), KEY);
    here.press(SAVE).unwrap();
    assert_eq!(stored().expose(), "ma-cle");
    // Both change it.
    here.press_on(EDIT, "1").unwrap();
    here.fill("url", "https://cfas.apprentissage.beta.gouv.fr/un").unwrap();
    there.press(REFRESH).unwrap();
    there.press_on(EDIT, "1").unwrap();
    there
        .fill("url", "https://cfas.apprentissage.beta.gouv.fr/deux")
        .unwrap();
    there.press(SAVE).unwrap();
    here.press(SAVE).unwrap();
    assert_eq!(here.field("url")["value"], "https://cfas.apprentissage.beta.gouv.fr/un");
    assert_eq!(
        here.field("url")["warning"],
        "Enregistré entre-temps : « https://cfas.apprentissage.beta.gouv.fr/deux »"
    );
    here.press(CANCEL).unwrap();
    assert_eq!(
        rows(&here)[0]["cells"][4],
        "https://cfas.apprentissage.beta.gouv.fr/deux"
    );
}

#[test]
fn a_key_of_another_machine_is_told_with_what_to_do() {
    let base = base();
    let settings =
        json!({"acces": [{"societe_id": 1, "secteur_id": 1, "uai": "1234567A", "url": "https://x.fr", "cle": KEY}]});
    let auteur = Auteur {
        nom: None,
        le: "2026-11-23T10:00:00+01:00".parse().unwrap(),
    };
    let elsewhere = Sealer::from_key([9; 32]).unwrap();
    base.store
        .import(
            &Settings::from_json(&settings.to_string()).unwrap(),
            &elsewhere,
            &auteur,
        )
        .unwrap();
    base.execute("INSERT INTO mna_uai (id, uai, societe_id, secteur_id) VALUES (1, '1234567A', 1, 1)");
    let mut user = form(&base, Some(1), Some(1));
    assert_eq!(cells(&user)[0].2, "illisible sur ce poste");
    let warning = user.field("acces")["warning"].as_str().unwrap().to_owned();
    assert!(warning.contains("Copiez ici le fichier de clé d'origine"), "{warning}");
    // A new key is wanted: the old one cannot be kept.
    user.press_on(EDIT, "1").unwrap();
    assert_eq!(user.field("cle")["stored"], false);
    user.press(SAVE).unwrap();
    assert!(user.field("cle").get("error").is_some());
    user.fill("cle", KEY).unwrap();
    user.press(SAVE).unwrap();
    assert_eq!(cells(&user)[0].2, "••••••••");
}
