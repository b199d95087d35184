//! A plan in words.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::Planned;
use super::model::{DeviceChange, ErrorChange, Plan, Service, ServiceChange, name_of};
use crate::output::{self, Format, Record};

/// Users who are named; the others are counted.
const NAMES: usize = 10;
/// Services that are named; large products have sixty.
const SERVICES: usize = 8;
/// Devices that are named; the others are counted.
const DEVICES: usize = 5;
/// Users and groups of which it is said why nothing is done.
const REASONS: usize = 20;

/// Writes a plan for people.
pub fn write(out: &mut impl Write, planned: &Planned) -> io::Result<()> {
    if let Some(reason) = &planned.refusal {
        return writeln!(out, "It would be refused: {reason}");
    }
    let plan = &planned.plan;
    writeln!(out, "Nothing has been changed. {}", semantics(plan))?;
    let is_empty = plan.products.is_empty() && plan.services.is_empty() && plan.errors.is_empty();
    let has_effect = !(is_empty && plan.devices.is_empty());
    if !has_effect {
        writeln!(out, "\nNobody's licenses would change.")?;
    }
    write_seats(out, plan)?;
    let lost = |change: &ServiceChange| change.lost.clone();
    let gained = |change: &ServiceChange| change.gained.clone();
    write_services(out, "Services lost", &plan.services, lost)?;
    write_services(out, "Services gained", &plan.services, gained)?;
    write_errors(out, "New errors", plan, false)?;
    write_errors(out, "Errors healed", plan, true)?;
    write_devices(out, plan)?;
    if !plan.not_done.is_empty() {
        writeln!(out, "\nNot done:")?;
        for left in plan.not_done.iter().take(REASONS) {
            writeln!(out, "  {}: {}", left.whom(), left.reason)?;
        }
        let more = plan.not_done.len().saturating_sub(REASONS);
        if more > 0 {
            writeln!(out, "  and {more} more")?;
        }
    }
    if plan.guard.stops {
        writeln!(
            out,
            "\nThe guard stops this: {} would lose a service.",
            users(plan.losers)
        )?;
    }
    out.flush()
}

fn semantics(plan: &Plan) -> String {
    let semantics = &plan.semantics;
    if semantics.switches.is_empty() {
        return format!("Semantics: {}.", semantics.name);
    }
    format!(
        "Semantics: {} with {}.",
        semantics.name,
        semantics.switches.join(", ")
    )
}

#[derive(Serialize)]
struct SeatRow {
    cells: [String; 7],
}

impl Record for SeatRow {
    const COLUMNS: &'static [&'static str] = &[
        "product",
        "seats",
        "usedBefore",
        "usedAfter",
        "freeAfter",
        "gain",
        "lose",
    ];

    fn cells(&self) -> Vec<String> {
        self.cells.to_vec()
    }
}

fn write_seats(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    if plan.products.is_empty() {
        return Ok(());
    }
    let rows: Vec<SeatRow> = plan
        .products
        .iter()
        .map(|product| {
            let (before, after) = (product.before.total(), product.after.total());
            let seats = if before == after {
                after.to_string()
            } else {
                format!("{before} -> {after}")
            };
            SeatRow {
                cells: [
                    product.sku_part_number.clone(),
                    seats,
                    product.before.consumed.to_string(),
                    product.after.consumed.to_string(),
                    (after - product.after.consumed).to_string(),
                    product.holders_gained.to_string(),
                    product.holders_lost.to_string(),
                ],
            }
        })
        .collect();
    writeln!(out)?;
    output::list(out, Format::Table, &rows)
}

fn write_services(
    out: &mut impl Write,
    title: &str,
    changes: &[ServiceChange],
    of: impl Fn(&ServiceChange) -> Vec<Service>,
) -> io::Result<()> {
    let mut is_first = true;
    for change in changes {
        let services = of(change);
        if services.is_empty() {
            continue;
        }
        if std::mem::take(&mut is_first) {
            writeln!(out, "\n{title}:")?;
        }
        let names: Vec<String> = services
            .iter()
            .map(|service| service.name().to_owned())
            .collect();
        let some = some_of(&names, SERVICES, names.len() as u64);
        writeln!(out, "  {}: {some}", users(change.user_count))?;
        writeln!(out, "    {}", who(&change.users, change.user_count))?;
    }
    Ok(())
}

