//! Signing keys: made at first start, stored sealed, rotated, published as a key set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use parking_lot::RwLock;
use serde::Serialize;
use serde_json::{Value, json};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;
use zetel_store::sql::Database;

use crate::encoding::{base64url, sha256};
use crate::token::ACCESS_TOKEN_SECONDS;
use crate::{IdentityError, MasterKey, jws, sql};

/// How long a node may go on with the keys that it read, before it looks for newer ones.
const RELOAD_SECONDS: i64 = 300;

/// A token by an unknown key makes the keys be read again, at most this often.
const UNKNOWN_KEY_RELOAD_SECONDS: i64 = 1;

/// A retired key stays published until the last token that any node signed with it has expired.
const RETENTION_SECONDS: i64 = ACCESS_TOKEN_SECONDS + 2 * RELOAD_SECONDS;

/// One RSA-2048 key.
struct SigningKey {
    key_id: String,
    pair: KeyPair,
    public: ParsedPublicKey,
    jwk: JsonWebKey,
    created_at: i64,
    retired: bool,
}

/// A public key as clients read it (RFC 7517).
#[derive(Clone, Debug, Serialize)]
pub struct JsonWebKey {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    kid: String,
    n: String,
    e: String,
}

/// The answer of the `keys` endpoint (RFC 7517 section 5).
#[derive(Clone, Debug, Serialize)]
pub struct JsonWebKeySet {
    keys: Vec<JsonWebKey>,
}

/// The keys of this service, as this node last read them.
pub(crate) struct KeyRing {
    database: Database,
    master_key: MasterKey,
    /// Newest first.
    keys: RwLock<Arc<Vec<SigningKey>>>,
    read_at: AtomicI64,
}

impl KeyRing {
    /// Reads the keys; makes the first one if there is none.
    pub(crate) fn open(
        database: Database,
        master_key: MasterKey,
        now: i64,
    ) -> Result<Self, IdentityError> {
        let ring = Self {
            database,
            master_key,
            keys: RwLock::new(Arc::new(Vec::new())),
            read_at: AtomicI64::new(now),
        };
        ring.reload(now)?;
        if ring.keys.read().iter().all(|key| key.retired) {
            ring.rotate(now)?;
        }
        Ok(ring)
    }

