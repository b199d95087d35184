//! One device in each situation that an administrator meets; `docs/guides/demo.md` says what to try with which.

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome,
    assignment::{AssignmentRequest, ProductRequest},
    device::{
        Agent, CleanUpRule, DeviceSettings, Enrollment, LimitPolicyChange, Platform,
        RegistrationState, Report, Reported,
    },
    group::{GroupDefinition, NewGroup},
    user::UserKey,
};
use zetel_engine::{Engine, EngineError};

use super::{
    build::{DOMAIN, INTUNE_PLAN, TimeMachine},
    device_models::{AGENT_PC, DESKTOP, GALAXY, IPAD, IPHONE, Model, THINKPAD, TILL},
    devices::{self, ENROLLED, Life, said},
    draw::Draw,
    people::named,
    products::EMS,
};
use crate::setup;

/// People who are made for these stories.
pub const DEVICE_PEOPLE: u32 = 11;
const PEOPLE: [(&str, &str, Licensed); DEVICE_PEOPLE as usize] = [
    ("lena.lost", "Lena Lost", Licensed::Fully),
    ("max.many", "Max Many", Licensed::Fully),
    ("linda.limited", "Linda Limited", Licensed::Fully),
    ("depot.manager", "Depot Manager", Licensed::Fully),
    ("outlet.manager", "Outlet Manager", Licensed::Not),
    ("pia.agent", "Pia Agent", Licensed::Fully),
    ("gus.grace", "Gus Grace", Licensed::Fully),
    ("sam.silent", "Sam Silent", Licensed::Fully),
    ("rita.retired", "Rita Retired", Licensed::Fully),
    ("eric.expired", "Eric Expired", Licensed::Fully),
    ("otto.off", "Otto Off", Licensed::WithoutIntune),
];
/// Tills; with what the outlet's manager and a workshop need, one more than the device licenses bought.
const TILLS: usize = 22;
/// The group of those who may have two devices.
const LIMITED: &str = "Two Devices";
/// Days that a device may be out of compliance.
const GRACE_DAYS: u16 = 10;
/// Silent days after which an Android device is hidden.
const HIDDEN_DAYS: u16 = 90;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Licensed {
    Fully,
    WithoutIntune,
    Not,
}

/// What the stories are made with.
pub struct Stories<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The tenant.
    pub tenant: Uuid,
    /// The past.
    pub time: &'a TimeMachine,
    /// Ids are drawn from it.
    pub draw: &'a mut Draw,
}

