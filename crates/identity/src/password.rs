//! Passwords: argon2id hashes, their rules, and where they are stored.

use argon2::password_hash::{
    Output, PasswordHash as PhcString, PasswordHasher as _, PasswordVerifier as _, SaltString,
};
use argon2::{Algorithm, Argon2, Params, Version};
use uuid::Uuid;
use zetel_store::sql::{DatabaseError, Rows, Transaction};

use crate::{Environment, IdentityError, sql};

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
const MEMORY_KIBIBYTES: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Entra's limits for cloud passwords, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=256;

/// The rules in words, for whoever must choose a password.
pub(crate) const RULES: &str = "Use 8 to 256 characters of at least three kinds: lower case letters, upper case letters, digits, symbols.";

/// The hash of a password, with its salt and cost. Making one takes some 20 ms of a core and 19 MiB:
/// callers bound how many run at once.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Hashes a password with a new salt. Does not judge it: see [`check_password_rules`].
    pub fn new(password: &str, environment: &Environment) -> Result<Self, IdentityError> {
        let failed = || IdentityError::Crypto("hashing a password");
        let salt = SaltString::encode_b64(&environment.random::<16>()?).map_err(|_| failed())?;
        let hash = hasher()?
            .hash_password(password.as_bytes(), &salt)
            .map_err(|_| failed())?;
        Ok(Self(hash.to_string()))
    }

    /// A hash of the same cost that no password has: what would be its result was drawn. Making it costs nothing.
    pub(crate) fn of_nobody(environment: &Environment) -> Result<Self, IdentityError> {
        let failed = || IdentityError::Crypto("hashing a password");
        let salt = SaltString::encode_b64(&environment.random::<16>()?).map_err(|_| failed())?;
        let result = Output::new(&environment.random::<32>()?).map_err(|_| failed())?;
        Ok(Self(format!(
            "$argon2id$v=19$m={MEMORY_KIBIBYTES},t={PASSES},p={LANES}${salt}${result}"
        )))
    }

    /// The hash as it is stored, in PHC string format.
    pub fn stored(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether this is the password's hash. Takes as long for a wrong password as for the right one.
    pub(crate) fn matches(&self, password: &str) -> bool {
        // Longer ones cannot have been set, and their hashing would cost more than a password's.
        if password.chars().count() > *LENGTH.end() {
            return false;
        }
        let Ok(hash) = PhcString::new(&self.0) else {
            return false;
        };
        hasher().is_ok_and(|hasher| hasher.verify_password(password.as_bytes(), &hash).is_ok())
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[password hash]")
    }
}

fn hasher() -> Result<Argon2<'static>, IdentityError> {
    let parameters = Params::new(MEMORY_KIBIBYTES, PASSES, LANES, None)
        .map_err(|_| IdentityError::Crypto("preparing password hashing"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

/// Entra's rules for cloud passwords: 8 to 256 characters, three of the four kinds.
///
/// # Errors
/// [`IdentityError::WeakPassword`]
pub fn check_password_rules(password: &str) -> Result<(), IdentityError> {
    let kinds = [
        password.chars().any(char::is_lowercase),
        password.chars().any(char::is_uppercase),
        password.chars().any(|character| character.is_ascii_digit()),
        password
            .chars()
            .any(|character| !character.is_alphanumeric()),
    ];
    let enough = kinds.into_iter().filter(|kind| *kind).count() >= 3;
    if enough && LENGTH.contains(&password.chars().count()) {
        return Ok(());
    }
    Err(IdentityError::WeakPassword)
}

/// Stores a user's password in the caller's transaction, in place of an earlier one, and ends the user's sessions.
/// With `must_change` the user can only sign in to choose a new one.
pub fn store_password(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
    hash: &PasswordHash,
    must_change: bool,
    now: i64,
) -> Result<(), DatabaseError> {
    sql::put_password(transaction, tenant_id, user_id, hash, must_change, now)?;
    sql::delete_user_grants(transaction, tenant_id, user_id)
}

/// Appends a new user's password to rows of [`PASSWORD_TABLE`](crate::PASSWORD_TABLE), for creation in bulk.
pub fn push_password(
    rows: &mut Rows,
    tenant_id: Uuid,
    user_id: Uuid,
    hash: &PasswordHash,
    must_change: bool,
    now: i64,
) -> Result<(), DatabaseError> {
    sql::push_password(rows, tenant_id, user_id, hash, must_change, now)
}

/// Removes a user's password and sessions in the caller's transaction, as purging a user demands.
pub fn delete_password(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
) -> Result<(), DatabaseError> {
    sql::delete_password_row(transaction, tenant_id, user_id)?;
    sql::delete_user_grants(transaction, tenant_id, user_id)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_hash_matches_its_password_only_and_prints_nothing() {
        let environment = Environment::new(Arc::new(|| 0));
        let hash = PasswordHash::new("Correct-Horse-1", &environment).unwrap();
        assert!(hash.stored().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hash.matches("Correct-Horse-1"));
        assert!(!hash.matches("correct-horse-1"));
        assert!(!hash.matches(&"x".repeat(257)));
        assert!(!PasswordHash::from_stored("damaged").matches(""));
        assert_ne!(
            hash,
            PasswordHash::new("Correct-Horse-1", &environment).unwrap()
        );
        assert_eq!(format!("{hash:?}"), "[password hash]");
    }

    #[test]
    fn nobody_has_a_hash_of_the_same_cost() {
        let environment = Environment::new(Arc::new(|| 0));
        let nobody = PasswordHash::of_nobody(&environment).unwrap();
        assert!(
            nobody
                .stored()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        // Not a damaged hash, which would be refused at once: the password was hashed and compared.
        let judged = hasher().unwrap().verify_password(
            b"Correct-Horse-1",
            &PhcString::new(nobody.stored()).unwrap(),
        );
        assert_eq!(judged, Err(argon2::password_hash::Error::Password));
    }

    #[test]
    fn the_rules_want_length_and_three_kinds() {
        for good in ["Abcdefg1", "abcdef1!", "ABCDEF1!", "Abcdefg!", "Ünïcode1"] {
            assert!(check_password_rules(good).is_ok(), "{good}");
        }
        for bad in [
            "Abcde1!",
            "abcdefgh",
            "Abcdefgh",
            "abcdefg1",
            &"Aa1!".repeat(65),
        ] {
            assert!(check_password_rules(bad).is_err(), "{bad}");
        }
    }
}
