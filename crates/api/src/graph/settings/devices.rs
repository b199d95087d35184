//! How devices are managed: all settings, and those that Graph has.

use serde_json::{Map, Value};
use zetel_domain::device::{
    CleanUpRule, DeviceLimits, DeviceSettings, MdmAuthority, Platform, PoolPolicy,
};

use super::{Setting, flag, number, plain, set, unknown, wrong};
use crate::graph::{error::GraphError, json};

const WHOLE: &str = "the device settings";
/// More rules than there are platforms, which a later check refuses.
const MAXIMUM_RULES: usize = 20;

/// What Graph has of the settings (devices-and-sync.md 2.8).
pub(crate) static GRAPH_DEVICE_SETTINGS: [Setting<DeviceSettings>; 3] = [
    number!(
        "deviceComplianceCheckinThresholdDays",
        checkin_threshold_days
    ),
    flag!("isScheduledActionEnabled", scheduled_actions),
    flag!("secureByDefault", secure_by_default),
];

/// All settings.
pub(crate) static DEVICE_SETTINGS: [Setting<DeviceSettings>; 10] = [
    Setting {
        name: "mdmAuthority",
        expected: "\"unknown\", \"intune\", \"sccm\" or \"office365\"",
        write: |out, settings| json::string(out, settings.authority.as_str()),
        read: |value, settings| {
            settings.authority = MdmAuthority::parse(value.as_str()?)?;
            Some(())
        },
    },
    flag!("coexistence", coexistence),
    flag!("secureByDefault", secure_by_default),
    number!(
        "deviceComplianceCheckinThresholdDays",
        checkin_threshold_days
    ),
    flag!("isScheduledActionEnabled", scheduled_actions),
    flag!("allowUnlicensedAdministrators", unlicensed_administrators),
    Setting {
        name: "deviceLicensePolicy",
        expected: "\"warn\" or \"block\"",
        write: |out, settings| json::string(out, settings.pool_policy.as_str()),
        read: |value, settings| {
            settings.pool_policy = PoolPolicy::parse(value.as_str()?)?;
            Some(())
        },
    },
    Setting {
        name: "cleanUpRules",
        expected: "a list of rules such as {\"platform\": \"Windows\", \"days\": 90}, where null is for all other platforms",
        write: |out, settings| json::array(out, settings.clean_up.iter().copied(), write_rule),
        read: |value, settings| {
            let rules = value
                .as_array()
                .filter(|rules| rules.len() <= MAXIMUM_RULES)?;
            settings.clean_up = rules.iter().map(read_rule).collect::<Option<_>>()?;
            Some(())
        },
    },
    number!("complianceGraceDays", grace_days),
    Setting {
        name: "limits",
        expected: "an object",
        write: |out, settings| write_limits(out, &settings.limits),
        read: |value, settings| {
            // What is wrong in it is told by `changed_devices`, which knows the names.
            let members = value.as_object()?;
            plain(members).try_for_each(|(name, value)| {
                *limit_mut(&mut settings.limits, name)? = u16::try_from(value.as_u64()?).ok()?;
                Some(())
            })
        },
    },
];

fn write_limits(out: &mut Vec<u8>, limits: &DeviceLimits) {
    json::object(out, |out| {
        for (name, limit) in limits.named() {
            json::key(out, name);
            json::number(out, limit.into());
        }
    });
}

/// The limit with a name in any case.
fn limit_mut<'a>(limits: &'a mut DeviceLimits, name: &str) -> Option<&'a mut u16> {
    let known = limits
        .named()
        .into_iter()
        .map(|(known, _)| known)
        .find(|known| known.eq_ignore_ascii_case(name))?;
    limits.named_mut(known)
}

fn write_rule(out: &mut Vec<u8>, rule: CleanUpRule) {
    json::object(out, |out| {
        json::key(out, "platform");
        match rule.platform {
            Some(platform) => json::string(out, platform.as_str()),
            None => json::null(out),
        }
        json::key(out, "days");
        json::number(out, rule.days.into());
    });
}

