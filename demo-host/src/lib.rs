//! The demo host: plays the ERP for developers of Passerelle Apprentissage, and for whoever wants to see it work.
//!
//! It loads the real library through host-sdk and has everything around it: sample data, a scheduler, a sandbox of the
//! receiving API. It holds no business rule of its own.

pub mod seed;