fn write_errors(out: &mut impl Write, title: &str, plan: &Plan, healed: bool) -> io::Result<()> {
    let errors: Vec<&ErrorChange> = plan
        .errors
        .iter()
        .filter(|error| error.healed == healed)
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}:")?;
    for error in errors {
        writeln!(
            out,
            "  {}: {} through `{}`: {}",
            users(error.user_count),
            error.sku_part_number,
            name_of(&error.group),
            error.error
        )?;
        writeln!(out, "    {}", who(&error.users, error.user_count))?;
        for remedy in error.remedies.iter().filter(|_| !healed) {
            writeln!(out, "    remedy: {remedy}")?;
        }
    }
    Ok(())
}

/// Devices that lose what covers them, with their dates, and devices that get it back.
fn write_devices(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    let (lost, regained): (Vec<_>, Vec<_>) = plan.devices.iter().partition(|device| device.loses());
    let count = plan.device_count;
    for (title, devices, count) in [
        ("Devices that become noncompliant", lost, count.lose),
        ("Devices that are compliant again", regained, count.regain),
    ] {
        if devices.is_empty() {
            continue;
        }
        writeln!(out, "\n{title}: {}", count.max(devices.len() as u64))?;
        for device in devices.iter().take(DEVICES) {
            writeln!(out, "  {}", device_line(device))?;
        }
        let more = count.saturating_sub(devices.len().min(DEVICES) as u64);
        if more > 0 {
            writeln!(out, "  and {more} more")?;
        }
    }
    Ok(())
}

fn device_line(device: &DeviceChange) -> String {
    let mut line = device.label().to_owned();
    let user = name_of(&device.user);
    if !user.is_empty() {
        line.extend([" of ", &user]);
    }
    let dates = [
        ("from", &device.at),
        ("can be put right until", &device.restorable_until),
        ("record removed", &device.record_removed),
    ];
    let dates: Vec<String> = dates
        .into_iter()
        .filter_map(|(what, date)| Some(format!("{what} {}", date.as_deref()?)))
        .collect();
    if !dates.is_empty() {
        line.extend([": ", &dates.join(", ")]);
    }
    line
}

fn users(count: u64) -> String {
    if count == 1 {
        "1 user".to_owned()
    } else {
        format!("{count} users")
    }
}

fn who(users: &[Value], count: u64) -> String {
    let names: Vec<String> = users.iter().map(name_of).collect();
    some_of(&names, NAMES, count)
}

