//! One line of a plan.

use serde::{Serialize, Serializer};

use crate::output::Record;

/// Plans that a table names; large products have sixty.
const NAMES_IN_A_CELL: usize = 4;

/// What happens to a product of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The user gets it.
    Gain,
    /// The user loses it.
    Lose,
    /// The user keeps it, with other plans or from another source.
    Change,
    /// Everything stays as it is.
    None,
    /// It would be refused.
    Refused,
}

/// What happens to one product of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The user, as named.
    pub user: String,
    /// Part number, or what was named.
    pub product: String,
    /// What happens.
    pub effect: Effect,
    /// Plans that come on.
    pub plans_on: Vec<String>,
    /// Plans that go off or, of a new product, stay off.
    pub plans_off: Vec<String>,
    /// Why, or what to mind; empty when there is nothing to say.
    #[serde(serialize_with = "empty_as_null")]
    pub note: String,
}

impl Record for Step {
    const COLUMNS: &'static [&'static str] =
        &["user", "product", "effect", "plansOn", "plansOff", "note"];

    fn cells(&self) -> Vec<String> {
        self.cells_with(|plans| plans.join(" "))
    }

    fn table_cells(&self) -> Vec<String> {
        self.cells_with(|plans| match plans.get(NAMES_IN_A_CELL + 1..) {
            None | Some([]) => plans.join(" "),
            Some(_) => {
                let more = plans.len() - NAMES_IN_A_CELL;
                format!("{} and {more} more", plans[..NAMES_IN_A_CELL].join(" "))
            }
        })
    }
}

impl Step {
    fn cells_with(&self, names: impl Fn(&[String]) -> String) -> Vec<String> {
        let effect = match self.effect {
            Effect::Gain => "gain",
            Effect::Lose => "lose",
            Effect::Change => "change",
            Effect::None => "none",
            Effect::Refused => "refused",
        };
        vec![
            self.user.clone(),
            self.product.clone(),
            effect.to_owned(),
            names(&self.plans_on),
            names(&self.plans_off),
            self.note.clone(),
        ]
    }
}

fn empty_as_null<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if text.is_empty() {
        serializer.serialize_none()
    } else {
        serializer.serialize_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Effect, Record, Step};

    #[test]
    fn a_table_names_a_few_plans_and_the_other_forms_name_all() {
        let plans = |count: usize| {
            (0..count)
                .map(|plan| format!("P{plan}"))
                .collect::<Vec<_>>()
        };
        let step = |count| Step {
            user: "ann".to_owned(),
            product: "E5".to_owned(),
            effect: Effect::Gain,
            plans_on: plans(count),
            plans_off: Vec::new(),
            note: String::new(),
        };
        assert_eq!(step(5).table_cells()[3], "P0 P1 P2 P3 P4");
        assert_eq!(step(60).table_cells()[3], "P0 P1 P2 P3 and 56 more");
        assert_eq!(step(60).cells()[3].split(' ').count(), 60);
        assert_eq!(step(0).table_cells()[3], "");
    }
}
