//! Decisions about groups: what they are, who is in them (licensing.md 1.4, 2.5, 3.1, 3.7).

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    Context, Outcome, Plan, bulk::all_members, consequences::Work, users::RECYCLE_BIN_DAYS,
};
use crate::{
    assignment::Retry,
    event::{Event, UserSet},
    group::{Group, GroupDefinition, GroupOrdinal, GroupPatch, GroupState, NewGroup, rule::Rule},
    rejection::Rejection,
    state::Bits,
    tenant::Tenant,
    user::{UserOrdinal, UserView},
};

/// Role-assignable groups that a tenant can have (licensing.md 3.11).
pub const MAX_ROLE_ASSIGNABLE: u32 = 500;
/// Dynamic groups that a tenant can have (licensing.md 3.11).
pub const MAX_DYNAMIC: u32 = 15_000;
/// Owners that a group can have.
pub const MAX_OWNERS: u32 = 100;
const MAX_DISPLAY_NAME: usize = 256;
const MAX_DESCRIPTION: usize = 1_024;
const MAX_NICKNAME: usize = 64;

pub fn create(
    tenant: &Tenant,
    new: &NewGroup,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    let mut definition = new.definition.clone();
    if definition.mail_enabled && definition.mail.is_none() {
        let domain = tenant.default_domain();
        definition.mail = Some(format!("{}@{domain}", definition.mail_nickname));
    }
    check_definition(tenant, &definition, None, context.is_system)?;
    let id = new.id.unwrap_or_else(|| (context.new_id)());
    let is_taken = tenant.users().has_id(id)
        || tenant.groups().has_id(id)
        || tenant
            .applications()
            .values()
            .any(|known| known.ids().contains(&id));
    if is_taken {
        return Err(Rejection::IdTaken { id });
    }
    let group = GroupOrdinal(u32::try_from(tenant.groups().len()).unwrap_or(u32::MAX));
    let mut work = Work::new(tenant, context);
    work.record(Event::GroupCreated {
        group,
        id,
        at: context.now,
        definition,
    });
    add_owners(&mut work, group, &new.owners)?;
    add(&mut work, group, &new.members)?;
    Ok(Plan {
        outcome: Outcome::Group(group),
        ..Plan::from(work.finish())
    })
}

pub fn update(
    tenant: &Tenant,
    id: Uuid,
    patch: &GroupPatch,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let (ordinal, group) = find(tenant, id)?;
    let before = GroupDefinition::clone(&group.definition);
    let after = patched(&before, patch);
    if patch.mail.is_some() && !context.is_system {
        return Err(Rejection::ReadOnlyProperty { name: "mail" });
    }
    check_definition(tenant, &after, Some(ordinal), context.is_system)?;
    if !after.security_enabled && !group.licenses.is_empty() {
        return Err(Rejection::GroupNotLicensable {
            group: before.display_name,
            reason: "it has licenses, and only security groups can have them; remove the licenses first",
        });
    }
    let mut work = Work::new(tenant, context);
    if after.is_dynamic() && !before.is_dynamic() {
        for member in &group.subgroups {
            record_subgroup(&mut work, ordinal, *member, false);
        }
    }
    if before != after {
        work.record(Event::GroupUpdated {
            group: ordinal,
            before,
            after,
        });
    }
    add_owners(&mut work, ordinal, &patch.add_owners)?;
    add(&mut work, ordinal, &patch.add_members)?;
    Ok(Plan {
        outcome: Outcome::Group(ordinal),
        ..Plan::from(work.finish())
    })
}

fn patched(before: &GroupDefinition, patch: &GroupPatch) -> GroupDefinition {
    let mut after = before.clone();
    if let Some(name) = &patch.display_name {
        after.display_name.clone_from(name);
    }
    if let Some(description) = &patch.description {
        after.description.clone_from(description);
    }
    if let Some(nickname) = &patch.mail_nickname {
        after.mail_nickname.clone_from(nickname);
    }
    if let Some(mail) = &patch.mail {
        after.mail.clone_from(mail);
    }
    if let Some(visibility) = &patch.visibility {
        after.visibility.clone_from(visibility);
    }
    if let Some(rule) = &patch.rule {
        after.rule.clone_from(rule);
    }
    after.mail_enabled = patch.mail_enabled.unwrap_or(after.mail_enabled);
    after.security_enabled = patch.security_enabled.unwrap_or(after.security_enabled);
    after.unified = patch.unified.unwrap_or(after.unified);
    after.rule_paused = patch.rule_paused.unwrap_or(after.rule_paused) && after.is_dynamic();
    after.priority = patch.priority.unwrap_or(after.priority);
    for (name, value) in &patch.other {
        match value {
            Some(value) => after.other.insert(name.clone(), value.clone()),
            None => after.other.remove(name),
        };
    }
    after
}

