//! Writing entities: each property's value from the tenant's state.

pub(crate) mod application;
pub(crate) mod credential;
pub(crate) mod device_management;
pub(crate) mod directory_device;
pub(crate) mod domain;
pub(crate) mod group;
pub(crate) mod license;
pub(crate) mod managed_device;
pub(crate) mod object;
pub(crate) mod organization;
pub(crate) mod product;
pub(crate) mod role;
pub(crate) mod service_principal;
pub(crate) mod strip;
pub(crate) mod user;
