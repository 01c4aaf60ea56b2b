//! The receiving API: one file per protocol, transport with retry.
