//! The master key: seals private signing keys before they are stored.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use crate::IdentityError;

const KEY_BYTES: usize = 32;

/// AES-256-GCM key that seals what the database must not show. Never stored in the database.
pub struct MasterKey(RandomizedNonceKey);

impl MasterKey {
    /// The key with these 32 bytes.
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Result<Self, IdentityError> {
        RandomizedNonceKey::new(&AES_256_GCM, bytes)
            .map(Self)
            .map_err(|_| IdentityError::Crypto("preparing the master key"))
    }

    /// Reads the key file, or makes it with 32 random bytes, readable by its owner only.
    ///
    /// # Errors
    /// [`IdentityError::MasterKeyFile`] if the file cannot be read or written, has another length than 32 bytes,
    /// or may be read by others than its owner.
    pub fn load_or_create(path: &Path) -> Result<Self, IdentityError> {
        let refused = |reason: String| IdentityError::MasterKeyFile {
            path: path.to_owned(),
            reason,
        };
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        match created {
            Ok(mut file) => {
                aws_lc_rs::rand::fill(key.as_mut_slice())
                    .map_err(|_| IdentityError::Crypto("making the master key"))?;
                let written = file
                    .write_all(key.as_slice())
                    .and_then(|()| file.sync_all());
                written.map_err(|error| refused(error.to_string()))?;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                read_key(path, &mut key).map_err(refused)?;
            }
            Err(error) => return Err(refused(error.to_string())),
        }
        Self::from_bytes(&key)
    }

    /// Encrypts; `context` names what is sealed, and only the same context opens it. Result: nonce, then ciphertext.
    pub(crate) fn seal(&self, context: &str, plaintext: &[u8]) -> Result<Vec<u8>, IdentityError> {
        let mut buffer = Zeroizing::new(plaintext.to_vec());
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(context), &mut *buffer)
            .map_err(|_| IdentityError::Crypto("sealing a signing key"))?;
        Ok([nonce.as_ref().as_slice(), &buffer].concat())
    }

    /// Decrypts what [`seal`](Self::seal) made; nothing if the key or the context differ or a byte was changed.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = self
            .0
            .open_in_place(nonce, Aad::from(context), &mut buffer)
            .ok()?
            .len();
        buffer.truncate(length);
        Some(buffer)
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[master key]")
    }
}

/// Fills `key` from the file, or says why not.
fn read_key(path: &Path, key: &mut Zeroizing<[u8; KEY_BYTES]>) -> Result<(), String> {
    let mut file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err("it may be read by others than its owner; run chmod 600 on it".to_owned());
    }
    if metadata.len() != KEY_BYTES as u64 {
        return Err(format!(
            "it has {} bytes where 32 are needed; restore it from a backup",
            metadata.len()
        ));
    }
    file.read_exact(key.as_mut_slice())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let first = MasterKey::load_or_create(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let sealed = first.seal("key 1", b"private").unwrap();
        let second = MasterKey::load_or_create(&path).unwrap();
        assert_eq!(
            second.open("key 1", &sealed).unwrap().as_slice(),
            b"private"
        );
        assert_eq!(format!("{second:?}"), "[master key]");
    }

    #[test]
    fn a_file_that_others_may_read_or_of_another_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::load_or_create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = MasterKey::load_or_create(&path).unwrap_err().to_string();
        assert!(
            error.contains("chmod 600") && error.contains("master.key"),
            "{error}"
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, [1; 31]).unwrap();
        assert!(
            MasterKey::load_or_create(&path)
                .unwrap_err()
                .to_string()
                .contains("31 bytes")
        );
    }

    #[test]
    fn sealed_data_opens_only_unchanged_with_its_key_and_context() {
        let key = MasterKey::from_bytes(&[1; 32]).unwrap();
        let sealed = key.seal("key 1", b"private").unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"private"));
        assert!(key.open("key 2", &sealed).is_none());
        assert!(
            MasterKey::from_bytes(&[2; 32])
                .unwrap()
                .open("key 1", &sealed)
                .is_none()
        );
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert!(key.open("key 1", &changed).is_none());
        assert!(key.open("key 1", &sealed[..5]).is_none());
    }
}
