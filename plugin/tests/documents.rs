//! The documents through the plugin's real parts, on the worked example: read by another hand than the one that wrote
//! them, and compared with the JSON of the same preview or report.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    missing_docs
)]

mod support;

use calamine::{Data, DataType as _, Range, Reader as _};
use passerelle::error::ErrorKind;
use passerelle::host::Host as _;
use serde_json::{Map, Value, json};
use support::{Installation, Workbook, journaled};

fn text(range: &Range<Data>, row: u32, column: usize) -> String {
    match range.get_value((row, column as u32)) {
        None | Some(Data::Empty) => String::new(),
        Some(data) => data.to_string(),
    }
}

/// A cell as the JSON writes it; dates have to be real ones.
fn value(data: Option<&Data>, expected: &Value) -> Value {
    match (data, expected) {
        (None | Some(Data::Empty), _) => Value::Null,
        (Some(data @ Data::DateTime(_)), _) => json!(data.as_date().unwrap().format("%Y-%m-%d").to_string()),
        (Some(Data::Float(number)), _) => json!(*number as i64),
        (Some(Data::Bool(value)), _) => json!(value),
        (Some(data), _) => json!(data.to_string()),
    }
}

fn is_date(name: &str) -> bool {
    name.contains("date_")
}

#[test]
fn the_workbook_of_the_preview_is_its_json_cell_by_cell() {
    let installation = Installation::new();
    for parameters in [
        json!({}),
        json!({"protocole": "statut-candidats"}),
        json!({"donnees_sifa": true}),
        json!({"societe_id": 1, "secteur_id": 4}),
    ] {
        let preview: Value = installation.json("apercu.json", &parameters);
        let mut book = installation.workbook("apercu.xlsx", &parameters);
        assert_eq!(book.sheet_names(), ["Résumé", "Données envoyées", "Non envoyés"]);
        compare_sent(&mut book, &preview);
        compare_left_out(&mut book, &preview);
        compare_summary(&mut book, &preview);
    }
}

/// The status that the dashboard will display is a column beside the fields, with the dashboard's label.
const DISPLAYED: &str = "Statut affiché par le tableau de bord";
const LABELS: [(&str, &str); 5] = [
    ("INSCRIT", "Inscrit sans contrat"),
    ("APPRENTI", "Apprenti"),
    ("RUPTURANT", "Rupture de contrat"),
    ("ABANDON", "Abandon"),
    ("FIN_DE_FORMATION", "Fin de formation"),
];

fn compare_sent(book: &mut Workbook, preview: &Value) {
    let range = book.worksheet_range("Données envoyées").unwrap();
    let sent = preview["envoyes"].as_array().unwrap();
    assert!(!sent.is_empty());
    assert_eq!(range.height(), sent.len() + 2, "two rows of header");
    let names: Vec<String> = (0..range.width()).map(|column| text(&range, 1, column)).collect();
    assert_eq!(names[0], "Inscription");
    assert_eq!(names[names.len() - 2..], ["Retenu par un réglage", "Avertissements"]);
    let groups: Vec<String> = (0..range.width()).map(|column| text(&range, 0, column)).collect();
    for group in ["CANDIDAT", "FORMATION", "CONTRAT D'APPRENTISSAGE", "STATUTS DU JEUNE"] {
        assert!(groups.iter().any(|found| found == group), "{group}");
    }
    let mut dates = 0;
    for (row, line) in (2..).zip(sent) {
        let cell = |column: usize, expected: &Value| value(range.get_value((row, column as u32)), expected);
        assert_eq!(cell(0, &Value::Null), line["inscription_id"]);
        let (mut fields, mut origins) = (Map::new(), Map::new());
        for column in (1..names.len() - 2).step_by(2) {
            assert_eq!(names[column + 1], "Provenance");
            let name = &names[column];
            let data = range.get_value((row, column as u32));
            if is_date(name) && !matches!(data, None | Some(Data::Empty)) {
                assert!(matches!(data, Some(Data::DateTime(_))), "{name}: {data:?}");
                dates += 1;
            }
            let found = cell(column, &line["dossier"][name]);
            if !found.is_null() {
                fields.insert(name.clone(), found);
                origins.insert(name.clone(), cell(column + 1, &Value::Null));
            }
        }
        let displayed = fields.remove(DISPLAYED).map(|label| (label, origins.remove(DISPLAYED)));
        let expected = line["statut_affiche"].as_str().map(|code| {
            let label = LABELS.iter().find(|(known, _)| *known == code).unwrap().1;
            (json!(label), Some(json!("Calcul")))
        });
        assert_eq!(displayed, expected, "row {row}");
        let held_back = match line["retenu"].as_str() {
            None => "",
            Some("ACCES_MANQUANT") => "Clé API manquante",
            Some("SECTEUR_NON_ACTIVE") => "Secteur non activé",
            Some(other) => panic!("{other}"),
        };
        assert_eq!(text(&range, row, names.len() - 2), held_back, "row {row}");
        assert_eq!(Value::Object(fields), line["dossier"], "row {row}");
        assert_eq!(Value::Object(origins), line["provenance"], "row {row}");
        let warnings: Vec<_> = line["avertissements"].as_array().unwrap().iter().collect();
        let details: Vec<_> = warnings
            .iter()
            .map(|warning| warning["detail"].as_str().unwrap())
            .collect();
        assert_eq!(text(&range, row, names.len() - 1), details.join("\n"));
    }
    assert!(dates >= sent.len(), "real dates: {dates}");
}

