//! Contoso's devices: the crowd's and those of the stories, from enrollment to their last check-in.

use uuid::Uuid;
use zetel_domain::{
    Command,
    device::{Enrollment, EnrollmentType, Report, Reported},
    user::UserKey,
};
use zetel_engine::{Engine, EngineError, Submission};

use super::{build::TimeMachine, device_models::Model, draw::Draw};
use crate::setup;

/// Days ago on which devices enroll, of which the first ones are for stories.
pub const ENROLLED: [i64; 3] = [190, 150, 110];
/// Days ago on which devices check in.
const CONTACTED: [i64; 6] = [100, 60, 45, 12, 5, 4];
/// People of the crowd who get devices at most; a demonstration of millions would take minutes otherwise.
const MOST_PEOPLE: usize = 5_000;

/// A device and what will be heard of it, so many days ago.
pub struct Life {
    /// When it enrolls.
    pub enrolled: i64,
    /// As it enrolls.
    pub enrollment: Enrollment,
    /// What its MDM server says when.
    pub contacts: Vec<(i64, Report)>,
}

impl Life {
    /// A device that enrolled with the first ones and complies; it was heard of lately.
    pub fn of(enrollment: Enrollment) -> Self {
        Self {
            enrolled: ENROLLED[0],
            enrollment,
            contacts: vec![
                (CONTACTED[0], said(Reported::Compliant)),
                (5, Report::default()),
            ],
        }
    }

    /// The same device, of which something else was heard.
    #[must_use]
    pub fn heard(self, contacts: Vec<(i64, Report)>) -> Self {
        Self { contacts, ..self }
    }
}

/// An MDM server's verdict.
pub fn said(reported: Reported) -> Report {
    Report {
        reported: Some(reported),
        ..Report::default()
    }
}

/// Enrolls devices, all of one day together.
pub fn enroll(
    engine: &Engine,
    tenant: Uuid,
    time: &TimeMachine,
    lives: &[Life],
) -> Result<(), EngineError> {
    for day in ENROLLED {
        time.go(day);
        let commands = lives
            .iter()
            .filter(|life| life.enrolled == day)
            .map(|life| Command::EnrollDevice(Box::new(life.enrollment.clone())));
        submit_all(engine, tenant, commands)?;
    }
    Ok(())
}

/// Lets devices be heard of between two days ago.
pub fn check_in(
    engine: &Engine,
    tenant: Uuid,
    time: &TimeMachine,
    lives: &[Life],
    days: std::ops::Range<i64>,
) -> Result<(), EngineError> {
    for day in CONTACTED.into_iter().filter(|day| days.contains(day)) {
        time.go(day);
        let commands = lives.iter().flat_map(|life| {
            let contacts = life.contacts.iter().filter(move |(at, _)| *at == day);
            contacts.map(|(_, report)| Command::CheckIn {
                device: life.enrollment.id,
                report: report.clone(),
            })
        });
        submit_all(engine, tenant, commands)?;
    }
    Ok(())
}

fn submit_all(
    engine: &Engine,
    tenant: Uuid,
    commands: impl Iterator<Item = Command>,
) -> Result<(), EngineError> {
    let submissions = commands.map(|command| Submission::of_system(setup::COMMAND_LINE, command));
    engine.submit_all_blocking(tenant, submissions)
}

/// Devices of the crowd: one to three for everybody who may enroll.
pub fn of_crowd(
    engine: &Engine,
    tenant: Uuid,
    draw: &mut Draw,
    crowd: &[Uuid],
) -> Result<Vec<Life>, EngineError> {
    let state = setup::snapshot(engine, tenant)?;
    let may_enroll = |id: &&Uuid| {
        state.find_user(&UserKey::Id(**id)).is_some_and(|user| {
            state.is_licensed_for_devices(user.ordinal)
                && !state.users().disabled().contains(user.ordinal.0)
        })
    };
    let mut lives = Vec::new();
    for person in crowd.iter().filter(may_enroll).take(MOST_PEOPLE) {
        let devices = match draw.next() % 10 {
            0..3 => 1,
            3..8 => 2,
            _ => 3,
        };
        for _ in 0..devices {
            let mut enrollment = Model::any(draw).enrollment(draw);
            enrollment.user = Some(UserKey::Id(*person));
            lives.push(Life {
                enrolled: *draw.pick(&ENROLLED),
                contacts: contacts(draw, enrollment.enrollment_type),
                enrollment,
            });
        }
    }
    Ok(lives)
}

/// Most devices comply and were heard of lately; some do not, and some have gone silent.
fn contacts(draw: &mut Draw, enrollment_type: EnrollmentType) -> Vec<(i64, Report)> {
    if enrollment_type == EnrollmentType::WindowsCoManagement {
        return vec![(5, Report::default())];
    }
    match draw.next() % 100 {
        // Not heard of since they enrolled, or for long enough to be out of compliance.
        0..2 => Vec::new(),
        2..4 => vec![(60, said(Reported::Compliant))],
        4..7 => vec![(45, said(Reported::Compliant))],
        // Not compliant for so long that the time of grace is over …
        7..10 => vec![
            (45, said(Reported::NonCompliant)),
            (4, said(Reported::NonCompliant)),
        ],
        // … or still in it.
        10..12 => vec![(5, said(Reported::NonCompliant))],
        12..13 => vec![(5, said(Reported::Conflict))],
        13..14 => vec![(5, said(Reported::Error))],
        14..18 => vec![(5, Report::default())],
        _ => vec![(*draw.pick(&[12, 5, 4]), said(Reported::Compliant))],
    }
}
