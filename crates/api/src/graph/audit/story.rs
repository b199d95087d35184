//! Changes in sentences: what a change did to one user, and what it did on the whole.

use zetel_domain::{
    Event, Tenant,
    assignment::{Source, Verdict},
    event::Grant,
    group::GroupOrdinal,
    location::Location,
    product::ProductOrdinal,
};
use zetel_engine::Change;

use super::{
    devices,
    entries::{Entries, Entry, LicenseKind, Subject},
    modified::names_of,
    target::Target,
};
use crate::graph::people::{counted, device_name, group_name, listed, product_name, user_name};

/// What a change did to one user; its events are those that concern the user.
pub(crate) fn story(tenant: &Tenant, change: &Change) -> String {
    let sentences: Vec<String> = change
        .events
        .iter()
        .flat_map(|event| sentences(tenant, event))
        .collect();
    sentences.join(" ")
}

fn sentences(tenant: &Tenant, event: &Event) -> Vec<String> {
    let group = |group: &GroupOrdinal| group_name(tenant, *group);
    let sentence = match event {
        Event::UserCreated { .. } => "The user was created.".to_owned(),
        Event::UserUpdated {
            account_enabled,
            usage_location,
            changed,
            ..
        } => updated(
            *account_enabled,
            usage_location.as_ref().map(Location::as_str),
            changed,
        ),
        Event::UserDeleted { .. } => {
            "The user was deleted; the seats of all licenses became free.".to_owned()
        }
        Event::UserRestored { .. } => "The user was restored with all licenses.".to_owned(),
        Event::UserPurged { .. } => "The user was deleted for good.".to_owned(),
        Event::PasswordChanged { .. } => "The password was set.".to_owned(),
        Event::SessionsRevoked { .. } => "All sessions ended.".to_owned(),
        Event::MembersAdded { group: of, .. } => format!("Became a member of {}.", group(of)),
        Event::MembersRemoved { group: of, .. } => {
            format!("Is no longer a member of {}.", group(of))
        }
        Event::OwnerAdded { group: of, .. } => format!("Became an owner of {}.", group(of)),
        Event::OwnerRemoved { group: of, .. } => format!("Is no longer an owner of {}.", group(of)),
        Event::RuleOscillated { group: of, .. } => format!(
            "The membership rule of {} put the user in and out again and again, and was paused.",
            group(of)
        ),
        Event::UserReprocessed { .. } => {
            "The licenses of the user's groups were decided again.".to_owned()
        }
        Event::EnrollmentManagerAdded { .. } => "Became a device enrollment manager.".to_owned(),
        Event::EnrollmentManagerRemoved { .. } => {
            "Is no longer a device enrollment manager.".to_owned()
        }
        Event::DeviceEnrolled { .. }
        | Event::DeviceChanged { .. }
        | Event::DeviceContacted { .. }
        | Event::DeviceRemoved { .. } => return devices::sentences(tenant, event),
        Event::AssignmentsChanged { removed, added, .. } => {
            return of_grants(tenant, removed, added);
        }
        Event::Decided {
            group: of,
            product,
            before,
            after,
            ..
        } => decided(tenant, *of, *product, *before, *after),
        _ => return Vec::new(),
    };
    vec![sentence]
}

fn updated(is_enabled: bool, location: Option<&str>, changed: &[u8]) -> String {
    let names = listed(names_of(changed));
    let what = if names.is_empty() {
        "The account, its type or its usage location changed".to_owned()
    } else {
        format!("Changed: {names}")
    };
    format!(
        "{what}. Since then the account is {}, and the usage location {}.",
        if is_enabled { "enabled" } else { "disabled" },
        location.unwrap_or("is not set")
    )
}

