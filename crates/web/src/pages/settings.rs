//! The licensing policy: whose rules count, what is switched on, and what the guard stops.

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;
use axum::{body::Bytes, response::Response};
use zetel_domain::{
    Command, Tenant,
    access::Action,
    device::DeviceSettings,
    policy::{Policy, Semantics},
};
use zetel_engine::EngineError;

use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{Change, Stopped, refusal_text},
    visit::Visit,
    words::Words,
};

/// Most users and percents that a field takes.
const MOST: u32 = 1_000_000;
/// Most days of grace.
const MOST_DAYS: u16 = 365;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    t: Words,
    policy: Policy,
    switches: Vec<Switch>,
    change: Option<Change>,
    is_saved: bool,
    problem: Option<String>,
    /// The digest of the policy that the form was made from.
    seen: String,
    /// What the guard stops.
    stopped: Option<Stopped>,
    may_change: bool,
    /// Whether administrators without a license may be let in from now on; there is no way back.
    may_let_in: bool,
}

/// A switch of the semantics, by the word of its field and messages.
struct Switch {
    word: &'static str,
    is_on: bool,
}

/// Where a switch is in a policy.
type Place = fn(&mut Policy) -> &mut bool;

/// The switches by their words.
const SWITCHES: [(&str, Place); 6] = [
    ("nested-groups", |policy| &mut policy.nested_groups),
    ("partial-success", |policy| &mut policy.partial_success),
    ("automatic-reprocessing", |policy| {
        &mut policy.automatic_reprocessing
    }),
    ("priority", |policy| &mut policy.priority),
    ("no-direct-assignments", |policy| {
        &mut policy.no_direct_assignments
    }),
    ("new-plans-off", |policy| &mut policy.new_plans_off),
];

/// `GET /admin/settings`
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadOrganization)?;
    let policy = tenant.policy().clone();
    Ok(page(&SettingsPage::new(&visit, &tenant, policy)))
}

/// `POST /admin/settings/unlicensed-administrators`: lets administrators without a license see and manage devices, for
/// good.
pub(crate) async fn let_in(visit: Visit) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadOrganization)?;
    let settings = DeviceSettings {
        unlicensed_administrators: true,
        ..tenant.device_settings().clone()
    };
    let command = Command::ChangeDeviceSettings { settings };
    let applied = visit.submit(command, None).await;
    let after = applied.map_err(|error| Failure::of(&visit, error))?.after;
    let mut shown = SettingsPage::new(&visit, &after, after.policy().clone());
    shown.is_saved = true;
    Ok(page(&shown))
}

/// `POST /admin/settings`: shows what would change, or saves it.
pub(crate) async fn save(visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadOrganization)?;
    let form = Form::parse(&body, tenant.policy()).ok_or_else(|| Failure::bad_form(&visit))?;
    let mut shown = SettingsPage::new(&visit, &tenant, form.policy.clone());
    if form.seen != shown.seen {
        shown.problem = Some(visit.words().m("settings-changed").to_string());
        return Ok(page(&shown));
    }
    let saved = form.policy.clone();
    let command = Command::ChangePolicy {
        policy: form.policy,
    };
    let done = if form.is_preview {
        visit.plan(command).await.map(Some)
    } else {
        let applied = visit.submit(command, form.confirmation).await;
        applied.map(|_| None)
    };
    match done {
        Ok(Some(planned)) => {
            shown.change = Some(Change::of(&visit, &planned));
        }
        Ok(None) => {
            shown.is_saved = true;
            shown.seen = digest(&saved);
        }
        Err(EngineError::Rejected(rejection)) => {
            shown.stopped = Stopped::of(&tenant, &rejection);
            let text = || refusal_text(&tenant, &rejection, visit.words().language());
            shown.problem = shown.stopped.is_none().then(text);
        }
        Err(error) => return Err(Failure::of(&visit, error)),
    }
    Ok(page(&shown))
}

/// What a form asks for.
struct Form {
    policy: Policy,
    seen: String,
    is_preview: bool,
    confirmation: Option<String>,
}

impl Form {
    /// Reads a form; what it has no field for stays as it is. Nothing if a field cannot be read.
    fn parse(body: &[u8], now: &Policy) -> Option<Self> {
        let mut form = Self {
            policy: now.clone(),
            seen: String::new(),
            is_preview: false,
            confirmation: None,
        };
        let policy = &mut form.policy;
        for (_, of) in SWITCHES {
            *of(policy) = false;
        }
        policy.semantics = Semantics::Entra;
        policy.guard.enabled = false;
        policy.guard.second_approver = false;
        let number = |text: &str| text.trim().parse().ok().filter(|number| *number <= MOST);
        for (name, value) in form_urlencoded::parse(body) {
            match &*name {
                "extended" => policy.semantics = Semantics::Extended,
                "switch" => {
                    let (_, of) = SWITCHES.iter().find(|(word, _)| *word == value)?;
                    *of(policy) = true;
                }
                "grace" => {
                    let days = value.trim().parse().ok();
                    policy.grace_days = days.filter(|days| *days <= MOST_DAYS)?;
                }
                "guard" => policy.guard.enabled = true,
                "users" => policy.guard.max_users = number(&value)?,
                "percent" => policy.guard.max_percent = number(&value)?,
                "least" => policy.guard.min_users_for_percent = number(&value)?,
                "approver" => policy.guard.second_approver = true,
                "seen" => form.seen = value.into_owned(),
                "step" => form.is_preview = value == "preview",
                "confirm" => form.confirmation = Some(value.into_owned()),
                _ => return None,
            }
        }
        Some(form)
    }
}

impl SettingsPage {
    fn new(visit: &Visit, tenant: &Tenant, policy: Policy) -> Self {
        let t = visit.words();
        let mut shown = policy.clone();
        Self {
            frame: Frame::new(visit, Section::Settings, t.m("nav-settings")),
            t,
            switches: SWITCHES
                .into_iter()
                .map(|(word, of)| Switch {
                    word,
                    is_on: *of(&mut shown),
                })
                .collect(),
            policy,
            seen: digest(tenant.policy()),
            change: None,
            is_saved: false,
            problem: None,
            stopped: None,
            may_change: visit.may(Action::ManagePolicy, None),
            may_let_in: !tenant.device_settings().unlicensed_administrators
                && visit.may(Action::ManageDeviceSettings, None),
        }
    }
}

fn digest(policy: &Policy) -> String {
    let mut hasher = DefaultHasher::new();
    format!("{policy:?}").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_all_that_it_has_fields_for_and_nothing_else() {
        let now = Policy {
            license_role_assignable_groups: true,
            partial_success: true,
            ..Policy::default()
        };
        let text = b"extended=1&switch=priority&grace=30&guard=1&users=50&percent=10&least=20&step=preview";
        let form = Form::parse(text, &now).unwrap();
        assert!(form.is_preview && form.policy.priority && !form.policy.partial_success);
        assert_eq!(form.policy.semantics, Semantics::Extended);
        assert_eq!(
            (form.policy.grace_days, form.policy.guard.max_users),
            (30, 50)
        );
        assert!(
            form.policy.license_role_assignable_groups,
            "there is no field for it"
        );
        for unreadable in [
            "grace=-1",
            "grace=9999",
            "users=many",
            "switch=nothing",
            "other=1",
        ] {
            assert!(
                Form::parse(unreadable.as_bytes(), &now).is_none(),
                "{unreadable}"
            );
        }
    }
}
