//! `GET /enrollment/v1/authorize`: the question for a reverse proxy, which wants an answer in headers.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use zetel_domain::{access::Action, device};

use super::{
    answer::{Answer, hresult, verdict},
    failure, members,
    question::AuthorizeQuery,
};
use crate::graph::{call::Call, error::GraphError, reply::Reply};

/// Bytes of a header's value at most: proxies have little room for them.
const MAX_HEADER: usize = 1_000;

/// 204 or 403, with the reason in headers.
pub(crate) fn authorize(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::EnrollDevices, None)?;
    let AuthorizeQuery(asked) = members::of_query(call.query)?;
    let asked = asked.check()?;
    let question = asked.question(&tenant, call.graph.engine.now());
    let decision = device::check(&tenant, &question);
    let answer = Answer::new(&tenant, &question, &decision, call.request_id);
    failure::note(call, &asked, "", &question, &answer);
    let mut reply = Reply::no_content();
    let mut tell = |name: &'static str, value: &str| {
        reply
            .headers
            .push((HeaderName::from_static(name), header(value)));
    };
    tell("zetel-verdict", verdict(&decision));
    tell("zetel-trace-id", &call.request_id.to_string());
    if let Some((reason, sentence)) = answer.reasons.first() {
        tell("zetel-error-type", reason.windows().0);
        tell("zetel-hresult", &hresult(reason));
        tell("zetel-reason", sentence.english());
        reply.status = StatusCode::FORBIDDEN;
    }
    Ok(reply)
}

/// A text as a header: UTF-8, cut where it is too long. Names have no control characters but breaks and tabs.
fn header(text: &str) -> HeaderValue {
    let end = text.floor_char_boundary(MAX_HEADER);
    let line = text
        .get(..end)
        .unwrap_or_default()
        .replace(['\n', '\r', '\t'], " ");
    HeaderValue::from_bytes(line.as_bytes()).unwrap_or(HeaderValue::from_static(""))
}
