//! One e-mail, over SMTP with TLS, where the host has no mail of its own.
//!
//! | file | what it does |
//! |---|---|
//! | `adresse` | addresses as a user types them |
//! | `message` | what is sent: plain text, with headers that say that a program wrote it |
//! | `smtp` | one message to one server: time-outs, cancel, certificates |
//! | `error` | every error with its French text |
//!
//! Calls block, leave no thread behind, and hear a cancel. Nothing here logs an address, a password or a text; errors
//! name servers and codes, and count recipients.

mod adresse;
mod error;
mod message;
mod smtp;

pub use adresse::{Adresses, is_address};
pub use error::CourrielError;
pub use message::Message;
pub use smtp::{Options, Password, Security, Sent, Server, check_server, send};
