//! ODBC where `odbc-api` does not reach: a zero behind every text, all records of a refusal, drivers that must not open or
//! close two connections at once, arrays of parameters whose warnings count, and `SQLCancel` from another thread.

mod connection;
mod records;
mod statement;
mod text;

pub use connection::{Connection, Manners};
pub use records::{Record, Refused};
pub use statement::{Executed, Listing, Reports, RunningStatements, Statement};
