//! What a request of a round asks for: by its options if it is the first one, afterwards by its token alone.

use uuid::Uuid;
use zetel_engine::{MARK_SECONDS, Mark};

use super::{
    List, Place, filter, reset,
    token::{Follow, Ids, Token},
};
use crate::graph::{call::Call, error::GraphError};

/// What is asked for.
pub(super) enum Asked {
    /// A link that leads to whatever changes from now on, and no data.
    Latest(Follow),
    /// A page.
    Page(Round),
}

/// A page of a round.
pub(super) struct Round {
    /// What is followed.
    pub follow: Follow,
    /// Up to which mark the client knows everything; absent if it gets everything.
    pub known: Option<Mark>,
    /// The mark with which the round began; absent if this is its first page.
    pub start: Option<Mark>,
    /// Where the page begins.
    pub place: Place,
}

impl Asked {
    /// What is followed.
    pub const fn follow(&self) -> &Follow {
        match self {
            Self::Latest(follow) => follow,
            Self::Page(round) => &round.follow,
        }
    }

    /// Reads a request.
    pub fn read(call: &Call<'_>, list: List, tenant: Uuid) -> Result<Self, GraphError> {
        let options = &call.options;
        // An empty token stands in the URL that a client is sent to when it must start again.
        let begins = options
            .delta_token
            .as_deref()
            .filter(|text| !text.is_empty());
        let (text, is_page) = match (begins, options.round_token.as_deref()) {
            (None, None) => return first(call).map(Self::Page),
            (Some(latest), None) if latest.eq_ignore_ascii_case("latest") => {
                return first(call).map(|round| Self::Latest(round.follow));
            }
            (Some(text), None) => (text, false),
            (None, Some(text)) => (text, true),
            (Some(_), Some(_)) => {
                return Err(GraphError::refused(
                    "A request has a $deltatoken or a $skiptoken, not both. Follow the links as they are.",
                ));
            }
        };
        if options.select.is_some() || options.filter.is_some() {
            return Err(GraphError::refused(
                "Query options are part of the token: give them in the first request of a round only. Follow the links as they are.",
            ));
        }
        let token = Token::parse(text, tenant, list)
            .filter(|token| token.page().is_some() == is_page)
            .ok_or_else(malformed)?;
        if call.graph.engine.now().0.saturating_sub(token.issued.0) > MARK_SECONDS {
            return Err(reset::expired(call, list, &token.follow));
        }
        let page = token.page();
        Ok(Self::Page(Round {
            known: token.known(),
            start: page.map(|(start, _)| start),
            place: page.map(|(_, place)| place).unwrap_or_default(),
            follow: token.follow,
        }))
    }
}

/// The first page of a round that tells everything.
fn first(call: &Call<'_>) -> Result<Round, GraphError> {
    let ids = call.options.filter.as_deref().map(filter::parse);
    Ok(Round {
        follow: Follow {
            select: call.options.select.as_deref().map(str::to_owned),
            ids: ids.transpose()?.map(Ids),
        },
        known: None,
        start: None,
        place: Place::default(),
    })
}

fn malformed() -> GraphError {
    GraphError::refused(
        "Badly formed token: it was made for another directory or list, or by nobody. Start again without a token.",
    )
}
