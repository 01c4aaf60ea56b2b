//! The numbers that the ABI gives to the kinds of error.

use passerelle_abi as abi;

use crate::error::ErrorKind;

/// The code of a kind, one of `PASSERELLE_E_*`.
pub fn code(kind: ErrorKind) -> i32 {
    match kind {
        ErrorKind::Null => abi::PASSERELLE_E_NULL,
        ErrorKind::StructSize => abi::PASSERELLE_E_STRUCT_SIZE,
        ErrorKind::NotUtf8 => abi::PASSERELLE_E_NOT_UTF8,
        ErrorKind::Argument => abi::PASSERELLE_E_ARGUMENT,
        ErrorKind::UnknownId => abi::PASSERELLE_E_UNKNOWN_ID,
        ErrorKind::Version => abi::PASSERELLE_E_VERSION,
        ErrorKind::HostLacks => abi::PASSERELLE_E_HOST_LACKS,
        ErrorKind::NotInitialized => abi::PASSERELLE_E_NOT_INITIALIZED,
        ErrorKind::AlreadyInitialized => abi::PASSERELLE_E_ALREADY_INITIALIZED,
        ErrorKind::Busy => abi::PASSERELLE_E_BUSY,
        ErrorKind::Poisoned => abi::PASSERELLE_E_POISONED,
        ErrorKind::WrongThread => abi::PASSERELLE_E_WRONG_THREAD,
        ErrorKind::DatabaseUnreachable => abi::PASSERELLE_E_DATABASE_UNREACHABLE,
        ErrorKind::Schema => abi::PASSERELLE_E_SCHEMA,
        ErrorKind::Database => abi::PASSERELLE_E_DATABASE,
        ErrorKind::Mapping => abi::PASSERELLE_E_MAPPING,
        ErrorKind::MigrationNeeded => abi::PASSERELLE_E_MIGRATION_NEEDED,
        ErrorKind::Settings => abi::PASSERELLE_E_SETTINGS,
        ErrorKind::Secret => abi::PASSERELLE_E_SECRET,
        ErrorKind::Network => abi::PASSERELLE_E_NETWORK,
        ErrorKind::KeyRefused => abi::PASSERELLE_E_KEY_REFUSED,
        ErrorKind::Cancelled => abi::PASSERELLE_E_CANCELLED,
        ErrorKind::Host => abi::PASSERELLE_E_HOST,
        ErrorKind::Io => abi::PASSERELLE_E_IO,
        ErrorKind::Panicked => abi::PASSERELLE_E_PANICKED,
    }
}
