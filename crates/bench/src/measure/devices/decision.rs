//! The decision in process: may this user enroll one more Windows device?

use std::{hint::black_box, time::Instant};

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    device::{Platform, Question, Who, check},
    user::{UserKey, UserOrdinal},
};

use super::estate::{Estate, NOW, serial};
use crate::{
    error::BenchError,
    limits::RandomLoads,
    measure::Run,
    population::Draw,
    report::{Figure, Goal, Unit},
    stats::figure,
};

/// Questions in a round.
const QUESTIONS: u32 = 1 << 20;
/// One of so many questions is about nobody whom the tenant knows.
const STRANGERS: usize = 64;

/// Questions about random users in random order, and how many of them are answered by yes.
pub struct Questions {
    /// Ordinals; nothing where the user is unknown.
    users: Vec<Option<UserOrdinal>>,
    /// The same by object id, with the id and serial number of a device that enrolls for the first time.
    named: Vec<(UserKey, Uuid, String)>,
    /// What must be answered.
    #[cfg_attr(
        not(feature = "peers"),
        expect(dead_code, reason = "others are asked for it")
    )]
    answers: Vec<bool>,
    allowed: u32,
}

impl Questions {
    /// Draws the questions.
    pub fn new(estate: &Estate, count: u32) -> Self {
        let mut draw = Draw::new(29);
        let ids = estate.ids();
        let (mut users, mut named, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let number = draw.below(ids.len());
            let known = draw.below(STRANGERS) != 0;
            let found = ids
                .get(number)
                .zip(estate.kits.get(number))
                .filter(|_| known);
            answers.push(found.is_some_and(|(_, kit)| kit.may_enroll()));
            let id = found.map_or_else(|| draw.id(), |(id, _)| *id);
            let ordinal = u32::try_from(number).map(UserOrdinal).ok();
            users.push(ordinal.filter(|_| known));
            named.push((UserKey::Id(id), draw.id(), serial(&mut draw)));
        }
        Self {
            users,
            named,
            allowed: answers.iter().map(|answer| u32::from(*answer)).sum(),
            answers,
        }
    }

    /// Seconds per decision where user and device were looked up already.
    fn decide(&self, tenant: &Tenant) -> Result<f64, BenchError> {
        let mut question = question();
        let begun = Instant::now();
        let mut allowed = 0;
        for user in &self.users {
            question.user = user.map_or(Who::Unknown(String::new()), Who::User);
            allowed += u32::from(check(tenant, black_box(&question)).is_allowed());
        }
        self.finish(begun, allowed)
    }

    /// Whom the questions are about, by object id.
    #[cfg(feature = "peers")]
    pub fn user_ids(&self) -> impl Iterator<Item = Uuid> {
        self.named.iter().filter_map(|(user, ..)| match user {
            UserKey::Id(id) => Some(*id),
            UserKey::PrincipalName(_) => None,
        })
    }

    /// Seconds per answer of somebody else, who must answer all questions as they should be.
    #[cfg(feature = "peers")]
    pub fn time(
        &self,
        answers: impl Iterator<Item = Result<bool, BenchError>>,
    ) -> Result<f64, BenchError> {
        let begun = Instant::now();
        let answers = answers.collect::<Result<Vec<bool>, _>>()?;
        let seconds = self.finish(begun, self.allowed)?;
        if answers != self.answers {
            return Err(BenchError::failed(
                "the same questions",
                "others answered differently",
            ));
        }
        Ok(seconds)
    }

    /// Seconds per decision with the look-ups by object id, device id and serial number.
    pub fn look_up_and_decide(&self, tenant: &Tenant) -> Result<f64, BenchError> {
        let mut question = question();
        let begun = Instant::now();
        let mut allowed = 0;
        for (user, device, serial) in &self.named {
            question.user = Who::find(tenant, user);
            question.find_devices(tenant, Some(*device), serial);
            allowed += u32::from(check(tenant, black_box(&question)).is_allowed());
        }
        self.finish(begun, allowed)
    }

    fn finish(&self, begun: Instant, allowed: u32) -> Result<f64, BenchError> {
        let seconds = begun.elapsed().as_secs_f64() / figure(self.users.len() as u64);
        if allowed != self.allowed {
            return Err(BenchError::Failed(format!(
                "{allowed} of {} decisions were yes, {} should be",
                self.users.len(),
                self.allowed
            )));
        }
        Ok(seconds)
    }
}

fn question() -> Question {
    Question {
        platform: Platform::Windows,
        now: NOW,
        ..Question::default()
    }
}

/// The figures of decisions.
pub struct Decisions {
    limit: Figure,
    decision: Figure,
    whole: Figure,
    loads: RandomLoads,
}

impl Decisions {
    /// Without samples.
    pub fn new() -> Self {
        let beside = "dependent random load, 64 MiB";
        let of = |name, goal| Figure::new(name, Unit::Seconds, beside, goal);
        Self {
            limit: Figure::new(format!("limit: {beside}"), Unit::Seconds, "", Goal::None),
            decision: of(
                "may this user enroll one more device? Decision, in process",
                Goal::LastRatioAtMost(0.5),
            ),
            whole: of(
                "the same with look-ups by user's id, device's id and serial number",
                Goal::None,
            ),
            loads: RandomLoads::new(),
        }
    }

    /// Measures a tenant.
    pub fn measure(&mut self, run: &Run, estate: &Estate) -> Result<(), BenchError> {
        let users = estate.tenant.users().len();
        let questions = Questions::new(estate, QUESTIONS);
        for round in 0..=run.rounds {
            let load = self.loads.time();
            let decision = questions.decide(&estate.tenant)?;
            let whole = questions.look_up_and_decide(&estate.tenant)?;
            if round > 0 {
                self.limit.push(0, load, None);
                self.decision.push(users, decision, Some(load));
                self.whole.push(users, whole, Some(load));
            }
        }
        Ok(())
    }

    /// What came out.
    pub fn into_figures(self) -> [Figure; 3] {
        [self.limit, self.decision, self.whole]
    }
}
