//! One client in process: every change durable before the next begins.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use uuid::Uuid;
use zetel_domain::{
    Command,
    assignment::{AssignmentRequest, ProductRequest},
    user::UserKey,
};
use zetel_engine::{Engine, Submission};

use super::{Kind, Run, open};
use crate::{
    error::BenchError,
    limits,
    population::{self, Draw, EMS, EMS_PLANS, submit},
    report::{Figure, Goal, Unit},
    stats::{figure, median},
};

/// Changes licenses of random users.
pub struct Changer {
    engine: Engine,
    tenant: Uuid,
    users: Vec<Uuid>,
    /// The plan of [`EMS_PLANS`] that is off, by user: the next one is another, so that every change is one.
    off: Vec<u8>,
    draw: Draw,
}

impl Changer {
    /// Prepares the users of a tenant, who have all plans on.
    pub fn new(engine: Engine, tenant: Uuid) -> Result<Self, BenchError> {
        let users = population::user_ids(&engine, tenant)?;
        Ok(Self {
            engine,
            tenant,
            off: vec![0; users.len()],
            users,
            draw: Draw::new(7),
        })
    }

    /// The next change.
    fn next(&mut self) -> Command {
        let place = self.draw.below(self.users.len());
        let user = self.users.get(place).copied().unwrap_or_default();
        let disabled_plans = self.off.get_mut(place).and_then(|off| {
            *off = (*off + 1) % 5;
            EMS_PLANS.get(usize::from(*off)).copied()
        });
        let request = AssignmentRequest {
            add: vec![ProductRequest {
                sku_id: EMS,
                disabled_plans: disabled_plans.into_iter().collect(),
            }],
            remove: Vec::new(),
        };
        Command::AssignLicenses {
            user: UserKey::Id(user),
            request,
        }
    }

    /// Changes for a time with so many changes under way at once. Returns how many were made.
    pub fn change_together(&mut self, together: usize, time: Duration) -> Result<u64, BenchError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let engine = self.engine.clone();
        let begun = Instant::now();
        runtime.block_on(async {
            let mut under_way = VecDeque::new();
            let mut count = 0;
            while begun.elapsed() < time {
                while under_way.len() < together {
                    let submission = Submission::of_system("benchmark", self.next());
                    let engine = engine.clone();
                    let tenant = self.tenant;
                    under_way.push_back(tokio::spawn(async move {
                        engine.submit(tenant, submission).await
                    }));
                }
                if let Some(oldest) = under_way.pop_front() {
                    oldest
                        .await
                        .map_err(|error| BenchError::failed("a change", error))??;
                    count += 1;
                }
            }
            Ok(count)
        })
    }

    /// Changes one after another for a time. Returns how long each change took, in seconds.
    pub fn change_for(&mut self, time: Duration) -> Result<Vec<f64>, BenchError> {
        let begun = Instant::now();
        let mut latencies = Vec::new();
        while begun.elapsed() < time {
            let command = self.next();
            let change_begun = Instant::now();
            submit(&self.engine, self.tenant, command)?;
            latencies.push(change_begun.elapsed().as_secs_f64());
        }
        Ok(latencies)
    }
}

/// Rate of durable changes by one client, and whether one costs the same in a large tenant.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    for kind in Kind::ALL {
        let name = kind.name();
        crate::progress(&format!("one client on {name}"));
        let (limit, goal) = match kind {
            Kind::Sqlite => ("append 200 B + fdatasync", Goal::RatioAtLeast(0.5)),
            Kind::Postgres => ("pgbench one-row INSERT, 1 connection", Goal::None),
        };
        let mut rates = Figure::new(
            format!("one durable assignment, 1 client, in process, {name}"),
            Unit::PerSecond,
            limit,
            goal,
        );
        let mut costs = Figure::new(
            format!("one durable assignment, median time, {name}"),
            Unit::Seconds,
            "at the least size",
            Goal::RatioAtMost(1.3),
        );
        let mut changers = Vec::new();
        for site in run.sites_of(kind) {
            changers.push((site.users, Changer::new(open(&site)?, site.tenant)?));
        }
        for (_, changer) in &mut changers {
            changer.change_for(Duration::from_millis(300))?;
        }
        for _ in 0..run.rounds {
            let limit = match kind {
                Kind::Sqlite => limits::append_and_flush(&run.folder, run.time())?,
                Kind::Postgres => run
                    .postgres
                    .insert_rate(&run.folder.join("insert.sql"), run.seconds)?,
            };
            let mut least = None;
            for (users, changer) in &mut changers {
                let begun = Instant::now();
                let mut latencies = changer.change_for(run.time())?;
                let rate = figure(latencies.len() as u64) / begun.elapsed().as_secs_f64();
                rates.push(*users, rate, Some(limit));
                let cost = median(&mut latencies);
                costs.push(*users, cost, Some(*least.get_or_insert(cost)));
            }
        }
        run.report.figures.extend([rates, costs]);
    }
    Ok(())
}
