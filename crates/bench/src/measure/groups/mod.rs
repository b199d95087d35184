//! Groups: what it takes to license all members, to move one, to plan, to undo, to explain, and what history costs.

mod readers;
mod sql;

use std::time::{Duration, Instant};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome,
    access::{Action, Caller},
    assignment::{AssignmentRequest, ProductRequest},
    explain::{Question, explain},
    group::{GroupDefinition, NewGroup},
    impact::Impact,
    policy::Policy,
    user::UserOrdinal,
};
use zetel_engine::Engine;

use super::{Kind, Run, open};
use crate::{
    error::BenchError,
    population::{self, Draw, Site, buy, submit},
    process::own_processor_seconds,
    report::{Figure, Goal, Unit},
    stats::{figure, median},
};

/// Microsoft 365 E5: its plans, and those that everybody has already, meet in most rules of the catalog.
const MICROSOFT_365_E5: Uuid = Uuid::from_u128(0x06eb_c4ee_1bb5_47dd_8120_1132_4bc5_4e06);
/// Members moved one by one in a round.
const MOVES: usize = 300;
/// Explanations in a round.
const EXPLANATIONS: usize = 2_000;
/// How long idle readers are watched.
const IDLE: Duration = Duration::from_millis(200);
const SYSTEM: Caller = Caller::System("benchmark");

/// A tenant with groups.
struct Office {
    engine: Engine,
    tenant: Uuid,
    users: Vec<Uuid>,
}

impl Office {
    fn new(site: &Site) -> Result<Self, BenchError> {
        let engine = open(site)?;
        let users = population::user_ids(&engine, site.tenant)?;
        Ok(Self {
            engine,
            tenant: site.tenant,
            users,
        })
    }

    fn submit(&self, command: Command) -> Result<Outcome, BenchError> {
        submit(&self.engine, self.tenant, command)
    }

    /// A security group of the first users.
    fn group(&self, name: &str, members: usize) -> Result<Uuid, BenchError> {
        let new = NewGroup {
            definition: GroupDefinition {
                display_name: name.to_owned(),
                mail_nickname: name.to_owned(),
                security_enabled: true,
                ..GroupDefinition::default()
            },
            members: self.users.iter().take(members).copied().collect(),
            ..NewGroup::default()
        };
        let Outcome::Group(group) = self.submit(Command::CreateGroup(new))? else {
            return Err(BenchError::failed("creating a group", "no group came back"));
        };
        let state = population::snapshot(&self.engine, self.tenant)?;
        let group = state.groups().get(group).map(|group| group.id);
        group.ok_or_else(|| BenchError::failed("creating a group", "the group is not there"))
    }

    /// Seconds until a change is durable and visible.
    fn time(&self, command: Command) -> Result<f64, BenchError> {
        let begun = Instant::now();
        self.submit(command)?;
        Ok(begun.elapsed().as_secs_f64())
    }

    /// The last generation.
    fn generation(&self) -> Result<u64, BenchError> {
        Ok(population::snapshot(&self.engine, self.tenant)?.generation())
    }

    /// Undoes the last change; seconds until that is durable and visible.
    fn undo_last(&self) -> Result<f64, BenchError> {
        let generation = self.generation()?;
        let command = self.engine.undo_command(self.tenant, generation)?;
        self.time(command)
    }
}

/// Gives a group a product, or takes it.
fn license(group: Uuid, gives: bool) -> Command {
    let product = ProductRequest {
        sku_id: MICROSOFT_365_E5,
        disabled_plans: Vec::new(),
    };
    let (add, remove) = if gives {
        (vec![product], Vec::new())
    } else {
        (Vec::new(), vec![MICROSOFT_365_E5])
    };
    Command::AssignGroupLicenses {
        group,
        request: AssignmentRequest { add, remove },
    }
}

/// All that groups are measured by.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    for kind in Kind::ALL {
        let mut moved = moves(kind);
        for site in run.sites_of(kind) {
            crate::progress(&format!(
                "groups of {} users on {}",
                site.users,
                kind.name()
            ));
            let office = Office::new(&site)?;
            let mut policy = Policy::default();
            policy.guard.enabled = false; // what is measured first is the change itself
            office.submit(Command::ChangePolicy { policy })?;
            buy(&office.engine, office.tenant, MICROSOFT_365_E5)?;
            measure_moves(run, &site, &office, &mut moved)?;
        }
        run.report.figures.extend(moved);
        if let Some(site) = run.sites_of(kind).last() {
            measure_changes(run, kind, site)?;
        }
    }
    Ok(())
}

/// The figures of moving one member.
fn moves(kind: Kind) -> [Figure; 2] {
    let name = kind.name();
    [
        Figure::new(
            format!("add or remove one member of a licensed group, processor time, {name}"),
            Unit::Seconds,
            "",
            Goal::AtMost(150e-6),
        ),
        Figure::new(
            format!("add or remove one member, median time until durable, {name}"),
            Unit::Seconds,
            "at the least size",
            Goal::RatioAtMost(1.3),
        ),
    ]
}

/// Takes random members out of a group of everybody, and puts them back.
fn measure_moves(
    run: &Run,
    site: &Site,
    office: &Office,
    figures: &mut [Figure; 2],
) -> Result<(), BenchError> {
    let [work, time] = figures;
    let group = office.group("everybody", office.users.len())?;
    office.submit(license(group, true))?;
    let mut draw = Draw::new(11);
    for _ in 0..=run.rounds {
        let mut latencies = Vec::new();
        let before = own_processor_seconds()?;
        for _ in 0..MOVES {
            let place = draw.below(office.users.len());
            let members: Vec<Uuid> = office.users.get(place).copied().into_iter().collect();
            latencies.push(office.time(Command::RemoveMembers {
                group,
                members: members.clone(),
            })?);
            latencies.push(office.time(Command::AddMembers { group, members })?);
        }
        let spent = own_processor_seconds()? - before;
        let count = figure(latencies.len() as u64);
        let median = median(&mut latencies);
        let least = time
            .cells
            .first_key_value()
            .map(|(_, cell)| cell.ours.median());
        work.push(site.users, spent / count, None);
        time.push(site.users, median, Some(least.unwrap_or(median)));
    }
    // What one round cost has gone into caches that the others find.
    for figure in figures {
        figure.drop_first(site.users);
    }
    Ok(())
}