/// What happened to licenses of the user's own: those that came are told with the plans that are off.
fn of_grants(tenant: &Tenant, removed: &[Grant], added: &[Grant]) -> Vec<String> {
    let is_direct = |grant: &&Grant| grant.source == Source::Direct;
    let mut sentences = Vec::new();
    for grant in added {
        let name = described(tenant, grant);
        let had = removed
            .iter()
            .filter(is_direct)
            .any(|old| old.product == grant.product);
        sentences.push(match grant.source {
            Source::Direct if had => format!("The direct assignment of {name} was changed."),
            Source::Direct => format!("{name} was assigned directly."),
            Source::Kept { group, violation } => format!(
                "{name} of {} could not be taken away or changed ({}).",
                group_name(tenant, group),
                violation.as_str()
            ),
            Source::Ending { group: Some(group) } => format!(
                "{name} of {} was taken away and ends after the grace period.",
                group_name(tenant, group)
            ),
            Source::Ending { group: None } => {
                format!("{name} was taken away and ends after the grace period.")
            }
        });
    }
    let is_gone = |grant: &&Grant| !added.iter().any(|new| new.product == grant.product);
    for grant in removed.iter().filter(is_gone) {
        let name = product_name(tenant, grant.product);
        sentences.push(match grant.source {
            Source::Direct => format!("The direct assignment of {name} was removed."),
            Source::Kept { group, .. } => {
                format!(
                    "{name} of {} could be taken away now.",
                    group_name(tenant, group)
                )
            }
            Source::Ending { .. } => format!("The grace period of {name} is over."),
        });
    }
    sentences
}

fn described(tenant: &Tenant, grant: &Grant) -> String {
    let name = product_name(tenant, grant.product);
    let off = tenant
        .product(grant.product)
        .into_iter()
        .flat_map(|product| {
            product
                .disabled_plans(grant.disabled)
                .map(|owned| owned.plan.display_name.as_str())
        });
    let off = listed(off);
    if off.is_empty() {
        name.to_owned()
    } else {
        format!("{name} (without {off})")
    }
}

fn decided(
    tenant: &Tenant,
    group: GroupOrdinal,
    product: ProductOrdinal,
    before: Option<Verdict>,
    after: Option<Verdict>,
) -> String {
    let (group, name) = (group_name(tenant, group), product_name(tenant, product));
    let had = before.is_some_and(|before| before.given(product).is_some());
    match after {
        None if had => format!("{name} of {group} was taken away."),
        None => format!(
            "{name} of {group}, which could not be applied, is no longer meant for the user."
        ),
        Some(Verdict::Active) if before == after => {
            format!("{name} of {group} has other service plans.")
        }
        Some(Verdict::Active) => format!("{name} was given through {group}."),
        Some(Verdict::Fallback(instead)) => format!(
            "{} was given through {group} instead of {name}, of which no seat was left.",
            product_name(tenant, instead)
        ),
        Some(Verdict::Failed(violation)) => {
            let lost = if had { " and went" } else { "" };
            format!(
                "{name} of {group} could not be applied{lost} ({}).",
                violation.as_str()
            )
        }
    }
}

/// Parts of a summary; more are told as a number.
const MAXIMUM_PARTS: usize = 8;

/// What a change did on the whole, in one line.
pub(crate) fn summary(tenant: &Tenant, entries: &Entries<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for entry in &entries.entries {
        if !matches!(entry.subject, Subject::Start(..) | Subject::Finish { .. }) {
            parts.push(part(tenant, entry));
        }
    }
    let more = parts.len().saturating_sub(MAXIMUM_PARTS);
    parts.truncate(MAXIMUM_PARTS);
    if more > 0 {
        parts.push(format!("and {more} more"));
    }
    parts.join("; ")
}

fn part(tenant: &Tenant, entry: &Entry<'_>) -> String {
    let name = entry.activity.name();
    match &entry.subject {
        Subject::Licenses(kind, users) => {
            let failed = if *kind == LicenseKind::Failed {
                " failed"
            } else {
                ""
            };
            format!("{name}{failed}: {}", counted(users.len(), "user"))
        }
        Subject::EachUser(event, users) => format!(
            "{name}: {}, {}",
            counted(users.len(), "user"),
            targets(tenant, event)
        ),
        Subject::Event(event) => format!("{name}: {}", targets(tenant, event)),
        Subject::Start(..) | Subject::Finish { .. } => name.to_owned(),
    }
}

fn targets(tenant: &Tenant, event: &Event) -> String {
    listed(Target::of(event).into_iter().map(|target| {
        match target {
            Target::Tenant => tenant.profile().display_name.clone(),
            Target::User(user) => tenant
                .users()
                .view(user)
                .map_or_else(String::new, |user| user_name(&user)),
            Target::Group(group) => group_name(tenant, group),
            Target::Device(device) => device_name(tenant, device),
            Target::Application(id) | Target::Principal(id) => tenant
                .users()
                .find_id(id)
                .map_or_else(|| id.to_string(), |user| user_name(&user)),
        }
    }))
}
