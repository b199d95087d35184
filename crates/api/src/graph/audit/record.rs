//! One audit record as JSON (Graph's `directoryAudit`).

use zetel_domain::{Event, Tenant, group::GroupOrdinal, user::UserOrdinal};

use super::{
    LICENSING_APPLICATION,
    entries::{LicenseKind, Record, Subject},
    license::LicenseChange,
    modified::{self, Modified},
    target::{Target, membership},
};
use crate::graph::{
    actor::Actor,
    json,
    people::{group_name, user_name},
};

/// A target with what changed of it.
type Changed = (Target, Vec<Modified>);

impl Record<'_, '_> {
    /// Appends the members of the record, a comma before each.
    pub fn write(&self, out: &mut Vec<u8>, tenant: &Tenant) {
        let (change, activity) = (self.change, self.entry.activity);
        let (targets, failure) = self.targets(tenant);
        json::key(out, "id");
        json::string(out, &self.id());
        json::key(out, "category");
        json::string(out, activity.category());
        json::key(out, "correlationId");
        json::guid(out, change.request_id);
        json::key(out, "result");
        json::string(
            out,
            if failure.is_some() {
                "failure"
            } else {
                "success"
            },
        );
        json::key(out, "resultReason");
        json::string(out, failure.as_deref().unwrap_or_default());
        json::key(out, "activityDisplayName");
        json::string(out, activity.name());
        json::key(out, "activityDateTime");
        json::timestamp(out, change.at);
        json::key(out, "loggedByService");
        json::string(out, "Core Directory");
        json::key(out, "operationType");
        json::string(out, activity.operation());
        json::key(out, "initiatedBy");
        self.write_initiator(out, tenant);
        json::key(out, "targetResources");
        json::array(out, targets, |out, (target, modified)| {
            target.write(out, tenant, &modified);
        });
        json::key(out, "additionalDetails");
        self.write_details(out);
    }

    /// What the record is about with what changed of it, and why it failed if it did.
    fn targets(&self, tenant: &Tenant) -> (Vec<Changed>, Option<String>) {
        match &self.entry.subject {
            Subject::Event(event) => (of_event(tenant, event), failure_of(tenant, event)),
            Subject::EachUser(event, _) => (self.of_member(tenant, event), None),
            Subject::Start(group, event) => (
                vec![(Target::Group(*group), modified::of(tenant, event))],
                None,
            ),
            Subject::Finish {
                group,
                applied,
                failed,
            } => {
                let result = format!(
                    "[Users successfully assigned licenses: {applied}, Users for whom license assignment failed: {failed}.]"
                );
                let modified = vec![Modified::new("Result", result)];
                (vec![(Target::Group(*group), modified)], None)
            }
            Subject::Licenses(kind, _) => match self.user {
                Some(user) => self.of_licenses(tenant, *kind, user),
                None => (Vec::new(), None),
            },
        }
    }

    fn of_member(&self, tenant: &Tenant, event: &Event) -> Vec<Changed> {
        let (group, is_removed) = match event {
            Event::MembersAdded { group, .. } => (*group, false),
            Event::MembersRemoved { group, .. } => (*group, true),
            _ => return Vec::new(),
        };
        of_member_of(tenant, self.user.map(Target::User), group, is_removed)
    }

    fn of_licenses(
        &self,
        tenant: &Tenant,
        kind: LicenseKind,
        user: UserOrdinal,
    ) -> (Vec<Changed>, Option<String>) {
        let change = LicenseChange::of(tenant, &self.change.events, kind, user);
        let target = (Target::User(user), vec![change.modified(tenant)]);
        let mut targets = vec![target];
        for group in change.groups() {
            let group = (Target::Group(group), Vec::new());
            if !targets.iter().any(|(target, _)| *target == group.0) {
                targets.push(group);
            }
        }
        let failed = kind == LicenseKind::Failed;
        let reason = failed.then(|| change.reason(tenant, user).unwrap_or_default());
        (targets, reason)
    }