fn compare_left_out(book: &mut Workbook, preview: &Value) {
    let range = book.worksheet_range("Non envoyés").unwrap();
    let left_out = preview["non_envoyes"].as_array().unwrap();
    assert_eq!(range.height(), left_out.len() + 1);
    for (row, line) in (1..).zip(left_out) {
        let reasons = |key: &str| {
            let texts: Vec<_> = line["motifs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|motif| motif[key].as_str().unwrap())
                .collect();
            texts.join("\n")
        };
        assert_eq!(text(&range, row, 0), line["inscription_id"].to_string());
        assert_eq!(
            text(&range, row, 1),
            line["id_erp_apprenant"].as_str().unwrap_or_default()
        );
        assert_eq!(text(&range, row, 4), reasons("libelle"));
        assert_eq!(text(&range, row, 5), reasons("detail"));
    }
}

fn compare_summary(book: &mut Workbook, preview: &Value) {
    let range = book.worksheet_range("Résumé").unwrap();
    let protocole = preview["protocole"].as_str().unwrap();
    let title = text(&range, 0, 0);
    assert!(
        title.starts_with(&format!("Aperçu du 23/11/2026, protocole {protocole}")),
        "{title}"
    );
    let figure = |label: &str| {
        let row = (0..range.height() as u32).find(|row| text(&range, *row, 0) == label);
        range
            .get_value((row.unwrap_or_else(|| panic!("{label}")), 1))
            .unwrap()
            .as_i64()
            .unwrap()
    };
    for (label, key) in [
        ("Partiront cette nuit", "partiront"),
        ("Dossiers lus", "lus"),
        ("Dossiers envoyés", "envoyes"),
        ("Dossiers non envoyés", "non_envoyes"),
        ("Avertissements", "avertissements"),
        ("Inscriptions hors des secteurs paramétrés", "hors_secteur"),
        ("Inscriptions sans numéro lisible, non lues", "illisibles"),
    ] {
        assert_eq!(figure(label), preview["resume"][key].as_i64().unwrap(), "{label}");
    }
    // What goes and what is held back, and by what, come to what could go.
    let counted = |code: &str| {
        let sent = preview["envoyes"].as_array().unwrap().iter();
        sent.filter(|line| line["retenu"] == code).count() as i64
    };
    let held_back = ["ACCES_MANQUANT", "SECTEUR_NON_ACTIVE"].map(|code| {
        assert_eq!(preview["resume"]["retenus"][code], counted(code), "{code}");
        counted(code)
    });
    let held_back: i64 = held_back.iter().sum();
    assert_eq!(figure("Retenus par un réglage"), held_back);
    assert_eq!(figure("Partiront cette nuit") + held_back, figure("Dossiers envoyés"));
    let lines = (0..range.height() as u32).filter(|row| text(&range, *row, 0).contains(", établissement "));
    let lines: i64 = lines
        .map(|row| range.get_value((row, 1)).unwrap().as_i64().unwrap())
        .sum();
    assert_eq!(lines, held_back);
}

#[test]
fn the_workbook_of_the_report_is_its_json_line_by_line() {
    let installation = Installation::new();
    let run = journaled(&installation);
    for parameters in [json!({}), json!({ "run": run })] {
        let report: Value = installation.json("compte-rendu.json", &parameters);
        let mut book = installation.workbook("compte-rendu.xlsx", &parameters);
        let runs = report["executions"].as_array().unwrap();

        let list = |run: &Value, key: &str| run[key].as_array().unwrap().clone();

        let range = book.worksheet_range("Exécutions").unwrap();
        assert_eq!(range.height(), runs.len() + 1);
        for (row, run) in (1..).zip(runs) {
            assert_eq!(value(range.get_value((row, 0)), &Value::Null), run["id"]);
            assert_eq!(value(range.get_value((row, 1)), &Value::Null), run["nuit"]);
            let verdict = match run["verdict"].as_str().unwrap() {
                "vert" => "Tout est parti",
                "orange" => "À corriger",
                _ => "Problème",
            };
            assert_eq!(value(range.get_value((row, 2)), &Value::Null), verdict);
            let causes: Vec<_> = list(run, "causes")
                .iter()
                .map(|cause| cause.as_str().unwrap().to_owned())
                .collect();
            assert_eq!(text(&range, row, 12), causes.join("\n"));
            assert!(matches!(range.get_value((row, 4)), Some(Data::DateTime(_))));
            for (column, key) in (7..).zip(["lus", "acceptes", "rejetes", "non_envoyes", "en_attente"]) {
                assert_eq!(
                    value(range.get_value((row, column)), &Value::Null),
                    run["comptes"][key],
                    "{key}"
                );
            }
        }

        let lines = |book: &mut Workbook, name: &str| -> Vec<Vec<String>> {
            let range = book.worksheet_range(name).unwrap();
            (1..range.height() as u32)
                .map(|row| (0..range.width()).map(|column| text(&range, row, column)).collect())
                .collect()
        };
        let mut expected = Vec::new();
        for run in runs {
            for rejet in list(run, "rejets") {
                let remarks = list(&rejet, "erreurs");
                let told = |champ: &Value, message: &Value| {
                    let champ = if champ == "" {
                        json!("dossier entier")
                    } else {
                        champ.clone()
                    };
                    (
                        run["id"].to_string(),
                        rejet["inscription_id"].to_string(),
                        champ,
                        message.clone(),
                    )
                };
                if remarks.is_empty() {
                    let (run, inscription, ..) = told(&json!(null), &json!(null));
                    expected.push((run, inscription, json!(""), json!("")));
                }
                expected.extend(remarks.iter().map(|remark| told(&remark["champ"], &remark["message"])));
            }
        }
        assert!(expected.len() > 1);
        let found = lines(&mut book, "Dossiers rejetés")
            .into_iter()
            .filter(|line| line[6] != "premier");
        let found: Vec<_> = found
            .map(|line| (line[0].clone(), line[2].clone(), json!(line[7]), json!(line[8])))
            .collect();
        assert_eq!(found, expected);

        let left_out: Vec<_> = runs
            .iter()
            .flat_map(|run| {
                list(run, "non_envoyes")
                    .into_iter()
                    .map(|line| (run["id"].to_string(), line))
            })
            .map(|(run, line)| (run, line["inscription_id"].to_string()))
            .collect();
        let found = lines(&mut book, "Non envoyés");
        let ids: Vec<_> = found.iter().map(|line| (line[0].clone(), line[2].clone())).collect();
        assert_eq!(ids, left_out);
        assert_eq!(found[0][4], "Nom ou prénom manquant");
        assert_eq!(found[1][4], "Email contact manquant\nUAI / Siret manquant");

        let lots: usize = runs
            .iter()
            .flat_map(|run| list(run, "etablissements"))
            .map(|line| list(&line, "lots").len())
            .sum();
        assert_eq!(lines(&mut book, "Lots").len(), lots);
        assert_eq!(lines(&mut book, "Acceptés au second envoi").len(), 1);
    }
}

#[test]
fn the_page_of_the_report_is_sound_and_nothing_in_it_is_loaded_or_run() {
    let installation = Installation::new();
    let run = journaled(&installation);
    for parameters in [json!({}), json!({ "run": run })] {
        let page = installation.text("compte-rendu.html", &parameters);
        let page = support::html::Page::parse(&page);
        assert_eq!(page.attributes("html", "lang"), ["fr"]);
        for forbidden in ["script", "link", "img", "iframe", "object", "base"] {
            assert_eq!(page.count(forbidden), 0, "{forbidden}");
        }
        assert!(
            page.all_attributes()
                .all(|name| !name.starts_with("on") && name != "src")
        );
        assert!(
            page.attributes("a", "href")
                .iter()
                .all(|target| target.starts_with('#'))
        );
        assert_eq!(page.count("h1"), 1);
        assert!(page.count("svg") >= 1);
        assert_eq!(page.attributes("svg", "role").len(), page.count("svg"));
        assert_eq!(page.attributes("svg", "aria-label").len(), page.count("svg"));
        assert_eq!(page.count("caption"), page.count("table"));
        assert_eq!(page.attributes("th", "scope").len(), page.count("th"));
        let mut ids = page.attributes_of_all("id");
        ids.sort();
        let before = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), before, "ids are unique");
        // The receiver's words are shown word for word, as text.
        assert!(page.texts().any(|text| text == "<script>alert(\"x\")</script> & 'fin'"));
        assert!(
            page.texts().any(|text| text.starts_with("1\u{202F}2")),
            "counts are grouped"
        );
    }
}

