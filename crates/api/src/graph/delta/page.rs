//! Pages of a round, and the links that lead on from them.

use axum::http::{HeaderName, HeaderValue};
use uuid::Uuid;
use zetel_domain::{delta::Parts, state::Bits};
use zetel_engine::Mark;

use super::{
    Followed, Place, View,
    token::{Follow, Ids, Token},
};
use crate::graph::{
    call::Call,
    json,
    query::{DEFAULT_PAGE, MAXIMUM_PAGE},
    reply::Reply,
};

/// Members of groups on a page.
const MEMBERS_PER_PAGE: usize = 1_000;
/// The preference that sets how many objects are on a page.
const PAGE_SIZE: &str = "odata.maxpagesize";
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What still fits on a page.
pub(super) struct Room {
    /// Users or groups.
    objects: u16,
    /// Members of groups.
    pub members: usize,
}

/// A page to be written.
pub(super) struct Page<'p, 'r, F> {
    call: &'p Call<'r>,
    followed: &'p F,
    follow: Follow,
    /// The mark with which the round began.
    start: Mark,
    /// How many objects the client wants at most, if it said so.
    size: Option<u16>,
}

impl<'p, 'r, F: Followed> Page<'p, 'r, F> {
    /// A page of a round.
    pub fn new(call: &'p Call<'r>, followed: &'p F, mut follow: Follow, start: Mark) -> Self {
        let select = followed.context();
        let select = select
            .strip_prefix('(')
            .and_then(|text| text.strip_suffix(')'));
        follow.select = select.map(str::to_owned);
        // Preferences that cannot be followed are ignored.
        let size = call
            .preference(PAGE_SIZE)
            .and_then(|size| size.parse().ok());
        Self {
            call,
            followed,
            follow,
            start,
            size: size
                .filter(|size| *size > 0)
                .map(|size| MAXIMUM_PAGE.min(size)),
        }
    }

    /// No data, and the link that begins the next round.
    pub fn empty(&self, tenant: Uuid) -> Reply {
        let mut out = Vec::with_capacity(512);
        json::object(&mut out, |out| {
            self.call
                .write_context(out, &[F::LIST.name(), self.followed.context()]);
            json::key(out, "value");
            out.extend_from_slice(b"[]");
            self.write_delta_link(out, tenant);
        });
        self.reply(out, false)
    }

    /// The page that begins at a place.
    pub fn write(&self, view: &View<'_>, known: Option<Mark>, from: Place) -> Reply {
        let chosen = self.chosen(view);
        let went = view.touched.map(F::touches);
        let went = went.map_or_else(Bits::new, |all| all.meeting(Parts::WHOLE));
        // Of what went before the client last asked, it was told then.
        let is_news = |object: &u32| F::is_live(view.tenant, *object) || went.contains(*object);
        let objects: Box<dyn Iterator<Item = u32> + '_> = match &chosen {
            None => F::live_from(view.tenant, from.object),
            Some(chosen) => Box::new(chosen.iter_from(from.object).filter(is_news)),
        };
        let mut out = Vec::with_capacity(16 * 1024);
        json::object(&mut out, |out| {
            self.call
                .write_context(out, &[F::LIST.name(), self.followed.context()]);
            json::key(out, "value");
            match self.write_objects(out, view, objects, from) {
                Some(place) => self.write_next_link(out, view.tenant.id(), known, place),
                None => self.write_delta_link(out, view.tenant.id()),
            }
        });
        self.reply(out, view.is_minimal)
    }

    /// The objects outside of which none is told; absent if all live ones are.
    fn chosen(&self, view: &View<'_>) -> Option<Bits> {
        let changed = view.touched.map(F::touches);
        let changed = changed.map(|all| all.meeting(self.followed.parts()));
        let Some(Ids(ids)) = &self.follow.ids else {
            return changed;
        };
        let named = ids.iter().filter_map(|id| F::find(view.tenant, *id));
        let mut chosen: Bits = named.collect();
        if let Some(changed) = changed {
            chosen.intersect_with(&changed);
        }
        Some(chosen)
    }

    /// Appends the array of objects. Returns where the next page begins.
    fn write_objects(
        &self,
        out: &mut Vec<u8>,
        view: &View<'_>,
        objects: impl Iterator<Item = u32>,
        from: Place,
    ) -> Option<Place> {
        let mut room = Room {
            objects: self.size.unwrap_or(DEFAULT_PAGE),
            members: MEMBERS_PER_PAGE,
        };
        let mut next = None;
        out.push(b'[');
        let start = out.len();
        for object in objects {
            let is_resumed = object == from.object;
            let member = if is_resumed { from.member } else { 0 };
            let at = Place { object, member };
            if room.objects == 0 || room.members == 0 {
                next = Some(at);
                break;
            }
            room.objects -= 1;
            if out.len() > start {
                out.push(b',');
            }
            let mut rest = None;
            json::object(out, |out| {
                rest = self.followed.write(out, view, at, &mut room);
            });
            if let Some(member) = rest {
                next = Some(Place { object, member });
                break;
            }
        }
        out.push(b']');
        next
    }

    fn write_next_link(&self, out: &mut Vec<u8>, tenant: Uuid, known: Option<Mark>, place: Place) {
        let now = self.call.graph.engine.now();
        let token = Token::of_page(now, self.follow.clone(), known, self.start, place);
        self.write_link(out, "@odata.nextLink", "$skiptoken", &token, tenant);
    }

    fn write_delta_link(&self, out: &mut Vec<u8>, tenant: Uuid) {
        let now = self.call.graph.engine.now();
        let token = Token::of_round(now, self.follow.clone(), self.start);
        self.write_link(out, "@odata.deltaLink", "$deltatoken", &token, tenant);
    }

    fn write_link(&self, out: &mut Vec<u8>, name: &str, option: &str, token: &Token, tenant: Uuid) {
        json::key(out, name);
        out.push(b'"');
        self.call.origin.write(out);
        let rest = format!(
            "/v1.0/{}/delta?{option}={}\"",
            F::LIST.name(),
            token.text(tenant, F::LIST)
        );
        out.extend_from_slice(rest.as_bytes());
    }

    /// The answer, with the preferences that were followed.
    fn reply(&self, body: Vec<u8>, is_minimal: bool) -> Reply {
        let size = self.size.map(|size| format!("{PAGE_SIZE}={size}"));
        let minimal = is_minimal.then(|| "return=minimal".to_owned());
        let applied: Vec<String> = minimal.into_iter().chain(size).collect();
        let mut reply = Reply::json(body);
        if let Ok(value) = HeaderValue::try_from(applied.join(", "))
            && !applied.is_empty()
        {
            reply.headers.push((PREFERENCE_APPLIED, value));
        }
        reply
    }
}

/// Appends that an object is gone, and whether it can come back.
pub(super) fn write_removed(out: &mut Vec<u8>, reason: &str) {
    json::key(out, "@removed");
    json::object(out, |out| {
        json::key(out, "reason");
        json::string(out, reason);
    });
}