impl Stories<'_> {
    /// Makes people, settings and devices, and enrolls them together with those of the crowd.
    pub fn begin(&mut self, crowd: &[Uuid]) -> Result<Vec<Life>, EngineError> {
        self.time.go(ENROLLED[0]);
        self.settings()?;
        self.create_people()?;
        self.limit_policy()?;
        for manager in ["depot.manager", "outlet.manager"] {
            let user = key(manager);
            self.submit(Command::AddEnrollmentManager { user })?;
        }
        let mut lives = self.of_people();
        lives.extend(self.without_a_license_of_their_own());
        lives.extend(devices::of_crowd(
            self.engine,
            self.tenant,
            self.draw,
            crowd,
        )?);
        devices::enroll(self.engine, self.tenant, self.time, &lives)?;
        devices::check_in(
            self.engine,
            self.tenant,
            self.time,
            &lives,
            100..ENROLLED[2],
        )?;
        Ok(lives)
    }

    fn submit(&self, command: Command) -> Result<Outcome, EngineError> {
        setup::submit(self.engine, self.tenant, command)
    }

    fn settings(&self) -> Result<(), EngineError> {
        let settings = DeviceSettings {
            grace_days: GRACE_DAYS,
            clean_up: vec![CleanUpRule {
                platform: Some(Platform::Android),
                days: HIDDEN_DAYS,
            }],
            ..DeviceSettings::default()
        };
        self.submit(Command::ChangeDeviceSettings { settings })?;
        Ok(())
    }

    fn create_people(&mut self) -> Result<(), EngineError> {
        let people = PEOPLE.map(|(alias, name, _)| {
            let mut user = named(alias, name, DOMAIN, Some("NL"));
            user.id = Some(self.draw.id());
            user
        });
        self.submit(Command::CreateUsers(people.into()))?;
        for (alias, _, licensed) in PEOPLE {
            let disabled_plans = match licensed {
                Licensed::Fully => Vec::new(),
                Licensed::WithoutIntune => vec![INTUNE_PLAN],
                Licensed::Not => continue,
            };
            let request = AssignmentRequest {
                add: vec![ProductRequest {
                    sku_id: EMS,
                    disabled_plans,
                }],
                remove: Vec::new(),
            };
            let user = key(alias);
            self.submit(Command::AssignLicenses { user, request })?;
        }
        Ok(())
    }

    fn limit_policy(&mut self) -> Result<(), EngineError> {
        let (group, policy) = (self.draw.id(), self.draw.id());
        let state = setup::snapshot(self.engine, self.tenant)?;
        let member = state.find_user(&key("linda.limited")).map(|user| user.id);
        self.submit(Command::CreateGroup(NewGroup {
            id: Some(group),
            definition: GroupDefinition {
                display_name: LIMITED.to_owned(),
                mail_nickname: "two-devices".to_owned(),
                security_enabled: true,
                ..GroupDefinition::default()
            },
            members: member.into_iter().collect(),
            owners: Vec::new(),
        }))?;
        for change in [
            LimitPolicyChange::Create {
                id: Some(policy),
                display_name: LIMITED.to_owned(),
                description: None,
                limit: 2,
            },
            LimitPolicyChange::Assign {
                id: policy,
                everyone: false,
                groups: vec![group],
                excluded: Vec::new(),
            },
        ] {
            self.submit(Command::ChangeLimitPolicies(change))?;
        }
        Ok(())
    }

    fn device(&mut self, model: &Model, alias: &str) -> Enrollment {
        Enrollment {
            user: Some(key(alias)),
            ..model.enrollment(self.draw)
        }
    }

    /// Devices of the people above.
    fn of_people(&mut self) -> Vec<Life> {
        let mut lives = Vec::new();
        let mut add = |stories: &mut Self, alias: &str, models: &[&Model]| {
            let devices = models.iter().map(|model| stories.device(model, alias));
            lives.extend(devices.map(Life::of).collect::<Vec<_>>());
        };
        add(self, "lena.lost", &[&THINKPAD, &IPHONE, &IPAD]);
        add(self, "max.many", &[&IPHONE; 15]);
        add(self, "linda.limited", &[&IPHONE, &GALAXY]);
        add(self, "depot.manager", &[&DESKTOP; 6]);
        add(self, "outlet.manager", &[&DESKTOP; 3]);

        for place in 0..6 {
            let mut agent = self.device(&AGENT_PC, "pia.agent");
            agent.agent = Agent::IntuneClient;
            agent.is_virtual = place == 5;
            lives.push(Life::of(agent));
        }
        let grace = Life::of(self.device(&IPHONE, "gus.grace"));
        lives.push(grace.heard(vec![(5, said(Reported::NonCompliant))]));
        let mut pending = self.device(&THINKPAD, "gus.grace");
        pending.registration = RegistrationState::ApprovalPending;
        lives.push(Life::of(pending));
        for (model, reported) in [(&IPAD, Reported::Conflict), (&GALAXY, Reported::Error)] {
            let judged = Life::of(self.device(model, "gus.grace"));
            lives.push(judged.heard(vec![(5, said(reported))]));
        }
        // Silent for too long to be compliant, and for too long to be listed.
        for (model, contacts) in [
            (&THINKPAD, vec![(45, said(Reported::Compliant))]),
            (&GALAXY, vec![(100, said(Reported::Compliant))]),
        ] {
            lives.push(Life::of(self.device(model, "sam.silent")).heard(contacts));
        }
        lives.extend(self.leaving());
        lives
    }

    /// Devices that shall leave, and one whose certificate has expired.
    fn leaving(&mut self) -> Vec<Life> {
        let failed = Report {
            retire_failed: true,
            ..Report::default()
        };
        let lately = (5, said(Reported::Compliant));
        let mut lives: Vec<Life> = [
            (&IPHONE, vec![lately.clone()]),
            (&IPAD, vec![lately.clone(), (4, Report::default())]),
            (&THINKPAD, vec![lately, (4, failed)]),
        ]
        .into_iter()
        .map(|(model, contacts)| Life::of(self.device(model, "rita.retired")).heard(contacts))
        .collect();
        let mut expired = self.device(&IPHONE, "eric.expired");
        let enrolled = self.engine.now();
        expired.certificate_expires = Some(enrolled.plus_days(ENROLLED[0] - 10));
        let contacts = vec![(60, said(Reported::Compliant))];
        lives.push(Life::of(expired).heard(contacts));
        lives
    }

    /// Tills without a user, and devices that several people use.
    fn without_a_license_of_their_own(&mut self) -> Vec<Life> {
        let mut lives: Vec<Life> = (0..TILLS)
            .map(|_| Life::of(TILL.enrollment(self.draw)))
            .collect();
        // All users of the one at the reception are licensed; not all of the one in the workshop.
        for (name, others) in [
            ("RECEPTION", vec![key("max.many")]),
            ("WORKSHOP", vec![key("otto.off")]),
        ] {
            let mut shared = self.device(&IPAD, "pia.agent");
            name.clone_into(&mut shared.details.name);
            shared.is_shared = true;
            shared.others = others;
            lives.push(Life::of(shared));
        }
        lives
    }
}

fn key(alias: &str) -> UserKey {
    UserKey::PrincipalName(format!("{alias}@{DOMAIN}"))
}

/// Lets devices be heard of until some days ago; some leave, and Lena loses her license.
pub fn end(
    engine: &Engine,
    tenant: Uuid,
    time: &TimeMachine,
    lives: &[Life],
) -> Result<(), EngineError> {
    let leaving = Some(key("rita.retired"));
    devices::check_in(engine, tenant, time, lives, 5..100)?;
    // Two are told at their next check-in, and for one of these it fails; the third stays away.
    for life in lives.iter().filter(|life| life.enrollment.user == leaving) {
        let device = life.enrollment.id;
        setup::submit(engine, tenant, Command::RetireDevice { device })?;
    }
    devices::check_in(engine, tenant, time, lives, 4..5)?;
    let request = AssignmentRequest {
        add: Vec::new(),
        remove: vec![EMS],
    };
    let user = key("lena.lost");
    setup::submit(engine, tenant, Command::AssignLicenses { user, request })?;
    Ok(())
}
