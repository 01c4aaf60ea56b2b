//! The only unsafe code of the plugin.

pub mod statement_cancel;
