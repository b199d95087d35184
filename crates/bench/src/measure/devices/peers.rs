//! The same questions, answered by other libraries for authorization. Their data are resident and their requests are
//! made beforehand: only the answer is timed. What limits and licenses mean is settled for them in advance; all they do
//! is to find the user and to look at what is noted of it.

use std::collections::{HashMap, HashSet};

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression,
};

use super::{decision::Questions, estate::Estate};
use crate::{
    error::BenchError,
    measure::Run,
    report::{Figure, Goal, Unit},
};

/// People up to whom the others are measured: at a million, their data alone take minutes and gigabytes to make.
const MOST: u32 = 100_000;
/// Questions in a round.
const QUESTIONS: u32 = 20_000;

const POLICY: &str = r#"
permit (principal, action == Action::"enroll", resource == Platform::"Windows")
when { principal.enabled && principal.licensed && principal.devices < 15 };
"#;

/// Whoever has a role that may, and none that may not.
const MODEL: &str = "
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
";

fn failed(step: &'static str) -> impl Fn(&dyn std::fmt::Display) -> BenchError {
    move |error| BenchError::failed(step, error)
}

/// `cedar-policy`: users are entities with what is noted of them as attributes.
struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

impl Cedar {
    fn new(estate: &Estate, questions: &Questions) -> Result<Self, BenchError> {
        let failed = failed("cedar-policy");
        let kind = |name: &str| {
            name.parse::<EntityTypeName>()
                .map_err(|error| failed(&error))
        };
        let (user, action, platform) = (kind("User")?, kind("Action")?, kind("Platform")?);
        let uid = |kind: &EntityTypeName, id: &str| {
            EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
        };
        let mut entities = Vec::new();
        for (id, kit) in estate.ids().into_iter().zip(&estate.kits) {
            let attributes = HashMap::from([
                (
                    "enabled".to_owned(),
                    RestrictedExpression::new_bool(kit.is_enabled),
                ),
                (
                    "licensed".to_owned(),
                    RestrictedExpression::new_bool(kit.is_licensed),
                ),
                (
                    "devices".to_owned(),
                    RestrictedExpression::new_long(kit.devices.into()),
                ),
            ]);
            let entity = Entity::new(uid(&user, &id.to_string()), attributes, HashSet::new());
            entities.push(entity.map_err(|error| failed(&error))?);
        }
        let mut requests = Vec::new();
        for id in questions.user_ids() {
            let request = Request::new(
                uid(&user, &id.to_string()),
                uid(&action, "enroll"),
                uid(&platform, "Windows"),
                Context::empty(),
                None,
            );
            requests.push(request.map_err(|error| failed(&error))?);
        }
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: POLICY.parse().map_err(|error| failed(&error))?,
            entities: Entities::from_entities(entities, None).map_err(|error| failed(&error))?,
            requests,
        })
    }

    fn allows(&self, request: &Request) -> bool {
        let answer = self
            .authorizer
            .is_authorized(request, &self.policies, &self.entities);
        answer.decision() == Decision::Allow
    }
}

/// `casbin`: users have roles.
struct Casbin {
    enforcer: Enforcer,
    requests: Vec<String>,
}

impl Casbin {
    fn new(estate: &Estate, questions: &Questions) -> Result<Self, BenchError> {
        let failed = failed("casbin");
        let rule = |role: &str, effect: &str| {
            [role, "windows", "enroll", effect]
                .map(str::to_owned)
                .to_vec()
        };
        let mut roles = Vec::new();
        for (id, kit) in estate.ids().into_iter().zip(&estate.kits) {
            let has = [
                ("licensed", kit.is_licensed),
                ("disabled", !kit.is_enabled),
                ("full", kit.devices >= 15),
            ];
            let has = has.into_iter().filter(|(_, has)| *has);
            roles.extend(has.map(|(role, _)| vec![id.to_string(), role.to_owned()]));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            let rules = vec![
                rule("licensed", "allow"),
                rule("disabled", "deny"),
                rule("full", "deny"),
            ];
            enforcer.add_policies(rules).await?;
            enforcer.add_grouping_policies(roles).await?;
            Ok::<_, casbin::Error>(enforcer)
        });
        Ok(Self {
            enforcer: enforcer.map_err(|error| failed(&error))?,
            requests: questions.user_ids().map(|id| id.to_string()).collect(),
        })
    }

    fn allows(&self, user: &str) -> Result<bool, BenchError> {
        self.enforcer
            .enforce((user, "windows", "enroll"))
            .map_err(|error| BenchError::failed("casbin", error))
    }
}

/// The figures of the others beside ours.
pub struct Peers([Figure; 2]);

impl Peers {
    /// Without samples.
    pub fn new() -> Self {
        let of = |name: &str, peer| {
            let name = format!("the same with look-ups, beside {name}, its data resident");
            Figure::new(name, Unit::Seconds, peer, Goal::None)
        };
        Self([
            of("`cedar-policy`", "cedar-policy"),
            of("`casbin`", "casbin"),
        ])
    }

    /// Measures a tenant.
    pub fn measure(&mut self, run: &Run, estate: &Estate) -> Result<(), BenchError> {
        let users = estate.tenant.users().len();
        if users > MOST {
            return Ok(());
        }
        crate::progress(&format!("other libraries, {users} users"));
        let questions = Questions::new(estate, QUESTIONS);
        let cedar = Cedar::new(estate, &questions)?;
        let casbin = Casbin::new(estate, &questions)?;
        let Self([beside_cedar, beside_casbin]) = self;
        for round in 0..=run.rounds {
            let ours = questions.look_up_and_decide(&estate.tenant)?;
            let by_cedar = questions.time(
                cedar
                    .requests
                    .iter()
                    .map(|request| Ok(cedar.allows(request))),
            )?;
            let by_casbin =
                questions.time(casbin.requests.iter().map(|user| casbin.allows(user)))?;
            if round > 0 {
                beside_cedar.push(users, ours, Some(by_cedar));
                beside_casbin.push(users, ours, Some(by_casbin));
            }
        }
        Ok(())
    }

    /// What came out.
    pub fn into_figures(self) -> [Figure; 2] {
        self.0
    }
}
