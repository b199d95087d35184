//! The audit log, and what Graph has no path for.

use axum::http::Method;
use zetel_domain::access::Action;

use super::{Route, change, get, recall};
use crate::graph::{
    handlers::{
        assignment, audits,
        zetel::{
            approvals, bulk, changes, devices, explanation, forecast, policy, user_history,
            waiting_list,
        },
    },
    query::QueryOption::{self, Filter, SkipToken, Top},
};

const PAGES: &[QueryOption] = &[Top, SkipToken];

pub(super) const ROUTES: &[Route] = &[
    recall(
        "/auditLogs/directoryAudits",
        |call| Box::pin(audits::list(call)),
        Action::ReadHistory,
        &[Top, SkipToken, Filter],
        "List audit records, the newest first.",
    ),
    recall(
        "/auditLogs/directoryAudits/{id}",
        |call| Box::pin(audits::get(call)),
        Action::ReadHistory,
        &[],
        "Get an audit record.",
    ),
    change(
        Method::POST,
        "/groups/{id}/reprocessLicenseAssignment",
        |call| Box::pin(assignment::reprocess_group(call)),
        Action::AssignGroupLicenses,
        "Decide a group's licenses again for all its members; our own.",
    ),
    get(
        "/zetel/licensingPolicy",
        policy::get,
        Action::ReadOrganization,
        &[],
        "Get the licensing policy; our own, as all that follow.",
    ),
    change(
        Method::PATCH,
        "/zetel/licensingPolicy",
        |call| Box::pin(policy::update(call)),
        Action::ManagePolicy,
        "Change the licensing policy.",
    ),
    recall(
        "/zetel/changes",
        |call| Box::pin(changes::list(call)),
        Action::ReadHistory,
        PAGES,
        "List changes, the newest first.",
    ),
    recall(
        "/zetel/changes/{generation}",
        |call| Box::pin(changes::get(call)),
        Action::ReadHistory,
        &[],
        "Get a change.",
    ),
    change(
        Method::POST,
        "/zetel/changes/{generation}/undo",
        |call| Box::pin(changes::undo(call)),
        Action::RevertChanges,
        "Undo a change; needs the right to change what it changed, too.",
    ),
    change(
        Method::POST,
        "/zetel/restoreLicenses",
        |call| Box::pin(changes::restore(call)),
        Action::RevertChanges,
        "Put licenses back as they were at a time; needs the right to assign them, too.",
    ),
    change(
        Method::POST,
        "/zetel/swapLicense",
        |call| Box::pin(bulk::swap(call)),
        Action::AssignLicenses,
        "Give one product instead of another, per user whole or not at all.",
    ),
    change(
        Method::POST,
        "/zetel/migrateToGroups",
        |call| Box::pin(bulk::migrate(call)),
        Action::AssignLicenses,
        "Remove direct licenses that a group gives as well.",
    ),
    change(
        Method::POST,
        "/zetel/bulkAssignLicense",
        |call| Box::pin(bulk::assign(call)),
        Action::AssignLicenses,
        "Change many users' direct licenses alike; each user succeeds or fails alone.",
    ),
    change(
        Method::POST,
        "/zetel/removeMembers",
        |call| Box::pin(bulk::remove_members(call)),
        Action::WriteGroupMembers,
        "Remove many members from a group as one change.",
    ),
    change(
        Method::POST,
        "/zetel/approvals",
        |call| Box::pin(approvals::approve(call)),
        Action::RevertChanges,
        "Approve somebody else's change that the guard stopped.",
    ),
    get(
        "/zetel/waitingList",
        waiting_list::list,
        Action::ListUsers,
        PAGES,
        "List users who wait for a seat of the product `skuId`, in the order in which they get one.",
    ),
    get(
        "/zetel/users/{id | userPrincipalName}/explanation",
        explanation::get,
        Action::ReadUser,
        &[],
        "Explain what a user has and has not, or one product (`skuId`) or service plan (`servicePlanId`).",
    ),
    get(
        "/zetel/deviceSettings",
        devices::settings,
        Action::ReadDeviceSettings,
        &[],
        "Get all settings of devices.",
    ),
    change(
        Method::PATCH,
        "/zetel/deviceSettings",
        |call| Box::pin(devices::update_settings(call)),
        Action::ManageDeviceSettings,
        "Change the settings of devices.",
    ),
    get(
        "/zetel/deviceStatus",
        devices::status,
        Action::ReadDeviceSettings,
        &[],
        "Get the tenant's status: licenses, devices, and who can really enroll one.",
    ),
    get(
        "/zetel/enrollmentManagers",
        devices::managers,
        Action::ReadDeviceSettings,
        &[],
        "List device enrollment managers.",
    ),
    change(
        Method::POST,
        "/zetel/enrollmentManagers",
        |call| Box::pin(devices::add_manager(call)),
        Action::ManageDeviceSettings,
        "Make a user a device enrollment manager.",
    ),
    change(
        Method::DELETE,
        "/zetel/enrollmentManagers/{user}",
        |call| Box::pin(devices::remove_manager(call)),
        Action::ManageDeviceSettings,
        "Make a user a device enrollment manager no longer; devices stay.",
    ),
    get(
        "/zetel/users/{id | userPrincipalName}/deviceForecast",
        forecast::get,
        Action::ReadDevices,
        &[],
        "Tell what becomes of a user's devices when the license goes, with dates.",
    ),
    recall(
        "/zetel/users/{id | userPrincipalName}/history",
        |call| Box::pin(user_history::history(call)),
        Action::ReadHistory,
        PAGES,
        "List everything that happened to a user, the newest first.",
    ),
    recall(
        "/zetel/users/{id | userPrincipalName}/licenses",
        |call| Box::pin(user_history::licenses(call)),
        Action::ReadHistory,
        &[],
        "Get a user's licenses as they were at a time (`at`).",
    ),
];
