//! How catalog text names a plan: by its name where that is unique, else by its id.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::model::ServicePlan;

/// The names of a catalog's plans.
pub(super) struct PlanNames<'a> {
    /// `None` where several plans have the name.
    ids: BTreeMap<&'a str, Option<Uuid>>,
}

/// Why a reference names no plan.
pub(super) enum NameError {
    /// No plan has the name.
    Unknown,
    /// Several plans have the name.
    Ambiguous,
}

impl<'a> PlanNames<'a> {
    pub(super) fn of(plans: &'a BTreeMap<Uuid, ServicePlan>) -> PlanNames<'a> {
        let mut ids = BTreeMap::new();
        for (id, plan) in plans {
            ids.entry(plan.name.as_str())
                .and_modify(|known| *known = None)
                .or_insert(Some(*id));
        }
        PlanNames { ids }
    }

    /// The plan that `reference` names. An id is taken as it is, whether or not the plan is known.
    pub(super) fn resolve(&self, reference: &str) -> Result<Uuid, NameError> {
        if let Some(id) = as_id(reference) {
            return Ok(id);
        }
        match self.ids.get(reference) {
            Some(Some(id)) => Ok(*id),
            Some(None) => Err(NameError::Ambiguous),
            None => Err(NameError::Unknown),
        }
    }

    /// The text that [`PlanNames::resolve`] turns back into `id`.
    pub(super) fn reference(&self, plan: Option<&ServicePlan>, id: Uuid) -> String {
        match plan {
            Some(plan)
                if as_id(&plan.name).is_none()
                    && self.ids.get(plan.name.as_str()) == Some(&Some(id)) =>
            {
                plan.name.clone()
            }
            _ => id.to_string(),
        }
    }
}

/// The id that a text spells, if it is spelled in the usual 36 characters.
fn as_id(text: &str) -> Option<Uuid> {
    if text.len() == 36 {
        Uuid::try_parse(text).ok()
    } else {
        None
    }
}