/// Judges what a group shall be. `group` is absent for a new one.
pub fn check_definition(
    tenant: &Tenant,
    definition: &GroupDefinition,
    group: Option<GroupOrdinal>,
    is_system: bool,
) -> Result<(), Rejection> {
    check_text(
        "displayName",
        &definition.display_name,
        MAX_DISPLAY_NAME,
        true,
    )?;
    check_text(
        "mailNickname",
        &definition.mail_nickname,
        MAX_NICKNAME,
        true,
    )?;
    let description = definition.description.as_deref().unwrap_or_default();
    check_text("description", description, MAX_DESCRIPTION, false)?;
    let texts = definition.mail.iter().chain(definition.other.values());
    if texts
        .chain(&definition.rule)
        .any(|text| crate::user::has_control_characters(text))
    {
        return Err(Rejection::InvalidGroupProperty {
            name: "group",
            reason: "a text has a control character; leave it out",
        });
    }
    let is_forbidden =
        |letter: char| !letter.is_ascii_graphic() || "@()\\[]\";:<>,".contains(letter);
    if definition.mail_nickname.contains(is_forbidden) {
        return Err(Rejection::InvalidGroupProperty {
            name: "mailNickname",
            reason: "it may have ASCII letters, digits and signs, but no space and none of @ ( ) \\ [ ] \" ; : < > ,",
        });
    }
    let taken = tenant
        .groups()
        .find_mail_nickname(&definition.mail_nickname)
        .is_some_and(|(other, _)| Some(other) != group);
    if taken {
        return Err(Rejection::MailNicknameTaken {
            mail_nickname: definition.mail_nickname.clone(),
        });
    }
    check_kind(definition, is_system)?;
    if let Some(rule) = &definition.rule {
        Rule::parse(rule).map_err(|error| Rejection::InvalidRule { error })?;
    }
    check_limits(tenant, definition, group)
}

fn check_text(
    name: &'static str,
    text: &str,
    max_length: usize,
    is_required: bool,
) -> Result<(), Rejection> {
    if is_required && text.trim().is_empty() {
        return Err(Rejection::RequiredPropertyMissing { name });
    }
    if text.chars().count() > max_length {
        return Err(Rejection::PropertyTooLong { name, max_length });
    }
    if crate::user::has_control_characters(text) {
        return Err(Rejection::InvalidProperty { name });
    }
    Ok(())
}

fn check_kind(definition: &GroupDefinition, is_system: bool) -> Result<(), Rejection> {
    let wrong = |name, reason| Err(Rejection::InvalidGroupProperty { name, reason });
    if definition.unified && !definition.mail_enabled {
        return wrong(
            "mailEnabled",
            "a Microsoft 365 group (groupTypes with Unified) has mailEnabled true",
        );
    }
    if !definition.unified && definition.mail_enabled && !is_system {
        return wrong(
            "mailEnabled",
            "mail-enabled security groups and distribution lists come from synchronization; create a security group or a Microsoft 365 group",
        );
    }
    if !definition.unified && !definition.security_enabled && !definition.mail_enabled {
        return wrong(
            "securityEnabled",
            "a group that is not a Microsoft 365 group has securityEnabled true",
        );
    }
    if definition.role_assignable && (!definition.security_enabled || definition.is_dynamic()) {
        return wrong(
            "isAssignableToRole",
            "a role-assignable group has securityEnabled true and no membership rule",
        );
    }
    if let Some(visibility) = &definition.visibility
        && !["Private", "Public", "HiddenMembership"].contains(&visibility.as_str())
    {
        return wrong(
            "visibility",
            "it is one of Private, Public and HiddenMembership",
        );
    }
    Ok(())
}

fn check_limits(
    tenant: &Tenant,
    definition: &GroupDefinition,
    group: Option<GroupOrdinal>,
) -> Result<(), Rejection> {
    let others = |counts: fn(&GroupDefinition) -> bool| {
        tenant
            .groups()
            .iter()
            .filter(|(other, stored)| {
                Some(*other) != group && stored.is_live() && counts(&stored.definition)
            })
            .count()
    };
    if definition.role_assignable
        && others(|other| other.role_assignable) >= MAX_ROLE_ASSIGNABLE as usize
    {
        return Err(Rejection::LimitReached {
            what: "role-assignable groups",
            limit: MAX_ROLE_ASSIGNABLE,
        });
    }
    if definition.is_dynamic() && others(GroupDefinition::is_dynamic) >= MAX_DYNAMIC as usize {
        return Err(Rejection::LimitReached {
            what: "dynamic groups",
            limit: MAX_DYNAMIC,
        });
    }
    Ok(())
}

pub fn find(tenant: &Tenant, id: Uuid) -> Result<(GroupOrdinal, &Group), Rejection> {
    tenant.find_group(id).ok_or(Rejection::GroupNotFound { id })
}

