//! A whole explanation, in sentences.

use zetel_domain::{
    Tenant,
    explain::{
        Explanation, PlanAnswer, PlanStatus, Problem, ProductAnswer, ProductVerdict, Side,
        SourceAnswer, SourceKind,
    },
};

use super::{Language, Speaker};

/// An explanation in sentences: lines of text, indented by what they belong to, without GUIDs.
pub fn explanation_text(explanation: &Explanation, tenant: &Tenant, language: Language) -> String {
    Speaker { tenant, language }.explanation(explanation)
}

impl Speaker<'_> {
    fn explanation(self, explanation: &Explanation) -> String {
        let mut lines = vec![self.user(explanation.user)];
        if let Some(deleted) = explanation.deleted {
            let date = self.date(deleted);
            lines.push(self.say("user-deleted", &[("date", date.into())]));
        }
        if let Some(plan) = &explanation.plan {
            lines.push(self.plan_line(plan, &explanation.products));
        } else if explanation.products.is_empty() {
            lines.push(self.say("nothing-meant", &[]));
        }
        for answer in &explanation.products {
            lines.push(String::new());
            self.add_product(answer, explanation.plan.is_some(), &mut lines);
        }
        for problem in &explanation.problems {
            lines.push(String::new());
            self.add_problem(problem, explanation.deleted.is_some(), &mut lines);
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn plan_line(self, answer: &PlanAnswer, products: &[ProductAnswer]) -> String {
        let plan = ("plan", self.plan(answer.plan).into());
        let key = match answer.status {
            PlanStatus::On => {
                let through = products.iter().flat_map(|product| {
                    let on = product.plans.iter();
                    on.filter(|plan| plan.status == PlanStatus::On)
                        .flat_map(|plan| product.sources_of(plan))
                });
                let sides = through.map(|answer| {
                    self.side(&Side {
                        product: answer.source.product,
                        group: answer.source.group,
                    })
                });
                let sources = self.list("list-and", sides);
                return self.say("plan-on", &[plan, ("sources", sources.into())]);
            }
            PlanStatus::SwitchedOff => "plan-switched-off",
            PlanStatus::Blocked => "plan-blocked",
            PlanStatus::NotMeant => "plan-not-meant",
        };
        self.say(key, &[plan])
    }

    fn add_product(self, answer: &ProductAnswer, is_about_plan: bool, lines: &mut Vec<String>) {
        let key = match answer.verdict {
            ProductVerdict::Full => "product-full",
            ProductVerdict::Partial => "product-partial",
            ProductVerdict::Missing => "product-missing",
            ProductVerdict::NotMeant => "product-not-meant",
        };
        lines.push(self.say(key, &[("product", self.product(answer.product).into())]));
        for source in &answer.sources {
            for sentence in self.source(source) {
                lines.push(format!("  - {sentence}"));
            }
        }
        let with = |status: PlanStatus| {
            let plans = answer.plans.iter();
            let mut plans = plans.filter(move |plan| plan.status == status).peekable();
            plans
                .peek()
                .is_some()
                .then(|| self.plans(plans.map(|plan| &plan.plan)))
        };
        // Where all is missing the problem says so once; for a single plan the first line says it.
        if answer.verdict == ProductVerdict::Partial && !is_about_plan {
            for (status, key) in [
                (PlanStatus::SwitchedOff, "plans-off"),
                (PlanStatus::Blocked, "plans-blocked"),
            ] {
                if let Some(plans) = with(status) {
                    lines.push(format!("  {}", self.say(key, &[("plans", plans.into())])));
                }
            }
        }
    }

    /// An assignment: one sentence for each way on which the user comes to it.
    fn source(self, answer: &SourceAnswer) -> Vec<String> {
        let mut sentences = self.ways(answer);
        let mut more = Vec::new();
        if !answer.source.state.is_applied() {
            more.push(self.say("source-not-applied", &[]));
        }
        if let Some(product) = self.tenant.product(answer.source.product) {
            let off = product.disabled_plans(answer.source.disabled);
            let ids: Vec<_> = off.map(|owned| owned.plan.id).collect();
            if !ids.is_empty() {
                let plans = self.plans(&ids);
                more.push(self.say("source-off", &[("plans", plans.into())]));
            }
        }
        if let Some(last) = sentences.last_mut() {
            for sentence in more {
                last.push(' ');
                last.push_str(&sentence);
            }
        }
        sentences
    }

    fn ways(self, answer: &SourceAnswer) -> Vec<String> {
        let source = &answer.source;
        let group = source.group.map(|group| self.group(group));
        let in_group = || ("group", group.clone().unwrap_or_default().into());
        match answer.kind() {
            SourceKind::Direct => {
                let date = self.date(source.at);
                vec![self.say("source-direct", &[("date", date.into())])]
            }
            SourceKind::Kept => vec![self.say("source-kept", &[in_group()])],
            SourceKind::Ending => {
                let date = ("date", self.date(answer.ends.unwrap_or(source.at)).into());
                vec![if group.is_some() {
                    self.say("source-ending-group", &[in_group(), date])
                } else {
                    self.say("source-ending", &[date])
                }]
            }
            SourceKind::Fallback(product) => {
                let product = ("product", self.product(product).into());
                vec![self.say("source-fallback", &[in_group(), product])]
            }
            SourceKind::Group if answer.paths.is_empty() => {
                vec![self.say("source-group-left", &[in_group()])]
            }
            SourceKind::Group => answer
                .paths
                .iter()
                .map(|path| {
                    let date = ("date", self.date(path.joined).into());
                    if path.groups.len() > 1 {
                        let way = ("path", self.path(path).into());
                        self.say("source-group-path", &[in_group(), way, date])
                    } else {
                        self.say("source-group", &[in_group(), date])
                    }
                })
                .collect(),
        }
    }

    fn add_problem(self, problem: &Problem, is_deleted: bool, lines: &mut Vec<String>) {
        lines.push(self.heading(problem));
        lines.push(format!("  {}", self.obstacle(problem)));
        if problem.remedies.is_empty() {
            let key = if is_deleted {
                "remedies-deleted"
            } else {
                "remedies-none"
            };
            lines.push(format!("  {}", self.say(key, &[])));
            return;
        }
        lines.push(format!("  {}", self.say("remedies", &[])));
        for (number, remedy) in (1..).zip(&problem.remedies) {
            lines.push(format!("  {number}. {}", self.remedy(remedy)));
        }
    }
}