    /// Graph's `initiatedBy`.
    fn write_initiator(&self, out: &mut Vec<u8>, tenant: &Tenant) {
        if self.entry.is_by_licensing() {
            return write_application(out, None, LICENSING_APPLICATION);
        }
        let actor = Actor::parse(&self.change.actor);
        match actor {
            Actor::User(id) => json::object(out, |out| {
                json::key(out, "app");
                json::null(out);
                json::key(out, "user");
                json::object(out, |out| {
                    let user = tenant.users().find_id(id);
                    json::key(out, "id");
                    json::guid(out, id);
                    json::key(out, "displayName");
                    json::string_or_null(out, user.map_or("", |user| user.display_name()));
                    json::key(out, "userPrincipalName");
                    json::string_or_null(out, user.map_or("", |user| user.principal_name()));
                    json::key(out, "ipAddress");
                    json::null(out);
                });
            }),
            Actor::Application(client_id) => {
                write_application(out, Some(client_id), &actor.name(tenant));
            }
            Actor::System(_) => write_application(out, None, &actor.name(tenant)),
        }
    }

    /// Which change the record is of, and for users what they were afterwards: the journal does not say which of these
    /// three changed.
    fn write_details(&self, out: &mut Vec<u8>) {
        let mut details = vec![
            ("zetelChange", self.change.generation.to_string()),
            ("zetelCommand", self.change.command.clone()),
        ];
        if let Subject::Event(
            Event::UserCreated {
                account_enabled,
                user_type,
                usage_location,
                ..
            }
            | Event::UserUpdated {
                account_enabled,
                user_type,
                usage_location,
                ..
            },
        ) = &self.entry.subject
        {
            let location = usage_location.map(|location| location.as_str().to_owned());
            details.push(("accountEnabled", account_enabled.to_string()));
            details.push(("userType", user_type.as_str().to_owned()));
            details.push(("usageLocation", location.unwrap_or_default()));
        }
        json::array(out, details, |out, (name, value)| {
            json::object(out, |out| {
                json::key(out, "key");
                json::string(out, name);
                json::key(out, "value");
                json::string(out, &value);
            });
        });
    }
}

fn write_application(out: &mut Vec<u8>, client_id: Option<uuid::Uuid>, name: &str) {
    json::object(out, |out| {
        json::key(out, "app");
        json::object(out, |out| {
            json::key(out, "appId");
            match client_id {
                Some(client_id) => json::guid(out, client_id),
                None => json::null(out),
            }
            json::key(out, "displayName");
            json::string(out, name);
            json::key(out, "servicePrincipalId");
            json::null(out);
            json::key(out, "servicePrincipalName");
            json::null(out);
        });
        json::key(out, "user");
        json::null(out);
    });
}

/// The targets of an event; what changed stands with the first.
fn of_event(tenant: &Tenant, event: &Event) -> Vec<Changed> {
    let (group, member, is_removed) = match event {
        Event::SubgroupAdded { group, member } => (*group, Target::Group(*member), false),
        Event::SubgroupRemoved { group, member } => (*group, Target::Group(*member), true),
        Event::OwnerAdded { group, user } => (*group, Target::User(*user), false),
        Event::OwnerRemoved { group, user } => (*group, Target::User(*user), true),
        _ => {
            let mut modified = Some(modified::of(tenant, event));
            return Target::of(event)
                .into_iter()
                .map(|target| (target, modified.take().unwrap_or_default()))
                .collect();
        }
    };
    of_member_of(tenant, Some(member), group, is_removed)
}

fn of_member_of(
    tenant: &Tenant,
    member: Option<Target>,
    group: GroupOrdinal,
    is_removed: bool,
) -> Vec<Changed> {
    let member = member.map(|member| (member, membership(tenant, group, is_removed)));
    member
        .into_iter()
        .chain([(Target::Group(group), Vec::new())])
        .collect()
}

fn failure_of(tenant: &Tenant, event: &Event) -> Option<String> {
    let Event::RuleOscillated { group, user } = event else {
        return None;
    };
    let user = tenant.users().view(*user);
    Some(format!(
        "The membership rule of {} puts {} into the group and out of it again and again, since the membership changes what the rule asks for. The rule was paused. Change the rule, and switch its processing on again.",
        group_name(tenant, *group),
        user.map_or_else(|| "a user".to_owned(), |user| user_name(&user))
    ))
}
