//! The answer to a check, and what a refusal of a registration says besides its error.

use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    device::{DEFAULT_LIMIT_ID, Decision, Question, Reason, Usage, Warning, usage},
};

use crate::{
    graph::json,
    words::{Language, reason_text, warning_text},
};

/// A sentence in all languages.
pub(super) struct Sentence([String; Language::ALL.len()]);

impl Sentence {
    fn new(say: impl Fn(Language) -> String) -> Self {
        Self(Language::ALL.map(say))
    }

    /// The sentence in English.
    pub fn english(&self) -> &str {
        let [english, ..] = &self.0;
        english
    }

    fn write(&self, out: &mut Vec<u8>) {
        json::object(out, |out| {
            for (language, text) in Language::ALL.iter().zip(&self.0) {
                json::key(out, language.tag());
                json::string(out, text);
            }
        });
    }
}

/// A question that was answered.
pub(super) struct Answer<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The reasons and what they mean.
    pub reasons: Vec<(&'a Reason, Sentence)>,
    decision: &'a Decision,
    usage: Option<Usage>,
    now: Timestamp,
    trace_id: Uuid,
}

impl<'a> Answer<'a> {
    /// The answer that a decision makes.
    pub fn new(
        tenant: &'a Tenant,
        question: &Question,
        decision: &'a Decision,
        trace_id: Uuid,
    ) -> Self {
        let reasons = decision.reasons.iter();
        Self {
            tenant,
            reasons: reasons
                .map(|reason| {
                    let say = |language| reason_text(tenant, reason, language);
                    (reason, Sentence::new(say))
                })
                .collect(),
            decision,
            usage: usage(tenant, question),
            now: question.now,
            trace_id,
        }
    }

    /// Appends all members but the signed decision, with a comma before each.
    pub fn write(&self, out: &mut Vec<u8>) {
        json::key(out, "verdict");
        json::string(out, verdict(self.decision));
        json::key(out, "coveredBy");
        let cover = self.decision.cover;
        json::string_or_null(out, cover.map_or("", |cover| cover.as_str()));
        self.write_first(out);
        json::key(out, "reasons");
        json::array(out, &self.reasons, |out, (reason, sentence)| {
            json::object(out, |out| {
                json::key(out, "code");
                json::string(out, reason.code());
                write_windows(out, reason);
                json::key(out, "failureCategory");
                json::string(out, reason.failure_category());
                json::key(out, "message");
                sentence.write(out);
            });
        });
        json::key(out, "warnings");
        write_warnings(out, self.tenant, &self.decision.warnings);
        json::key(out, "usage");
        self.write_usage(out);
        json::key(out, "traceId");
        json::guid(out, self.trace_id);
        json::key(out, "checkedAt");
        json::timestamp(out, self.now);
    }

    /// What the first reason says for all.
    fn write_first(&self, out: &mut Vec<u8>) {
        match self.reasons.first() {
            Some((reason, sentence)) => {
                write_windows(out, reason);
                json::key(out, "message");
                sentence.write(out);
            }
            None => {
                out.extend_from_slice(br#","errorType":null,"hresult":null,"message":null"#);
            }
        }
    }

    fn write_usage(&self, out: &mut Vec<u8>) {
        let Some(usage) = self.usage else {
            return json::null(out);
        };
        json::object(out, |out| {
            json::key(out, "used");
            json::count(out, usage.used);
            json::key(out, "limit");
            json::count(out, usage.limit.into());
            json::key(out, "policy");
            match usage.policy {
                // The default one has the id of its tenant.
                Some(DEFAULT_LIMIT_ID) => json::guid(out, self.tenant.id()),
                Some(id) => json::guid(out, id),
                None => json::null(out),
            }
        });
    }
}

/// The verdict in a word.
pub(super) const fn verdict(decision: &Decision) -> &'static str {
    if decision.is_allowed() {
        "allow"
    } else {
        "deny"
    }
}

/// What Windows' client makes of a reason, as text.
pub(super) fn hresult(reason: &Reason) -> String {
    format!("0x{:08X}", reason.windows().1)
}

fn write_windows(out: &mut Vec<u8>, reason: &Reason) {
    json::key(out, "errorType");
    json::string(out, reason.windows().0);
    json::key(out, "hresult");
    json::string(out, &hresult(reason));
}

/// Appends warnings as a list.
pub(super) fn write_warnings(out: &mut Vec<u8>, tenant: &Tenant, warnings: &[Warning]) {
    json::array(out, warnings, |out, warning| {
        json::object(out, |out| {
            json::key(out, "code");
            json::string(out, warning.code());
            match warning {
                Warning::PoolShort { bought, used } => {
                    json::key(out, "bought");
                    json::count(out, *bought);
                    json::key(out, "used");
                    json::count(out, *used);
                }
            }
            json::key(out, "message");
            Sentence::new(|language| warning_text(tenant, *warning, language)).write(out);
        });
    });
}
