//! What the columns hold: mostly what belongs there, in every way of writing it, and sometimes anything else.
//!
//! The NUL character is left out: PostgreSQL has no text that holds one.

use chrono::{NaiveDate, TimeDelta};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// A column of texts.
pub type Text = BoxedStrategy<Option<String>>;
/// A column of dates.
pub type Date = BoxedStrategy<Option<NaiveDate>>;

/// What people paste around and into a value without seeing it.
const INVISIBLE: &[&str] = &[
    " ", "  ", "\t", "\r\n", "\u{A0}", "\u{202F}", "\u{3000}", "\u{FEFF}", "\u{200B}", "\u{AD}", "\u{85}", "\u{7}",
    "\u{1B}", "\u{2028}", "-", "\u{2011}", ".", "e\u{301}", "\u{202E}",
];

/// Texts that stand anywhere in a real database.
const ODD: &[&str] = &[
    "",
    " ",
    "\u{A0}\u{2003}",
    "\u{FEFF}",
    "\t\r\n",
    "\u{200B}",
    "?",
    "-",
    ".",
    "x",
    "0",
    "00000000",
    "null",
    "NULL",
    "N/A",
    "néant",
    "à compléter",
    "voir SIFA",
    "<b>",
    "\"\\\"",
    "'; --",
    "{}",
    "😀",
    "👩\u{200D}🎓",
    "e\u{301}",
    "İ",
    "ß",
    "ﬀ",
    "１２３４５６７８",
    "٠١٢٣٤٥٦٧",
    "مرحبا",
    "\u{202E}abc",
];

/// Any text, short, odd or long.
pub fn free() -> BoxedStrategy<String> {
    prop_oneof![
        4 => select(ODD).prop_map(str::to_owned),
        3 => any::<String>(),
        1 => "[ -~]{0,20}",
        1 => (1..400_usize, select(&["é", "x", "0", "😀", " "][..])).prop_map(|(times, text)| text.repeat(times)),
    ]
    .boxed()
}

/// Mostly the good values; sometimes one with something invisible in it, anything, or NULL.
fn mostly(good: impl Strategy<Value = String> + 'static) -> Text {
    let good = good.boxed();
    let dirty = (good.clone(), select(INVISIBLE), 0..3_usize).prop_map(|(good, dirt, place)| match place {
        0 => format!("{dirt}{good}"),
        1 => format!("{good}{dirt}"),
        _ => {
            let middle = good
                .char_indices()
                .nth(good.chars().count() / 2)
                .map_or(0, |(at, _)| at);
            let (left, right) = good.split_at(middle);
            format!("{left}{dirt}{right}")
        }
    });
    prop_oneof![80 => good.prop_map(Some), 4 => dirty.prop_map(Some), 2 => free().prop_map(Some), 1 => Just(None)]
        .boxed()
}

fn one_of(values: &'static [&'static str]) -> BoxedStrategy<String> {
    select(values).prop_map(str::to_owned).boxed()
}

pub fn name() -> Text {
    mostly(prop_oneof![
        3 => one_of(&["Lenôtre-Çelik", "O'Neil", "D’Été", "œ", "ß", "Ðorđe", "李", "de La  Tour", "MARTIN", "42"]),
        2 => "[A-ZÉ][a-zéèœ' -]{0,100}",
    ])
}

/// The name of a CFA.
pub fn title() -> Text {
    mostly(one_of(&["CFA de Metz", "SC-FORMATION", "Établissement « Été »", "C"]))
}

pub fn libelle() -> Text {
    mostly(prop_oneof![
        3 => one_of(&["BTS Management commercial opérationnel", "CAP", "😀", "A", "é", "e\u{301}", "BP"]),
        1 => "\\PC{1,300}",
    ])
}

pub fn motif() -> Text {
    mostly(one_of(&["Démission", "rupture d'un commun accord", "0", "?"]))
}

pub fn address() -> Text {
    mostly(one_of(&["12 rue\r\n\tdes Prés", "Bât. B, 3ᵉ étage", "1"]))
}

pub fn email() -> Text {
    mostly(prop_oneof![
        15 => "[a-z]{1,8}([.][a-z]{1,5})?@[a-z]{1,8}[.](fr|com|museum)",
        1 => "[A-Za-z0-9_'+.-]{1,6}@[A-Za-z0-9.-]{1,8}",
        1 => "[a-zé.'+_@ <>;,:\"()-]{0,8}@?[a-zé0-9.@_ -]{0,8}([.][a-z]{0,3})?",
        1 => one_of(&[
            "a@b", "a@b.f", "a..b@c.fr", ".a@b.fr", "a.@b.fr", "a'@b.fr", "'a@b.fr", "a@-b.fr", "a@b-.fr", "a@b..fr", "a@b.fr.",
            "a@b.fr;c@d.fr", "a@b.fr, c@d.fr", "Zoé <z@b.fr>", "mailto:z@b.fr", "z@[1.2.3.4]", "é@b.fr", "a@é.fr", "a@xn--9ca.fr",
            "\"a b\"@c.fr", "a@b.c0m", "A@B.FR", "a@b@c.fr", "@", "@b.fr", "a@",
        ]),
    ])
}

