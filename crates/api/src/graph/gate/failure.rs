//! Refusals that are kept as troubleshooting events.

use zetel_domain::{
    device::{Question, Reason},
    user::UserOrdinal,
};
use zetel_engine::EnrollmentFailure;

use super::{answer::Answer, question::Asked};
use crate::{graph::call::Call, words::NAMED};

/// Notes a refusal. Nobody waits for it, and nothing depends on it.
pub(super) fn note(
    call: &Call<'_>,
    asked: &Asked<'_>,
    os_version: &str,
    question: &Question,
    answer: &Answer<'_>,
) {
    let Some((first, _)) = answer.reasons.first() else {
        return;
    };
    let texts: Vec<&str> = answer
        .reasons
        .iter()
        .map(|(_, sentence)| sentence.english())
        .collect();
    let mut people = concerned(question, answer);
    people.sort_unstable();
    people.dedup();
    let users = answer.tenant.users();
    let id = |user: UserOrdinal| Some(users.view(user)?.id);
    let failure = EnrollmentFailure {
        id: call.request_id,
        at: question.now,
        user: question.user.known().and_then(id),
        user_named: asked.user.to_string(),
        people: people.into_iter().filter_map(id).collect(),
        device: asked.device_id,
        serial: asked.serial.to_string(),
        platform: asked.platform,
        os_version: os_version.to_owned(),
        enrollment_type: asked.enrollment_type,
        category: first.failure_category().to_owned(),
        codes: answer
            .reasons
            .iter()
            .map(|(reason, _)| reason.code().to_owned())
            .collect(),
        reason: texts.join(" "),
    };
    if let Err(error) = call.graph.engine.note_failure(call.tenant_id, failure) {
        tracing::warn!(%error, tenant = %call.tenant_id, "a refusal could not be noted");
    }
}

/// Everybody whom the question or the sentences name.
fn concerned(question: &Question, answer: &Answer<'_>) -> Vec<UserOrdinal> {
    let mut people: Vec<UserOrdinal> = question.user.known().into_iter().collect();
    for (reason, _) in &answer.reasons {
        match reason {
            Reason::UsersNotLicensed { users, .. } => people.extend(users.iter().take(NAMED)),
            Reason::UserDeleted { user } | Reason::UserDisabled { user } => people.push(*user),
            _ => {}
        }
    }
    people
}
