//! The only unsafe code: pointers in, ordinary Rust out.
//!
//! | module | what it does |
//! |---|---|
//! | `text` | texts and structures from the other side, checked |
//! | `call` | calls into the plugin, and the error that they fill |
//! | `open` | opens the file, as each system wants it |
//! | `library` | the entry's checks, init, deinit, create |
//! | `instance` | one instance and its end |
//! | `interfaces` | contributions, forms, jobs and documents of an instance |
//! | `table`, `batch` | tables that the plugin shows |
//! | `block` | the host's structures, in one allocation, and the funnel of every callback |
//! | `callbacks` | the host's slots |
//! | `long` | the structures of one long call: run and sink |

pub(crate) mod batch;
mod block;
mod call;
mod callbacks;
pub(crate) mod instance;
mod interfaces;
pub(crate) mod library;
mod long;
mod open;
pub(crate) mod table;
mod text;
