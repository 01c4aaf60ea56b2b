//! What an ERP calls its screens. The rules' texts name those of the reference ERP; they are put into this ERP's words on
//! their way out, in one place, so that no rule has to know.

use std::collections::HashMap;

use super::{Dossier, Provenance};

/// A screen that an ERP may call otherwise.
struct Ecran {
    /// Its name in the mapping file: the logical entity that it shows.
    cle: &'static str,
    provenance: Provenance,
    /// How the texts name it, and what stands there instead; `@` is the ERP's own name.
    tournures: &'static [(&'static str, &'static str)],
}

static ECRANS: [Ecran; 7] = [
    Ecran {
        cle: "stagiaire",
        provenance: Provenance::Stagiaire,
        tournures: &[("la fiche Stagiaire", "« @ »"), ("fiche Stagiaire", "@")],
    },
    Ecran {
        cle: "inscription",
        provenance: Provenance::Inscrit,
        tournures: &[
            ("la fiche Inscrit", "« @ »"),
            ("les fiches Inscrit", "« @ »"),
            ("fiche Inscrit", "@"),
        ],
    },
    Ecran {
        cle: "action_formation",
        provenance: Provenance::Action,
        tournures: &[("la fiche Action", "« @ »"), ("fiche Action", "@")],
    },
    Ecran {
        cle: "sifa",
        provenance: Provenance::Sifa,
        tournures: &[
            ("le SIFA", "« @ »"),
            ("du SIFA", "de « @ »"),
            ("au SIFA", "à « @ »"),
            ("désigné par : SIFA", "désigné par : @"),
        ],
    },
    Ecran {
        cle: "centre_interet",
        provenance: Provenance::CentreInteret,
        tournures: &[
            ("dans le centre d'intérêt", "dans « @ »"),
            ("désigné par : Centre d'intérêt", "désigné par : @"),
        ],
    },
    Ecran {
        cle: "convention",
        provenance: Provenance::Convention,
        tournures: &[
            ("dans la convention", "dans « @ »"),
            ("dans les conventions", "dans « @ »"),
        ],
    },
    Ecran {
        cle: "secteur",
        provenance: Provenance::Secteur,
        tournures: &[("dans Paramètres sociétés", "dans « @ »")],
    },
];

/// The names that an ERP gives its screens; without one of its own, a screen keeps that of the reference ERP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ecrans {
    noms: HashMap<&'static str, String>,
    /// What stands in the texts, and what replaces it; the longest first.
    tournures: Vec<(&'static str, String)>,
}