/// What changes of groups of growing sizes cost in the largest tenant.
fn measure_changes(run: &mut Run, kind: Kind, site: &Site) -> Result<(), BenchError> {
    let office = Office::new(site)?;
    let mut sizes: Vec<u32> = run.sizes.clone();
    sizes.push(10_000);
    sizes.retain(|size| *size <= site.users);
    sizes.sort_unstable();
    sizes.dedup();
    let mut figures = Changes::new(kind);
    let rival = sql::Rival::new(office.engine.store())?;
    for size in sizes {
        crate::progress(&format!("licensing {size} members on {}", kind.name()));
        let group = office.group(&format!("members-{size}"), size as usize)?;
        figures.measure(run, &office, group, size, &rival)?;
    }
    figures.explain(run, &office)?;
    rival.clear()?;
    run.report.figures.extend(figures.into_figures());
    Ok(())
}

/// The figures of whole groups.
struct Changes {
    license: Figure,
    against_sql: Figure,
    readers: Figure,
    plan: Figure,
    undo: Figure,
    journal: Figure,
    explanation: Figure,
}

impl Changes {
    fn new(kind: Kind) -> Self {
        let name = kind.name();
        Self {
            license: Figure::new(
                format!("license a group: decided, durable, visible, by members, {name}"),
                Unit::Seconds,
                "",
                Goal::AtMost(0.25),
            ),
            against_sql: Figure::new(
                format!("the same beside set-based SQL, {name}"),
                Unit::Seconds,
                "set-based SQL",
                Goal::LastRatioAtMost(0.1),
            ),
            readers: Figure::new(
                format!("readers' p99 while a group is licensed, {name}"),
                Unit::Seconds,
                "p99 of idle readers",
                Goal::LastRatioAtMost(10.0),
            ),
            plan: Figure::new(
                format!(
                    "plan the removal of a group's product, seats, services and errors, {name}"
                ),
                Unit::Seconds,
                "",
                Goal::At(100_000, 0.1),
            ),
            undo: Figure::new(
                format!("undo a license of a group, {name}"),
                Unit::Seconds,
                "doing it",
                Goal::RatioAtMost(1.5),
            ),
            journal: Figure::new(
                format!("journal of a licensed group, {name}"),
                Unit::Bytes,
                "",
                Goal::AtMost(2e6),
            ),
            explanation: Figure::new(
                format!("explain a user, {name}"),
                Unit::Seconds,
                "",
                Goal::AtMost(100e-6),
            ),
        }
    }

    fn measure(
        &mut self,
        run: &Run,
        office: &Office,
        group: Uuid,
        size: u32,
        rival: &sql::Rival,
    ) -> Result<(), BenchError> {
        for _ in 0..run.rounds {
            let idle = readers::p99(&office.engine, office.tenant, || {
                let begun = Instant::now();
                while begun.elapsed() < IDLE {
                    std::thread::park_timeout(IDLE);
                }
                Ok(())
            })?
            .0;
            let (busy, done) = readers::p99(&office.engine, office.tenant, || {
                office.time(license(group, true))
            })?;
            self.readers.push(size, busy, Some(idle));
            self.undo.push(size, office.undo_last()?, Some(done));
            let done = office.time(license(group, true))?;
            self.license.push(size, done, None);
            let generation = office.generation()?;
            let body = rival.journal_bytes(office.tenant, generation)?;
            self.journal.push(size, figure(body), None);
            self.plan
                .push(size, plan(office, &license(group, false))?, None);
            let by_sql = rival.license(office, group)?;
            self.against_sql.push(size, done, Some(by_sql));
            office.submit(license(group, false))?;
        }
        Ok(())
    }

    fn explain(&mut self, run: &Run, office: &Office) -> Result<(), BenchError> {
        let group = office.group("explained", 1_000)?;
        office.submit(license(group, true))?;
        let state = office
            .engine
            .read(office.tenant, &SYSTEM, Action::ListUsers, None)?;
        let users = state.users().len();
        for _ in 0..run.rounds {
            let begun = Instant::now();
            for user in (0..1_000.min(users)).cycle().take(EXPLANATIONS) {
                if let Some(view) = state.users().view(UserOrdinal(user)) {
                    std::hint::black_box(explain(&state, &view, Question::All));
                }
            }
            let each = begun.elapsed().as_secs_f64() / figure(EXPLANATIONS as u64);
            self.explanation.push(users, each, None);
        }
        office.submit(license(group, false))?;
        Ok(())
    }

    fn into_figures(self) -> [Figure; 7] {
        [
            self.license,
            self.against_sql,
            self.readers,
            self.plan,
            self.undo,
            self.journal,
            self.explanation,
        ]
    }
}

/// Seconds that a plan takes, with all that it tells.
fn plan(office: &Office, command: &Command) -> Result<f64, BenchError> {
    let begun = Instant::now();
    let planned = office.engine.preview(office.tenant, &SYSTEM, command)?;
    std::hint::black_box(Impact::of(
        &planned.before,
        &planned.after,
        &planned.plan.events,
        office.engine.now(),
    ));
    Ok(begun.elapsed().as_secs_f64())
}
