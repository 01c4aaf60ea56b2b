//! The status that the dashboard will display, beside the one that is sent.

use super::*;

/// What is displayed, and the warnings about it.
fn affiche(change: impl FnOnce(&mut Inscription)) -> (Option<StatutAffiche>, Vec<String>) {
    let dossier = v3(&avec(change));
    let alertes = dossier.avertissements.iter().filter(|a| a.code == "STATUT_DIFFERENT");
    (
        dossier.statut_affiche,
        alertes.map(|a| format!("{}: {}", a.champ, a.detail)).collect(),
    )
}

#[test]
fn the_status_displayed_is_told_and_a_difference_with_its_remedy() {
    use StatutAffiche::*;
    for (change, statut, alerte) in [
        ((|_| {}) as Change, Apprenti, ""),
        (|i| i.conventions.clear(), Inscrit, ""),
        (
            |i| (i.sortie_reelle, i.motif_sortie) = (od("2026-10-10"), t("Démission")),
            Abandon,
            "",
        ),
        (
            |i| {
                i.conventions.clear();
                i.date_entree = od("2026-08-03");
            },
            Abandon,
            "statut_apprenant: Le tableau de bord affichera « Abandon », et non « Inscrit sans contrat » : il compte plus de 90 jours sans aucun contrat, ou plus de 180 jours depuis le dernier. Saisir le contrat dans une convention ; si l'apprenti est parti, saisir la sortie réelle et le motif de sortie dans la fiche Inscrit.",
        ),
        (
            |i| i.conventions[0].date_rupture = od("2026-11-01"),
            Rupturant,
            "statut_apprenant: Le tableau de bord affichera « Rupture de contrat », et non « Apprenti » : le dernier contrat est fini ou rompu. Saisir le contrat suivant dans une convention, ou vérifier les dates de fin et de rupture dans la convention et dans le SIFA.",
        ),
        (
            |i| {
                i.sortie_prevue = od("2026-11-20");
                i.conventions[0].date_fin = od("2026-11-20");
            },
            FinDeFormation,
            "statut_apprenant: Le tableau de bord affichera « Fin de formation », et non « Apprenti » : d'après ses dates, la formation est finie. Vérifier la date de sortie prévue dans la fiche Inscrit, et la date de fin dans la convention.",
        ),
        (
            |i| (i.sortie_reelle, i.motif_sortie) = (od("2026-12-24"), t("Démission")),
            Apprenti,
            "statut_apprenant: Le tableau de bord affichera « Apprenti », et non « Abandon » : la sortie est à venir, et il ne la compte qu'à partir de ce jour. Vérifier la date de sortie réelle dans la fiche Inscrit.",
        ),
        (
            |i| i.conventions[0].date_debut = od("2026-12-01"),
            Inscrit,
            "statut_apprenant: Le tableau de bord affichera « Inscrit sans contrat », et non « Apprenti » : aucun contrat ne court à ce jour. Vérifier les dates dans la convention.",
        ),
        (
            |i| sifa(i).sans_contrat_initial = Lue(true),
            Apprenti,
            "statut_apprenant: Le tableau de bord affichera « Apprenti », et non « Inscrit sans contrat » : un contrat court à ce jour. Vérifier la case « sans contrat » dans le SIFA, et les dates dans la convention.",
        ),
    ] {
        let attendues: Vec<_> = Some(alerte).filter(|a| !a.is_empty()).into_iter().collect();
        let (affiche, alertes) = affiche(change);
        assert_eq!(affiche, Some(statut), "{alerte}");
        assert_eq!(alertes, attendues);
    }
}

#[test]
fn nothing_is_displayed_of_a_dossier_that_the_dashboard_would_refuse() {
    for change in [
        (|i| (i.date_entree, action(i).date_debut) = (Absente, Absente)) as Change,
        |i| (i.sortie_prevue, action(i).date_fin) = (Absente, Absente),
        |i| i.sortie_prevue = od("2026-08-31"),
    ] {
        assert_eq!(affiche(change), (None, vec![]));
    }
    assert_eq!(v2021(&inscription()).statut_affiche, None);
}

#[test]
fn all_four_contracts_count() {
    for rang in 0..4 {
        let (statut, _) = affiche(|i| {
            i.conventions = (0..4)
                .map(|autre| {
                    convention(
                        50 + autre,
                        &format!("2026-0{}-01", autre + 1),
                        &format!("2026-0{}-20", autre + 1),
                    )
                })
                .collect();
            i.conventions[rang].date_fin = od("2027-01-01");
        });
        assert_eq!(statut, Some(StatutAffiche::Apprenti), "{rang}");
    }
}
