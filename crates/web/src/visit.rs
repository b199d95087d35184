//! Who asks for a page, and how.

use std::convert::Infallible;

use axum::{
    extract::{FromRef, FromRequestParts, OriginalUri},
    http::{HeaderMap, Method, header, request::Parts},
};
use uuid::Uuid;
use zetel_api::{Principal, token::ClientScheme, words::Language};
use zetel_domain::{Command, access::Action};
use zetel_engine::{Applied, Planned, Snapshot, Submission};
use zetel_identity::Origin;

use crate::{failure::Failure, session::cookie, state::AdminCenter, words::Words};

/// How pages are colored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in the cookie and in the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

/// How a page is asked for, by whomever.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// The words of the page.
    pub words: Words,
    /// Its colors.
    pub theme: Theme,
    /// Whether only its content is wanted.
    pub is_fragment: bool,
    /// Whether a page is opened, not a form sent.
    pub is_read: bool,
    /// Path and query.
    pub address: String,
    /// Where the browser reached us.
    pub origin: Option<Origin>,
}

impl Manner {
    fn of(parts: &Parts, center: &AdminCenter) -> Self {
        let headers = &parts.headers;
        let scheme = parts.extensions.get::<ClientScheme>();
        let scheme = scheme.map_or("https", |scheme| scheme.0);
        let host = text(headers, header::HOST.as_str());
        let authority = parts
            .uri
            .authority()
            .map(axum::http::uri::Authority::as_str);
        let own = || Origin::new(scheme, authority.or(host)?);
        Self {
            words: Words::of(language(headers)),
            theme: cookie(headers, "theme")
                .and_then(Theme::parse)
                .unwrap_or_default(),
            is_fragment: headers.contains_key("x-fragment"),
            is_read: parts.method == Method::GET,
            address: address(parts),
            origin: center.tokens.public_origin().or_else(own),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Manner
where
    AdminCenter: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts, &AdminCenter::from_ref(state)))
    }
}

/// Path and query as the browser sent them: the router takes the root away.
fn address(parts: &Parts) -> String {
    let uri = parts.extensions.get::<OriginalUri>();
    let uri = uri.map_or(&parts.uri, |OriginalUri(uri)| uri);
    uri.path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned()
}

/// The language of the cookie, or the one that the browser asks for.
fn language(headers: &HeaderMap) -> Language {
    let chosen = cookie(headers, "language");
    let chosen = chosen.and_then(|tag| Language::ALL.into_iter().find(|known| known.tag() == tag));
    chosen.unwrap_or_else(|| {
        let wanted = text(headers, header::ACCEPT_LANGUAGE.as_str());
        wanted.map_or_else(Language::default, Language::of_header)
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A request of somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Visit {
    /// How they ask.
    pub manner: Manner,
    /// Who they are.
    pub principal: Principal,
    center: AdminCenter,
    request_id: Uuid,
}

impl<S: Sync> FromRequestParts<S> for Visit
where
    AdminCenter: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let center = AdminCenter::from_ref(state);
        let manner = Manner::of(parts, &center);
        let Some(principal) = parts.extensions.get::<Principal>().cloned() else {
            return Err(Failure::signed_out(manner));
        };
        Ok(Self {
            request_id: center.tokens.new_id().unwrap_or_default(),
            manner,
            principal,
            center,
        })
    }
}

impl Visit {
    /// The words of the page.
    pub const fn words(&self) -> Words {
        self.manner.words
    }

    /// The center.
    pub const fn center(&self) -> &AdminCenter {
        &self.center
    }

    /// The tenant's state, if the visitor may do this.
    pub fn read(&self, action: Action) -> Result<Snapshot, Failure> {
        self.read_of(action, None)
    }

    /// The same on something.
    pub fn read_of(&self, action: Action, target: Option<Uuid>) -> Result<Snapshot, Failure> {
        let principal = &self.principal;
        let engine = &self.center.engine;
        let state = engine.read(principal.tenant_id, &principal.caller, action, target);
        state.map_err(|error| Failure::of(self, error))
    }

    /// Whether the visitor may do this.
    pub fn may(&self, action: Action, target: Option<Uuid>) -> bool {
        self.read_of(action, target).is_ok()
    }

    /// What a command would do, computed where it may take its time.
    pub async fn plan(&self, command: Command) -> Result<Planned, zetel_engine::EngineError> {
        let (engine, principal) = (self.center.engine.clone(), self.principal.clone());
        let work = move || engine.preview(principal.tenant_id, &principal.caller, &command);
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|_| {
            Err(zetel_engine::EngineError::Unavailable(
                "planning ended".to_owned(),
            ))
        })
    }

    /// Carries out a command, with the token of the plan that the visitor has seen.
    pub async fn submit(
        &self,
        command: Command,
        confirmation: Option<String>,
    ) -> Result<Applied, zetel_engine::EngineError> {
        let submission = Submission {
            caller: self.principal.caller.clone(),
            command,
            request_id: self.request_id,
            confirmation,
            also: None,
        };
        self.center
            .engine
            .submit(self.principal.tenant_id, submission)
            .await
    }
}

impl Visit {
    /// The name of a user whom the visitor may see.
    pub fn name_of(&self, user: Uuid) -> Option<String> {
        let tenant = self.read_of(Action::ReadUser, Some(user)).ok()?;
        let user = tenant.users().find_id(user)?;
        Some(crate::view::user_name(&user).to_owned())
    }

    /// The time.
    pub fn now(&self) -> zetel_domain::Timestamp {
        self.center.engine.now()
    }
}