/// The first names of a list that has `count` in all.
fn some_of(names: &[String], at_most: usize, count: u64) -> String {
    let shown = names.get(..at_most).unwrap_or(names);
    let more = count.saturating_sub(shown.len() as u64);
    if more == 0 {
        return shown.join(", ");
    }
    format!("{} and {more} more", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Planned;
    use super::some_of;
    use crate::output::Format;

    fn shown(format: Format, plans: &[Planned]) -> String {
        let mut out = Vec::new();
        super::super::show(&mut out, format, plans).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn planned() -> Planned {
        let people: Vec<_> = (0..12)
            .map(|number| json!({ "id": number.to_string(), "userPrincipalName": format!("u{number}@contoso.com") }))
            .collect();
        let seats = |consumed| json!({ "enabled": 50, "warning": 0, "suspended": 0, "lockedOut": 0, "consumed": consumed });
        let devices: Vec<_> = (0..6)
            .map(|number| {
                json!({
                    "id": number.to_string(), "deviceName": format!("LAPTOP-{number}"), "serialNumber": "S",
                    "user": { "userPrincipalName": "u0@contoso.com" }, "effect": "losesCompliance",
                    "at": "2026-11-30T12:00:00Z", "restorableUntil": "2027-05-01T00:00:00Z",
                    "recordRemoved": "2027-10-28T00:00:00Z",
                })
            })
            .collect();
        let document = json!({
            "token": "t-1",
            "semantics": { "name": "extended", "switches": ["partialSuccess"] },
            "products": [{ "skuPartNumber": "SPE_E5", "before": seats(40), "after": seats(28), "holdersGained": 0, "holdersLost": 12 }],
            "services": [
                { "lost": [{ "servicePlanName": "INTUNE_A", "displayName": "Intune" }], "gained": [], "userCount": 12, "users": people },
            ],
            "errors": [{
                "group": { "id": "g", "displayName": "Sales" }, "skuPartNumber": "EMS", "error": "CountViolation",
                "healed": false, "userCount": 1, "users": ["ann@contoso.com"], "remedies": ["Buy one seat"],
            }],
            "devices": devices, "deviceCount": { "lose": 7, "regain": 0 },
            "userCount": 13, "losers": 12,
            "guard": { "stops": true, "reason": "12 users would lose a service", "needsApproval": false },
            "notDone": [{ "user": { "userPrincipalName": "eve@contoso.com" }, "reason": "no usage location" }],
        });
        Planned::new("sales", document)
    }

    #[test]
    fn a_plan_in_words_names_the_first_and_counts_the_others() {
        let text = "Nothing has been changed. Semantics: extended with partialSuccess.

PRODUCT  SEATS  USED BEFORE  USED AFTER  FREE AFTER  GAIN  LOSE
SPE_E5   50     40           28          22          0     12

Services lost:
  12 users: Intune
    u0@contoso.com, u1@contoso.com, u2@contoso.com, u3@contoso.com, u4@contoso.com, u5@contoso.com, u6@contoso.com, \
u7@contoso.com, u8@contoso.com, u9@contoso.com and 2 more

New errors:
  1 user: EMS through `Sales`: CountViolation
    ann@contoso.com
    remedy: Buy one seat

Devices that become noncompliant: 7
  LAPTOP-0 of u0@contoso.com: from 2026-11-30T12:00:00Z, can be put right until 2027-05-01T00:00:00Z, record removed \
2027-10-28T00:00:00Z
  LAPTOP-1 of u0@contoso.com: from 2026-11-30T12:00:00Z, can be put right until 2027-05-01T00:00:00Z, record removed \
2027-10-28T00:00:00Z
  LAPTOP-2 of u0@contoso.com: from 2026-11-30T12:00:00Z, can be put right until 2027-05-01T00:00:00Z, record removed \
2027-10-28T00:00:00Z
  LAPTOP-3 of u0@contoso.com: from 2026-11-30T12:00:00Z, can be put right until 2027-05-01T00:00:00Z, record removed \
2027-10-28T00:00:00Z
  LAPTOP-4 of u0@contoso.com: from 2026-11-30T12:00:00Z, can be put right until 2027-05-01T00:00:00Z, record removed \
2027-10-28T00:00:00Z
  and 2 more

Not done:
  eve@contoso.com: no usage location

The guard stops this: 12 users would lose a service.
";
        assert_eq!(shown(Format::Table, &[planned()]), text);
    }

    #[test]
    fn a_plan_as_rows() {
        let text = shown(Format::Csv, &[planned()]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "of,kind,name,change,users,names");
        assert_eq!(lines[1], "sales,seats,SPE_E5,40 -> 28 of 50,12,");
        assert!(
            lines[2].starts_with("sales,lost,INTUNE_A,Intune,12,u0@contoso.com u1@contoso.com")
        );
        assert_eq!(
            lines[3],
            "sales,error,EMS,CountViolation through Sales,1,ann@contoso.com"
        );
        assert_eq!(
            lines[4],
            "sales,device lost,LAPTOP-0,\"noncompliant from 2026-11-30T12:00:00Z, restorable until 2027-05-01T00:00:00Z\",\
             0,u0@contoso.com"
        );
        assert_eq!(
            lines[10],
            "sales,not done,eve@contoso.com,no usage location,0,"
        );
    }

    #[test]
    fn several_plans_are_told_apart() {
        let both = [
            planned(),
            Planned::new("nothing", json!({ "semantics": { "name": "entra" } })),
        ];
        let text = shown(Format::Table, &both);
        assert!(text.contains("# sales\n\nNothing") && text.ends_with("# nothing\n\nNothing has been changed. Semantics: entra.\n\nNobody's licenses would change.\n\n"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&shown(Format::Json, &both)).unwrap();
        assert_eq!(json[1]["of"], "nothing");
        assert_eq!(json[0]["plan"]["token"], "t-1");
    }

    #[test]
    fn a_list_that_fits_is_whole() {
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(some_of(&names, 3, 3), "a, b, c");
        assert_eq!(some_of(&names, 2, 3), "a, b and 1 more");
        assert_eq!(some_of(&names, 3, 100), "a, b, c and 97 more");
    }
}
