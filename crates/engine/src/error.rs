//! What can go wrong with a request to a tenant.

use zetel_domain::{
    Rejection,
    access::{Action, Denial},
};
use zetel_store::{AppendError, sql::DatabaseError};

/// Why a request was not carried out. Nothing was changed, except where [`EngineError::Unavailable`] says otherwise.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// No such tenant.
    #[error("the tenant does not exist")]
    TenantNotFound,
    /// The caller was removed, deleted or disabled.
    #[error("the caller no longer exists or is disabled")]
    UnknownCaller,
    /// The caller lacks the rights.
    #[error("the caller may not do this ({0:?})")]
    Forbidden(Action),
    /// The caller has the rights, but no license for device management, which administrators of the tenant need.
    #[error("administrators need a license for device management")]
    UnlicensedAdministrator,
    /// A rule refuses it.
    #[error("refused: {0}")]
    Rejected(Rejection),
    /// Too many commands are waiting.
    #[error("too many commands are waiting for this tenant")]
    Overloaded,
    /// The storage failed; the text is for the log, not for clients.
    #[error("the storage failed: {0}")]
    Unavailable(String),
}

impl From<Denial> for EngineError {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::UnknownCaller => Self::UnknownCaller,
            Denial::Forbidden(action) => Self::Forbidden(action),
            Denial::UnlicensedAdministrator => Self::UnlicensedAdministrator,
        }
    }
}

impl From<DatabaseError> for EngineError {
    fn from(error: DatabaseError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<AppendError> for EngineError {
    fn from(error: AppendError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
