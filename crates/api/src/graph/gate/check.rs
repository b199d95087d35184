//! `POST /enrollment/v1/checks`

use zetel_domain::{Timestamp, access::Action, device};
use zetel_identity::Decision;

use super::{
    answer::Answer,
    decision::{self, to_sign},
    failure, members,
    question::CheckBody,
};
use crate::graph::{call::Call, error::GraphError, json, reply::Reply};

/// A question that was answered.
struct Answered {
    /// The answer without a signature.
    body: Vec<u8>,
    /// What shall be signed, if anything.
    to_sign: Option<Decision>,
    at: Timestamp,
}

/// Answers a question from memory; only signing makes it wait.
pub(crate) async fn check(call: &Call<'_>) -> Result<Reply, GraphError> {
    let Answered {
        mut body,
        to_sign,
        at,
    } = answer(call)?;
    if let Some(decision) = to_sign {
        let signed = decision::sign(call, decision, at).await?;
        body.pop();
        json::key(&mut body, "decision");
        json::string(&mut body, &signed);
        body.push(b'}');
    }
    Ok(Reply::json(body))
}

fn answer(call: &Call<'_>) -> Result<Answered, GraphError> {
    let tenant = call.read(Action::EnrollDevices, None)?;
    let body = call.body.as_ref().map_err(Clone::clone)?;
    let CheckBody { asked, sign } = members::of_json(body)?;
    let asked = asked.check()?;
    let at = call.graph.engine.now();
    let question = asked.question(&tenant, at);
    let decision = device::check(&tenant, &question);
    let answer = Answer::new(&tenant, &question, &decision, call.request_id);
    failure::note(call, &asked, "", &question, &answer);
    let mut body = Vec::with_capacity(1024);
    json::object(&mut body, |out| answer.write(out));
    let to_sign = sign.then(|| to_sign(&tenant, &asked, &question, &decision, call.request_id));
    Ok(Answered { body, to_sign, at })
}
