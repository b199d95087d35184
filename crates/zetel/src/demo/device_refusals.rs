//! Devices that were refused lately, so that there are troubleshooting events to look at.

use uuid::Uuid;
use zetel_api::words::{Language, reason_text};
use zetel_domain::{
    device::{EnrollmentType, Platform, Question, Who, check},
    user::UserKey,
};
use zetel_engine::{Engine, EngineError, EnrollmentFailure};

use super::{
    build::{DOMAIN, TimeMachine},
    draw::Draw,
};
use crate::setup;

/// Days ago, whose, and how: over the limit, with the plan off, without a license, without a user, unknown.
const REFUSED: [(i64, Option<&str>, Platform, EnrollmentType); 5] = [
    (
        2,
        Some("max.many"),
        Platform::Windows,
        EnrollmentType::WindowsAzureAdJoin,
    ),
    (
        2,
        Some("otto.off"),
        Platform::Ios,
        EnrollmentType::UserEnrollment,
    ),
    (
        1,
        Some("nova.nowhere"),
        Platform::Android,
        EnrollmentType::UserEnrollment,
    ),
    (
        1,
        None,
        Platform::Windows,
        EnrollmentType::WindowsBulkUserless,
    ),
    (
        1,
        Some("nobody"),
        Platform::MacOs,
        EnrollmentType::UserEnrollment,
    ),
];

/// Asks for devices that may not enroll, and keeps the refusals as the gate does.
pub fn refuse(
    engine: &Engine,
    tenant: Uuid,
    time: &TimeMachine,
    draw: &mut Draw,
) -> Result<(), EngineError> {
    let state = setup::snapshot(engine, tenant)?;
    for (days_ago, alias, platform, enrollment_type) in REFUSED {
        time.go(days_ago);
        let name = alias.map(|alias| format!("{alias}@{DOMAIN}"));
        let user = name.clone().map(UserKey::PrincipalName);
        let question = Question {
            user: user
                .map(|user| Who::find(&state, &user))
                .unwrap_or_default(),
            platform,
            enrollment_type,
            now: engine.now(),
            ..Question::default()
        };
        let reasons = check(&state, &question).reasons;
        let Some(first) = reasons.first() else {
            continue;
        };
        let sentences = reasons
            .iter()
            .map(|reason| reason_text(&state, reason, Language::English));
        let user = question.user.known();
        let user = user.and_then(|user| state.users().view(user).map(|user| user.id));
        let failure = EnrollmentFailure {
            id: draw.id(),
            at: question.now,
            user,
            user_named: name.unwrap_or_default(),
            people: user.into_iter().collect(),
            device: Some(draw.id()),
            serial: String::new(),
            platform,
            os_version: String::new(),
            enrollment_type,
            category: first.failure_category().to_owned(),
            codes: reasons
                .iter()
                .map(|reason| reason.code().to_owned())
                .collect(),
            reason: sentences.collect::<Vec<_>>().join(" "),
        };
        engine.note_failure(tenant, failure)?;
    }
    Ok(())
}
