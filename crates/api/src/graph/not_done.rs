//! What a command left undone, and why: users of a bulk command who failed, what could not be put back.

use std::borrow::Cow;

use zetel_domain::{
    Command, Outcome, Rejection, Tenant,
    command::SwapScope,
    decide::{KeptDirect, Remainder, RemainderReason},
    group::GroupOrdinal,
    user::{UserKey, UserOrdinal},
};

use super::{
    error::GraphError,
    json,
    people::{listed, plan_name, product_name, write_group, write_key, write_user},
};

/// The users of a command whose outcome names them by their place.
pub(crate) fn keys_of(command: &Command) -> &[UserKey] {
    match command {
        Command::AssignLicensesInBulk { users, .. }
        | Command::SwapProduct {
            scope: SwapScope::Users(users),
            ..
        } => users,
        _ => &[],
    }
}

/// Appends `,"notDone":[{user?, group?, reason}]`. `keys` are the users whom the outcome names by their place.
pub(crate) fn write(out: &mut Vec<u8>, tenant: &Tenant, outcome: &Outcome, keys: &[UserKey]) {
    json::key(out, "notDone");
    match outcome {
        Outcome::Bulk(refused) => json::array(out, refused, |out, (place, rejection)| {
            let whom = keys.get(*place).map_or(Whom::Nobody, Whom::Key);
            write_one(out, tenant, whom, None, &text(rejection));
        }),
        Outcome::Migrated(kept) => json::array(out, kept, |out, kept| {
            let whom = Whom::User(kept.user);
            write_one(out, tenant, whom, None, &reason_to_keep(tenant, kept));
        }),
        Outcome::Reverted(remainders) => json::array(out, remainders, |out, remainder| {
            let whom = remainder.user.map_or(Whom::Nobody, Whom::User);
            let reason = reason_to_remain(remainder);
            write_one(out, tenant, whom, remainder.group, &reason);
        }),
        _ => out.extend_from_slice(b"[]"),
    }
}

/// A user of whom something was left undone.
#[derive(Clone, Copy)]
enum Whom<'a> {
    Nobody,
    User(UserOrdinal),
    Key(&'a UserKey),
}

fn write_one(
    out: &mut Vec<u8>,
    tenant: &Tenant,
    whom: Whom<'_>,
    group: Option<GroupOrdinal>,
    reason: &str,
) {
    json::object(out, |out| {
        match whom {
            Whom::Nobody => {}
            Whom::User(user) => {
                json::key(out, "user");
                write_user(out, tenant, user);
            }
            Whom::Key(key) => {
                json::key(out, "user");
                write_key(out, tenant, key);
            }
        }
        if let Some(group) = group {
            json::key(out, "group");
            write_group(out, tenant, group);
        }
        json::key(out, "reason");
        json::string(out, reason);
    });
}

fn text(rejection: &Rejection) -> Cow<'static, str> {
    GraphError::from(rejection).message
}

fn reason_to_keep(tenant: &Tenant, kept: &KeptDirect) -> String {
    let name = product_name(tenant, kept.product);
    if let Some(rejection) = &kept.refused {
        return format!("{name} stays assigned directly. {}", text(rejection));
    }
    let lost = kept.lost_plans.iter().map(|id| plan_name(tenant, *id));
    format!(
        "{name} stays assigned directly, since no group gives {}. Switch that on in the group, or send \"acceptLostPlans\": true to remove it nevertheless.",
        listed(lost)
    )
}

fn reason_to_remain(remainder: &Remainder) -> Cow<'static, str> {
    match &remainder.reason {
        RemainderReason::ChangedSince => {
            "It was changed again since, and the later change stays.".into()
        }
        RemainderReason::Gone => "It no longer exists.".into(),
        RemainderReason::Refused(rejection) => text(rejection),
        RemainderReason::NotReversible(what) => (*what).into(),
    }
}