/// A group with licenses cannot be deleted (licensing.md 0, rule 9); a Microsoft 365 group goes to the recycle bin.
pub fn delete(tenant: &Tenant, id: Uuid, context: &Context<'_>) -> Result<Plan, Rejection> {
    let (ordinal, group) = find(tenant, id)?;
    if !group.licenses.is_empty() {
        return Err(Rejection::GroupHasLicenses {
            group: group.definition.display_name.clone(),
        });
    }
    let mut work = Work::new(tenant, context);
    if work.gives_licenses(ordinal) {
        retry_nested(&mut work, ordinal);
    }
    work.record(if group.definition.unified {
        Event::GroupDeleted {
            group: ordinal,
            at: context.now,
        }
    } else {
        Event::GroupPurged { group: ordinal }
    });
    Ok(work.finish().into())
}

fn find_deleted(tenant: &Tenant, id: Uuid) -> Result<(GroupOrdinal, &Group), Rejection> {
    tenant
        .groups()
        .find_id(id)
        .filter(|(_, group)| group.state() == GroupState::Deleted)
        .ok_or(Rejection::DeletedGroupNotFound { id })
}

pub fn restore(tenant: &Tenant, id: Uuid, context: &Context<'_>) -> Result<Plan, Rejection> {
    let (ordinal, group) = find_deleted(tenant, id)?;
    let nickname = &group.definition.mail_nickname;
    if tenant.groups().find_mail_nickname(nickname).is_some() {
        return Err(Rejection::MailNicknameTaken {
            mail_nickname: nickname.clone(),
        });
    }
    let mut work = Work::new(tenant, context);
    work.record(Event::GroupRestored {
        group: ordinal,
        deleted: group.deleted.unwrap_or_default(),
    });
    if work.gives_licenses(ordinal) {
        retry_nested(&mut work, ordinal);
    }
    Ok(Plan {
        outcome: Outcome::Group(ordinal),
        ..Plan::from(work.finish())
    })
}

pub fn purge(tenant: &Tenant, id: Uuid) -> Result<Plan, Rejection> {
    let (group, _) = find_deleted(tenant, id)?;
    Ok(Plan::of(vec![Event::GroupPurged { group }]))
}

/// Groups whose time in the recycle bin is over.
pub fn due(work: &mut Work<'_>) {
    let over: Vec<GroupOrdinal> = work
        .state
        .groups()
        .iter()
        .filter(|(_, group)| group.state() == GroupState::Deleted)
        .filter(|(_, group)| {
            group
                .deleted
                .is_some_and(|deleted| deleted.plus_days(RECYCLE_BIN_DAYS) <= work.now)
        })
        .map(|(ordinal, _)| ordinal)
        .collect();
    for group in over {
        work.record(Event::GroupPurged { group });
    }
}

pub fn add_members(
    tenant: &Tenant,
    id: Uuid,
    members: &[Uuid],
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let (group, _) = find(tenant, id)?;
    let mut work = Work::new(tenant, context);
    add(&mut work, group, members)?;
    Ok(work.finish().into())
}

/// A member as the directory knows it.
enum Member {
    User(UserOrdinal),
    Group(GroupOrdinal),
}

fn resolve(tenant: &Tenant, id: Uuid) -> Result<Member, Rejection> {
    if let Some(user) = tenant.users().find_id(id).filter(UserView::is_live) {
        return Ok(Member::User(user.ordinal));
    }
    tenant
        .find_group(id)
        .map(|(group, _)| Member::Group(group))
        .ok_or(Rejection::MemberNotFound { id })
}

/// Adds members, all or none.
fn add(work: &mut Work<'_>, ordinal: GroupOrdinal, members: &[Uuid]) -> Result<(), Rejection> {
    if members.is_empty() {
        return Ok(());
    }
    let Some(group) = work.state.groups().get(ordinal).cloned() else {
        return Ok(());
    };
    refuse_dynamic(&group)?;
    let exists = |id| Rejection::MemberExists {
        id,
        list: "members",
    };
    let mut users = Bits::default();
    let mut subgroups = BTreeSet::new();
    for id in members {
        match resolve(&work.state, *id)? {
            Member::User(user) => {
                if group.members.contains(user.0) || !users.insert(user.0) {
                    return Err(exists(*id));
                }
            }
            Member::Group(member) => {
                check_subgroup(work, ordinal, &group, member, *id)?;
                if group.subgroups.contains(&member) || !subgroups.insert(member) {
                    return Err(exists(*id));
                }
            }
        }
    }
    for member in subgroups {
        record_subgroup(work, ordinal, member, true);
    }
    if !users.is_empty() {
        let (users, at) = (UserSet::of(&users), work.now);
        work.record(Event::MembersAdded {
            group: ordinal,
            users,
            at,
        });
    }
    Ok(())
}

