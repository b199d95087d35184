//! Commands about groups, their licenses and the licensing policy.

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    assignment::AssignmentRequest,
    command::SwapScope,
    group::{GroupDefinition, GroupPatch, GroupState, NewGroup},
    policy::{FallbackChain, Guard, Policy, Semantics},
    user::UserKey,
};

use super::{USERS, World, everybody, user_id};

/// Groups with ids that tests know.
const GROUPS: u8 = 32;

impl World {
    /// The command about groups that four bytes mean; `kind` is from 28 on.
    pub(super) fn group_command(
        &self,
        [kind, who, what, how]: [u8; 4],
        tenant: &Tenant,
    ) -> Command {
        let user = UserKey::Id(user_id(who % USERS));
        let group = group_in(tenant, GroupState::Live, who);
        match kind {
            28 | 29 => Command::CreateGroup(Self::new_group(who, what, how)),
            30 => Command::UpdateGroup {
                group,
                patch: Self::group_patch(what, how),
            },
            31 => Command::DeleteGroup { group },
            32 => Command::RestoreGroup {
                group: group_in(tenant, GroupState::Deleted, who),
            },
            33 => Command::PurgeGroup {
                group: group_in(tenant, GroupState::Deleted, who),
            },
            34..=36 => Command::AddMembers {
                group,
                members: candidates(tenant, what, how),
            },
            37 if how.is_multiple_of(3) => remove_subgroup(tenant, what),
            37 => Command::RemoveMembers {
                group,
                members: members(tenant, group, what, how),
            },
            38 if how.is_multiple_of(2) => Command::AddOwner {
                group,
                user: user_id(what % USERS),
            },
            38 => Command::RemoveOwner {
                group,
                user: owner(tenant, group, what),
            },
            39..=41 => Command::AssignGroupLicenses {
                group,
                request: self.group_request(tenant, group, what, how),
            },
            42 => Command::ReprocessGroup { group },
            43 => Command::ReprocessUser { user },
            44 | 45 => Command::ChangePolicy {
                policy: self.policy(what, how),
            },
            46 => Command::SwapProduct {
                scope: swap_scope(tenant, group, who),
                from: self.product(what),
                to: self.product(how),
                disabled_plans: Vec::new(),
            },
            47 => Command::MigrateToGroups {
                users: (!how.is_multiple_of(3)).then(|| everybody(tenant)),
                accept_lost_plans: how.is_multiple_of(2),
            },
            _ => Command::ApproveChange {
                token: format!("{:032x}", what % 4),
            },
        }
    }

    fn new_group(who: u8, what: u8, how: u8) -> NewGroup {
        let number = who % GROUPS;
        let definition = GroupDefinition {
            display_name: format!("Groep {number} \u{1f4ab}"),
            description: how.is_multiple_of(2).then(|| "Who gets what".to_owned()),
            mail_nickname: format!("group{number}"),
            security_enabled: true,
            priority: u32::from(what % 3),
            ..GroupDefinition::default()
        };
        let definition = match how % 6 {
            0 | 1 => definition,
            2 => GroupDefinition {
                unified: true,
                mail_enabled: true,
                visibility: Some("Private".to_owned()),
                ..definition
            },
            3 | 4 => GroupDefinition {
                rule: Some(Self::rule(what)),
                ..definition
            },
            _ => GroupDefinition {
                role_assignable: what.is_multiple_of(4),
                ..definition
            },
        };
        let is_dynamic = definition.is_dynamic();
        let few = |count: u8| (0..count).map(|more| user_id(what.wrapping_add(more) % USERS));
        NewGroup {
            id: (!how.is_multiple_of(3)).then(|| group_id(number)),
            definition,
            members: few(if is_dynamic { 0 } else { how % 4 }).collect(),
            owners: few(how % 2).collect(),
        }
    }

    /// A membership rule. The last one throws everybody out whom the group gives a license, and takes them in again.
    fn rule(what: u8) -> String {
        match what % 4 {
            0 => "user.accountEnabled -eq true".to_owned(),
            1 => "user.usageLocation -in [\"NL\", \"DE\"]".to_owned(),
            2 => "user.department -ne \"Department 1\"".to_owned(),
            _ => "-not (user.assignedPlans -any (assignedPlan.capabilityStatus -eq \"Enabled\"))"
                .to_owned(),
        }
    }

    fn group_patch(what: u8, how: u8) -> GroupPatch {
        let mut patch = GroupPatch::default();
        match what % 7 {
            0 => patch.display_name = Some(format!("Renamed {how}")),
            1 => patch.description = Some((!how.is_multiple_of(3)).then(|| format!("About {how}"))),
            2 => patch.mail_nickname = Some(format!("group{}", how % GROUPS)),
            3 => patch.rule = Some((!how.is_multiple_of(3)).then(|| Self::rule(how))),
            4 => patch.rule_paused = Some(how.is_multiple_of(2)),
            5 => patch.priority = Some(u32::from(how % 3)),
            _ => {
                let value = (!how.is_multiple_of(3)).then(|| format!("\"Theme {how}\""));
                patch.other.insert("theme".to_owned(), value);
            }
        }
        patch
    }

