//! How the tenant manages devices, as Graph has it: `/deviceManagement`.

use serde_json::{Map, Value};
use zetel_domain::{Command, access::Action, device::DeviceSettings};

use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    refusals::{invalid_of, read_only},
    render::device_management::DeviceManagement,
    reply::Reply,
    schema::{Entity, Selection, properties_of},
    settings::{GRAPH_DEVICE_SETTINGS, changed_devices, plain, write_members},
};

const RESOURCE: &str = "DeviceManagement";

/// `GET /deviceManagement`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    body(call, &tenant).map(Reply::json)
}

fn body(call: &Call<'_>, tenant: &zetel_domain::Tenant) -> Result<Vec<u8>, GraphError> {
    let selection = Selection::<DeviceManagement>::parse(call.options.select.as_deref())?;
    let mut out = Vec::with_capacity(512);
    json::object(&mut out, |out| {
        call.write_context(out, &["deviceManagement", &selection.context, "/$entity"]);
        selection.write(out, &tenant);
    });
    Ok(out)
}

/// `GET /deviceManagement/subscriptionState`
pub(crate) fn subscription_state(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    let mut out = Vec::with_capacity(256);
    json::object(&mut out, |out| {
        call.write_context(out, &["deviceManagement/subscriptionState"]);
        json::key(out, "value");
        json::string(out, tenant.device_subscription_state().as_str());
    });
    Ok(Reply::json(out))
}

/// `GET /deviceManagement/settings`
pub(crate) fn settings(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    let mut out = Vec::with_capacity(256);
    json::object(&mut out, |out| {
        call.write_context(out, &["deviceManagement/settings"]);
        write_members(out, &GRAPH_DEVICE_SETTINGS, tenant.device_settings());
    });
    Ok(Reply::json(out))
}

/// `PATCH /deviceManagement`
pub(crate) async fn update(call: &Call<'_>) -> Result<Reply, GraphError> {
    let settings = {
        let tenant = call.read(Action::ManageDeviceSettings, None)?;
        changed(tenant.device_settings(), &call.members()?)?
    };
    let command = Command::ChangeDeviceSettings { settings };
    let applied = call.submit(command, None).await?;
    body(call, &applied.after).map(Reply::json)
}

fn changed(
    settings: &DeviceSettings,
    members: &Map<String, Value>,
) -> Result<DeviceSettings, GraphError> {
    let mut changed = settings.clone();
    for (name, value) in plain(members) {
        if name.eq_ignore_ascii_case("settings") {
            let Value::Object(members) = value else {
                return Err(GraphError::refused(invalid_of("settings", RESOURCE)));
            };
            changed = changed_devices(&changed, &GRAPH_DEVICE_SETTINGS, members)?;
            continue;
        }
        let known = properties_of::<DeviceManagement>();
        let known = known
            .iter()
            .find(|known| known.name.eq_ignore_ascii_case(name));
        return Err(match known {
            Some(known) => GraphError::refused(read_only(known.name)),
            None if is_known_elsewhere(name) => {
                GraphError::not_implemented(format!("Setting '{name}' is not implemented."))
            }
            None => GraphError::refused(format!(
                "The property '{name}' does not exist on type 'microsoft.graph.deviceManagement'. Make sure to only use property names that are defined by the type."
            )),
        });
    }
    Ok(changed)
}

fn is_known_elsewhere(name: &str) -> bool {
    DeviceManagement::NOT_IMPLEMENTED
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}
