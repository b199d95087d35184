//! The pages, a folder or file for each part of the navigation.

pub(crate) mod assignments;
pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod devices;
pub(crate) mod groups;
pub(crate) mod home;
pub(crate) mod licenses;
pub(crate) mod preferences;
pub(crate) mod restore;
pub(crate) mod settings;
pub(crate) mod subscriptions;
pub(crate) mod users;