fn read_rule(value: &Value) -> Option<CleanUpRule> {
    let members = value.as_object()?;
    let is_known = |name: &String| ["platform", "days"].contains(&name.as_str());
    if !members.keys().all(is_known) {
        return None;
    }
    let platform = match members.get("platform") {
        None | Some(Value::Null) => None,
        Some(value) => Some(Platform::parse(value.as_str()?)?),
    };
    let days = members.get("days")?.as_u64()?.try_into().ok()?;
    Some(CleanUpRule { platform, days })
}

/// Settings with the members of a body; what the body does not name stays.
pub(crate) fn changed_devices(
    settings: &DeviceSettings,
    table: &[Setting<DeviceSettings>],
    members: &Map<String, Value>,
) -> Result<DeviceSettings, GraphError> {
    let mut changed = settings.clone();
    for (name, value) in plain(members) {
        if let Value::Object(limits) = value
            && name.eq_ignore_ascii_case("limits")
        {
            check_limits(limits, &changed)?;
        }
        set(table, &mut changed, WHOLE, name, value)?;
    }
    Ok(changed)
}

/// Says which limit is unknown or has a value that none can have.
fn check_limits(limits: &Map<String, Value>, settings: &DeviceSettings) -> Result<(), GraphError> {
    let mut scratch = settings.limits.clone();
    for (name, value) in plain(limits) {
        let limit = limit_mut(&mut scratch, name).ok_or_else(|| unknown(WHOLE, name))?;
        *limit = value
            .as_u64()
            .and_then(|value| u16::try_from(value).ok())
            .ok_or_else(|| wrong(WHOLE, name, "a whole number from 0 to 65535"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::settings::write_all;
    use serde_json::json;

    fn changed(body: &Value) -> Result<DeviceSettings, GraphError> {
        let settings = DeviceSettings::default();
        changed_devices(&settings, &DEVICE_SETTINGS, body.as_object().unwrap())
    }

    #[test]
    fn what_is_written_can_be_read() {
        let limits: Map<String, Value> = DeviceLimits::default()
            .named()
            .into_iter()
            .zip(1_u16..)
            .map(|((name, _), number)| (name.to_owned(), number.into()))
            .collect();
        let wanted = json!({
            "mdmAuthority": "office365", "coexistence": true, "secureByDefault": true,
            "deviceComplianceCheckinThresholdDays": 7, "isScheduledActionEnabled": false,
            "allowUnlicensedAdministrators": true, "deviceLicensePolicy": "block",
            "cleanUpRules": [{"platform": "Windows", "days": 90}, {"platform": null, "days": 60}],
            "complianceGraceDays": 3, "limits": limits,
        });
        let mut out = Vec::new();
        write_all(&mut out, &DEVICE_SETTINGS, &changed(&wanted).unwrap());
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), wanted);
    }

    #[test]
    fn what_a_setting_cannot_be_is_said() {
        for (body, expected) in [
            (json!({"color": 1}), "settings have no setting 'color'"),
            (json!({"limits": {"color": 1}}), "no setting 'color'"),
            (json!({"limits": {"DevicesPerUser": -1}}), "from 0 to 65535"),
            (json!({"limits": {"devicesPerUser": 70_000}}), "from 0 to"),
            (json!({"limits": 7}), "'limits' of the device settings must"),
            (json!({"mdmAuthority": "me"}), "\"office365\""),
            (json!({"deviceLicensePolicy": null}), "\"warn\" or"),
            (json!({"coexistence": 1}), "must be true or false"),
            (json!({"complianceGraceDays": -1}), "a whole number"),
            (json!({"cleanUpRules": {}}), "a list of rules"),
            (json!({"cleanUpRules": [{"days": "x"}]}), "a list of rules"),
            (
                json!({"cleanUpRules": [{"days": 40, "x": 1}]}),
                "a list of rules",
            ),
            (
                json!({"cleanUpRules": [{"days": 40, "platform": "DOS"}]}),
                "a list of rules",
            ),
        ] {
            let message = changed(&body).unwrap_err().message;
            assert!(message.contains(expected), "{message}");
        }
    }
}
