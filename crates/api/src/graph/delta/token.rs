//! Tokens of delta queries: where a client is, and what it asked for in its first request.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use minicbor::{Decode, Encode};
use uuid::Uuid;
use zetel_domain::{Timestamp, codec};
use zetel_engine::Mark;

use super::{List, Place};

/// The form of tokens; another number when it changes.
const VERSION: u8 = 1;
const CHECK_BYTES: usize = 8;

/// What a client follows, as it said in its first request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Follow {
    /// The names of `$select`.
    #[n(0)]
    pub select: Option<String>,
    /// The ids of `$filter`.
    #[n(1)]
    pub ids: Option<Ids>,
}

/// Object ids.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub(super) struct Ids(#[cbor(n(0), with = "codec::guids")] pub Vec<Uuid>);

/// What a token holds. It is no secret and opens nothing: every page is authorized anew.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Token {
    /// When it was made.
    #[n(0)]
    pub issued: Timestamp,
    /// What is followed.
    #[n(1)]
    pub follow: Follow,
    /// Generation and check of the mark up to which the client knows everything; absent while it gets everything.
    #[n(2)]
    known: Option<(u64, u64)>,
    /// The page that comes next in a round; absent in the link that begins one.
    #[n(3)]
    page: Option<NextPage>,
}

/// A page within a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct NextPage {
    /// The mark with which the round began.
    #[n(0)]
    start: (u64, u64),
    /// The object with which the page begins.
    #[n(1)]
    object: u32,
    /// The member of it.
    #[n(2)]
    member: u64,
}

const fn pair(mark: Mark) -> (u64, u64) {
    (mark.generation, mark.check)
}

const fn mark((generation, check): (u64, u64)) -> Mark {
    Mark { generation, check }
}

impl Token {
    /// The token that begins the next round.
    pub fn of_round(issued: Timestamp, follow: Follow, known: Mark) -> Self {
        Self {
            issued,
            follow,
            known: Some(pair(known)),
            page: None,
        }
    }

    /// The token of a page within a round.
    pub fn of_page(
        issued: Timestamp,
        follow: Follow,
        known: Option<Mark>,
        start: Mark,
        place: Place,
    ) -> Self {
        Self {
            issued,
            follow,
            known: known.map(pair),
            page: Some(NextPage {
                start: pair(start),
                object: place.object,
                member: place.member,
            }),
        }
    }

    /// Up to which mark the client knows everything.
    pub fn known(&self) -> Option<Mark> {
        self.known.map(mark)
    }

    /// The mark with which the round began, and where the page begins.
    pub fn page(&self) -> Option<(Mark, Place)> {
        let page = self.page?;
        let place = Place {
            object: page.object,
            member: page.member,
        };
        Some((mark(page.start), place))
    }

    /// The text for a link.
    pub fn text(&self, tenant: Uuid, list: List) -> String {
        let mut bytes = vec![VERSION];
        // Writing to memory cannot fail.
        let _ = minicbor::encode(self, &mut bytes);
        let check = checksum(tenant, list, &bytes);
        bytes.extend_from_slice(&check);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token; nothing if it was made for another tenant or list, or by nobody.
    pub fn parse(text: &str, tenant: Uuid, list: List) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, check) = bytes.split_last_chunk::<CHECK_BYTES>()?;
        let encoded = body.strip_prefix(&[VERSION])?;
        (checksum(tenant, list, body) == *check).then_some(())?;
        minicbor::decode(encoded).ok()
    }
}

/// FNV-1a over what a token is for and what it holds: it tells tokens of another tenant or list, and mutilated ones.
fn checksum(tenant: Uuid, list: List, bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let hash = tenant
        .as_bytes()
        .iter()
        .chain(&[list as u8])
        .chain(bytes)
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    hash.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens() -> impl Strategy<Value = Token> {
        let ids = prop::collection::vec(any::<u128>().prop_map(Uuid::from_u128), 0..50);
        let follow = (
            prop::option::of(".{0,40}"),
            prop::option::of(ids.prop_map(Ids)),
        );
        let page = (any::<(u64, u64)>(), any::<u32>(), any::<u64>());
        (
            any::<i64>(),
            follow,
            prop::option::of(any::<(u64, u64)>()),
            prop::option::of(page),
        )
            .prop_map(|(issued, (select, ids), known, page)| Token {
                issued: Timestamp(issued),
                follow: Follow { select, ids },
                known,
                page: page.map(|(start, object, member)| NextPage {
                    start,
                    object,
                    member,
                }),
            })
    }

    proptest! {
        #[test]
        fn a_token_is_read_as_it_was_written_and_for_its_list_only(token in tokens()) {
            let tenant = Uuid::from_u128(7);
            let text = token.text(tenant, List::Users);
            prop_assert_eq!(Token::parse(&text, tenant, List::Users), Some(token));
            prop_assert_eq!(Token::parse(&text, tenant, List::Groups), None);
            prop_assert_eq!(Token::parse(&text, Uuid::from_u128(8), List::Users), None);
        }

        #[test]
        fn a_mutilated_token_is_refused(token in tokens(), place in any::<prop::sample::Index>(), flip in 1_u8..) {
            let tenant = Uuid::from_u128(7);
            let mut bytes = URL_SAFE_NO_PAD.decode(token.text(tenant, List::Users)).unwrap();
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
            let text = URL_SAFE_NO_PAD.encode(&bytes);
            prop_assert_eq!(Token::parse(&text, tenant, List::Users), None);
            prop_assert_eq!(Token::parse(&text[1..], tenant, List::Users), None);
        }

        #[test]
        fn forged_tokens_never_panic(text in ".{0,60}") {
            prop_assert_eq!(Token::parse(&text, Uuid::from_u128(7), List::Users), None);
        }
    }
}
