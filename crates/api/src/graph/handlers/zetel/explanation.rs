//! Why a user has a license, or has it not: `/zetel/users/{id}/explanation`.

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    explain::{Question, explain},
};

use super::{language, parameter};
use crate::{
    graph::{call::Call, error::GraphError, json, reply::Reply},
    words::{explanation_json, explanation_text},
};

/// `GET /zetel/users/{id}/explanation?skuId=|servicePlanId=`, in the language of `Accept-Language`.
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let key = call.user_key()?;
    let tenant = call.read_user(&key)?;
    let user = tenant
        .find_user(&key)
        .ok_or_else(|| GraphError::not_found(call.key(0)))?;
    let question = question(call, &tenant)?;
    let language = language(call);
    let explanation = explain(&tenant, &user, question);
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel/explanation"]);
        json::key(out, "text");
        json::string(out, &explanation_text(&explanation, &tenant, language));
        json::key(out, "explanation");
        let value = explanation_json(&explanation, &tenant, language);
        out.extend_from_slice(value.to_string().as_bytes());
    });
    Ok(Reply::json(out))
}

fn question(call: &Call<'_>, tenant: &Tenant) -> Result<Question, GraphError> {
    match (id(call, "skuId")?, id(call, "servicePlanId")?) {
        (None, None) => Ok(Question::All),
        (None, Some(plan)) => Ok(Question::Plan(plan)),
        (Some(sku_id), None) => tenant
            .find_product(sku_id)
            .map(Question::Product)
            .ok_or_else(|| GraphError::not_found(sku_id)),
        (Some(_), Some(_)) => Err(GraphError::unreadable(
            "Ask for a product or for a service plan: send 'skuId' or 'servicePlanId', not both.",
        )),
    }
}

fn id(call: &Call<'_>, name: &str) -> Result<Option<Uuid>, GraphError> {
    let Some(text) = parameter(call, name) else {
        return Ok(None);
    };
    Uuid::try_parse(&text).map(Some).map_err(|_| {
        GraphError::unreadable(format!(
            "The query parameter '{name}' is '{text}', which is no GUID."
        ))
    })
}
