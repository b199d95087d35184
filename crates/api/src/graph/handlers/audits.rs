//! Graph's audit log of the directory: `/auditLogs/directoryAudits`.

use zetel_domain::{Tenant, access::Action};

use super::pages::Pages;
use crate::graph::{
    audit::{AuditFilter, Entries, parse_id},
    call::Call,
    error::GraphError,
    json,
    paging::{Listing, PageToken},
    query::DEFAULT_PAGE,
    reply::Reply,
};

/// Changes read at once.
const CHUNK: u32 = 64;
/// Changes that one request looks through before it answers with what it found, and a link to go on.
const MAXIMUM_CHANGES: u32 = 4_096;
/// Bits of a page token for the number of a record in its change.
const NUMBER_BITS: u32 = 28;

/// Where a page begins: at the records of a change below a number, and then at older changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    generation: u64,
    below: u64,
}

impl Place {
    fn to_token(self) -> u64 {
        self.generation << NUMBER_BITS | self.below.min((1 << NUMBER_BITS) - 1)
    }

    const fn of_token(token: u64) -> Self {
        Self {
            generation: token >> NUMBER_BITS,
            below: token & ((1 << NUMBER_BITS) - 1),
        }
    }

    /// Whether there can be anything.
    const fn is_end(self) -> bool {
        self.generation == 0 || (self.generation == 1 && self.below == 0)
    }
}

/// `GET /auditLogs/directoryAudits`: the newest first.
pub(crate) async fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadHistory, None)?;
    let filter = call.options.filter.as_deref().map(AuditFilter::parse);
    let filter = filter.transpose()?.unwrap_or_default();
    let start = match Pages::new(call, &tenant, Listing::Audits)?.start {
        0 => None,
        token => Some(Place::of_token(token)),
    };
    let (records, next) = page(call, &tenant, &filter, start).await?;
    let mut out = Vec::with_capacity(records.len() + 512);
    json::object(&mut out, |out| {
        call.write_context(out, &["auditLogs/directoryAudits"]);
        json::key(out, "value");
        out.push(b'[');
        out.extend_from_slice(&records);
        out.push(b']');
    });
    if let Some(next) = next {
        out.pop();
        let token = PageToken::new(tenant.id(), Listing::Audits, next.to_token());
        Pages::new(call, &tenant, Listing::Audits)?.write_next_link(&mut out, &token);
        out.push(b'}');
    }
    Ok(Reply::json(out))
}

/// The records of a page with commas between them, and where the next page begins.
async fn page(
    call: &Call<'_>,
    tenant: &Tenant,
    filter: &AuditFilter,
    start: Option<Place>,
) -> Result<(Vec<u8>, Option<Place>), GraphError> {
    let mut out = Vec::with_capacity(64 * 1024);
    let mut room = usize::from(call.options.top.unwrap_or(DEFAULT_PAGE));
    let mut place = start;
    let mut read = 0;
    while read < MAXIMUM_CHANGES {
        let before = place.map(|place| place.generation.saturating_add(1));
        let changes = call.changes(before, CHUNK).await?;
        if changes.is_empty() {
            return Ok((out, None));
        }
        for change in &changes {
            if filter.is_past(change) {
                return Ok((out, None));
            }
            let generation = change.generation;
            let entries = Entries::of(tenant, change);
            let below = match place {
                Some(place) if place.generation == generation => place.below,
                _ => entries.len(),
            };
            for record in filter.records(tenant, &entries, below, room) {
                if !out.is_empty() {
                    out.push(b',');
                }
                json::object(&mut out, |out| record.write(out, tenant));
                room -= 1;
                if room == 0 {
                    let next = Place {
                        generation,
                        below: record.number,
                    };
                    return Ok((out, Some(next).filter(|next| !next.is_end())));
                }
            }
            place = Some(Place {
                generation,
                below: 0,
            });
        }
        read += CHUNK;
        // A change of which nothing is left is not read again.
        place = place.map(|place| Place {
            generation: place.generation.saturating_sub(1),
            below: u64::MAX,
        });
        if place.is_some_and(|place| place.generation == 0) {
            return Ok((out, None));
        }
    }
    Ok((out, place.filter(|place| !place.is_end())))
}

/// `GET /auditLogs/directoryAudits/{id}`
pub(crate) async fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadHistory, None)?;
    let not_found = || GraphError::not_found(call.key(0));
    let (generation, number) = parse_id(call.key(0)).ok_or_else(not_found)?;
    let change = call.change(generation).await?.ok_or_else(not_found)?;
    let entries = Entries::of(&tenant, &change);
    let record = entries.get(number).ok_or_else(not_found)?;
    let mut out = Vec::with_capacity(2048);
    json::object(&mut out, |out| {
        call.write_context(out, &["auditLogs/directoryAudits/$entity"]);
        record.write(out, &tenant);
    });
    Ok(Reply::json(out))
}
