#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! Against the real drivers.

mod base;
mod diagnosing;
mod merging;
mod one_state;
mod reading_ahead;
mod rows;
mod values;

use super::mapping::Mapping;
use super::schema::ENTITIES;
use super::sql::{Part, Writer};
use crate::database::Dialect;

/// Every statement that reads an ERP through this mapping.
pub(crate) fn every_statement(dialect: &Dialect, mapping: &Mapping) -> Vec<String> {
    let writer = Writer {
        mapping,
        dialect,
        only: None,
    };
    let (after, up_to) = (Some(1), Some(9));
    let parts = [
        Part::Orphans,
        Part::Stagiaires { after, up_to },
        Part::Stagiaires {
            after: None,
            up_to: None,
        },
    ];
    let scopes: [&[i64]; 2] = [&[], &[1, 2]];
    let mut queries = vec![writer.apprentices()];
    for secteurs in scopes {
        queries.push(writer.scattered(secteurs));
        queries.push(writer.identities(secteurs));
        for part in parts {
            queries.push(writer.inscriptions(part, secteurs));
            queries.extend(writer.conventions(part, secteurs));
            queries.extend(writer.responsables(part, secteurs));
            queries.extend(writer.interlocuteurs(part, secteurs));
        }
    }
    let mut statements = vec![writer.page_end(None, 5), writer.page_end(after, 5)];
    for entity in ENTITIES {
        queries.extend(writer.whole(entity));
        statements.push(writer.probe(entity, None));
        for column in entity.read() {
            statements.push(writer.probe(entity, Some(column.name)));
            statements.push(writer.sample(entity, &[column.name]));
        }
    }
    statements.extend(queries.into_iter().map(|query| query.sql));
    statements
}
