//! Applications: programs that call the API in their own name.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::{access::Permission, codec, time::Timestamp};

/// A registered application together with its service principal in the tenant. Its secrets are not here.
///
/// Graph registers an application and makes its service principal in two steps: in between the application is
/// dormant (decision 0012).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Application {
    /// The application's object id.
    #[cbor(n(0), with = "codec::guid")]
    pub id: Uuid,
    /// Graph's `appId`, OAuth's `client_id`.
    #[cbor(n(1), with = "codec::guid")]
    pub client_id: Uuid,
    /// The object id of the service principal, the subject of its tokens; settled before there is one.
    #[cbor(n(2), with = "codec::guid")]
    pub service_principal_id: Uuid,
    /// Graph's `displayName`.
    #[n(3)]
    pub display_name: String,
    /// Application permissions that an administrator granted.
    #[n(4)]
    pub permissions: BTreeSet<Permission>,
    /// Whether it can keep no secret and acts for users only.
    #[n(5)]
    pub public_client: bool,
    /// Where sign-in may return to.
    #[n(6)]
    pub redirect_uris: Vec<String>,
    /// When it was registered.
    #[n(7)]
    pub created: Timestamp,
    /// Whether it has no service principal: nobody gets a token as it or through it.
    #[cbor(n(8), default)]
    pub dormant: bool,
    /// Further properties by Graph's names, each as JSON. They are kept for clients and mean nothing here.
    #[cbor(n(9), default)]
    pub properties: BTreeMap<String, String>,
    /// Users and service principals who own it, in the order in which they came. Those who were deleted stay, since
    /// a user who is restored owns it again.
    #[cbor(n(10), with = "codec::guids", default)]
    pub owners: Vec<Uuid>,
}

/// How an application shall change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationPatch {
    /// Its new name.
    pub display_name: Option<String>,
    /// Whether it can keep no secret.
    pub public_client: Option<bool>,
    /// Where sign-in may return to; all of them.
    pub redirect_uris: Option<Vec<String>>,
    /// Whether it shall have no service principal. One that loses it loses its permissions and roles too.
    pub dormant: Option<bool>,
    /// Further properties, each as JSON or gone.
    pub properties: BTreeMap<String, Option<String>>,
    /// Users and service principals who shall own it too.
    pub add_owners: Vec<Uuid>,
    /// Owners who shall go.
    pub remove_owners: Vec<Uuid>,
}

impl Application {
    /// All ids that name it; nothing else in its tenant has one of them.
    pub const fn ids(&self) -> [Uuid; 3] {
        [self.id, self.client_id, self.service_principal_id]
    }
}
