//! Where the sealing key comes from: the host's secret store, or a file of the owner's own.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::{SealError, hex};

/// Fewer bytes than this are not taken for a key.
const HOST_SECRET_MIN: usize = 32;

/// The 256-bit key that everything sealed on this installation depends on; wiped when dropped.
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    /// From a secret that the host keeps (its own store, DPAPI, a vault): any bytes, 32 at least.
    ///
    /// # Errors
    /// [`SealError::SecretTooShort`].
    pub fn from_host_secret(secret: &[u8]) -> Result<Self, SealError> {
        if secret.len() < HOST_SECRET_MIN {
            return Err(SealError::SecretTooShort {
                found: secret.len(),
                needed: HOST_SECRET_MIN,
            });
        }
        let mut digest: [u8; 32] = Sha256::new()
            .chain_update(b"passerelle host secret v1")
            .chain_update(secret)
            .finalize()
            .into();
        let key = Self::from_bytes(digest);
        digest.zeroize();
        Ok(key)
    }

    /// From a key file, created on first use with rights for its owner only.
    ///
    /// Two processes that create it at the same moment end with the same key. On Windows the file has the rights of its
    /// folder, which should be inside the service account's profile.
    ///
    /// # Errors
    /// [`SealError::KeyFileAccess`], [`SealError::KeyFileContent`], [`SealError::Randomness`] and, on Unix,
    /// [`SealError::KeyFileRights`] when others than the owner may read or write the file.
    pub fn from_file(path: &Path) -> Result<Self, SealError> {
        if let Some(key) = read(path)? {
            return Ok(key);
        }
        create(path)?;
        // Read back rather than kept: somebody else's file may have been there first.
        match read(path)? {
            Some(key) => Ok(key),
            None => Err(access(path, ErrorKind::NotFound.into())),
        }
    }

    /// From a key file that may not be there; none then.
    ///
    /// # Errors
    /// As [`SealingKey::from_file`].
    pub fn from_existing_file(path: &Path) -> Result<Option<Self>, SealError> {
        read(path)
    }

    /// Puts a new key into the key file, and the one that was there into `previous`. Cut short at any moment, both files
    /// hold whole keys, and what the old one has sealed can be opened with one of them.
    ///
    /// # Errors
    /// As [`SealingKey::from_file`].
    pub fn renew_file(path: &Path, previous: &Path) -> Result<(), SealError> {
        let old = Self::from_file(path)?;
        let write = |key: &[u8], to: &Path| {
            written(key, to)?
                .persist(to)
                .map(drop)
                .map_err(|error| access(to, error.error))
        };
        write(old.0.as_slice(), previous)?;
        write(random()?.as_slice(), path)
    }

    /// Takes a key file away; one that is not there is none.
    ///
    /// # Errors
    /// [`SealError::KeyFileAccess`].
    pub fn remove_file(path: &Path) -> Result<(), SealError> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(access(path, error)),
            _ => Ok(()),
        }
    }

    /// The key itself.
    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// HMAC-SHA-256 of the parts under this key.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> Option<Zeroizing<[u8; 32]>> {
        keyed_hash(&self.0, parts)
    }
}

/// HMAC-SHA-256 of the parts; none never happens with a key of this size.
pub(super) fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> Option<Zeroizing<[u8; 32]>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(Zeroizing::new(mac.finalize().into_bytes().into()))
}

fn access(path: &Path, source: std::io::Error) -> SealError {
    SealError::KeyFileAccess {
        path: path.to_owned(),
        source,
    }
}

/// The key in the file; none if there is no file.
fn read(path: &Path) -> Result<Option<SealingKey>, SealError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(access(path, error)),
    };
    check_rights(path, &file)?;
    let mut text = Zeroizing::new(String::with_capacity(128));
    // A key takes 65 bytes; whatever is longer is not one.
    match file.take(128).read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            return Err(SealError::KeyFileContent { path: path.to_owned() });
        }
        Err(error) => return Err(access(path, error)),
    }
    let key = hex::decode(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    match key {
        Some(key) => Ok(Some(SealingKey::from_bytes(key))),
        None => Err(SealError::KeyFileContent { path: path.to_owned() }),
    }
}

#[cfg(unix)]
fn check_rights(path: &Path, file: &File) -> Result<(), SealError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file
        .metadata()
        .map_err(|error| access(path, error))?
        .permissions()
        .mode()
        & 0o777;
    if mode & 0o077 != 0 {
        return Err(SealError::KeyFileRights {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_rights(_path: &Path, _file: &File) -> Result<(), SealError> {
    Ok(())
}

/// Puts a new key under the name, complete or not at all; leaves a file that is there already alone.
fn create(path: &Path) -> Result<(), SealError> {
    match written(random()?.as_slice(), path)?.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(access(path, error.error)),
    }
}

fn random() -> Result<Zeroizing<[u8; 32]>, SealError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| SealError::Randomness(error.to_string()))?;
    Ok(bytes)
}

/// A key on the disk, beside the file that it is for.
fn written(key: &[u8], path: &Path) -> Result<tempfile::NamedTempFile, SealError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    create_folder(folder).map_err(|error| access(path, error))?;
    let text = Zeroizing::new(hex::encode(key));
    // tempfile creates with 0600 on Unix, so that the key is never readable by others, not even for a moment.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| access(path, error))?;
    writeln!(file, "{}", text.as_str())
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| access(path, error))?;
    Ok(file)
}

#[cfg_attr(not(unix), allow(unused_mut))]
fn create_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
