//! The training centre of the user guide: the sample, with the guide's names, and one apprentice whose address is missing.

use std::path::Path;

use crate::support::base::Base;
use crate::support::program::DemoHost;

/// The apprentice whose e-mail is missing.
pub const NOM: &str = "LEROUX-TEST";
/// And who is called so.
pub const PRENOM: &str = "Camille";
/// The address that is put right.
pub const EMAIL: &str = "camille.leroux@apprenti.example.net";

/// Makes the database of a folder's mini ERP: no settings yet, as after the installation.
pub fn make(folder: &Path) {
    let host = DemoHost {
        folder: folder.to_path_buf(),
    };
    host.run(&["seed", "--inscriptions", "400"]).expect(0);
    let base = Base(folder.join("demo.db"));
    let apprentice = apprentice(folder, &base);
    for statement in [
        "UPDATE societe SET raison_sociale = 'SC-FORMATION' WHERE id = 1".to_owned(),
        "UPDATE societe SET raison_sociale = 'SC-PRESENTATION' WHERE id = 2".to_owned(),
        "UPDATE secteur SET nom = 'VERSAILLES' WHERE nom = 'PARIS'".to_owned(),
        "UPDATE secteur SET nom = 'PARIS' WHERE id = (SELECT min(id) FROM secteur WHERE societe_id = 2)".to_owned(),
        "UPDATE secteur SET nom = 'METZ' WHERE id = 1".to_owned(),
        format!(
            "UPDATE stagiaire SET nom = '{NOM}', prenom = '{PRENOM}', email = NULL, date_naissance = '2003-05-12' WHERE id = {apprentice}"
        ),
        format!("UPDATE interlocuteur SET email = NULL WHERE stagiaire_id = {apprentice}"),
        format!(
            "UPDATE sifa_responsable SET email = NULL WHERE sifa_id IN (SELECT s.id FROM sifa s JOIN inscription i ON i.id = s.inscription_id WHERE i.stagiaire_id = {apprentice})"
        ),
    ] {
        base.execute(&statement);
    }
}

/// A stagiaire of the first secteur whose one dossier would go out, as a copy of the database tells.
fn apprentice(folder: &Path, base: &Base) -> String {
    let copy = DemoHost {
        folder: folder.join("copie"),
    };
    std::fs::create_dir_all(&copy.folder).unwrap();
    std::fs::copy(&base.0, copy.file("demo.db")).unwrap();
    let settings = folder.join("reglages.json");
    copy.run(&["migrate"]).expect(0);
    copy.run(&["settings", "import", settings.to_str().unwrap()]).expect(0);
    let preview = copy.file("apercu.json");
    copy.run(&["preview", "--out", preview.to_str().unwrap()]).expect(0);
    let preview: serde_json::Value = serde_json::from_slice(&std::fs::read(preview).unwrap()).unwrap();
    let sent = preview["envoyes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dossier| dossier["inscription_id"].to_string());
    let rows = base.rows(&format!(
        "SELECT stagiaire_id FROM inscription WHERE secteur_id = 1 AND id IN ({}) AND stagiaire_id IN \
         (SELECT stagiaire_id FROM inscription GROUP BY stagiaire_id HAVING count(*) = 1) ORDER BY id LIMIT 1",
        sent.collect::<Vec<_>>().join(", ")
    ));
    rows[0][0].clone()
}
