//! Requests to Microsoft Graph v1.0.

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::Method;
use url::Url;

use super::connection::extend;
use super::failure::Failure;
use super::token::TokenSource;
use super::transport::{Content, Transport};

/// A client of one Graph endpoint, for one tenant. Shared by threads.
pub struct Graph {
    transport: Transport,
    base: Url,
    tokens: TokenSource,
}

impl Graph {
    /// A client of the endpoint at `base`, an address without `/v1.0`.
    pub fn new(transport: Transport, base: Url, tokens: TokenSource) -> Self {
        Self {
            transport,
            base,
            tokens,
        }
    }

    /// The address that requests go to, without `/v1.0`.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// An access token.
    pub fn token(&self) -> Result<String, Failure> {
        self.tokens.current()
    }

    /// `GET`, with the query as it stands in the address.
    pub fn get<T: DeserializeOwned>(&self, path: &[&str], query: &str) -> Result<T, Failure> {
        let url = self.url(path, query);
        let body = self.call(&Method::GET, &url, None)?;
        serde_json::from_slice(&body).map_err(|error| {
            Failure::bad_answer(format!("`{url}` did not answer as Graph does: {error}"))
        })
    }

    /// `POST`; the answer is not needed.
    pub fn post(&self, path: &[&str], body: &Value) -> Result<(), Failure> {
        self.call(&Method::POST, &self.url(path, ""), Some(body))
            .map(drop)
    }

    /// `POST`, with its answer.
    pub fn create(&self, path: &[&str], body: &Value) -> Result<Value, Failure> {
        let url = self.url(path, "");
        let answer = self.call(&Method::POST, &url, Some(body))?;
        serde_json::from_slice(&answer).map_err(|error| {
            Failure::bad_answer(format!("`{url}` did not answer as Graph does: {error}"))
        })
    }

    /// `PATCH`.
    pub fn patch(&self, path: &[&str], body: &Value) -> Result<(), Failure> {
        self.call(&Method::PATCH, &self.url(path, ""), Some(body))
            .map(drop)
    }

    /// `DELETE`.
    pub fn delete(&self, path: &[&str]) -> Result<(), Failure> {
        self.call(&Method::DELETE, &self.url(path, ""), None)
            .map(drop)
    }

    /// A collection, page by page, along `@odata.nextLink`.
    pub fn pages(&self, path: &[&str], query: &str) -> Pages<'_> {
        Pages {
            graph: self,
            next: Some(self.url(path, query)),
        }
    }

    fn url(&self, path: &[&str], query: &str) -> Url {
        let mut url = self.base.clone();
        extend(&mut url, &["v1.0"]);
        extend(&mut url, path);
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        url
    }

    /// One request; with a fresh token, once, when the server does not accept the present one.
    fn call(&self, method: &Method, url: &Url, body: Option<&Value>) -> Result<Vec<u8>, Failure> {
        let bytes = body.map(|body| body.to_string().into_bytes());
        let content = bytes.as_deref().map_or(Content::None, Content::Json);
        let token = self.tokens.current()?;
        let mut answer = self.transport.send(method, url, Some(&token), content)?;
        if answer.status == 401
            && let Some(fresh) = self.tokens.renewed(&token)?
        {
            answer = self.transport.send(method, url, Some(&fresh), content)?;
        }
        if (200..300).contains(&answer.status) {
            Ok(answer.body)
        } else {
            Err(Failure::from_graph(&answer))
        }
    }

    /// The token goes to the endpoint only, wherever a link may point.
    fn link(&self, text: &str) -> Result<Url, Failure> {
        let url = Url::parse(text)
            .ok()
            .filter(|url| url.origin() == self.base.origin());
        url.ok_or_else(|| {
            Failure::bad_answer(format!(
                "The next page is at `{text}`, which is another server than `{}`",
                self.base
            ))
        })
    }
}

/// The pages of a collection.
pub struct Pages<'a> {
    graph: &'a Graph,
    next: Option<Url>,
}

impl Pages<'_> {
    fn fetch(&mut self, url: &Url) -> Result<Vec<Value>, Failure> {
        let body = self.graph.call(&Method::GET, url, None)?;
        let mut page: Value = serde_json::from_slice(&body).map_err(|error| {
            Failure::bad_answer(format!("`{url}` did not answer as Graph does: {error}"))
        })?;
        if let Some(link) = page["@odata.nextLink"].as_str() {
            self.next = Some(self.graph.link(link)?);
        }
        match page["value"].take() {
            Value::Array(items) => Ok(items),
            _ => Err(Failure::bad_answer(format!(
                "`{url}` answered without a list"
            ))),
        }
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Vec<Value>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let url = self.next.take()?;
        Some(self.fetch(&url))
    }
}
