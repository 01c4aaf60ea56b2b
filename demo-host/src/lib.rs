//! The demo host: plays the ERP for developers of Passerelle Apprentissage.

pub mod sandbox;