    /// Mostly something to give; sometimes something to take away, or both.
    fn group_request(&self, tenant: &Tenant, group: Uuid, what: u8, how: u8) -> AssignmentRequest {
        let mut request = self.request(what, how | 1);
        let held = tenant.find_group(group).and_then(|(_, group)| {
            let license = group
                .licenses
                .get(usize::from(what) % group.licenses.len().max(1))?;
            Some(tenant.product(license.product)?.sku_id)
        });
        match (how % 4, held) {
            (0, Some(sku_id)) => AssignmentRequest {
                add: Vec::new(),
                remove: vec![sku_id],
            },
            (1, Some(sku_id)) if request.add.iter().all(|add| add.sku_id != sku_id) => {
                request.remove.push(sku_id);
                request
            }
            (2, _) => self.request(what, 2),
            _ => request,
        }
    }

    fn policy(&self, what: u8, how: u8) -> Policy {
        let bit = |byte: u8, place: u8| byte >> place & 1 == 1;
        let chain = || FallbackChain((0..3).map(|number| self.product(number)).collect());
        Policy {
            semantics: if bit(what, 0) {
                Semantics::Extended
            } else {
                Semantics::Entra
            },
            nested_groups: bit(how, 0),
            partial_success: bit(how, 1),
            automatic_reprocessing: bit(how, 2),
            priority: bit(how, 3),
            fallback: bit(how, 4).then(chain).into_iter().collect(),
            grace_days: u16::from(how >> 5 & 1) * 20,
            no_direct_assignments: bit(how, 6) && bit(how, 7),
            new_plans_off: bit(what, 1),
            license_role_assignable_groups: bit(what, 2),
            guard: Guard {
                enabled: bit(what, 3) && bit(what, 4),
                max_users: u32::from(what >> 5) + 1,
                second_approver: bit(what, 5),
                ..Guard::default()
            },
        }
    }
}

const fn group_id(number: u8) -> Uuid {
    Uuid::from_u128(0x6000 + number as u128)
}

/// One of the groups in a state, or none at all.
pub(super) fn group_in(tenant: &Tenant, state: GroupState, who: u8) -> Uuid {
    let ids: Vec<Uuid> = tenant
        .groups()
        .iter()
        .filter(|(_, group)| group.state() == state)
        .map(|(_, group)| group.id)
        .collect();
    ids.get(usize::from(who) % ids.len().max(1))
        .copied()
        .unwrap_or_default()
}

/// Who might join a group: a user, a group, or all users.
fn candidates(tenant: &Tenant, what: u8, how: u8) -> Vec<Uuid> {
    match how % 8 {
        0 | 4 => vec![group_in(tenant, GroupState::Live, what)],
        1 => tenant.users().iter().map(|user| user.id).collect(),
        2 | 3 => vec![user_id(what % USERS), user_id(what.wrapping_add(1) % USERS)],
        _ => vec![user_id(what % USERS)],
    }
}

/// Some of a group's members.
fn members(tenant: &Tenant, group: Uuid, what: u8, how: u8) -> Vec<Uuid> {
    let Some((_, group)) = tenant.find_group(group) else {
        return vec![user_id(what % USERS)];
    };
    let count = if how.is_multiple_of(8) { 100 } else { 1 };
    let users = group.members.iter_from(u32::from(what % 4)).take(count);
    users
        .filter_map(|user| tenant.users().view(zetel_domain::user::UserOrdinal(user)))
        .map(|user| user.id)
        .collect()
}

/// Takes a group out of a group that has one.
fn remove_subgroup(tenant: &Tenant, what: u8) -> Command {
    let pairs: Vec<[Uuid; 2]> = tenant
        .groups()
        .iter()
        .filter_map(|(_, group)| {
            let member = tenant.groups().get(*group.subgroups.first()?)?;
            Some([group.id, member.id])
        })
        .collect();
    let pair = pairs.get(usize::from(what) % pairs.len().max(1));
    let [group, member] = pair.copied().unwrap_or_default();
    Command::RemoveMembers {
        group,
        members: vec![member],
    }
}

fn owner(tenant: &Tenant, group: Uuid, what: u8) -> Uuid {
    let first = tenant
        .find_group(group)
        .and_then(|(_, group)| group.owners.first().copied());
    first
        .and_then(|owner| tenant.users().view(owner))
        .map_or_else(|| user_id(what % USERS), |user| user.id)
}

fn swap_scope(tenant: &Tenant, group: Uuid, who: u8) -> SwapScope {
    match who % 3 {
        0 => SwapScope::Group(group),
        1 => SwapScope::AllUsers,
        _ => SwapScope::Users(everybody(tenant)),
    }
}