    /// Makes a new key that signs from now on. The others are published until their tokens have expired.
    pub(crate) fn rotate(&self, now: i64) -> Result<(), IdentityError> {
        let pair = KeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| IdentityError::Crypto("making a signing key"))?;
        let private_key = pair
            .as_der()
            .map_err(|_| IdentityError::Crypto("storing a signing key"))?;
        let key = SigningKey::new(pair, now, false)?;
        let sealed = self.master_key.seal(&key.key_id, private_key.as_ref())?;
        self.database.transaction(|transaction| {
            sql::retire_signing_keys(transaction, now)?;
            sql::insert_signing_key(transaction, &key.key_id, now, &sealed)?;
            sql::delete_signing_keys(transaction, now - RETENTION_SECONDS)
        })?;
        self.reload(now)
    }

    /// As [`rotate`](Self::rotate), if every key that signs is so many seconds old; whether it was.
    pub(crate) fn rotate_old(&self, now: i64, seconds: i64) -> Result<bool, IdentityError> {
        // Another node may have made one.
        self.reload(now)?;
        let is_young = |key: &SigningKey| !key.retired && now - key.created_at < seconds;
        if self.keys.read().iter().any(is_young) {
            return Ok(false);
        }
        self.rotate(now).map(|()| true)
    }

    /// The public keys.
    pub(crate) fn published(&self, now: i64) -> Result<JsonWebKeySet, IdentityError> {
        self.reload_when_older(now, RELOAD_SECONDS)?;
        let keys = self.keys.read().iter().map(|key| key.jwk.clone()).collect();
        Ok(JsonWebKeySet { keys })
    }

    /// Signs claims of some type with the newest key, RS256.
    pub(crate) fn sign(
        &self,
        typ: &str,
        claims: &Value,
        now: i64,
    ) -> Result<String, IdentityError> {
        self.reload_when_older(now, RELOAD_SECONDS)?;
        let keys = Arc::clone(&self.keys.read());
        let key = keys
            .iter()
            .find(|key| !key.retired)
            .or_else(|| keys.first());
        let key =
            key.ok_or_else(|| IdentityError::Damaged("the list of signing keys".to_owned()))?;
        let header = json!({ "typ": typ, "alg": "RS256", "kid": key.key_id });
        let input = jws::signing_input(&header, claims);
        let mut signature = vec![0; key.pair.public_modulus_len()];
        key.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                input.as_bytes(),
                &mut signature,
            )
            .map_err(|_| IdentityError::Crypto("signing a token"))?;
        Ok(format!("{input}.{}", base64url(signature)))
    }

    /// Whether the key with this id made the signature. Reads the database when the id is unknown.
    pub(crate) fn verify(&self, key_id: &str, message: &str, signature: &[u8], now: i64) -> bool {
        let known = |keys: &[SigningKey]| keys.iter().any(|key| key.key_id == key_id);
        if !known(&self.keys.read())
            && self
                .reload_when_older(now, UNKNOWN_KEY_RELOAD_SECONDS)
                .is_err()
        {
            return false;
        }
        let keys = Arc::clone(&self.keys.read());
        let key = keys.iter().find(|key| key.key_id == key_id);
        key.is_some_and(|key| key.public.verify_sig(message.as_bytes(), signature).is_ok())
    }

    fn reload_when_older(&self, now: i64, seconds: i64) -> Result<(), IdentityError> {
        if now - self.read_at.load(Ordering::Relaxed) >= seconds {
            self.reload(now)?;
        }
        Ok(())
    }

    fn reload(&self, now: i64) -> Result<(), IdentityError> {
        self.read_at.store(now, Ordering::Relaxed);
        let rows = sql::signing_keys(&self.database)?;
        let current = rows.into_iter().filter(|row| {
            row.retired_at
                .is_none_or(|time| time + RETENTION_SECONDS > now)
        });
        let keys = current
            .map(|row| self.unseal(&row))
            .collect::<Result<Vec<_>, _>>()?;
        *self.keys.write() = Arc::new(keys);
        Ok(())
    }

    fn unseal(&self, row: &sql::SigningKeyRow) -> Result<SigningKey, IdentityError> {
        let opened = self.master_key.open(&row.key_id, &row.sealed_private_key);
        let private_key =
            opened.ok_or_else(|| IdentityError::WrongMasterKey(row.key_id.clone()))?;
        let damaged = || IdentityError::Damaged(format!("signing key {}", row.key_id));
        let pair = KeyPair::from_pkcs8(&private_key).map_err(|_| damaged())?;
        SigningKey::new(pair, row.created_at, row.retired_at.is_some())
    }
}

impl SigningKey {
    fn new(pair: KeyPair, created_at: i64, retired: bool) -> Result<Self, IdentityError> {
        let failed = || IdentityError::Crypto("reading a signing key");
        let der = pair.public_key().as_der().map_err(|_| failed())?;
        let (_, info) = SubjectPublicKeyInfo::from_der(der.as_ref()).map_err(|_| failed())?;
        let Ok(PublicKey::RSA(rsa)) = info.parsed() else {
            return Err(failed());
        };
        let key_id = base64url(sha256(der.as_ref()));
        let jwk = JsonWebKey {
            kty: "RSA",
            usage: "sig",
            alg: "RS256",
            kid: key_id.clone(),
            n: base64url(without_leading_zeros(rsa.modulus)),
            e: base64url(without_leading_zeros(rsa.exponent)),
        };
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der.as_ref())
            .map_err(|_| failed())?;
        Ok(Self {
            key_id,
            pair,
            public,
            jwk,
            created_at,
            retired,
        })
    }
}

/// DER integers carry a zero byte before a set high bit; JWK numbers do not (RFC 7518 section 6.3.1.1).
fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}
