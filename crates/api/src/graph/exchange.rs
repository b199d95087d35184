//! What surrounds an answer: request ids, headers, the error envelope.

use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::Response,
};
use uuid::Uuid;
use zetel_domain::Timestamp;

use super::{
    accept::Metadata,
    error::GraphError,
    head::Head,
    reply::{Content, Reply},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

/// A longer name for a request than any client sends.
const MAXIMUM_CLIENT_REQUEST_ID: usize = 128;

/// The ids of one request, and how it wants to be answered.
pub(crate) struct Exchange<'a> {
    /// Our id.
    pub request_id: Uuid,
    /// The client's id of the request, or else of the batch that it came in.
    pub client_request_id: Option<&'a HeaderValue>,
    /// How much the answer says about itself.
    pub metadata: Metadata,
}

impl<'a> Exchange<'a> {
    /// A request with its own id and the client's, if it sent one.
    pub fn new(head: &Head<'a>, request_id: Uuid) -> Self {
        let client_request_id = head
            .headers
            .get(CLIENT_REQUEST_ID)
            .filter(|id| id.len() <= MAXIMUM_CLIENT_REQUEST_ID && id.to_str().is_ok());
        Self {
            request_id,
            client_request_id: client_request_id
                .or_else(|| head.batch.and_then(|batch| batch.client_request_id)),
            metadata: Metadata::wanted(head.headers),
        }
    }

    /// The response with an answer.
    pub fn respond(&self, reply: Reply) -> Response<Vec<u8>> {
        let mut headers = self.headers(reply.content);
        headers.extend(reply.headers);
        if let Some(location) = reply.location
            && let Ok(location) = HeaderValue::try_from(location)
        {
            headers.insert(LOCATION, location);
        }
        if let Some(preference) = reply.preference {
            headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static(preference));
        }
        response(reply.status, headers, reply.body)
    }

    /// The response with an error, in the envelope of licensing.md 7.9.
    pub fn refuse(&self, error: &GraphError, context: &Refusal<'_>) -> Response<Vec<u8>> {
        let mut headers = self.headers(Content::Json);
        match error.status {
            StatusCode::UNAUTHORIZED => {
                let challenge = format!(
                    "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/v2.0/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"",
                    context.origin
                );
                insert(&mut headers, WWW_AUTHENTICATE, challenge);
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                insert(&mut headers, ALLOW, context.allow.clone());
            }
            _ => {}
        }
        if let Some(location) = &error.location {
            insert(&mut headers, LOCATION, location.to_string());
        }
        let own = self.request_id.to_string();
        let client_request_id = self
            .client_request_id
            .and_then(|id| id.to_str().ok())
            .unwrap_or(&own);
        let mut body = Vec::with_capacity(512);
        error.write(&mut body, context.now, self.request_id, client_request_id);
        response(error.status, headers, body)
    }

    fn headers(&self, content: Content) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(8);
        if let Some(media_type) = content.media_type(self.metadata) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        let mut id = [0; 36];
        let id = self.request_id.hyphenated().encode_lower(&mut id);
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(REQUEST_ID, id);
        }
        if let Some(id) = self.client_request_id {
            headers.insert(CLIENT_REQUEST_ID, id.clone());
        }
        headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers
    }
}

/// What some refusals say besides their text.
pub(crate) struct Refusal<'a> {
    /// The time.
    pub now: Timestamp,
    /// Where the client reached us.
    pub origin: &'a str,
    /// The methods that the path has.
    pub allow: String,
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

fn response(status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
