//! Who waits for a seat: `/zetel/waitingList?skuId=`.

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    access::Action,
    assignment::{Unit, Verdict, Violation, unit_order},
    decide::waiting,
    product::ProductOrdinal,
    user::UserOrdinal,
};

use super::required;
use crate::graph::{
    call::Call,
    error::GraphError,
    handlers::pages::Pages,
    json,
    paging::Listing,
    people::{write_group, write_user},
    reply::Reply,
};

/// `GET /zetel/waitingList?skuId=`: users in the order in which they get seats.
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ListUsers, None)?;
    let text = required(call, "skuId", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e")?;
    let sku_id = Uuid::try_parse(&text).map_err(|_| {
        GraphError::unreadable(format!(
            "The query parameter 'skuId' is '{text}', which is no GUID."
        ))
    })?;
    let product = tenant
        .find_product(sku_id)
        .ok_or_else(|| GraphError::not_found(sku_id))?;
    let pages = Pages::new(call, &tenant, Listing::WaitingList(sku_id))?;
    let skipped = usize::try_from(pages.start).unwrap_or(usize::MAX);
    let users = waiting(&tenant, product);
    Ok(pages.write(
        &["zetel/waitingList"],
        || 0,
        (0_u64..).zip(users).skip(skipped),
        |(place, _)| *place,
        |out, (place, user)| {
            json::key(out, "position");
            json::number(out, i64::try_from(place + 1).unwrap_or(i64::MAX));
            json::key(out, "skuId");
            json::guid(out, sku_id);
            json::key(out, "user");
            write_user(out, &tenant, user);
            let unit = unit_of(&tenant, user, product);
            json::key(out, "group");
            match &unit {
                Some(unit) => write_group(out, &tenant, unit.group),
                None => json::null(out),
            }
            json::key(out, "since");
            match &unit {
                Some(unit) => json::timestamp(out, unit.joined),
                None => json::null(out),
            }
        },
    ))
}

/// The group through which a user waits; the one that is served first, if there are several.
fn unit_of(tenant: &Tenant, user: UserOrdinal, product: ProductOrdinal) -> Option<Unit> {
    let view = tenant.users().view(user)?;
    tenant
        .units(&view)
        .into_iter()
        .filter(|unit| {
            let group = tenant.groups().get(unit.group);
            let verdict = group.and_then(|group| group.verdict(user, product));
            verdict.and_then(Verdict::violation) == Some(Violation::Count)
        })
        .min_by_key(|unit| unit_order(tenant, unit))
}