#[test]
fn an_older_run_shows_its_first_lines_and_says_where_the_others_are() {
    let installation = Installation::new();
    journaled(&installation);
    let page = installation.text("compte-rendu.html", &json!({}));
    assert!(page.contains("Seules les 1000 premières lignes"));
    let alone = installation.text("compte-rendu.html", &json!({"run": 1}));
    assert!(!alone.contains("premières lignes"));
    assert!(alone.matches("<tr>").count() > 1200);
}

#[test]
fn the_tables_of_a_run_are_read_in_pages_of_any_size() {
    let installation = Installation::new();
    let run = journaled(&installation);
    for (run, expected) in [
        (
            run,
            vec![
                ("compte-rendu", 1),
                ("etablissements", 2),
                ("lots", 3),
                ("rejets", 5),
                ("reprises", 1),
                ("non-envoyes", 2),
            ],
        ),
        (
            1,
            vec![
                ("compte-rendu", 1),
                ("etablissements", 0),
                ("lots", 0),
                ("rejets", 0),
                ("reprises", 0),
                ("non-envoyes", 1200),
            ],
        ),
    ] {
        for size in [1, 7, 500, 5000] {
            let read = installation.tables("compte-rendu", &json!({ "run": run }), size);
            let counts: Vec<_> = read.iter().map(|(id, rows)| (*id, *rows)).collect();
            assert_eq!(counts, expected, "pages of {size}");
        }
    }
}

#[test]
fn a_cancelled_document_ends_with_that() {
    let installation = Installation::new();
    journaled(&installation);
    for id in ["apercu.xlsx", "compte-rendu.xlsx", "compte-rendu.html"] {
        let error = installation.document(id, &json!({}), true).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Cancelled, "{id}: {error}");
    }
    let error = installation
        .document("compte-rendu.html", &json!({"run": 99}), false)
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Argument);
    assert!(installation.host.now().is_ok());
}