impl Ecrans {
    /// The names by which the mapping file knows the screens.
    pub fn cles() -> impl Iterator<Item = &'static str> {
        ECRANS.iter().map(|ecran| ecran.cle)
    }

    /// Gives a screen the ERP's own name; false if there is no such screen.
    pub fn nommer(&mut self, cle: &str, nom: &str) -> bool {
        let Some(ecran) = ECRANS.iter().find(|ecran| ecran.cle == cle) else {
            return false;
        };
        // The same first word keeps the articles around it; any other may be of another gender, and stands without one.
        let libelle = ecran.provenance.libelle();
        let meme_mot = nom.split_whitespace().next() == libelle.split_whitespace().next();
        let tournures = ecran.tournures.iter().map(|(de, par)| {
            if meme_mot && de.contains(libelle) {
                (*de, de.replace(libelle, nom))
            } else {
                (*de, par.replace('@', nom))
            }
        });
        self.tournures.extend(tournures);
        self.tournures.sort_by_key(|(de, _)| std::cmp::Reverse(de.len()));
        self.noms.insert(ecran.cle, nom.to_owned());
        true
    }

    /// The name of where a value comes from.
    pub fn provenance(&self, provenance: Provenance) -> &str {
        let ecran = ECRANS.iter().find(|ecran| ecran.provenance == provenance);
        let nom = ecran.and_then(|ecran| self.noms.get(ecran.cle));
        nom.map_or(provenance.libelle(), String::as_str)
    }

    /// Puts the details of a dossier into the ERP's words.
    pub fn traduire(&self, dossier: &mut Dossier) {
        if self.tournures.is_empty() {
            return;
        }
        let motifs = dossier.motifs.iter_mut().map(|motif| &mut motif.detail);
        let avertissements = dossier.avertissements.iter_mut().map(|alerte| &mut alerte.detail);
        for detail in motifs.chain(avertissements) {
            *detail = self.texte(detail);
        }
    }

    /// A text in the ERP's words. What has been put in is not looked at again: one screen may bear another's name.
    fn texte(&self, texte: &str) -> String {
        let mut traduit = String::with_capacity(texte.len());
        let mut reste = texte;
        let mut dans_un_mot = false;
        while let Some(lettre) = reste.chars().next() {
            let mut trouvees = self
                .tournures
                .iter()
                .filter_map(|(de, par)| Some((par, reste.strip_prefix(de)?)));
            match trouvees.next().filter(|_| !dans_un_mot) {
                Some((par, suite)) => {
                    traduit.push_str(par);
                    reste = suite;
                }
                None => {
                    traduit.push(lettre);
                    reste = reste.get(lettre.len_utf8()..).unwrap_or("");
                }
            }
            dans_un_mot = lettre.is_alphanumeric();
        }
        traduit
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ecrans(noms: &[(&str, &str)]) -> Ecrans {
        let mut ecrans = Ecrans::default();
        for (cle, nom) in noms {
            assert!(ecrans.nommer(cle, nom), "{cle}");
        }
        ecrans
    }

    #[test]
    fn a_screen_of_the_same_kind_keeps_its_article_and_another_stands_without() {
        for (nom, attendu) in [
            (
                ("stagiaire", "fiche Apprenant"),
                "Saisir le nom dans la fiche Apprenant, ou dans le SIFA (fiche Inscrit).",
            ),
            (
                ("stagiaire", "écran Élèves"),
                "Saisir le nom dans « écran Élèves », ou dans le SIFA (fiche Inscrit).",
            ),
            (
                ("sifa", "onglet Enquête"),
                "Saisir le nom dans la fiche Stagiaire, ou dans « onglet Enquête » (fiche Inscrit).",
            ),
            (
                ("sifa", "SIFA élève"),
                "Saisir le nom dans la fiche Stagiaire, ou dans le SIFA élève (fiche Inscrit).",
            ),
            (
                ("inscription", "dossier Parcours"),
                "Saisir le nom dans la fiche Stagiaire, ou dans le SIFA (dossier Parcours).",
            ),
        ] {
            let texte = "Saisir le nom dans la fiche Stagiaire, ou dans le SIFA (fiche Inscrit).";
            assert_eq!(ecrans(&[nom]).texte(texte), attendu);
        }
    }

    #[test]
    fn names_may_be_exchanged_and_other_words_stay() {
        let ecrans = ecrans(&[
            ("stagiaire", "fiche Inscrit"),
            ("inscription", "fiche Stagiaire"),
            ("sifa", "volet"),
        ]);
        assert_eq!(
            ecrans.texte("la fiche Stagiaire puis la fiche Inscrit ; la nomenclature SIFA, possible SIFA, du SIFA"),
            "la fiche Inscrit puis la fiche Stagiaire ; la nomenclature SIFA, possible SIFA, de « volet »"
        );
        assert_eq!(ecrans.provenance(Provenance::Stagiaire), "fiche Inscrit");
        assert_eq!(ecrans.provenance(Provenance::Action), "fiche Action");
        assert!(!Ecrans::default().nommer("societe", "x"));
    }

    /// Whoever writes a new text about a screen in a way that is not listed above is told here.
    #[test]
    fn every_text_of_the_rules_names_screens_in_a_way_that_is_known() {
        let noms: Vec<_> = Ecrans::cles().map(|cle| (cle, "@@@")).collect();
        let ecrans = ecrans(&noms);
        let mut vus = 0;
        for entree in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/dossier")).unwrap() {
            let fichier = entree.unwrap().path();
            if fichier.is_dir() || fichier.ends_with("ecrans.rs") || fichier.ends_with("mod.rs") {
                continue;
            }
            let source = std::fs::read_to_string(&fichier).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap();
            let code: Vec<_> = source
                .lines()
                .filter(|ligne| !ligne.trim_start().starts_with("//"))
                .collect();
            // A text goes on in the next line after a backslash.
            let code = code.join("\n");
            let code: Vec<_> = code.split("\\\n").map(str::trim_start).collect();
            for texte in code.concat().split('"').skip(1).step_by(2) {
                let traduit = ecrans.texte(texte);
                vus += usize::from(traduit != texte);
                let reste = traduit.replace("nomenclature SIFA", "").replace("données SIFA", "");
                for nom in [
                    "fiche Stagiaire",
                    "fiche Inscrit",
                    "fiches Inscrit",
                    "fiche Action",
                    "SIFA",
                ] {
                    assert!(!reste.contains(nom), "{}: {texte}", fichier.display());
                }
            }
        }
        assert!(vus > 20, "{vus}");
    }
}
