//! `include/passerelle.h` as a C and C++ programmer meets it: it compiles alone, lays out what the library lays out, and
//! documents every slot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{fmt::Write, fs};

use passerelle_abi::layout::LAYOUTS;
use passerelle_header::HEADER;

/// One structure of the header.
struct Structure<'a> {
    name: &'a str,
    fields: Vec<Field<'a>>,
}

/// One field, with the comment over it.
struct Field<'a> {
    name: &'a str,
    is_slot: bool,
    documentation: &'a str,
}

/// The structures of the header, as its text says them.
fn structures() -> Vec<Structure<'static>> {
    let mut found = Vec::new();
    let mut rest = HEADER;
    while let Some(start) = rest.find("typedef struct passerelle_") {
        let body = &rest[start..];
        let open = body.find(" {\n").unwrap();
        let close = body.find("\n} ").unwrap();
        found.push(Structure {
            name: &body["typedef struct ".len()..open],
            fields: fields(&body[open + 2..close]),
        });
        rest = &body[close + 3..];
    }
    found
}

fn fields(mut body: &'static str) -> Vec<Field<'static>> {
    let mut fields = Vec::new();
    while let Some(comment) = body.find("/**") {
        let end = body.find("*/").unwrap();
        let declaration = &body[end + 2..];
        let semicolon = declaration.find(';').unwrap();
        let declared = &declaration[..semicolon];
        let slot = declared.split_once("(PASSERELLE_CALL *");
        let name = match slot {
            Some((_, rest)) => rest.split(')').next().unwrap(),
            None => {
                let plain = declared.split('[').next().unwrap();
                plain.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
            }
        };
        fields.push(Field {
            name,
            is_slot: slot.is_some(),
            documentation: &body[comment..end],
        });
        body = &declaration[semicolon + 1..];
    }
    fields
}

#[test]
fn the_header_lists_the_structures_and_fields_of_the_abi() {
    let structures = structures();
    assert_eq!(structures.len(), LAYOUTS.len());
    for layout in LAYOUTS {
        let name = layout.name.to_str().unwrap();
        let structure = structures
            .iter()
            .find(|structure| structure.name == name)
            .unwrap_or_else(|| panic!("{name}"));
        assert_eq!(structure.fields.len(), layout.offsets.len(), "{name}");
    }
}

#[test]
fn the_header_compiles_alone_in_every_language_version() {
    let c = support::scratch().join("alone.c");
    fs::write(
        &c,
        "#include \"passerelle.h\"\nint main(void) { return PASSERELLE_OK; }\n",
    )
    .unwrap();
    let cpp = support::scratch().join("alone.cpp");
    fs::copy(&c, &cpp).unwrap();
    let program = support::scratch().join("alone");
    for (compiler, standard, file) in [
        ("cc", "c11", &c),
        ("cc", "c17", &c),
        ("c++", "c++11", &cpp),
        ("c++", "c++17", &cpp),
        ("c++", "c++20", &cpp),
    ] {
        let standard = format!("-std={standard}");
        let arguments = [&support::STRICT[..], &[standard.as_str()]].concat();
        support::compile(compiler, &arguments, file, &program).unwrap_or_else(|error| panic!("{standard}: {error}"));
    }
}

#[test]
fn the_strict_compilation_can_fail() {
    let file = support::scratch().join("wrong.c");
    fs::write(
        &file,
        "#include \"passerelle.h\"\nint main(void) { passerelle_entry unused; }\n",
    )
    .unwrap();
    let arguments = [&support::STRICT[..], &["-std=c11"]].concat();
    assert!(support::compile("cc", &arguments, &file, &support::scratch().join("wrong")).is_err());
}

#[test]
fn a_c_compiler_lays_every_structure_out_as_rust_does() {
    let structures = structures();
    let mut c = String::from("#include \"passerelle.h\"\n");
    let mut assert = |what: String, value: u32| {
        writeln!(c, "_Static_assert({what} == {value}u, \"{}\");", what.replace('"', "")).unwrap();
    };
    for layout in LAYOUTS {
        let name = layout.name.to_str().unwrap();
        let structure = structures.iter().find(|structure| structure.name == name).unwrap();
        assert(format!("sizeof({name})"), layout.size);
        assert(format!("_Alignof({name})"), layout.alignment);
        for (field, offset) in structure.fields.iter().zip(layout.offsets) {
            assert(format!("offsetof({name}, {})", field.name), *offset);
        }
    }
    c += "int main(void) { return 0; }\n";
    let arguments = [&support::STRICT[..], &["-std=c11"]].concat();
    let (file, program) = (support::scratch().join("layouts.c"), support::scratch().join("layouts"));
    fs::write(&file, &c).unwrap();
    support::compile("cc", &arguments, &file, &program).unwrap_or_else(|error| panic!("{error}"));

    // One byte beside the truth is seen.
    let wrong = c.replacen(
        "offsetof(passerelle_host_log, log) == ",
        "1u + offsetof(passerelle_host_log, log) == ",
        1,
    );
    assert_ne!(wrong, c);
    fs::write(&file, wrong).unwrap();
    assert!(support::compile("cc", &arguments, &file, &program).is_err());
}

#[test]
fn every_slot_says_its_thread_once_and_since_when() {
    let structures = structures();
    let slots: Vec<_> = structures
        .iter()
        .flat_map(|structure| structure.fields.iter().map(move |field| (structure.name, field)))
        .filter(|(_, field)| field.is_slot)
        .collect();
    assert!(slots.len() > 25, "only {} slots were found", slots.len());
    for (structure, slot) in slots {
        let count = |what: &str| slot.documentation.matches(what).count();
        // A tag that stands for the slot opens a paragraph of the comment; `[main]` in prose is a reference to it.
        let tags = slot
            .documentation
            .lines()
            .filter(|line| {
                ["`[main]`", "`[job]`", "`[any]`"]
                    .iter()
                    .any(|tag| line.trim_start_matches([' ', '*']).starts_with(tag))
            })
            .count();
        assert_eq!(tags, 1, "{structure}.{}: {}", slot.name, slot.documentation);
        assert_eq!(count("since "), 1, "{structure}.{}: {}", slot.name, slot.documentation);
    }
}
