//! Policies that limit devices per user: `/deviceManagement/deviceEnrollmentConfigurations`.

use uuid::Uuid;
use zetel_domain::{Command, Outcome, Tenant, access::Action, device::LimitPolicyChange};
use zetel_engine::Applied;

use super::limit_body::{self, Assignments};
use crate::graph::{
    call::Call,
    error::GraphError,
    handlers::{entities, zetel::fields::Fields},
    json,
    render::device_management::{
        AssignmentRow, LimitAssignment, LimitConfiguration, LimitRow, limit_id,
    },
    reply::Reply,
    schema::Selection,
};

const SET: &str = "deviceManagement/deviceEnrollmentConfigurations";
/// The type of all policies; Graph has others.
pub(super) const TYPE: &str = "#microsoft.graph.deviceEnrollmentLimitConfiguration";

/// `GET /deviceManagement/deviceEnrollmentConfigurations`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    let shown = Shown::parse(call)?;
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &[SET, &shown.context()]);
        json::key(out, "value");
        json::array(out, tenant.limit_policies(), |out, policy| {
            let row = LimitRow {
                tenant: &tenant,
                policy,
            };
            json::object(out, |out| shown.write(out, row));
        });
    });
    Ok(Reply::json(out))
}

/// `GET /deviceManagement/deviceEnrollmentConfigurations/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    body(call, find(call, &tenant)?).map(Reply::json)
}

/// `GET /deviceManagement/deviceEnrollmentConfigurations/{id}/assignments`
pub(crate) fn assignments(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    let row = find(call, &tenant)?;
    let set = format!("{SET}('{}')/assignments", row.id());
    entities::list::<LimitAssignment>(call, &set, AssignmentRow::all(row))
}

/// `POST /deviceManagement/deviceEnrollmentConfigurations`
pub(crate) async fn create(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ManageDeviceSettings, None)?;
    let change = limit_body::create(&call.members()?)?;
    let applied = call
        .submit(Command::ChangeLimitPolicies(change), None)
        .await?;
    let Outcome::Created(id) = applied.outcome else {
        return Err(GraphError::not_found("deviceEnrollmentConfiguration"));
    };
    let id = limit_id(&applied.after, id);
    let location = format!("{}/v1.0/{SET}/{id}", call.origin.text());
    Ok(Reply::created(body_after(call, &applied, &id)?, location))
}

/// `PATCH /deviceManagement/deviceEnrollmentConfigurations/{id}`
pub(crate) async fn update(call: &Call<'_>) -> Result<Reply, GraphError> {
    let id = find_id(call)?;
    let change = limit_body::update(id, &call.members()?)?;
    let applied = call
        .submit(Command::ChangeLimitPolicies(change), None)
        .await?;
    body_after(call, &applied, call.key(0)).map(Reply::json)
}

/// `DELETE /deviceManagement/deviceEnrollmentConfigurations/{id}`
pub(crate) async fn delete(call: &Call<'_>) -> Result<Reply, GraphError> {
    let id = find_id(call)?;
    change(call, LimitPolicyChange::Delete { id }).await
}

/// `POST /deviceManagement/deviceEnrollmentConfigurations/{id}/assign`
pub(crate) async fn assign(call: &Call<'_>) -> Result<Reply, GraphError> {
    let id = find_id(call)?;
    let mut fields = Fields::of(call, "assign")?;
    let Assignments {
        everyone,
        groups,
        excluded,
    } = limit_body::assignments(&mut fields)?;
    fields.finish()?;
    let assigned = LimitPolicyChange::Assign {
        id,
        everyone,
        groups,
        excluded,
    };
    change(call, assigned).await
}

/// `POST /deviceManagement/deviceEnrollmentConfigurations/{id}/setPriority`
pub(crate) async fn set_priority(call: &Call<'_>) -> Result<Reply, GraphError> {
    let id = find_id(call)?;
    let mut fields = Fields::of(call, "setPriority")?;
    let priority = fields.number("priority")?;
    let priority = priority.ok_or_else(|| fields.missing("priority"))?;
    fields.finish()?;
    change(call, LimitPolicyChange::SetPriority { id, priority }).await
}

async fn change(call: &Call<'_>, change: LimitPolicyChange) -> Result<Reply, GraphError> {
    call.submit(Command::ChangeLimitPolicies(change), None)
        .await?;
    Ok(Reply::no_content())
}

/// The policy that the path names.
fn find<'a>(call: &Call<'_>, tenant: &'a Tenant) -> Result<LimitRow<'a>, GraphError> {
    LimitRow::find(tenant, call.key(0)).ok_or_else(|| GraphError::not_found(call.key(0)))
}

/// The id within the domain of the policy that the path names, if the caller may change it.
fn find_id(call: &Call<'_>) -> Result<Uuid, GraphError> {
    let tenant = call.read(Action::ManageDeviceSettings, None)?;
    find(call, &tenant).map(|row| row.policy.id)
}

fn body_after(call: &Call<'_>, applied: &Applied, id: &str) -> Result<Vec<u8>, GraphError> {
    let row = LimitRow::find(&applied.after, id).ok_or_else(|| GraphError::not_found(id))?;
    body(call, row)
}

fn body(call: &Call<'_>, row: LimitRow<'_>) -> Result<Vec<u8>, GraphError> {
    let shown = Shown::parse(call)?;
    let mut out = Vec::with_capacity(1024);
    json::object(&mut out, |out| {
        call.write_context(out, &[SET, &shown.context(), "/$entity"]);
        shown.write(out, row);
    });
    Ok(out)
}

/// What a client wants to see of policies.
struct Shown {
    selection: Selection<LimitConfiguration>,
    with_assignments: bool,
}

impl Shown {
    fn parse(call: &Call<'_>) -> Result<Self, GraphError> {
        let selection = Selection::parse(call.options.select.as_deref())?;
        let expanded = call.options.expand.as_deref().map(str::trim);
        let with_assignments =
            expanded.is_some_and(|expanded| expanded.eq_ignore_ascii_case("assignments"));
        match expanded {
            Some(other) if !with_assignments => Err(GraphError::not_implemented(format!(
                "Expanding '{other}' is not implemented. Use '$expand=assignments'."
            ))),
            _ => Ok(Self {
                selection,
                with_assignments,
            }),
        }
    }

    /// What is added to the context URL.
    fn context(&self) -> String {
        let selected = &self.selection.context;
        match (self.with_assignments, selected.strip_suffix(')')) {
            (false, _) => selected.clone(),
            (true, Some(selected)) => format!("{selected},assignments())"),
            (true, None) => "(assignments())".to_owned(),
        }
    }

    fn write(&self, out: &mut Vec<u8>, row: LimitRow<'_>) {
        json::key(out, "@odata.type");
        json::string(out, TYPE);
        self.selection.write(out, &row);
        // Without `$select` there is nothing that could fail.
        if self.with_assignments
            && let Ok(selection) = Selection::<LimitAssignment>::parse(None)
        {
            json::key(out, "assignments");
            json::array(out, AssignmentRow::all(row), |out, assignment| {
                json::object(out, |out| selection.write(out, &assignment));
            });
        }
    }
}
