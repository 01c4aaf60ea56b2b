//! Two workstations on one database: nobody overwrites the other without a word.

use serde_json::json;

use super::scenario::{self, LINES, SITES};
use super::terminal::Terminal;

#[test]
fn two_workstations_see_the_same_and_do_not_overwrite_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let base = scenario::base(folder.path());
    let start = |user| Terminal::start(&base, folder.path(), user, scenario::NOW);
    let (here, there) = (start("camille"), start("dominique"));
    here.run("migration", &json!({})).unwrap();

    // The UAI list.
    here.pick("Gestion des numéros UAI", &json!({}));
    here.press("Ajouter");
    for (field, text) in LINES[0] {
        here.fill(field, text);
    }
    here.press("Enregistrer");
    there.pick("Gestion des numéros UAI", &json!({}));
    here.press_on("1234567A", "Modifier");
    there.press_on("1234567A", "Modifier");
    there.fill("Nom du CFA", "AILLEURS");
    there.press("Enregistrer");
    here.fill("Nom du CFA", "ICI");
    here.press("Enregistrer");
    assert!(
        here.message().contains("modifiée entre-temps sur un autre poste"),
        "{}",
        here.message()
    );
    assert_eq!(here.value("Nom du CFA"), "ICI");
    assert_eq!(here.under("Nom du CFA"), "Enregistré entre-temps : « AILLEURS »");
    here.press("Annuler");
    assert!(here.form().to_string().contains("AILLEURS"));
    there.press_on("1234567A", "Supprimer");
    here.press_on("1234567A", "Modifier");
    here.press("Enregistrer");
    assert!(
        here.message().contains("supprimée entre-temps sur un autre poste"),
        "{}",
        here.message()
    );
    here.press("Enregistrer");
    assert!(here.message().contains("est enregistrée"), "{}", here.message());

    // The keys: both enter one for the same establishment, with the same sealing key.
    let site = &SITES[0];
    for user in [&here, &there] {
        user.pick(
            "Gestion des accès aux API tierces",
            &json!({"societe_id": 1, "secteur_id": 1}),
        );
        user.press_on(site.etablissement, "Saisir ou modifier la clé");
        user.fill("Clé API", site.key);
    }
    there.press("Enregistrer");
    here.press("Enregistrer");
    assert!(
        here.message().contains("Un accès a été enregistré entre-temps"),
        "{}",
        here.message()
    );
    here.press("Annuler");
    assert!(here.form().to_string().contains("••••••••"));

    // The boxes, which the key has ticked.
    let boxes = json!({"societe_id": 1, "secteur_id": 1});
    here.pick("Compléments secteur", &boxes);
    assert_eq!(
        here.value("Dernière modification"),
        "Par dominique, le 23/11/2026 à 10:00."
    );
    there.pick("Compléments secteur", &boxes);
    there.tick("Données SIFA facultatives");
    there.press("Enregistrer");
    here.press("Enregistrer");
    assert!(here.message().contains("modifiées entre-temps"), "{}", here.message());
    assert_eq!(here.value("Données SIFA facultatives"), true);
}