fn refuse_dynamic(group: &Group) -> Result<(), Rejection> {
    if group.definition.is_dynamic() {
        return Err(Rejection::MembersFollowRule {
            group: group.definition.display_name.clone(),
        });
    }
    Ok(())
}

pub fn check_subgroup(
    work: &Work<'_>,
    ordinal: GroupOrdinal,
    group: &Group,
    member: GroupOrdinal,
    id: Uuid,
) -> Result<(), Rejection> {
    let refuse = |reason| Err(Rejection::GroupCannotBeMember { id, reason });
    if member == ordinal {
        return refuse("a group cannot be a member of itself");
    }
    if group.definition.unified {
        return refuse("a Microsoft 365 group has users as members, not groups");
    }
    if group.definition.role_assignable {
        return refuse("a role-assignable group has users as members, not groups");
    }
    let is_unified = work
        .state
        .groups()
        .get(member)
        .is_some_and(|member| member.definition.unified);
    if is_unified {
        return refuse("a Microsoft 365 group cannot be a member of another group");
    }
    Ok(())
}

pub fn record_subgroup(
    work: &mut Work<'_>,
    group: GroupOrdinal,
    member: GroupOrdinal,
    joins: bool,
) {
    if work.gives_licenses(group) {
        retry_nested(work, member);
    }
    work.record(if joins {
        Event::SubgroupAdded { group, member }
    } else {
        Event::SubgroupRemoved { group, member }
    });
}

/// Where groups nest, everybody in a group may gain or lose by where it is.
pub fn retry_nested(work: &mut Work<'_>, group: GroupOrdinal) {
    if work.state.policy().nests() {
        for user in all_members(&work.state, group).iter() {
            work.retry(UserOrdinal(user), Retry::All);
        }
    }
}

pub fn remove_members(
    tenant: &Tenant,
    id: Uuid,
    members: &[Uuid],
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let (ordinal, group) = find(tenant, id)?;
    let missing = |id| Rejection::NotMember {
        id,
        list: "members",
    };
    refuse_dynamic(group)?;
    let mut users = Bits::default();
    let mut subgroups = BTreeSet::new();
    for id in members {
        match resolve(tenant, *id).map_err(|_| missing(*id))? {
            Member::User(user) if group.members.contains(user.0) => {
                users.insert(user.0);
            }
            Member::Group(member) if group.subgroups.contains(&member) => {
                subgroups.insert(member);
            }
            _ => return Err(missing(*id)),
        }
    }
    let mut work = Work::new(tenant, context);
    for member in subgroups {
        record_subgroup(&mut work, ordinal, member, false);
    }
    if !users.is_empty() {
        work.record(Event::MembersRemoved {
            group: ordinal,
            users: UserSet::of(&users),
            at: context.now,
        });
    }
    Ok(work.finish().into())
}

fn add_owners(work: &mut Work<'_>, group: GroupOrdinal, owners: &[Uuid]) -> Result<(), Rejection> {
    for id in owners {
        let user = work.state.users().find_id(*id);
        let user = user
            .filter(UserView::is_live)
            .ok_or(Rejection::MemberNotFound { id: *id })?
            .ordinal;
        let known = work.state.groups().get(group).map(|group| &group.owners);
        if known.is_some_and(|owners| owners.contains(&user)) {
            return Err(Rejection::MemberExists {
                id: *id,
                list: "owners",
            });
        }
        if known.is_some_and(|owners| owners.len() >= MAX_OWNERS as usize) {
            return Err(Rejection::LimitReached {
                what: "owners of a group",
                limit: MAX_OWNERS,
            });
        }
        work.record(Event::OwnerAdded { group, user });
    }
    Ok(())
}

pub fn add_owner(
    tenant: &Tenant,
    id: Uuid,
    user: Uuid,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let (group, _) = find(tenant, id)?;
    let mut work = Work::new(tenant, context);
    add_owners(&mut work, group, &[user])?;
    Ok(work.finish().into())
}

/// The last owner of a Microsoft 365 group cannot go.
pub fn remove_owner(tenant: &Tenant, id: Uuid, user: Uuid) -> Result<Plan, Rejection> {
    let (ordinal, group) = find(tenant, id)?;
    let missing = Rejection::NotMember {
        id: user,
        list: "owners",
    };
    let owner = tenant
        .users()
        .find_id(user)
        .map(|user| user.ordinal)
        .filter(|owner| group.owners.contains(owner))
        .ok_or(missing)?;
    if group.definition.unified && group.owners.len() == 1 {
        return Err(Rejection::InvalidGroupProperty {
            name: "owners",
            reason: "the last owner of a Microsoft 365 group cannot be removed; add another owner first",
        });
    }
    Ok(Plan::of(vec![Event::OwnerRemoved {
        group: ordinal,
        user: owner,
    }]))
}