pub fn telephone() -> Text {
    let lines = select(
        &[
            "", "0", "+33", "0033", "33", "+33 (0)", "+262", "00590", "+594 0", "+352", "0032", "+44", "+39", "+",
        ][..],
    );
    mostly(prop_oneof![
        4 => "0[1-9]([ .-]?[0-9]{2}){4}",
        // All ranges, overseas and special ones too.
        4 => (lines, 100_000_000..999_999_999_u32).prop_map(|(line, number)| format!("{line}{number}")),
        2 => ("0?(590|690|691|594|694|596|696|697|262|263|692|693|269|639|89[0-9]|82[0-9]|80[0-9]|700|740|9[0-9]{2})", "[0-9]{6}")
            .prop_map(|(start, rest)| start + &rest),
        1 => "[+0-9 ./()-]{0,20}",
        1 => one_of(&["0612345678 / 0145678901", "06 12 34 56 78 (mère)", "112", "3639", "0000000000", "36 30", "liste rouge"]),
    ])
}

/// Three UAIs, written every way, and others.
pub fn code_uai() -> Text {
    mostly(prop_oneof![
        12 => one_of(&["0570033B", "0570033b", " 0570033B", "057-0033 b", "0570044C", "0570044c", "0123456A", "012.3456.A"]),
        1 => "[0-9_]{6,8}[A-Za-zé]?",
    ])
}

pub fn siret() -> Text {
    mostly(prop_oneof![
        12 => one_of(&[
            "73282932000074", "732 829 320 00074", "732.829.320-00074", "73282932000075", "35600000000048", "35600000000049",
            "00000000000000", "\u{A0}732\u{202F}829 320 00074",
        ]),
        1 => "[0-9]{12,16}",
        1 => "[0-9]{3}( [0-9]{3}){2} [0-9A-Z]{5}",
    ])
}

pub fn cfd() -> Text {
    mostly(prop_oneof![12 => one_of(&["50022141", "5002214a", "0032031B"]), 1 => "[0-9A-Za-zé ]{7,9}"])
}

pub fn rncp() -> Text {
    mostly(
        prop_oneof![4 => "(RNCP|rncp|Rncp )?[0-9]{1,6}", 1 => one_of(&["34-670", "RS1234", "RNCP", "RNCP RNCP12", "35 316."])],
    )
}

pub fn ine() -> Text {
    mostly(prop_oneof![
        2 => "[0-9]{10}[A-Za-z]",
        1 => "[0-9]{9}[A-Z]{2}",
        1 => "[0-9]{4}A[0-9]{5}[A-Z]",
        1 => one_of(&["EN COURS", "0", "12345678901", "ıne"]),
    ])
}

pub fn code_postal() -> Text {
    mostly(prop_oneof![8 => "[0-9]{4,5}", 1 => "[0-9]{1,7}", 1 => one_of(&["2A004", "75 001", "B-1000", "57000.0"])])
}

pub fn sex() -> Text {
    mostly(one_of(&["M", "F", "H", "m", "f", "1", "2", "3", "Mme", "Homme"]))
}

pub fn type_cfa() -> Text {
    mostly(one_of(&["1", "04", "10", "09", "11", "0", "004", "CFA"]))
}

pub fn organisme() -> Text {
    mostly(prop_oneof![
        one_of(&["75", "075", "2A", "2a", "02B", "971", "975", "995", "0", "7", "999"]),
        Just("0570033b".to_owned()),
        "[0-9]{1,4}",
    ])
}

pub fn profil() -> Text {
    mostly(one_of(&[
        "PARENT",
        "PARENT",
        "parent",
        "Parent ",
        "pàrent",
        "PARENTS",
        "Père",
        "TUTEUR",
        "PARE\u{301}NT",
    ]))
}

/// Codes of *dernière situation*, and numbers that are none.
pub fn situation() -> BoxedStrategy<Option<i64>> {
    prop_oneof![
        2 => select(&[1003_i64, 4001, 9999, 5901, 2007][..]).prop_map(Some),
        1 => (0..10_000_i64).prop_map(Some),
        1 => Just(Some(0)),
        1 => any::<Option<i64>>(),
    ]
    .boxed()
}

pub fn rang() -> BoxedStrategy<Option<i64>> {
    prop_oneof![4 => (0..4_i64).prop_map(Some), 1 => Just(None), 1 => any::<Option<i64>>()].boxed()
}

/// Decimal degrees.
pub fn degrees() -> BoxedStrategy<Option<f64>> {
    prop_oneof![
        1 => Just(None),
        3 => (-180.0..180.0_f64).prop_map(Some),
        1 => select(&[0.0, -0.0, 49.12, -0.000_000_5, 9.999_999_5, -61.533_333_5][..]).prop_map(Some),
    ]
    .boxed()
}

fn from(first: (i32, u32, u32), days: i64) -> BoxedStrategy<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(first.0, first.1, first.2).unwrap();
    (0..days).prop_map(move |days| first + TimeDelta::days(days)).boxed()
}

/// A day: these years' mostly, sometimes of any century that all databases know.
pub fn day() -> BoxedStrategy<NaiveDate> {
    prop_oneof![30 => from((2024, 6, 1), 1500), 1 => from((1000, 1, 1), 3_287_181)].boxed()
}

/// When something begins: mostly before most ends.
pub fn start() -> Date {
    weighted(0.9, prop_oneof![5 => from((2025, 7, 25), 480), 1 => day()]).boxed()
}

/// When something ends.
pub fn end() -> Date {
    weighted(0.95, prop_oneof![7 => from((2026, 11, 1), 900), 1 => day()]).boxed()
}

/// Most are about 18 in these years.
pub fn birth() -> Date {
    weighted(
        0.95,
        prop_oneof![6 => from((2002, 1, 1), 3650), 1 => from((2008, 11, 20), 8), 1 => day()],
    )
    .boxed()
}
