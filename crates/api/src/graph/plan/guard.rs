//! What the guard says of a plan.

use zetel_domain::{Rejection, Tenant};

use crate::graph::{
    json,
    people::{counted, listed, product_name},
};

/// Appends `{stops, reason, needsApproval}`.
pub(super) fn write(out: &mut Vec<u8>, tenant: &Tenant, guarded: Option<&Rejection>) {
    json::object(out, |out| {
        json::key(out, "stops");
        json::flag(out, guarded.is_some());
        json::key(out, "reason");
        match guarded {
            Some(rejection) => json::string(out, &reason(tenant, rejection)),
            None => json::null(out),
        }
        json::key(out, "needsApproval");
        let needs_approval = matches!(
            guarded,
            Some(Rejection::Guarded {
                needs_approval: true,
                ..
            })
        );
        json::flag(out, needs_approval);
    });
}

fn reason(tenant: &Tenant, rejection: &Rejection) -> String {
    let Rejection::Guarded {
        users,
        products,
        needs_approval,
        ..
    } = rejection
    else {
        return format!("The guard stops this: {rejection}");
    };
    let mut losses = vec![format!("{} would lose a service", counted(*users, "user"))];
    losses.extend(products.iter().map(|(sku_id, lost, held)| {
        let product = tenant.find_product(*sku_id);
        let name = product.map_or_else(
            || sku_id.to_string(),
            |product| product_name(tenant, product).to_owned(),
        );
        format!("{lost} of {} would lose {name}", counted(*held, "holder"))
    }));
    let approval = if *needs_approval {
        " Somebody else must approve the token before."
    } else {
        ""
    };
    format!(
        "{}. To do it nevertheless, send the request with the token in the header 'Zetel-Confirm'.{approval}",
        listed(losses)
    )
}
